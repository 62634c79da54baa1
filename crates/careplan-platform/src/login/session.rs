//! Sessions of the web site: from a right password to the log-out.
//!
//! Promises: a session is found by a token whose SHA-256 alone is stored; it ends after an idle time
//! and, whatever happens, after an absolute one; it gets a new token whenever it may do more than
//! before. How far it may go is a [`Stage`], and an account that must change its password or owes a
//! second factor gets no further. Every log-in and log-out stands in the audit.

use std::net::IpAddr;

use careplan_domain::{Digest, OfficeNumber, Secret, Timestamp, UserId};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::{LoggedIn, LoginFault, Passwords, Stage, Token, browser};
use crate::audit::{self, Actor, Entry};
use crate::store::accounts::{self, Account};
use crate::store::{Store, StoreError, Tx, second_factors, sessions};

/// Sessions of one account at the same time: every person of a large office with two browsers. The
/// one that was seen longest ago makes room.
pub const SESSIONS_MAX: usize = 40;

/// How often it is written that a session was seen: a write for each page would be a write for each
/// picture.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// How long sessions last, and what an account owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRule {
    /// Ends when nothing was asked for so long.
    pub idle: SignedDuration,
    /// Ends in any case after so long.
    pub absolute: SignedDuration,
    /// Whether every account must have a second factor.
    pub second_factor_required: bool,
}

impl Default for SessionRule {
    /// An hour, half a day, and the second factor is offered.
    fn default() -> Self {
        let (idle, absolute) = (SignedDuration::from_mins(60), SignedDuration::from_hours(12));
        Self { idle, absolute, second_factor_required: false }
    }
}

/// Who logs in from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    browser: String,
    address: IpAddr,
}

impl Visitor {
    /// By the `User-Agent` of the request and the address it came from.
    pub fn new(user_agent: Option<&str>, address: IpAddr) -> Self {
        Self { browser: browser::in_words(user_agent.unwrap_or_default()), address }
    }
}

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names it in lists and forms; opens nothing.
    pub id: Uuid,
    /// Who logged in.
    pub user_id: UserId,
    /// How far it may go.
    pub stage: Stage,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last seen, to the minute.
    pub seen_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// The browser in a few words.
    pub browser: String,
    /// The network address it was opened from.
    pub address: String,
}

impl Session {
    /// Whose session it is.
    pub fn office(&self) -> OfficeNumber {
        self.user_id.office()
    }

    /// Open to just before its end, and for so long after it was last seen.
    fn is_open(&self, rule: SessionRule, now: Timestamp) -> bool {
        now < self.ends_at && now.duration_since(self.seen_at) < rule.idle
    }

    /// The audit line of what was done in it.
    pub(super) fn note(&self, tx: &mut Tx, now: Timestamp, action: &'static str, detail: serde_json::Value) {
        let (actor, subject) = (Actor::Office(self.office()), self.user_id.to_string());
        audit::append(tx, now, Entry { actor, action, subject, detail });
    }
}

/// Why there is no session for a token.
#[derive(Debug, thiserror::Error)]
pub enum SessionFault {
    /// No such token; or the session was ended by somebody.
    #[error("no such session")]
    Unknown,
    /// Nothing was asked for too long, or its day is over.
    #[error("the session timed out")]
    TimedOut,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SessionFault {
    /// What the person is told; `None` for what went wrong inside.
    pub fn message_ja(&self) -> Option<&'static str> {
        match self {
            Self::Unknown => {
                Some("ログインしていません。ユーザIDとパスワードを入力してログインしてください。")
            }
            Self::TimedOut => Some(
                "しばらく操作がなかったか、ログインから長い時間がたったため、ログアウトしました。もう一度ログインしてください。",
            ),
            Self::Store(_) => None,
        }
    }
}

/// Opens, finds and ends sessions.
#[derive(Debug, Clone)]
pub struct Sessions {
    pub(super) store: Store,
    pub(super) passwords: Passwords,
    pub(super) rule: SessionRule,
}

impl Sessions {
    /// Sessions of the accounts that `passwords` checks.
    pub fn new(store: Store, passwords: Passwords, rule: SessionRule) -> Self {
        Self { store, passwords, rule }
    }

    /// Checks a user ID and password as they were typed, and opens a session. The token goes into
    /// the cookie.
    ///
    /// # Errors
    /// As [`Passwords::check`].
    pub async fn log_in(
        &self,
        typed: (&str, &Secret),
        visitor: Visitor,
        now: Timestamp,
    ) -> Result<(Token, Session), LoginFault> {
        let (user_id, password) = typed;
        let who = self.passwords.check(user_id, password, now).await?;
        let mut tx = self.store.begin().await?;
        let account = still(&mut tx, &who).await?;
        let opened = self.open(&mut tx, (&who.user_id, &account), visitor, now).await?;
        tx.commit().await?;
        Ok(opened)
    }

