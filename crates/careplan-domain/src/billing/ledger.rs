//! 台帳: everything that happened to charges, as entries that are only ever added.
//!
//! Promises: each entry has a source and counts once, however often and in whatever order it comes; the
//! same source with another content is refused, not merged. No day of an office is charged twice. Money
//! is conserved: what is open is what was charged, less what was forgiven, less what came in, plus what
//! was given back; a refund never exceeds what was paid too much.
//!
//! Sources are unique over all offices: a store keeps them under a unique key.

use std::fmt;

use jiff::civil::Date;

use super::charge::{Charge, ChargeId};
use super::money::MoneyFault;
use super::{Yen, deduction::Reason};
use crate::ServiceMonth;

/// 出所: what an entry comes from. Entries with the same source are the same event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(String);

impl Source {
    /// The charge of a term.
    pub fn charge(id: &ChargeId) -> Self {
        Self(format!("charge:{id}"))
    }

    /// One line of a month's deduction request.
    pub fn request(id: &ChargeId, month: ServiceMonth) -> Self {
        Self(format!("request:{month}:{id}"))
    }

    /// The answer to it.
    pub fn answer(id: &ChargeId, month: ServiceMonth) -> Self {
        Self(format!("answer:{month}:{id}"))
    }

    /// The one invoice of a charge.
    pub fn invoice(id: &ChargeId) -> Self {
        Self(format!("invoice:{id}"))
    }

    /// The one reminder of a charge.
    pub fn reminder(id: &ChargeId) -> Self {
        Self(format!("reminder:{id}"))
    }

    /// The end of the licence because the charge was not paid.
    pub fn ended(id: &ChargeId) -> Self {
        Self(format!("ended:{id}"))
    }

    /// The early end of a term.
    pub fn shortened(id: &ChargeId, until: Date) -> Self {
        Self(format!("shortened:{until}:{id}"))
    }

    /// An entry of a bank statement, by its identity.
    pub fn bank(identity: &str) -> Self {
        Self(format!("bank:{identity}"))
    }

    /// A decision of an operator, by its number: refunds, waivers, write-offs.
    pub fn operator(reference: &str) -> Self {
        Self(format!("operator:{reference}"))
    }

    /// A source as a store kept it.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The stored text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A term was granted or renewed.
    Charged(Charge),
    /// The term ends on this day already; its unused whole years are no longer owed.
    Shortened(Date),
    /// Asked for in the deduction request of a month.
    DeductionRequested(ServiceMonth, Yen),
    /// The 国保連合会 kept it back.
    Deducted(ServiceMonth, Yen),
    /// It did not.
    DeductionFailed(ServiceMonth, Reason),
    /// An invoice was issued, to be paid by this day.
    Invoiced(Date, Yen),
    /// The office was reminded of the overdue invoice.
    Reminded,
    /// The licence ended because nobody paid.
    LicenceEnded,
    /// Money came in at the bank.
    Paid(Yen),
    /// Money was given back.
    Refunded(Yen),
    /// 免除: it is no longer owed, by our decision.
    Waived(Yen),
    /// 貸倒: it is owed but given up.
    WrittenOff(Yen),
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it comes from.
    pub source: Source,
    /// Which charge it is about.
    pub charge: ChargeId,
    /// The day it happened. Not part of its identity: a repeated run has another day.
    pub on: Date,
    /// What happened.
    pub event: Event,
}

/// What a decision says: record the entry, or it was recorded before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Store it, with its audit line.
    Record,
    /// It counted before: change nothing.
    Already,
}

