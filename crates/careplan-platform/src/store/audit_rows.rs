//! Reading the audit chain, its head and its checkpoints. Rows are written by [`Tx`] alone.

use careplan_domain::Timestamp;

use super::values::millis;
use super::{Connected, Head, StoreError, Tx, on};
use crate::audit::Row;

const HEAD: &str = "select last_seq, last_hash from audit_head where id = 1";
const AFTER: &str = "select seq, at, actor, action, subject, detail, hash from audit \
     where seq > $1 order by seq limit $2";
const OF_SUBJECT: &str = "select seq, at, actor, action, subject, detail, hash from audit \
     where subject = $1 order by seq";
const CHECKPOINTS: &str = "select seq, signed from audit_checkpoint order by seq";
const LAST_CHECKPOINT: &str = "select seq, at from audit_checkpoint order by seq desc limit 1";
const CHECKPOINT_BEFORE: &str = "select seq from audit_checkpoint where at < $1 order by seq desc limit 1";
const INSERT_CHECKPOINT: &str = "insert into audit_checkpoint (seq, signed, at) values ($1, $2, $3) \
     on conflict (seq) do nothing";
const DROP_ROWS: &str = "delete from audit where seq <= $1";
const DROP_CHECKPOINTS: &str = "delete from audit_checkpoint where seq < $1";

pub(super) const STATEMENTS: &[&str] = &[
    HEAD,
    AFTER,
    OF_SUBJECT,
    CHECKPOINTS,
    LAST_CHECKPOINT,
    CHECKPOINT_BEFORE,
    INSERT_CHECKPOINT,
    DROP_ROWS,
    DROP_CHECKPOINTS,
];

#[derive(sqlx::FromRow)]
struct Stored {
    seq: i64,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    detail: String,
    hash: Vec<u8>,
}

impl TryFrom<Stored> for Row {
    type Error = StoreError;

    fn try_from(stored: Stored) -> Result<Self, StoreError> {
        let Stored { seq, at, actor, action, subject, detail, hash } = stored;
        let hash = hash.try_into().map_err(|_| StoreError::Corrupt("audit hash"))?;
        Ok(Self { seq, at, actor, action, subject, detail, hash })
    }
}

/// The end of the chain.
///
/// # Errors
/// When the database cannot be reached.
pub async fn head(db: &mut impl Connected) -> Result<Head, StoreError> {
    let (seq, hash): (i64, Vec<u8>) = on!(db, |c| sqlx::query_as(HEAD).fetch_one(&mut *c).await?);
    Ok(Head { seq, hash: hash.try_into().map_err(|_| StoreError::Corrupt("audit hash"))? })
}

/// Rows after a number, in order.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn after(db: &mut impl Connected, seq: i64, limit: u32) -> Result<Vec<Row>, StoreError> {
    let rows: Vec<Stored> =
        on!(db, |c| { sqlx::query_as(AFTER).bind(seq).bind(i64::from(limit)).fetch_all(&mut *c).await? });
    rows.into_iter().map(Row::try_from).collect()
}

/// Everything that was done to a subject, in order. Reads the whole table: for operators.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn of_subject(db: &mut impl Connected, subject: &str) -> Result<Vec<Row>, StoreError> {
    let rows: Vec<Stored> = on!(db, |c| sqlx::query_as(OF_SUBJECT).bind(subject).fetch_all(&mut *c).await?);
    rows.into_iter().map(Row::try_from).collect()
}

/// Every checkpoint with its row number, in order.
///
/// # Errors
/// When the database cannot be reached.
pub async fn checkpoints(db: &mut impl Connected) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(CHECKPOINTS).fetch_all(&mut *c).await?))
}

/// The newest checkpoint: its row number, and when it was made (milliseconds UTC).
///
/// # Errors
/// When the database cannot be reached.
pub async fn last_checkpoint(db: &mut impl Connected) -> Result<Option<(i64, i64)>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(LAST_CHECKPOINT).fetch_optional(&mut *c).await?))
}

/// Stores a checkpoint.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn insert_checkpoint(
    tx: &mut Tx,
    seq: i64,
    signed: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(INSERT_CHECKPOINT).bind(seq).bind(signed).bind(millis(now)).execute(&mut *c).await?;
    });
    Ok(())
}

/// Drops rows whose term is over: all up to the newest checkpoint made before an instant, which
/// then anchors the rest of the chain.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn drop_before(tx: &mut Tx, instant: Timestamp) -> Result<u64, StoreError> {
    let anchor: Option<i64> = on!(tx, |c| sqlx::query_scalar(CHECKPOINT_BEFORE)
        .bind(millis(instant))
        .fetch_optional(&mut *c)
        .await?);
    let Some(anchor) = anchor else { return Ok(0) };
    Ok(on!(tx, |c| {
        sqlx::query(DROP_CHECKPOINTS).bind(anchor).execute(&mut *c).await?;
        sqlx::query(DROP_ROWS).bind(anchor).execute(&mut *c).await?.rows_affected()
    }))
}