    async fn open(
        &self,
        tx: &mut Tx,
        (user_id, account): (&UserId, &Account),
        visitor: Visitor,
        now: Timestamp,
    ) -> Result<(Token, Session), LoginFault> {
        let has_factor = second_factors::is_on(tx, user_id).await?;
        let required = self.rule.second_factor_required;
        let session = Session {
            id: Uuid::now_v7(),
            user_id: user_id.clone(),
            stage: Stage::after_password(account.password_is_temporary, has_factor, required),
            opened_at: now,
            seen_at: now,
            ends_at: now.saturating_add(self.rule.absolute).unwrap_or(Timestamp::MAX),
            browser: visitor.browser,
            address: visitor.address.to_string(),
        };
        self.make_room(tx, user_id, now).await?;
        let token = Token::fresh()?;
        sessions::insert(tx, &session, token.digest()).await?;
        let detail =
            json!({ "session": session.id, "stage": session.stage.as_str(), "browser": session.browser });
        session.note(tx, now, "session.opened", detail);
        Ok((token, session))
    }

    /// Forgets those that timed out, and, when there are still too many, whoever was away longest.
    async fn make_room(&self, tx: &mut Tx, user_id: &UserId, now: Timestamp) -> Result<(), StoreError> {
        let (mut open, over): (Vec<_>, Vec<_>) = sessions::of_account(tx, user_id)
            .await?
            .into_iter()
            .partition(|session| session.is_open(self.rule, now));
        open.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
        for session in over.iter().chain(open.iter().skip(SESSIONS_MAX - 1)) {
            sessions::end(tx, user_id, session.id).await?;
        }
        Ok(())
    }

    /// The session of a token, and notes that it was seen.
    ///
    /// # Errors
    /// [`SessionFault`] by its variants.
    pub async fn find(&self, token: &Token, now: Timestamp) -> Result<Session, SessionFault> {
        let found = sessions::by_token(&mut self.store.read().await?, &token.digest()).await?;
        let mut session = found.ok_or(SessionFault::Unknown)?;
        if !session.is_open(self.rule, now) {
            return Err(SessionFault::TimedOut);
        }
        if now.duration_since(session.seen_at) >= TOUCH_EVERY {
            let mut tx = self.store.begin().await?;
            sessions::touch(&mut tx, session.id, now).await?;
            tx.commit().await?;
            session.seen_at = now;
        }
        Ok(session)
    }

    /// The open sessions of an account, newest first.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn of(&self, user_id: &UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let all = sessions::of_account(&mut self.store.read().await?, user_id).await?;
        Ok(all.into_iter().filter(|session| session.is_open(self.rule, now)).collect())
    }

    /// Logs out.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn log_out(&self, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        self.end(session, session.id, now).await.map(|_| ())
    }

    /// Ends a session of the same account by its id; false when there is none (any more).
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn end(&self, by: &Session, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.store.begin().await?;
        if !sessions::end(&mut tx, &by.user_id, id).await? {
            return Ok(false);
        }
        by.note(&mut tx, now, "session.ended", json!({ "session": id, "by": by.id }));
        tx.commit().await?;
        Ok(true)
    }

    /// Ends every other session of the account; how many.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn end_others(&self, by: &Session, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.store.begin().await?;
        let ended = sessions::end_others(&mut tx, &by.user_id, by.id).await?;
        if ended > 0 {
            by.note(&mut tx, now, "session.others_ended", json!({ "by": by.id, "ended": ended }));
            tx.commit().await?;
        }
        Ok(ended)
    }
}

/// The account, if its password is still the one that was checked.
pub(super) async fn still(tx: &mut Tx, who: &LoggedIn) -> Result<Account, LoginFault> {
    let account = accounts::account(tx, &who.user_id).await?;
    account.filter(|account| account.proof() == who.proof).ok_or(LoginFault::PasswordWrong)
}

/// A new token, and `stage`, for a session that may now do something else than before.
pub(super) async fn renew(
    tx: &mut Tx,
    session: &Session,
    stage: Stage,
    now: Timestamp,
) -> Result<(Token, Session), LoginFault> {
    let renewed = Session { stage, seen_at: now, ..session.clone() };
    let token = Token::fresh()?;
    if !sessions::renew(tx, &renewed, token.digest()).await? {
        return Err(LoginFault::SessionEnded);
    }
    Ok((token, renewed))
}

impl Account {
    /// Which password it is, without saying it: for seeing later that it is still the same.
    pub(super) fn proof(&self) -> Digest {
        Digest(careplan_envelope::sha256(self.password_hash.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_no_session_is_told_to_log_in() {
        for fault in [SessionFault::Unknown, SessionFault::TimedOut] {
            assert!(fault.message_ja().unwrap().ends_with("ログインしてください。"));
        }
    }
}
