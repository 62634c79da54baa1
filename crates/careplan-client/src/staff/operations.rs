//! 操作記録: who did what, in lines that hold on to each other.

use careplan_domain::{Digest, Timestamp};
use careplan_envelope::Sha256;
use serde_json::Value;

use super::{Session, Staff};
use crate::local_api::ApplicationName;
use crate::state::StateFault;

/// The actor of what was done on the command line.
pub const THIS_PC: &str = "このパソコン";

/// Who does something, as the record names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(String);

impl Default for Actor {
    /// What nobody at the screens did: the command line, watched folders.
    fn default() -> Self {
        Self(THIS_PC.to_owned())
    }
}

impl From<&Session> for Actor {
    fn from(session: &Session) -> Self {
        Self(session.login.clone())
    }
}

impl From<&ApplicationName> for Actor {
    fn from(name: &ApplicationName) -> Self {
        Self(name.as_actor())
    }
}

impl Actor {
    /// As it was stored beside a wish that outlives the session.
    pub(crate) fn stored(name: String) -> Self {
        Self(name)
    }

    /// The name in the record.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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

/// A line whose values nothing can be made of: no such instant, no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// Its place.
    pub seq: i64,
}

/// Which lines are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Of whom; everybody's when absent.
    pub actor: Option<String>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
}

/// Where the chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The first place at which a line does not fit, or is missing.
    pub seq: i64,
}

/// Where the record ends, as it is kept beside its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seq: i64,
    pub(crate) hash: String,
}

/// Follows the lines from the first one on, page by page.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    seq: i64,
    hash: String,
}

impl Walk {
    /// Takes the next lines.
    pub(crate) fn take(&mut self, lines: Vec<Result<Operation, Unreadable>>) -> Result<(), Broken> {
        for line in lines {
            let broken = Broken { seq: self.seq.saturating_add(1) };
            let line = line.map_err(|_| broken)?;
            if line.seq != broken.seq || line.previous != self.hash || line.hash != link_hash(&line) {
                return Err(broken);
            }
            (self.seq, self.hash) = (line.seq, line.hash);
        }
        Ok(())
    }

    /// Whether the lines end where the record ends; how many they are.
    pub(crate) fn end(self, head: Option<Head>) -> Result<usize, Broken> {
        let next = self.seq.saturating_add(1);
        let seq = match head {
            Some(head) if head.seq == self.seq && head.hash == self.hash => {
                return Ok(usize::try_from(self.seq).unwrap_or_default());
            }
            Some(head) if head.seq == self.seq => self.seq.max(1),
            Some(head) => head.seq.saturating_add(1).clamp(1, next),
            None => next,
        };
        Err(Broken { seq })
    }
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

    /// Lines before a place, newest first; from the newest when no place is given. A line that cannot be read is left out here;
    /// [`verify_operations`](Self::verify_operations) tells of it.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn operations(&self, before: Option<i64>, limit: usize) -> Result<Vec<Operation>, StateFault> {
        let lines = self.search_operations(&Search::default(), before, limit).await?;
        Ok(lines.into_iter().filter_map(Result::ok).collect())
    }

    /// Lines that are wanted, before a place, newest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn search_operations(
        &self,
        wanted: &Search,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Result<Operation, Unreadable>>, StateFault> {
        self.state.operations_before(wanted, before.unwrap_or(i64::MAX), limit).await
    }

    /// Follows the chain from its beginning to its end; how many lines hold, or where it is broken.
    ///
    /// Who can write to the state file, knows how the lines are linked and reckons all of them anew is not found by this; a copy in a
    /// backup tells.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn verify_operations(&self) -> Result<Result<usize, Broken>, StateFault> {
        self.state.walk_operations().await
    }
}
