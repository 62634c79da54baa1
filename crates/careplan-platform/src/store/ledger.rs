//! 台帳: entries about charges, only ever added. Whether one may be added is judged above, by the same transaction.

use careplan_domain::billing::charge::{Charge, ChargeId};
use careplan_domain::billing::deduction::Reason;
use careplan_domain::billing::ledger::{Entry, Event, Ledger, Source};
use careplan_domain::billing::{TaxRate, Yen};
use careplan_domain::{OfficeNumber, ServiceMonth, Timestamp};
use jiff::civil::Date;

use super::applications::{method_of, years_of};
use super::values::{millis, number, parse};
use super::{Connected, StoreError, Tx, on};

const OF_OFFICE: &str = "select e.source, e.charge, e.happened_on, e.event, e.amount, e.month, e.day, e.reason, \
     c.years, c.amount as charged, c.tax_percent, c.pass, c.method \
     from ledger_entry e join charge c on c.id = e.charge where e.office = $1 order by e.seq";
const ANSWERED: &str = "select office from ledger_entry where source = $1";
const NEXT: &str = "select coalesce(max(seq), 0) + 1 from ledger_entry";
const INSERT: &str = "insert into ledger_entry \
     (seq, source, office, charge, happened_on, event, amount, month, day, reason, note, recorded_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const OFFICES: &str = "select distinct office from ledger_entry order by office";
const REQUESTED: &str = "select distinct office from ledger_entry \
     where event = 'deduction_requested' and month = $1 order by office";
const INVOICED: &str = "select distinct office from ledger_entry \
     where event = 'invoiced' and charge not in \
     (select charge from ledger_entry where event = 'licence_ended') order by office";

pub(super) const STATEMENTS: &[&str] = &[OF_OFFICE, ANSWERED, NEXT, INSERT, OFFICES, REQUESTED, INVOICED];

#[derive(sqlx::FromRow)]
struct Stored {
    source: String,
    charge: String,
    happened_on: String,
    event: String,
    amount: Option<i64>,
    month: Option<i64>,
    day: Option<String>,
    reason: Option<String>,
    years: i64,
    charged: i64,
    tax_percent: i64,
    pass: Option<String>,
    method: String,
}

impl Stored {
    fn entry(self) -> Result<Entry, StoreError> {
        let charge: ChargeId = parse(&self.charge, "charge")?;
        let on = parse(&self.happened_on, "day of an entry")?;
        Ok(Entry { source: Source::stored(self.source.clone()), charge, on, event: self.event(charge)? })
    }

    fn event(&self, id: ChargeId) -> Result<Event, StoreError> {
        Ok(match self.event.as_str() {
            "charged" => Event::Charged(self.charge(id)?),
            "shortened" => Event::Shortened(self.day()?),
            "deduction_requested" => Event::DeductionRequested(self.month()?, self.amount()?),
            "deducted" => Event::Deducted(self.month()?, self.amount()?),
            "deduction_failed" => Event::DeductionFailed(self.month()?, self.reason()?),
            "invoiced" => Event::Invoiced(self.day()?, self.amount()?),
            "reminded" => Event::Reminded,
            "licence_ended" => Event::LicenceEnded,
            "paid" => Event::Paid(self.amount()?),
            "refunded" => Event::Refunded(self.amount()?),
            "waived" => Event::Waived(self.amount()?),
            "written_off" => Event::WrittenOff(self.amount()?),
            _ => return Err(StoreError::Corrupt("event of the ledger")),
        })
    }

    fn charge(&self, id: ChargeId) -> Result<Charge, StoreError> {
        let tax = number(self.tax_percent, "tax rate")?;
        Ok(Charge {
            id,
            years: years_of(self.years)?,
            amount: yen(self.charged)?,
            tax: TaxRate::new(tax).map_err(|_| StoreError::Corrupt("tax rate"))?,
            pass: self.pass.clone(),
            method: method_of(&self.method)?,
        })
    }

    fn amount(&self) -> Result<Yen, StoreError> {
        yen(self.amount.ok_or(StoreError::Corrupt("amount"))?)
    }

    fn month(&self) -> Result<ServiceMonth, StoreError> {
        let month = number(self.month.unwrap_or_default(), "month of a deduction")?;
        ServiceMonth::from_number(month).map_err(|_| StoreError::Corrupt("month of a deduction"))
    }

    fn day(&self) -> Result<Date, StoreError> {
        parse(self.day.as_deref().unwrap_or_default(), "day of an event")
    }

    fn reason(&self) -> Result<Reason, StoreError> {
        let code = self.reason.as_deref().unwrap_or_default();
        let found = Reason::ALL.into_iter().find(|reason| reason.code() == code);
        found.ok_or(StoreError::Corrupt("reason of a deduction"))
    }
}