/// Why an entry is refused. Said to operators.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerFault {
    /// The same source said something else before.
    #[error("「{0}」はすでに別の内容で記録されています。取り込むファイルと台帳を比べてください。")]
    Conflict(Source),
    /// No such charge.
    #[error("請求 {0} は台帳にありません。請求番号を確かめてください。")]
    UnknownCharge(ChargeId),
    /// The office is charged for some of these days already.
    #[error("この期間は請求 {0} と重なります。二重に請求しないよう、期間を確かめてください。")]
    ChargedAlready(ChargeId),
    /// An amount that must be more than nothing.
    #[error("請求 {0}：金額は1円以上にしてください。")]
    NoAmount(ChargeId),
    /// Asked for, while another way of asking is under way or done.
    #[error(
        "請求 {0} はすでに請求中です（差引依頼中、または請求書発行済）。結果を取り込んでから行ってください。"
    )]
    AskedAlready(ChargeId),
    /// Asked for another amount than is open.
    #[error("請求 {charge}：残額は{open}です。金額を残額に合わせてください。")]
    NotTheOpenAmount {
        /// Which charge.
        charge: ChargeId,
        /// What is open.
        open: Yen,
    },
    /// An answer to a request that was not made, or was for another amount.
    #[error(
        "請求 {0}：この月にこの金額の差引は依頼していません。結果ファイルの年月と金額を確かめてください。"
    )]
    NotRequested(ChargeId),
    /// A reminder of an invoice that was not issued.
    #[error("請求 {0} の請求書はまだ発行していません。")]
    NotInvoiced(ChargeId),
    /// More is to be given back or given up than there is.
    #[error("請求 {charge}：{most}を超えることはできません。金額を確かめてください。")]
    TooMuch {
        /// Which charge.
        charge: ChargeId,
        /// The most that is possible.
        most: Yen,
    },
    /// Beyond all sense.
    #[error(transparent)]
    Money(#[from] MoneyFault),
}

/// The sums of one charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// What was charged.
    pub charged: Yen,
    /// What is no longer asked for: unused years, waivers, write-offs.
    pub forgiven: Yen,
    /// What was deducted.
    pub deducted: Yen,
    /// What came in at the bank.
    pub paid: Yen,
    /// What was given back.
    pub refunded: Yen,
}

impl Totals {
    /// What is still owed for it.
    ///
    /// # Errors
    /// When a sum leaves the range of money.
    pub fn due(&self) -> Result<Yen, MoneyFault> {
        self.charged.minus(self.forgiven)
    }

    /// What the office has paid and not got back.
    ///
    /// # Errors
    /// When a sum leaves the range of money.
    pub fn kept(&self) -> Result<Yen, MoneyFault> {
        self.deducted.plus(self.paid)?.minus(self.refunded)
    }

    /// What remains to be paid; negative when too much was paid.
    ///
    /// # Errors
    /// When a sum leaves the range of money.
    pub fn open(&self) -> Result<Yen, MoneyFault> {
        self.due()?.minus(self.kept()?)
    }
}

