//! Who pays under which name, payments that found no charge yet, and the monthly runs.

use careplan_domain::billing::bank::{BankEntry, Direction};
use careplan_domain::{OfficeNumber, ServiceMonth, Timestamp};
use jiff::civil::Date;
use uuid::Uuid;

use super::ledger::yen;
use super::values::{millis, number, parse};
use super::{Connected, StoreError, Tx, on};

const PAYERS: &str = "select o.number, o.kana, p.account, p.name from office o \
     left join payer p on p.office = o.number order by o.number";
const PAYER: &str = "select account, name from payer where office = $1";
const PUT_PAYER: &str = "insert into payer (office, account, name, changed_at) values ($1, $2, $3, $4) \
     on conflict (office) do update set account = excluded.account, name = excluded.name, \
     changed_at = excluded.changed_at";
const WAITING: &str = "select number, identity, booked_on, valued_on, kind, amount, remitter, payer, from_bank, \
     from_branch, told from bank_entry order by number";
const NEXT: &str = "select coalesce(max(number), 0) + 1 from bank_entry";
const KEEP: &str = "insert into bank_entry (number, identity, booked_on, valued_on, kind, amount, remitter, payer, \
     from_bank, from_branch, told, imported_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
     on conflict (identity) do nothing";
const TELL: &str = "update bank_entry set told = $1 where number = $2";
const FOUND: &str = "delete from bank_entry where number = $1";
const ADD_RUN: &str = "insert into billing_run (id, month, run_on, entries, operator, run_at) \
     values ($1, $2, $3, $4, $5, $6)";

pub(super) const STATEMENTS: &[&str] = &[PAYERS, PAYER, PUT_PAYER, WAITING, NEXT, KEEP, TELL, FOUND, ADD_RUN];

/// How an office is known in a bank's statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayerRow {
    /// Which office.
    pub office: OfficeNumber,
    /// Its name in kana, as it is registered.
    pub kana: String,
    /// 振込専用口座.
    pub account: Option<String>,
    /// 振込名義, where it is not the name in kana.
    pub name: Option<String>,
}

/// A payment that found no charge yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What operators call it.
    pub number: i64,
    /// The payment.
    pub entry: BankEntry,
    /// Why it was not matched, last.
    pub told: String,
}

/// All offices, as payers.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn payers(db: &mut impl Connected) -> Result<Vec<PayerRow>, StoreError> {
    let rows: Vec<(String, String, Option<String>, Option<String>)> =
        on!(db, |c| sqlx::query_as(PAYERS).fetch_all(&mut *c).await?);
    rows.into_iter()
        .map(|(office, kana, account, name)| {
            Ok(PayerRow { office: parse(&office, "office number")?, kana, account, name })
        })
        .collect()
}

/// The account and the name of a payer.
///
/// # Errors
/// When the database cannot be reached.
pub async fn payer(
    db: &mut impl Connected,
    office: &OfficeNumber,
) -> Result<(Option<String>, Option<String>), StoreError> {
    let row: Option<(Option<String>, Option<String>)> =
        on!(db, |c| sqlx::query_as(PAYER).bind(office.as_str()).fetch_optional(&mut *c).await?);
    Ok(row.unwrap_or_default())
}

/// Keeps how an office is known in a statement.
///
/// # Errors
/// A conflict when another office has the account; when the database cannot be reached.
pub async fn put_payer(
    tx: &mut Tx,
    office: &OfficeNumber,
    (account, name): (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(PUT_PAYER).bind(office.as_str()).bind(account).bind(name);
        query.bind(millis(now)).execute(&mut *c).await?;
    });
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Stored {
    number: i64,
    identity: String,
    booked_on: String,
    valued_on: String,
    kind: Option<i64>,
    amount: i64,
    remitter: Option<String>,
    payer: String,
    from_bank: String,
    from_branch: String,
    told: String,
}

impl Stored {
    fn waiting(self) -> Result<Waiting, StoreError> {
        let day = |text: &str| parse::<Date>(text, "day of a payment");
        let entry = BankEntry {
            booked_on: day(&self.booked_on)?,
            valued_on: day(&self.valued_on)?,
            identity: self.identity,
            inquiry: String::new(),
            direction: Direction::In,
            kind: self.kind.map(|kind| number(kind, "kind of a payment")).transpose()?,
            amount: yen(self.amount)?,
            remitter: self.remitter,
            payer: self.payer,
            from_bank: self.from_bank,
            from_branch: self.from_branch,
            summary: String::new(),
            edi: String::new(),
        };
        Ok(Waiting { number: self.number, entry, told: self.told })
    }
}

/// The payments that wait, oldest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn waiting(db: &mut impl Connected) -> Result<Vec<Waiting>, StoreError> {
    let rows: Vec<Stored> = on!(db, |c| sqlx::query_as(WAITING).fetch_all(&mut *c).await?);
    rows.into_iter().map(Stored::waiting).collect()
}

/// Keeps a payment that came in; one that waits already stays as it is.
///
/// # Errors
/// When the database cannot be reached.
pub async fn keep(tx: &mut Tx, entry: &BankEntry, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        let number: i64 = sqlx::query_scalar(NEXT).fetch_one(&mut *c).await?;
        sqlx::query(KEEP)
            .bind(number)
            .bind(&entry.identity)
            .bind(entry.booked_on.to_string())
            .bind(entry.valued_on.to_string())
            .bind(entry.kind.map(i64::from))
            .bind(entry.amount.get())
            .bind(entry.remitter.as_deref())
            .bind(&entry.payer)
            .bind(&entry.from_bank)
            .bind(&entry.from_branch)
            .bind("")
            .bind(millis(now))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}

/// Keeps why a payment was not matched.
///
/// # Errors
/// When the database cannot be reached.
pub async fn tell(tx: &mut Tx, number: i64, told: &str) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(TELL).bind(told).bind(number).execute(&mut *c).await?;
    });
    Ok(())
}

/// Forgets a payment that found its charge.
///
/// # Errors
/// When the database cannot be reached.
pub async fn found(tx: &mut Tx, number: i64) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(FOUND).bind(number).execute(&mut *c).await?;
    });
    Ok(())
}

/// Keeps that a month was run.
///
/// # Errors
/// When the database cannot be reached.
pub async fn add_run(
    tx: &mut Tx,
    (month, on): (ServiceMonth, Date),
    (entries, operator): (usize, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(ADD_RUN)
            .bind(Uuid::now_v7().as_bytes().to_vec())
            .bind(i64::from(month.as_number()))
            .bind(on.to_string())
            .bind(i64::try_from(entries).unwrap_or(i64::MAX))
            .bind(operator)
            .bind(millis(now))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}