pub(super) fn yen(amount: i64) -> Result<Yen, StoreError> {
    Yen::new(amount).map_err(|_| StoreError::Corrupt("amount"))
}

/// An event as columns: its name, amount, month, day, reason.
#[derive(Default)]
struct Columns {
    event: &'static str,
    amount: Option<Yen>,
    month: Option<ServiceMonth>,
    day: Option<Date>,
    reason: Option<Reason>,
}

impl Columns {
    fn of(event: &Event) -> Self {
        let only = |event| Self { event, ..Self::default() };
        let money = |event, amount: &Yen| Self { amount: Some(*amount), ..only(event) };
        match event {
            Event::Charged(charge) => money("charged", &charge.amount),
            Event::Shortened(until) => Self { day: Some(*until), ..only("shortened") },
            Event::DeductionRequested(month, amount) => {
                Self { month: Some(*month), ..money("deduction_requested", amount) }
            }
            Event::Deducted(month, amount) => Self { month: Some(*month), ..money("deducted", amount) },
            Event::DeductionFailed(month, reason) => {
                Self { month: Some(*month), reason: Some(*reason), ..only("deduction_failed") }
            }
            Event::Invoiced(due, amount) => Self { day: Some(*due), ..money("invoiced", amount) },
            Event::Reminded => only("reminded"),
            Event::LicenceEnded => only("licence_ended"),
            Event::Paid(amount) => money("paid", amount),
            Event::Refunded(amount) => money("refunded", amount),
            Event::Waived(amount) => money("waived", amount),
            Event::WrittenOff(amount) => money("written_off", amount),
        }
    }
}

/// What an event is called in the database and in the audit.
pub fn event_name(event: &Event) -> &'static str {
    Columns::of(event).event
}

/// The ledger of an office.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn of_office(db: &mut impl Connected, office: &OfficeNumber) -> Result<Ledger, StoreError> {
    let rows: Vec<Stored> =
        on!(db, |c| sqlx::query_as(OF_OFFICE).bind(office.as_str()).fetch_all(&mut *c).await?);
    let entries: Result<Vec<Entry>, StoreError> = rows.into_iter().map(Stored::entry).collect();
    Ok(Ledger::of(entries?))
}

/// Whose entry a source is, if it counted already.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn whose(db: &mut impl Connected, source: &Source) -> Result<Option<OfficeNumber>, StoreError> {
    let office: Option<String> =
        on!(db, |c| sqlx::query_scalar(ANSWERED).bind(source.as_str()).fetch_optional(&mut *c).await?);
    office.map(|office| parse(&office, "office number")).transpose()
}

/// Adds an entry. Its charge must be there.
///
/// # Errors
/// A conflict when its source counted already; when the database cannot be reached.
pub async fn insert(
    tx: &mut Tx,
    entry: &Entry,
    note: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Columns { event, amount, month, day, reason } = Columns::of(&entry.event);
    on!(tx, |c| {
        let seq: i64 = sqlx::query_scalar(NEXT).fetch_one(&mut *c).await?;
        sqlx::query(INSERT)
            .bind(seq)
            .bind(entry.source.as_str())
            .bind(entry.charge.office.to_string())
            .bind(entry.charge.to_string())
            .bind(entry.on.to_string())
            .bind(event)
            .bind(amount.map(Yen::get))
            .bind(month.map(|month| i64::from(month.as_number())))
            .bind(day.map(|day| day.to_string()))
            .bind(reason.map(Reason::code))
            .bind(note)
            .bind(millis(now))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}

/// Every office that was ever charged.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn offices(db: &mut impl Connected) -> Result<Vec<OfficeNumber>, StoreError> {
    numbers(on!(db, |c| sqlx::query_scalar(OFFICES).fetch_all(&mut *c).await?))
}

/// The offices that stand on a month's requests.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn requested(
    db: &mut impl Connected,
    month: ServiceMonth,
) -> Result<Vec<OfficeNumber>, StoreError> {
    let month = i64::from(month.as_number());
    numbers(on!(db, |c| sqlx::query_scalar(REQUESTED).bind(month).fetch_all(&mut *c).await?))
}

/// The offices that got an invoice and did not lose their licence over it.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn invoiced(db: &mut impl Connected) -> Result<Vec<OfficeNumber>, StoreError> {
    numbers(on!(db, |c| sqlx::query_scalar(INVOICED).fetch_all(&mut *c).await?))
}

fn numbers(offices: Vec<String>) -> Result<Vec<OfficeNumber>, StoreError> {
    offices.iter().map(|office| parse(office, "office number")).collect()
}
