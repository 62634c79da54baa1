//! The people of the office (職員): who may use the screens, and what they did.
//!
//! Promises: nobody is deleted — who leaves is locked away, and their work stays theirs; there is always a manager who can log in;
//! passwords are kept as slow hashes only, and an unknown name costs, answers and locks the same as a wrong password; every log-in and every
//! change stands in the record of operations, whose lines are chained, so that one that was changed, taken out or moved is found.

mod fault;
mod log_in;
mod operations;
mod people;
mod role;
mod second_factor;
mod sessions;
mod strangers;

use std::sync::Arc;

use careplan_domain::Timestamp;
use careplan_login::{Hasher, LockRule};
use jiff::SignedDuration;

pub use fault::{SessionFault, StaffFault};
pub use operations::{Actor, Broken, Operation, Search, THIS_PC, Unreadable, link_hash};
pub(crate) use operations::{Head, Walk};
pub use people::{LoginName, NAME_CHARS_MAX, NewPerson};
pub use role::{Act, Role};
pub use sessions::OpenSession;
use strangers::Strangers;

use crate::state::{State, StateFault};

/// Without a request for so long, a session is over: several people share one PC.
pub const IDLE_MAX: SignedDuration = SignedDuration::from_mins(60);

/// However busy, a session is over after this.
pub const SESSION_MAX: SignedDuration = SignedDuration::from_hours(12);

/// Sessions of one person; the one that was seen longest ago makes room.
pub const SESSIONS_MAX: usize = 20;

/// What a session may do before it may do everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password is the one that a manager handed out: it is changed first.
    PasswordTemporary,
    /// The code of the second factor is asked for.
    SecondFactorDue,
    /// Everybody needs a second factor, and there is none yet: it is set up first.
    SecondFactorMissing,
    /// Nothing is owed.
    Full,
}

/// One person, as others see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The number in this office.
    pub id: i64,
    /// What they type to log in.
    pub login: String,
    /// 職員名.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they left.
    pub is_away: bool,
    /// Whether the password is one that a manager handed out.
    pub is_temporary: bool,
    /// Until when log-in is locked, if it was.
    pub locked_until: Option<Timestamp>,
    /// When they were added.
    pub added_at: Timestamp,
    /// When they logged in last.
    pub last_login_at: Option<Timestamp>,
    /// Since when their second factor counts, if they have one.
    pub second_factor_since: Option<Timestamp>,
}

/// Somebody who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub person: i64,
    /// What they typed to log in.
    pub login: String,
    /// 職員名.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// How far the session may go.
    pub stage: Stage,
    /// Which session it is: the digest of its token.
    pub digest: String,
}

/// What a session remembers of its browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor(String);

impl Visitor {
    /// From the header that browsers send; a word of ours, not theirs, which may be anything.
    pub fn new(agent: Option<&str>) -> Self {
        let agent = agent.unwrap_or_default();
        let known = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
        let found = known.into_iter().find(|(sign, _)| agent.contains(sign));
        Self(found.map_or("その他のブラウザー", |(_, name)| name).to_owned())
    }

    /// The browser, as people call it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The people of an office. Clones are the same.
#[derive(Debug, Clone)]
pub struct Staff {
    state: State,
    hasher: Hasher,
    rule: LockRule,
    strangers: Arc<Strangers>,
}

impl Staff {
    /// The people in a state file; passwords are hashed at the places of `hasher`.
    pub fn new(state: State, hasher: Hasher) -> Self {
        Self { state, hasher, rule: LockRule::default(), strangers: Arc::default() }
    }

    /// Whether there is nobody yet.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn is_empty(&self) -> Result<bool, StateFault> {
        Ok(self.state.people().await?.is_empty())
    }

    /// One of them, by number.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn person(&self, id: i64) -> Result<Option<Person>, StateFault> {
        self.state.staff_by_id(id).await
    }

    /// Everybody, by their log-in names; who left comes last.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn people(&self) -> Result<Vec<Person>, StateFault> {
        self.state.people().await
    }
}
