//! 操作記録 in the state file.

use careplan_domain::Timestamp;
use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{State, StateFault, Tx, from_ms, to_ms};
use crate::staff::{Operation, link_hash};

const LAST: &str = "select seq, hash from operation order by seq desc limit 1";
const INSERT: &str = "insert into operation (seq, at, actor, action, subject, detail, previous, hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const BEFORE: &str = "select seq, at, actor, action, subject, detail, previous, hash from operation
    where seq < $1 order by seq desc limit $2";
const AFTER: &str = "select seq, at, actor, action, subject, detail, previous, hash from operation
    where seq > $1 order by seq limit $2";

/// Adds a line in the transaction of what it tells.
pub(crate) async fn append(
    tx: &mut Tx,
    (actor, now): (&str, Timestamp),
    (action, subject): (&str, &str),
    detail: &Value,
) -> Result<(), StateFault> {
    let last = sqlx::query(LAST).fetch_optional(&mut **tx).await?;
    let (seq, previous) = match last {
        Some(row) => (row.try_get::<i64, _>("seq")? + 1, row.try_get("hash")?),
        None => (1, String::new()),
    };
    let mut line = Operation {
        seq,
        at: now,
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_string(),
        previous,
        hash: String::new(),
    };
    line.hash = link_hash(&line);
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

impl State {
    pub(crate) async fn operations_before(
        &self,
        seq: i64,
        limit: usize,
    ) -> Result<Vec<Operation>, StateFault> {
        self.operations(BEFORE, seq, limit).await
    }

    pub(crate) async fn operations_after(
        &self,
        seq: i64,
        limit: usize,
    ) -> Result<Vec<Operation>, StateFault> {
        self.operations(AFTER, seq, limit).await
    }

    async fn operations(
        &self,
        query: &'static str,
        seq: i64,
        limit: usize,
    ) -> Result<Vec<Operation>, StateFault> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = sqlx::query(query).bind(seq).bind(limit).fetch_all(&self.pool).await?;
        rows.iter().map(operation).collect()
    }
}

fn operation(row: &SqliteRow) -> Result<Operation, StateFault> {
    Ok(Operation {
        seq: row.try_get("seq")?,
        at: from_ms(row.try_get("at")?, "at")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        detail: row.try_get("detail")?,
        previous: row.try_get("previous")?,
        hash: row.try_get("hash")?,
    })
}
