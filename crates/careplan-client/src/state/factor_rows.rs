//! The second factors of people: the secret shared with an app.

use careplan_domain::Timestamp;
use careplan_login::{Lock, TotpSecret};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::settings::{GET, put as put_setting};
use super::{State, StateFault, Tx, from_ms, read_count, to_ms};

/// The setting that says whether everybody needs one.
const REQUIRED: &str = "second_factor_required";

const OF: &str =
    "select secret, confirmed_at, last_step, failures, locked_until from second_factor where staff = $1";
/// Wrong codes stay counted, and a code that was used stays used.
const PUT: &str = "insert into second_factor (staff, secret) values ($1, $2)
    on conflict (staff) do update set secret = excluded.secret, confirmed_at = null";
const SET: &str =
    "update second_factor set confirmed_at = $2, last_step = $3, failures = $4, locked_until = $5
    where staff = $1";
const REMOVE: &str = "delete from second_factor where staff = $1";

/// The second factor of somebody.
#[derive(Debug, Clone)]
pub(crate) struct Factor {
    /// Shared with the app.
    pub(crate) secret: TotpSecret,
    /// When a first code was right; until then it is asked of nobody.
    pub(crate) confirmed_at: Option<Timestamp>,
    /// The newest step whose code was used.
    pub(crate) last_step: i64,
    /// Wrong codes so far.
    pub(crate) lock: Lock,
}

impl State {
    pub(crate) async fn second_factor_required(&self) -> Result<bool, StateFault> {
        read_required(self.get(REQUIRED).await?.as_deref())
    }
}

/// The same in a transaction: who holds the write lock must not wait for another connection.
pub(crate) async fn is_required(tx: &mut Tx) -> Result<bool, StateFault> {
    let value: Option<String> = sqlx::query_scalar(GET).bind(REQUIRED).fetch_optional(&mut **tx).await?;
    read_required(value.as_deref())
}

fn read_required(value: Option<&str>) -> Result<bool, StateFault> {
    match value {
        None | Some("no") => Ok(false),
        Some("yes") => Ok(true),
        Some(_) => Err(StateFault::Damaged(REQUIRED)),
    }
}

pub(crate) async fn require(tx: &mut Tx, required: bool) -> Result<(), StateFault> {
    put_setting(tx, REQUIRED, if required { "yes" } else { "no" }).await
}

pub(crate) async fn of(tx: &mut Tx, staff: i64) -> Result<Option<Factor>, StateFault> {
    sqlx::query(OF).bind(staff).fetch_optional(&mut **tx).await?.as_ref().map(factor).transpose()
}

pub(crate) async fn put(tx: &mut Tx, staff: i64, secret: &TotpSecret) -> Result<(), StateFault> {
    sqlx::query(PUT).bind(staff).bind(secret.bytes()).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn set(tx: &mut Tx, staff: i64, factor: &Factor) -> Result<(), StateFault> {
    sqlx::query(SET)
        .bind(staff)
        .bind(factor.confirmed_at.map(to_ms))
        .bind(factor.last_step)
        .bind(i64::from(factor.lock.failures))
        .bind(factor.lock.locked_until.map(to_ms))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether there was one that counted; one that was only begun goes as well.
pub(crate) async fn remove(tx: &mut Tx, staff: i64) -> Result<bool, StateFault> {
    let counted = of(tx, staff).await?.is_some_and(|factor| factor.confirmed_at.is_some());
    sqlx::query(REMOVE).bind(staff).execute(&mut **tx).await?;
    Ok(counted)
}

fn factor(row: &SqliteRow) -> Result<Factor, StateFault> {
    let instant = |name: &'static str| -> Result<Option<Timestamp>, StateFault> {
        let at: Option<i64> = row.try_get(name)?;
        at.map(|at| from_ms(at, name)).transpose()
    };
    Ok(Factor {
        secret: TotpSecret::stored(row.try_get("secret")?).ok_or(StateFault::Damaged("secret"))?,
        confirmed_at: instant("confirmed_at")?,
        last_step: row.try_get("last_step")?,
        lock: Lock {
            failures: read_count(row.try_get("failures")?, "failures")?,
            locked_until: instant("locked_until")?,
        },
    })
}
