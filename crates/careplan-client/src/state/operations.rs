//! 操作記録 in the state file.

use careplan_domain::Timestamp;
use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{State, StateFault, Tx, from_ms, to_ms};
use crate::staff::{Broken, Head, Operation, Search, Unreadable, Walk, link_hash};

const HEAD: &str = "select seq, hash from operation_head";
const NEWEST: &str = "select max(seq) from operation";
const SET_HEAD: &str = "insert into operation_head (only, seq, hash) values (1, $1, $2)
    on conflict (only) do update set seq = excluded.seq, hash = excluded.hash";
const INSERT: &str = "insert into operation (seq, at, actor, action, subject, detail, previous, hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const BEFORE: &str = "select seq, at, actor, action, subject, detail, previous, hash from operation
    where seq < $1 and ($3 is null or actor = $3) and ($4 is null or at >= $4) and ($5 is null or at < $5)
    order by seq desc limit $2";
const FROM: &str = "select seq, at, actor, action, subject, detail, previous, hash from operation
    where seq >= $1 order by seq limit $2";

/// Lines that are read at once when they are verified.
const PAGE: i64 = 1_000;

/// Adds a line in the transaction of what it tells. It holds on to the end of the record as it is kept: where lines were cut off or put
/// in, the gap stays and is found, and the work of the office goes on.
pub(crate) async fn append(
    tx: &mut Tx,
    (actor, now): (&str, Timestamp),
    (action, subject): (&str, &str),
    detail: &Value,
) -> Result<(), StateFault> {
    let head = head(tx).await?.unwrap_or(Head { seq: 0, hash: String::new() });
    let newest: Option<i64> = sqlx::query_scalar(NEWEST).fetch_one(&mut **tx).await?;
    let last = newest.map_or(head.seq, |newest| newest.max(head.seq));
    let mut line = Operation {
        seq: last.checked_add(1).ok_or(StateFault::Damaged("seq"))?,
        at: now,
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_string(),
        previous: head.hash,
        hash: String::new(),
    };
    line.hash = link_hash(&line);
    sqlx::query(SET_HEAD).bind(line.seq).bind(&line.hash).execute(&mut **tx).await?;
    sqlx::query(INSERT)
        .bind(line.seq)
        .bind(to_ms(line.at))
        .bind(line.actor)
        .bind(line.action)
        .bind(line.subject)
        .bind(line.detail)
        .bind(line.previous)
        .bind(line.hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The end of the record; `None` when it was taken away, or nothing can be made of it.
async fn head(tx: &mut Tx) -> Result<Option<Head>, StateFault> {
    let row = sqlx::query(HEAD).fetch_optional(&mut **tx).await?;
    let read =
        |row: SqliteRow| Ok::<_, sqlx::Error>(Head { seq: row.try_get("seq")?, hash: row.try_get("hash")? });
    Ok(row.and_then(|row| read(row).ok()))
}

impl State {
    pub(crate) async fn operations_before(
        &self,
        wanted: &Search,
        seq: i64,
        limit: usize,
    ) -> Result<Vec<Result<Operation, Unreadable>>, StateFault> {
        let rows = sqlx::query(BEFORE)
            .bind(seq)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(wanted.actor.as_deref())
            .bind(wanted.from.map(to_ms))
            .bind(wanted.until.map(to_ms))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(operation).collect()
    }

    /// Follows all lines to the end that is kept; both as they are at one instant, while others go on writing.
    pub(crate) async fn walk_operations(&self) -> Result<Result<usize, Broken>, StateFault> {
        let mut tx = self.pool.begin().await?;
        let (mut walk, mut from) = (Walk::default(), i64::MIN);
        loop {
            let rows = sqlx::query(FROM).bind(from).bind(PAGE).fetch_all(&mut *tx).await?;
            let lines: Vec<_> = rows.iter().map(operation).collect::<Result<_, _>>()?;
            let Some(last) = rows.last() else { break };
            from = last.try_get::<i64, _>("seq")?.saturating_add(1);
            if let Err(broken) = walk.take(lines) {
                return Ok(Err(broken));
            }
        }
        Ok(walk.end(head(&mut tx).await?))
    }
}

/// A line, or which one cannot be read.
fn operation(row: &SqliteRow) -> Result<Result<Operation, Unreadable>, StateFault> {
    let seq = row.try_get("seq")?;
    Ok(values(seq, row).map_err(|_| Unreadable { seq }))
}

fn values(seq: i64, row: &SqliteRow) -> Result<Operation, StateFault> {
    Ok(Operation {
        seq,
        at: from_ms(row.try_get("at")?, "at")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        detail: row.try_get("detail")?,
        previous: row.try_get("previous")?,
        hash: row.try_get("hash")?,
    })
}
