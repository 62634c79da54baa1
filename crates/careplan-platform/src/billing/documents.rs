//! 請求書と領収書 as data; pages and papers draw them.
//!
//! Promises: what stands on a document is what the ledger says, and who stands on it is who it was when it was issued, whatever they are
//! called later; tax is rounded once per rate and document. One without a registration
//! number does not call itself a qualified invoice (適格請求書). Another office's document does not exist.

use std::fmt;
use std::str::FromStr;

use careplan_domain::OfficeNumber;
use careplan_domain::billing::charge::{Charge, ChargeId, ChargeIdFault};
use careplan_domain::billing::ledger::{Entry, Event, Ledger};
use careplan_domain::billing::money::{MoneyFault, RateTotal, by_rate};
use careplan_domain::billing::{TaxRate, Yen};
use careplan_domain::calendar::spoken;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Billing, BillingFault};
use crate::config;
use crate::store::offices::{self, Registration};
use crate::store::{Connected, StoreError, ledger, parties};

/// Who issues documents, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Name.
    pub name: String,
    /// Address; empty when it is not configured.
    pub address: String,
    /// 適格請求書発行事業者の登録番号.
    pub registration_number: Option<String>,
    /// Where invoices are paid to.
    pub bank_account: Option<String>,
}

impl Issuer {
    pub(super) fn new(settings: &config::Billing) -> Self {
        let filled = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            name: filled(&settings.issuer_name).unwrap_or_else(|| "運用センター".to_owned()),
            address: settings.issuer_address.clone(),
            registration_number: filled(&settings.registration_number),
            bank_account: filled(&settings.bank_account),
        }
    }
}

/// To whom a document or a letter goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addressee {
    /// 事業所名.
    pub name: String,
    /// 所在地.
    pub address: String,
}

impl Addressee {
    /// An office at its registered address.
    pub fn of(office: Registration) -> Self {
        Self { name: office.name, address: office.address }
    }
}

/// Who stands on a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parties {
    /// Who issues it.
    pub issuer: Issuer,
    /// Who gets it.
    pub to: Addressee,
}

impl Parties {
    /// As they are called now.
    pub(super) async fn of_today(
        db: &mut impl Connected,
        office: &OfficeNumber,
        issuer: &Issuer,
    ) -> Result<Self, StoreError> {
        let mut registered = offices::registrations(db, &[*office]).await?;
        let to = registered.remove(office).map_or_else(Addressee::default, Addressee::of);
        Ok(Self { issuer: issuer.clone(), to })
    }
}

/// The name of a document: `invoice-` or `receipt-` and its charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentId {
    /// 請求書.
    Invoice(ChargeId),
    /// 領収書.
    Receipt(ChargeId),
}

impl DocumentId {
    /// The charge it is about.
    pub fn charge(self) -> ChargeId {
        match self {
            Self::Invoice(charge) | Self::Receipt(charge) => charge,
        }
    }

    /// What it is called.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Invoice(_) => "請求書",
            Self::Receipt(_) => "領収書",
        }
    }

    /// The document that an entry issues; a receipt is issued with the first money that comes in.
    pub(super) fn issued_by(entry: &Entry) -> Option<Self> {
        match entry.event {
            Event::Invoiced(..) => Some(Self::Invoice(entry.charge)),
            Event::Deducted(..) | Event::Paid(_) => Some(Self::Receipt(entry.charge)),
            _ => None,
        }
    }

    /// The documents that there are of a charge.
    pub(super) fn of(ledger: &Ledger, charge: ChargeId) -> Result<Vec<Self>, MoneyFault> {
        let invoice = ledger.invoiced(charge).map(|_| Self::Invoice(charge));
        let receipt = ledger.totals(charge)?.kept()?.is_positive().then_some(Self::Receipt(charge));
        Ok(invoice.into_iter().chain(receipt).collect())
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invoice(charge) => write!(f, "invoice-{charge}"),
            Self::Receipt(charge) => write!(f, "receipt-{charge}"),
        }
    }
}

impl FromStr for DocumentId {
    type Err = ChargeIdFault;

    fn from_str(text: &str) -> Result<Self, ChargeIdFault> {
        match text.split_once('-') {
            Some(("invoice", charge)) => Ok(Self::Invoice(charge.parse()?)),
            Some(("receipt", charge)) => Ok(Self::Receipt(charge.parse()?)),
            _ => Err(ChargeIdFault),
        }
    }
}

