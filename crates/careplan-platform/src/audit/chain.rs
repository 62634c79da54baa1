//! One link of the chain, its hash, and how rows are written.

use aws_lc_rs::digest::{Context, SHA256};
use careplan_domain::Timestamp;

use super::Entry;
use crate::store::values::millis;
use crate::store::{Head, Insert, Table};

pub(crate) static INSERT: Table =
    Table::new("insert into audit (seq, at, actor, action, subject, detail, hash) values", 7, "");

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

/// Rows that were chained in memory.
pub(crate) fn insert(rows: Vec<Row>) -> Insert {
    let row = |row: Row| {
        [
            row.seq.into(),
            row.at.into(),
            row.actor.into(),
            row.action.into(),
            row.subject.into(),
            row.detail.into(),
            row.hash.to_vec().into(),
        ]
    };
    INSERT.rows(rows.into_iter().map(row))
}
