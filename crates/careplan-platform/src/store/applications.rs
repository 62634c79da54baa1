//! Applications, agreements, plans and charges of offices.

use careplan_domain::billing::charge::{Charge, ChargeId, Method};
use careplan_domain::licence::Years;
use careplan_domain::renewal::Plan;
use careplan_domain::{OfficeNumber, Timestamp, UserId};
use uuid::Uuid;

use super::values::{instant, millis, number, parse};
use super::{Connected, StoreError, Tx, on};

const APPLICATION: &str = "select years, terms_version, read_to, begun_at from application where office = $1";
const PUT_APPLICATION: &str = "insert into application (office, years, terms_version, read_to, begun_at) \
     values ($1, $2, $3, $4, $5) on conflict (office) do update set years = excluded.years, \
     terms_version = excluded.terms_version, read_to = excluded.read_to, begun_at = excluded.begun_at";
const END_APPLICATION: &str = "delete from application where office = $1";
const ADD_AGREEMENT: &str =
    "insert into agreement (id, office, user_id, terms_version, agreed_at) values ($1, $2, $3, $4, $5)";
const HAS_AGREED: &str = "select count(*) from agreement where office = $1";
const PLAN: &str = "select plan, years, method from licence_plan where office = $1";
const PUT_PLAN: &str = "insert into licence_plan (office, plan, years, method, changed_at) \
     values ($1, $2, $3, $4, $5) on conflict (office) do update set plan = excluded.plan, \
     years = excluded.years, method = excluded.method, changed_at = excluded.changed_at";
const ADD_CHARGE: &str = "insert into charge \
     (id, office, term, years, amount, tax_percent, pass, method, charged_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const TERM: &str = "select term from charge where id = $1";
const MOVE: &str = "update charge set term = $1 where id = $2";
const CHARGE: &str = "select id from charge where term = $1";
const RENEWING: &str = "select p.office from licence_plan p join licence_term t on t.office = p.office \
     where p.plan = 'automatic' and t.starts_at < t.ends_at group by p.office \
     having max(t.ends_at) > $1 and max(t.ends_at) <= $2 order by p.office";

pub(super) const STATEMENTS: &[&str] = &[
    APPLICATION,
    PUT_APPLICATION,
    END_APPLICATION,
    ADD_AGREEMENT,
    HAS_AGREED,
    PLAN,
    PUT_PLAN,
    ADD_CHARGE,
    TERM,
    MOVE,
    CHARGE,
    RENEWING,
];

/// An application that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Application {
    /// For so many years.
    pub years: Years,
    /// The version of the terms that is being read.
    pub terms_version: u32,
    /// Pages of the terms that were opened, in their order.
    pub read_to: u32,
    /// When it was begun.
    pub begun_at: Timestamp,
}

/// What is to happen at the end of a term, and how an office pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanRow {
    /// At the end of the term.
    pub plan: Plan,
    /// How it pays.
    pub method: Method,
}

/// The application of an office that is under way.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn application(
    db: &mut impl Connected,
    office: &OfficeNumber,
) -> Result<Option<Application>, StoreError> {
    let row: Option<(i64, i64, i64, i64)> =
        on!(db, |c| sqlx::query_as(APPLICATION).bind(office.as_str()).fetch_optional(&mut *c).await?);
    row.map(|(years, terms_version, read_to, begun_at)| {
        Ok(Application {
            years: years_of(years)?,
            terms_version: number(terms_version, "version of terms")?,
            read_to: number(read_to, "pages read")?,
            begun_at: instant(begun_at)?,
        })
    })
    .transpose()
}

/// Keeps an application.
///
/// # Errors
/// When there is no such office, or the database cannot be reached.
pub async fn put_application(
    tx: &mut Tx,
    office: &OfficeNumber,
    application: &Application,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(PUT_APPLICATION)
            .bind(office.as_str())
            .bind(i64::from(application.years.get()))
            .bind(i64::from(application.terms_version))
            .bind(i64::from(application.read_to))
            .bind(millis(application.begun_at))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}

/// Ends an application: granted, or taken back.
///
/// # Errors
/// When the database cannot be reached.
pub async fn end_application(tx: &mut Tx, office: &OfficeNumber) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(END_APPLICATION).bind(office.as_str()).execute(&mut *c).await?;
    });
    Ok(())
}

/// Keeps who agreed to which version of the terms.
///
/// # Errors
/// When there is no such office, or the database cannot be reached.
pub async fn add_agreement(
    tx: &mut Tx,
    user_id: &UserId,
    terms_version: u32,
    now: Timestamp,
) -> Result<Uuid, StoreError> {
    let id = Uuid::now_v7();
    on!(tx, |c| {
        sqlx::query(ADD_AGREEMENT)
            .bind(id.as_bytes().to_vec())
            .bind(user_id.office().to_string())
            .bind(user_id.as_str())
            .bind(i64::from(terms_version))
            .bind(millis(now))
            .execute(&mut *c)
            .await?;
    });
    Ok(id)
}

