//! User ID and password.

use careplan_domain::limits::PASSWORD_CHARS_MAX;
use careplan_domain::{Digest, OfficeNumber, Secret, Timestamp, UserId};

use super::{Hasher, Lock, LockRule, LoginFault};
use crate::audit::{self, Actor, Entry};
use crate::store::{Store, accounts};

/// Checks passwords. Clones share the places for hashing.
#[derive(Debug, Clone)]
pub struct Passwords {
    pub(super) store: Store,
    pub(super) hasher: Hasher,
    rule: LockRule,
}

/// Who logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// By this user ID.
    pub user_id: UserId,
    /// Whose account it is.
    pub office: OfficeNumber,
    /// The password is still the one of the letter (仮パスワード).
    pub password_is_temporary: bool,
    /// Which password it was: a later step makes sure that it is still the one.
    pub(crate) proof: Digest,
}

impl Passwords {
    /// Checks against the accounts of `store`.
    pub fn new(store: Store, hasher: Hasher, rule: LockRule) -> Self {
        Self { store, hasher, rule }
    }

    /// Checks a user ID and password as they were typed.
    ///
    /// A try is decided when its hash is done, against the lock as it stands then: many tries at
    /// the same time are no more than three.
    ///
    /// # Errors
    /// [`LoginFault::PasswordWrong`], [`LoginFault::Locked`], [`LoginFault::Busy`], or what went
    /// wrong inside.
    pub async fn check(
        &self,
        user_id: &str,
        password: &Secret,
        now: Timestamp,
    ) -> Result<LoggedIn, LoginFault> {
        if is_too_long(password) {
            return Err(LoginFault::PasswordWrong);
        }
        let user_id: Option<UserId> = user_id.parse().ok();
        let account = match &user_id {
            Some(user_id) => accounts::account(&mut self.store.read().await?, user_id).await?,
            None => None,
        };
        if let Some(until) = account.as_ref().and_then(|account| account.lock.holds(now)) {
            return Err(LoginFault::Locked { until });
        }
        let stored = account.map(|account| account.password_hash);
        let matches = self.hasher.verify(password.clone(), stored.clone()).await?;
        match (user_id, stored) {
            (Some(user_id), Some(stored)) => self.decide(user_id, &stored, matches, now).await,
            _ => Err(LoginFault::PasswordWrong),
        }
    }

    async fn decide(
        &self,
        user_id: UserId,
        stored: &str,
        matches: bool,
        now: Timestamp,
    ) -> Result<LoggedIn, LoginFault> {
        let mut tx = self.store.begin().await?;
        let account = accounts::account(&mut tx, &user_id).await?.ok_or(LoginFault::PasswordWrong)?;
        if let Some(until) = account.lock.holds(now) {
            return Err(LoginFault::Locked { until });
        }
        // The password was changed while we hashed: this try was about one that is no more.
        if account.password_hash != stored {
            return Err(LoginFault::PasswordWrong);
        }
        let lock = if matches { Lock::default() } else { account.lock.after_miss(self.rule, now) };
        if lock != account.lock {
            accounts::lock_account(&mut tx, &user_id, lock).await?;
            if let Some(until) = lock.locked_until {
                let detail = serde_json::json!({ "until": until });
                let actor = Actor::Office(account.office);
                let subject = user_id.to_string();
                audit::append(&mut tx, now, Entry { actor, action: "account.locked", subject, detail });
            }
            tx.commit().await?;
        }
        match lock.holds(now) {
            Some(until) => Err(LoginFault::Locked { until }),
            None if !matches => Err(LoginFault::PasswordWrong),
            None => Ok(LoggedIn {
                user_id,
                office: account.office,
                proof: account.proof(),
                password_is_temporary: account.password_is_temporary,
            }),
        }
    }
}

/// No password of ours is that long: it is wrong, and hashing it would only cost.
pub(super) fn is_too_long(password: &Secret) -> bool {
    password.expose().len() > PASSWORD_CHARS_MAX * 4 || password.expose().chars().count() > PASSWORD_CHARS_MAX
}
