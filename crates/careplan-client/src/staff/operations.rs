//! 操作記録: who did what, in lines that hold on to each other.

use careplan_domain::{Digest, Timestamp};
use careplan_envelope::Sha256;
use serde_json::Value;

use super::Staff;
use crate::state::StateFault;

/// The actor of what was done on the command line.
pub const THIS_PC: &str = "このパソコン";

/// Lines that are read at once when they are verified.
const PAGE: usize = 1_000;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its place, from 1.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What: a stable word such as `staff.added`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More, as JSON. No names of users, no secrets.
    pub detail: String,
    /// The hash of the line before; empty in the first.
    pub previous: String,
    /// SHA-256 over all of it.
    pub hash: String,
}

/// Where the chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The first line that does not fit.
    pub seq: i64,
}

/// The hash of a line: over each part with its length, so that no part can be moved into the next.
pub fn link_hash(line: &Operation) -> String {
    let mut digest = Sha256::new();
    let (seq, at) = (line.seq.to_string(), line.at.as_millisecond().to_string());
    for part in [&seq, &at, &line.actor, &line.action, &line.subject, &line.detail, &line.previous] {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    Digest(digest.finish()).to_string()
}

impl Staff {
    /// Notes what somebody did.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn note(
        &self,
        (actor, now): (&str, Timestamp),
        (action, subject): (&str, &str),
        detail: &Value,
    ) -> Result<(), StateFault> {
        let mut tx = self.state.begin().await?;
        crate::state::append_operation(&mut tx, (actor, now), (action, subject), detail).await?;
        crate::state::commit(tx).await
    }

    /// Lines before a place, newest first; from the newest when no place is given.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn operations(&self, before: Option<i64>, limit: usize) -> Result<Vec<Operation>, StateFault> {
        self.state.operations_before(before.unwrap_or(i64::MAX), limit).await
    }

    /// Follows the chain from its beginning; how many lines hold, or where it is broken.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn verify_operations(&self) -> Result<Result<usize, Broken>, StateFault> {
        let (mut count, mut last, mut previous) = (0, 0, String::new());
        loop {
            let lines = self.state.operations_after(last, PAGE).await?;
            if lines.is_empty() {
                return Ok(Ok(count));
            }
            for line in lines {
                if line.seq != last + 1 || line.previous != previous || line.hash != link_hash(&line) {
                    return Ok(Err(Broken { seq: last + 1 }));
                }
                (count, last, previous) = (count + 1, line.seq, line.hash);
            }
        }
    }
}