/// The entries of one office, or of many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    /// The ledger of entries that were recorded before; they are not judged again.
    pub fn of(entries: Vec<Entry>) -> Self {
        Self { entries }
    }

    /// All entries, in order of recording.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The events of one charge with their days.
    pub fn events(&self, id: ChargeId) -> impl DoubleEndedIterator<Item = (Date, &Event)> {
        self.entries.iter().filter(move |entry| entry.charge == id).map(|entry| (entry.on, &entry.event))
    }

    /// The charges, in order of recording.
    pub fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.entries.iter().filter_map(|entry| match &entry.event {
            Event::Charged(charge) => Some(charge),
            _ => None,
        })
    }

    /// One charge.
    pub fn charge(&self, id: ChargeId) -> Option<&Charge> {
        self.charges().find(|charge| charge.id == id)
    }

    /// Judges an entry and adds it when it is new.
    ///
    /// # Errors
    /// [`LedgerFault`] by its variants; then nothing is added.
    pub fn record(&mut self, entry: Entry) -> Result<Change, LedgerFault> {
        let change = super::judge::judge(self, &entry)?;
        if change == Change::Record {
            self.entries.push(entry);
        }
        Ok(change)
    }

    /// The sums of one charge.
    ///
    /// # Errors
    /// When a sum leaves the range of money.
    pub fn totals(&self, id: ChargeId) -> Result<Totals, MoneyFault> {
        let mut totals = Totals::default();
        for (_, event) in self.events(id) {
            let (sum, amount) = match event {
                Event::Charged(charge) => (&mut totals.charged, charge.amount),
                Event::Waived(amount) | Event::WrittenOff(amount) => (&mut totals.forgiven, *amount),
                Event::Deducted(_, amount) => (&mut totals.deducted, *amount),
                Event::Paid(amount) => (&mut totals.paid, *amount),
                Event::Refunded(amount) => (&mut totals.refunded, *amount),
                _ => continue,
            };
            *sum = sum.plus(amount)?;
        }
        let unused = self.charge(id).zip(self.shortened(id)).map(|(charge, until)| charge.unused(until));
        totals.forgiven = totals.forgiven.plus(unused.unwrap_or_default())?.min(totals.charged);
        Ok(totals)
    }

    /// What everything in the ledger comes to: positive when offices owe.
    ///
    /// # Errors
    /// When a sum leaves the range of money.
    pub fn balance(&self) -> Result<Yen, MoneyFault> {
        self.charges().try_fold(Yen::ZERO, |sum, charge| sum.plus(self.totals(charge.id)?.open()?))
    }

    /// The days a charge is for: the first, and the first after. Empty when it was taken back.
    ///
    /// # Errors
    /// When a sum leaves the range of money.
    pub fn days(&self, charge: &Charge) -> Result<(Date, Date), MoneyFault> {
        let from = charge.id.starts_on;
        let totals = self.totals(charge.id)?;
        if charge.amount.is_positive() && totals.due()? == Yen::ZERO {
            return Ok((from, from));
        }
        let whole = charge.after(charge.years.get());
        let Some(until) = self.shortened(charge.id) else { return Ok((from, whole)) };
        // A year that was begun is owed, so it is not charged again.
        let years = (0..=charge.years.get()).map(|year| charge.after(year));
        Ok((from, years.filter(|end| *end >= until).min().unwrap_or(whole)))
    }

    /// The earliest end that was recorded: of several, the order must not matter.
    fn shortened(&self, id: ChargeId) -> Option<Date> {
        let ends = self.events(id).filter_map(|(_, event)| match event {
            Event::Shortened(until) => Some(*until),
            _ => None,
        });
        ends.min()
    }

    /// The request that was made and not answered yet.
    pub fn awaited(&self, id: ChargeId) -> Option<(ServiceMonth, Yen)> {
        self.requests(id).find(|(month, _)| !self.is_answered(id, *month))
    }

    /// The requests that were made.
    pub fn requests(&self, id: ChargeId) -> impl Iterator<Item = (ServiceMonth, Yen)> {
        self.events(id).filter_map(|(_, event)| match event {
            Event::DeductionRequested(month, amount) => Some((*month, *amount)),
            _ => None,
        })
    }

    fn is_answered(&self, id: ChargeId, asked: ServiceMonth) -> bool {
        self.events(id).any(|(_, event)| {
            matches!(event, Event::Deducted(month, _) | Event::DeductionFailed(month, _) if *month == asked)
        })
    }

    /// The day by which the invoice is to be paid, when there is one.
    pub fn invoiced(&self, id: ChargeId) -> Option<Date> {
        self.events(id).find_map(|(_, event)| match event {
            Event::Invoiced(due, _) => Some(*due),
            _ => None,
        })
    }

    /// The name of the next charge of a term that begins on a day: the same as long as that charge
    /// stands, a new one when it was taken back.
    ///
    /// # Errors
    /// When a sum leaves the range of money.
    pub fn name(&self, office: crate::OfficeNumber, starts_on: Date) -> Result<ChargeId, MoneyFault> {
        let of_day = self.charges().filter(|it| it.id.office == office && it.id.starts_on == starts_on);
        let Some(last) = of_day.max_by_key(|charge| charge.id.nth) else {
            return Ok(ChargeId { office, starts_on, nth: 1 });
        };
        let (from, until) = self.days(last)?;
        let nth = if from == until { last.id.nth.saturating_add(1) } else { last.id.nth };
        Ok(ChargeId { nth, ..last.id })
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
pub(super) mod tests;
