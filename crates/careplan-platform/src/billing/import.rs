//! 取込: what came of it. A file is known by its content, taken whole or not at all, and may be taken again.

use std::collections::BTreeMap;

use careplan_domain::OfficeNumber;
use careplan_domain::billing::bank::{self, BankEntry, Direction};
use careplan_domain::billing::charge::ChargeId;
use careplan_domain::billing::deduction::Answer;
use careplan_domain::billing::ledger::{Change, Entry, Event, Source};
use careplan_domain::billing::matching::{Outcome, Payer, Payers, Reason, open_charges};
use careplan_domain::billing::payer::PayerName;

use super::books::Books;
use super::{Billing, BillingFault, By};
use crate::store::payments::{self, PayerRow, Waiting};
use crate::store::{Tx, ledger};

/// What a file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// An answer to a deduction request.
    Answer {
        /// What was kept back.
        deducted: usize,
        /// What was not.
        failed: usize,
        /// Lines that were taken before.
        already: usize,
        /// Payments that found their charge with it.
        matched: usize,
    },
    /// A bank's statement.
    Statement {
        /// Payments that were new.
        new: usize,
        /// Payments that were taken before.
        already: usize,
        /// Money that went out.
        out: usize,
        /// Payments, new or waiting, that found their charge.
        matched: usize,
    },
}