/// One line of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLine {
    /// What it is for.
    pub text: String,
    /// Tax included.
    pub amount: Yen,
    /// The rate of the tax in it.
    pub tax: TaxRate,
}

/// 請求書: what is asked for, and by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDocument {
    /// Its number, that of the charge.
    pub number: ChargeId,
    /// Who asks.
    pub issuer: Issuer,
    /// Who is asked.
    pub to: Addressee,
    /// When it was issued.
    pub issued_on: Date,
    /// When it is to be paid.
    pub due_on: Date,
    /// What for.
    pub lines: Vec<DocumentLine>,
    /// Sums and tax by rate.
    pub rates: Vec<RateTotal>,
    /// The sum.
    pub total: Yen,
}

/// 領収書: what came in, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptDocument {
    /// Its number, that of the charge.
    pub number: ChargeId,
    /// Who received it.
    pub issuer: Issuer,
    /// Who paid.
    pub to: Addressee,
    /// The day of the last payment.
    pub received_on: Date,
    /// How it was paid.
    pub how: &'static str,
    /// What for.
    pub lines: Vec<DocumentLine>,
    /// Sums and tax by rate.
    pub rates: Vec<RateTotal>,
    /// The sum, less what was given back.
    pub total: Yen,
}

/// Either of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// 請求書.
    Invoice(InvoiceDocument),
    /// 領収書.
    Receipt(ReceiptDocument),
}

impl Billing {
    /// A document of an office; none when there is no such document, or it is another office's.
    ///
    /// # Errors
    /// When the database cannot be reached, or a sum leaves the range of money.
    pub async fn document(
        &self,
        db: &mut impl Connected,
        office: &OfficeNumber,
        id: DocumentId,
    ) -> Result<Option<Document>, BillingFault> {
        if id.charge().office != *office {
            return Ok(None);
        }
        let ledger = ledger::of_office(db, office).await?;
        let Some(charge) = ledger.charge(id.charge()) else { return Ok(None) };
        let parties = match parties::of(db, id).await? {
            Some(parties) => parties,
            // It was issued before that was kept.
            None => Parties::of_today(db, office, &self.issuer).await?,
        };
        Ok(match id {
            DocumentId::Invoice(_) => invoice(&ledger, charge, parties)?.map(Document::Invoice),
            DocumentId::Receipt(_) => receipt(&ledger, charge, parties)?.map(Document::Receipt),
        })
    }
}

fn line(charge: &Charge, amount: Yen) -> DocumentLine {
    let (first, end) = (charge.id.starts_on, charge.after(charge.years.get()));
    let (first, last) = (spoken(first), spoken(end.saturating_sub(1.day())));
    let text = format!("ケアプランデータ連携 ライセンス料 {}年（{first}から{last}まで）", charge.years);
    DocumentLine { text, amount, tax: charge.tax }
}

fn invoice(
    ledger: &Ledger,
    charge: &Charge,
    Parties { issuer, to }: Parties,
) -> Result<Option<InvoiceDocument>, MoneyFault> {
    let issued = ledger.events(charge.id).find_map(|(on, event)| match event {
        Event::Invoiced(due, amount) => Some((on, *due, *amount)),
        _ => None,
    });
    let Some((issued_on, due_on, total)) = issued else { return Ok(None) };
    let rates = by_rate([(total, charge.tax)])?;
    let lines = vec![line(charge, total)];
    Ok(Some(InvoiceDocument { number: charge.id, issuer, to, issued_on, due_on, lines, rates, total }))
}

fn receipt(
    ledger: &Ledger,
    charge: &Charge,
    Parties { issuer, to }: Parties,
) -> Result<Option<ReceiptDocument>, MoneyFault> {
    let total = ledger.totals(charge.id)?.kept()?;
    let paid = ledger.events(charge.id).filter_map(|(on, event)| match event {
        Event::Deducted(..) => Some((on, "国保連合会の支払いからの差引")),
        Event::Paid(_) => Some((on, "銀行振込")),
        _ => None,
    });
    let Some((received_on, how)) = paid.max_by_key(|(on, _)| *on).filter(|_| total.is_positive()) else {
        return Ok(None);
    };
    let rates = by_rate([(total, charge.tax)])?;
    let lines = vec![line(charge, total)];
    Ok(Some(ReceiptDocument { number: charge.id, issuer, to, received_on, how, lines, rates, total }))
}
