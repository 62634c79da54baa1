//! One link of the chain, its hash, and how rows are written.

use aws_lc_rs::digest::{Context, SHA256};
use careplan_domain::Timestamp;

use super::Entry;
use crate::store::values::millis;
use crate::store::{Connected, Head, ManyRows, StoreError, on};

pub(crate) static INSERT: ManyRows =
    ManyRows::new("insert into audit (seq, at, actor, action, subject, detail, hash) values", 7, "");

/// A row of the audit table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// 1, 2, 3 … without gaps.
    pub seq: i64,
    /// Milliseconds UTC.
    pub at: i64,
    /// `office:…`, `operator:…` or `platform`.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// JSON.
    pub detail: String,
    /// [`chain_hash`] of the hash before and this row.
    pub hash: [u8; 32],
}

impl Row {
    /// The row that tells of `entry` and follows `head`.
    pub(super) fn after(head: Head, now: Timestamp, entry: Entry) -> Self {
        let mut row = Self {
            seq: head.seq + 1,
            at: millis(now),
            actor: entry.actor.to_string(),
            action: entry.action.to_owned(),
            subject: entry.subject,
            detail: entry.detail.to_string(),
            hash: [0; 32],
        };
        row.hash = chain_hash(&head.hash, &row);
        row
    }
}

/// SHA-256 over the hash before, the two numbers (8 bytes each, big-endian) and the four texts,
/// each after its length in bytes (8 bytes, big-endian). The row's own `hash` plays no part.
pub fn chain_hash(before: &[u8; 32], row: &Row) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(&row.seq.to_be_bytes());
    context.update(&row.at.to_be_bytes());
    for text in [&row.actor, &row.action, &row.subject, &row.detail] {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// Writes rows that were chained in memory.
pub(crate) async fn insert(db: &mut impl Connected, mut rows: Vec<Row>) -> Result<(), StoreError> {
    while let Some(group) = ManyRows::group(&mut rows) {
        let text = INSERT.text(group.len());
        on!(db, |c| {
            let mut query = sqlx::query(text);
            for row in group {
                query = query
                    .bind(row.seq)
                    .bind(row.at)
                    .bind(row.actor)
                    .bind(row.action)
                    .bind(row.subject)
                    .bind(row.detail)
                    .bind(row.hash.to_vec());
            }
            query.execute(&mut *c).await?;
        });
    }
    Ok(())
}