impl Billing {
    /// Takes a file.
    ///
    /// # Errors
    /// When it cannot be read, or the ledger does not allow a line of it; then nothing of it is taken.
    pub async fn import(&self, bytes: &[u8], by: &By) -> Result<Imported, BillingFault> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if bytes.starts_with(b"1,REQUEST") {
            return Err(BillingFault::OwnRequest);
        }
        if bytes.starts_with(b"1,RESULT") {
            let text = std::str::from_utf8(bytes).map_err(|_| BillingFault::UnknownFile)?;
            let answer = Answer::read(text).map_err(BillingFault::Answer)?;
            return self.take_answer(&answer, by).await;
        }
        if bytes.len() < bank::RECORD_BYTES || !bytes.starts_with(b"1") {
            return Err(BillingFault::UnknownFile);
        }
        let statements = bank::read(bytes, by.today()).map_err(BillingFault::Bank)?;
        let entries = statements.iter().flat_map(|statement| &statement.entries);
        self.take_payments(entries, by).await
    }

    async fn take_answer(&self, answer: &Answer, by: &By) -> Result<Imported, BillingFault> {
        let mut tx = self.store.begin().await?;
        let mut all: BTreeMap<OfficeNumber, Books> = BTreeMap::new();
        let (mut deducted, mut failed, mut already, mut faults) = (0, 0, 0, Vec::new());
        for entry in answer.entries() {
            let office = entry.charge.office;
            let books = match all.entry(office) {
                std::collections::btree_map::Entry::Occupied(open) => open.into_mut(),
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(Books::open(&mut tx, &office).await?)
                }
            };
            match (books.record(&mut tx, &entry, (by, &self.issuer)).await, &entry.event) {
                (Ok(Change::Already), _) => already += 1,
                (Ok(Change::Record), Event::Deducted(..)) => deducted += 1,
                (Ok(Change::Record), _) => failed += 1,
                (Err(BillingFault::Ledger(fault)), _) => faults.push(fault),
                (Err(fault), _) => return Err(fault),
            }
        }
        if !faults.is_empty() {
            return Err(BillingFault::Lines(faults));
        }
        let matched = self.match_waiting(&mut tx, by).await?;
        tx.commit().await?;
        Ok(Imported::Answer { deducted, failed, already, matched })
    }

    async fn take_payments(
        &self,
        entries: impl Iterator<Item = &BankEntry>,
        by: &By,
    ) -> Result<Imported, BillingFault> {
        let mut tx = self.store.begin().await?;
        let waiting = payments::waiting(&mut tx).await?;
        let (mut new, mut already, mut out) = (0, 0, 0);
        for entry in entries {
            let waits = || waiting.iter().any(|it| it.entry.identity == entry.identity);
            if entry.direction == Direction::Out {
                out += 1;
            } else if waits() || ledger::whose(&mut tx, &Source::bank(&entry.identity)).await?.is_some() {
                already += 1;
            } else {
                payments::keep(&mut tx, entry, by.now).await?;
                new += 1;
            }
        }
        let matched = self.match_waiting(&mut tx, by).await?;
        tx.commit().await?;
        Ok(Imported::Statement { new, already, out, matched })
    }

    /// Asks about every payment that waits; how many found their charge.
    async fn match_waiting(&self, tx: &mut Tx, by: &By) -> Result<usize, BillingFault> {
        let waiting = payments::waiting(tx).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let payers = Payers::new(payments::payers(tx).await?.into_iter().map(payer));
        let mut matched = 0;
        for payment in waiting {
            // Who pays is found without the charges; then those of one office are looked at.
            let mut outcome = payers.find(&payment.entry, &[]);
            if let Outcome::Unmatched(Reason::NothingOpen(office)) = outcome {
                let open = open_charges(Books::open(tx, &office).await?.ledger())?;
                outcome = payers.find(&payment.entry, &open);
            }
            match outcome {
                Outcome::Matched { charge, .. } => {
                    self.pay(tx, (&payment, charge), by).await?;
                    matched += 1;
                }
                other => payments::tell(tx, payment.number, &told(&other)).await?,
            }
        }
        Ok(matched)
    }

    /// Enters a payment that waits for its charge.
    async fn pay(
        &self,
        tx: &mut Tx,
        (payment, charge): (&Waiting, ChargeId),
        by: &By,
    ) -> Result<(), BillingFault> {
        let mut books = Books::open(tx, &charge.office).await?;
        let entry = Entry {
            source: Source::bank(&payment.entry.identity),
            charge,
            on: payment.entry.booked_on,
            event: Event::Paid(payment.entry.amount),
        };
        books.record(tx, &entry, (by, &self.issuer)).await?;
        payments::found(tx, payment.number).await?;
        self.give_back(tx, (&books, charge), by).await
    }

    /// An operator says which charge a payment pays.
    ///
    /// # Errors
    /// When no such payment waits, or there is no such charge.
    pub async fn assign(&self, number: i64, charge: ChargeId, by: &By) -> Result<BankEntry, BillingFault> {
        let mut tx = self.store.begin().await?;
        let waiting = payments::waiting(&mut tx).await?;
        let payment = waiting.into_iter().find(|it| it.number == number);
        let payment = payment.ok_or(BillingFault::NoSuchPayment(number))?;
        self.pay(&mut tx, (&payment, charge), by).await?;
        tx.commit().await?;
        Ok(payment.entry)
    }

    /// The payments that found no charge yet.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn waiting(&self) -> Result<Vec<Waiting>, BillingFault> {
        Ok(payments::waiting(&mut self.store.read().await?).await?)
    }
}

/// An office as a payer: by the name it told us, else by its name in kana.
fn payer(row: PayerRow) -> Payer {
    let name = row.name.as_deref().unwrap_or(&row.kana);
    Payer { office: row.office, account: row.account, names: PayerName::new(name).into_iter().collect() }
}

fn told(outcome: &Outcome) -> String {
    let list = |names: Vec<String>| names.join("、");
    match outcome {
        Outcome::Unmatched(reason) => reason.told(),
        Outcome::AmbiguousPayer(offices) => format!(
            "同じ名義の事業所が複数あります（{}）。どの請求への入金か確かめ、`billing assign` で指定してください。",
            list(offices.iter().map(ToString::to_string).collect())
        ),
        Outcome::AmbiguousCharge(charges) => format!(
            "同じ金額の請求が複数あります（{}）。どの請求への入金か確かめ、`billing assign` で指定してください。",
            list(charges.iter().map(ToString::to_string).collect())
        ),
        Outcome::Matched { charge, .. } => format!("請求 {charge} への入金です。"),
    }
}