/// Whether an office ever agreed to terms of use.
///
/// # Errors
/// When the database cannot be reached.
pub async fn has_agreed(db: &mut impl Connected, office: &OfficeNumber) -> Result<bool, StoreError> {
    let count: i64 =
        on!(db, |c| sqlx::query_scalar(HAS_AGREED).bind(office.as_str()).fetch_one(&mut *c).await?);
    Ok(count > 0)
}

/// What an office wants at the end of its term; `None` before it applied.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn plan(db: &mut impl Connected, office: &OfficeNumber) -> Result<Option<PlanRow>, StoreError> {
    let row: Option<(String, i64, String)> =
        on!(db, |c| sqlx::query_as(PLAN).bind(office.as_str()).fetch_optional(&mut *c).await?);
    row.map(|(plan, years, method)| {
        let plan = match plan.as_str() {
            "automatic" => Plan::Automatic { years: years_of(years)? },
            "by_hand" => Plan::ByHand,
            "cancel" => Plan::Cancel,
            _ => return Err(StoreError::Corrupt("licence plan")),
        };
        Ok(PlanRow { plan, method: method_of(&method)? })
    })
    .transpose()
}

/// Keeps what an office wants at the end of its term.
///
/// # Errors
/// When there is no such office, or the database cannot be reached.
pub async fn put_plan(
    tx: &mut Tx,
    office: &OfficeNumber,
    row: PlanRow,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (plan, years) = match row.plan {
        Plan::Automatic { years } => ("automatic", years),
        Plan::ByHand => ("by_hand", Years::ONE),
        Plan::Cancel => ("cancel", Years::ONE),
    };
    on!(tx, |c| {
        sqlx::query(PUT_PLAN)
            .bind(office.as_str())
            .bind(plan)
            .bind(i64::from(years.get()))
            .bind(method_text(row.method))
            .bind(millis(now))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}

/// Charges a term.
///
/// # Errors
/// A conflict when the term is charged already; when the database cannot be reached.
pub async fn add_charge(
    tx: &mut Tx,
    (term, charge): (Uuid, &Charge),
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(ADD_CHARGE)
            .bind(charge.id.to_string())
            .bind(charge.id.office.to_string())
            .bind(term.as_bytes().to_vec())
            .bind(i64::from(charge.years.get()))
            .bind(charge.amount.get())
            .bind(i64::from(charge.tax.percent()))
            .bind(charge.pass.as_deref())
            .bind(method_text(charge.method))
            .bind(millis(now))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}

/// The term that a charge is for.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn term_of_charge(db: &mut impl Connected, charge: ChargeId) -> Result<Option<Uuid>, StoreError> {
    let id: Option<Vec<u8>> =
        on!(db, |c| sqlx::query_scalar(TERM).bind(charge.to_string()).fetch_optional(&mut *c).await?);
    id.map(|id| Uuid::from_slice(&id).map_err(|_| StoreError::Corrupt("id"))).transpose()
}

/// A charge pays for another term from now on: the one that was given back.
///
/// # Errors
/// When the database cannot be reached.
pub async fn move_charge(tx: &mut Tx, charge: ChargeId, term: Uuid) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(MOVE).bind(term.as_bytes().to_vec()).bind(charge.to_string());
        query.execute(&mut *c).await?;
    });
    Ok(())
}

/// The charge of a term; none where it was granted without.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn charge_of_term(db: &mut impl Connected, term: Uuid) -> Result<Option<ChargeId>, StoreError> {
    let id: Option<String> = on!(db, |c| {
        sqlx::query_scalar(CHARGE).bind(term.as_bytes().to_vec()).fetch_optional(&mut *c).await?
    });
    id.map(|id| parse(&id, "charge")).transpose()
}

/// The offices that renew automatically and whose last term ends after one instant and not after another.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn renewing(
    db: &mut impl Connected,
    (after, until): (Timestamp, Timestamp),
) -> Result<Vec<OfficeNumber>, StoreError> {
    let rows: Vec<String> = on!(db, |c| {
        sqlx::query_scalar(RENEWING).bind(millis(after)).bind(millis(until)).fetch_all(&mut *c).await?
    });
    rows.iter().map(|office| parse(office, "office number")).collect()
}

pub(super) fn years_of(years: i64) -> Result<Years, StoreError> {
    let years: u8 = number(years, "years")?;
    Years::new(years).map_err(|_| StoreError::Corrupt("years"))
}

pub(super) fn method_of(text: &str) -> Result<Method, StoreError> {
    match text {
        "deduction" => Ok(Method::Deduction),
        "invoice" => Ok(Method::Invoice),
        _ => Err(StoreError::Corrupt("method of payment")),
    }
}

fn method_text(method: Method) -> &'static str {
    match method {
        Method::Deduction => "deduction",
        Method::Invoice => "invoice",
    }
}
