//! User ID and password.

use careplan_domain::limits::PASSWORD_CHARS_MAX;
use careplan_domain::{Digest, OfficeNumber, Secret, Timestamp, UserId};

use super::misses::count;
use super::{Hasher, Lock, LockRule, LoginFault};
use crate::audit::{self, Actor, Entry};
use crate::store::misses::{self, Tried};
use crate::store::{Store, accounts};

const TRIED: Tried = Tried::Password;

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
        let Ok(user_id) = user_id.parse::<UserId>() else {
            self.hasher.verify(password.clone(), None).await?;
            return Err(LoginFault::PasswordWrong);
        };
        let mut db = self.store.read().await?;
        if let Some(until) = misses::so_far(&mut db, (TRIED, &user_id), now).await?.holds(now) {
            return Err(LoginFault::Locked { until });
        }
        let account = accounts::account(&mut db, &user_id).await?;
        drop(db);
        let stored = account.map(|account| account.password_hash);
        let matches = self.hasher.verify(password.clone(), stored.clone()).await?;
        self.decide((user_id, stored), matches, now).await
    }

    /// The same steps whether there is an account or not, but for the audit line of a lock: a row more in a
    /// transaction is far below what the time of a slow hash varies by, and can be measured once in half an hour.
    async fn decide(
        &self,
        (user_id, stored): (UserId, Option<String>),
        matches: bool,
        now: Timestamp,
    ) -> Result<LoggedIn, LoginFault> {
        let mut tx = self.store.begin().await?;
        let before = misses::so_far(&mut tx, (TRIED, &user_id), now).await?;
        if let Some(until) = before.holds(now) {
            return Err(LoginFault::Locked { until });
        }
        let account = accounts::account(&mut tx, &user_id).await?;
        // The password was changed while we hashed: this try was about one that is no more.
        if account.as_ref().map(|account| &account.password_hash) != stored.as_ref() {
            return Err(LoginFault::PasswordWrong);
        }
        let Some(account) = account.as_ref().filter(|_| matches) else {
            let lock = count(&mut tx, (TRIED, &user_id), (before, self.rule), now).await?;
            if let (Some(until), Some(account)) = (lock.locked_until, account) {
                let detail = serde_json::json!({ "until": until });
                let (actor, subject) = (Actor::Office(account.office), user_id.to_string());
                audit::append(&mut tx, now, Entry { actor, action: "account.locked", subject, detail });
            }
            tx.commit().await?;
            return Err(lock
                .holds(now)
                .map_or(LoginFault::PasswordWrong, |until| LoginFault::Locked { until }));
        };
        if before != Lock::default() {
            misses::forget(&mut tx, (TRIED, &user_id)).await?;
            tx.commit().await?;
        }
        Ok(LoggedIn {
            office: account.office,
            proof: account.proof(),
            password_is_temporary: account.password_is_temporary,
            user_id,
        })
    }
}

/// No password of ours is that long: it is wrong, and hashing it would only cost.
pub(super) fn is_too_long(password: &Secret) -> bool {
    password.expose().len() > PASSWORD_CHARS_MAX * 4 || password.expose().chars().count() > PASSWORD_CHARS_MAX
}
