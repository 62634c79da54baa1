//! The people of the office (職員): who may use the screens, and what they did.
//!
//! Promises: nobody is deleted — who leaves is locked away, and their work stays theirs; there is always a manager who can log in;
//! passwords are kept as slow hashes only, and an unknown name costs and answers the same as a wrong password; every log-in and every
//! change stands in the record of operations, whose lines are chained, so that one that was changed, taken out or moved is found.

mod fault;
mod log_in;
mod operations;
mod people;

use careplan_domain::Timestamp;
use careplan_login::{Hasher, LockRule};
use jiff::SignedDuration;

pub use fault::{SessionFault, StaffFault};
pub use operations::{Broken, Operation, THIS_PC, link_hash};
pub use people::{LoginName, NAME_CHARS_MAX, NewPerson};

use crate::state::{State, StateFault};

/// Without a request for so long, a session is over: several people share one PC.
pub const IDLE_MAX: SignedDuration = SignedDuration::from_mins(60);

/// However busy, a session is over after this.
pub const SESSION_MAX: SignedDuration = SignedDuration::from_hours(12);

/// Sessions of one person; the one that was seen longest ago makes room.
pub const SESSIONS_MAX: usize = 20;

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// 管理者: everything.
    Manager,
    /// 一般: the daily work; not people, settings, certificates.
    Member,
}

impl Role {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Member => "member",
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Manager => "管理者",
            Self::Member => "一般",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Manager, Self::Member].into_iter().find(|role| role.as_str() == text)
    }
}

/// What a session may do before it may do everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password is the one that a manager handed out: it is changed first.
    PasswordTemporary,
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
}

impl Staff {
    /// The people in a state file; passwords are hashed at the places of `hasher`.
    pub fn new(state: State, hasher: Hasher) -> Self {
        Self { state, hasher, rule: LockRule::default() }
    }

    /// Whether there is nobody yet.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn is_empty(&self) -> Result<bool, StateFault> {
        Ok(self.state.people().await?.is_empty())
    }

    /// Everybody, by their log-in names; who left comes last.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn people(&self) -> Result<Vec<Person>, StateFault> {
        self.state.people().await
    }
}
