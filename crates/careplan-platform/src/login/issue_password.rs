//! The issue password (証明書発行用パスワード): it lets a terminal obtain one certificate.
//!
//! It is used when a certificate order is recorded with it, in the same transaction. The same
//! terminal may ask again with the same key — its answer may have been lost — and is led to the
//! same order, as long as the password has not expired.

use careplan_domain::{Digest, OfficeNumber, Secret, Timestamp, UserId};
use careplan_envelope::sha256;
use uuid::Uuid;

use super::misses::count;
use super::password::is_too_long;
use super::{Hasher, Lock, LockRule, LoginFault, Passwords};
use crate::audit::{self, Actor, Entry};
use crate::store::accounts::{self, IssuePassword, Use};
use crate::store::misses::{self, Tried};
use crate::store::{Store, Tx};
use careplan_login::plain_issue_password as plain;

const TRIED: Tried = Tried::IssuePassword;

/// Where an issue password stands at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssuePasswordState {
    /// Can obtain a certificate.
    Open {
        /// Until then.
        until: Timestamp,
    },
    /// Obtained one.
    Used {
        /// For this key and order.
        by: Use,
    },
    /// Its time is over.
    Expired {
        /// Since then.
        at: Timestamp,
    },
}

impl IssuePassword {
    /// The state at `now`. (One that was replaced by a newer one is not looked up at all.)
    pub fn state(&self, now: Timestamp) -> IssuePasswordState {
        match self.used {
            _ if self.expires_at <= now => IssuePasswordState::Expired { at: self.expires_at },
            Some(by) => IssuePasswordState::Used { by },
            None => IssuePasswordState::Open { until: self.expires_at },
        }
    }

    /// May this key be certified with it at `now`? `Some` leads to the order that was recorded before.
    fn permits(&self, key: &Digest, now: Timestamp) -> Result<Option<Uuid>, LoginFault> {
        match self.state(now) {
            IssuePasswordState::Open { .. } => Ok(None),
            IssuePasswordState::Used { by } if by.key == *key => Ok(Some(by.order)),
            IssuePasswordState::Used { .. } => Err(LoginFault::Used),
            IssuePasswordState::Expired { at } => Err(LoginFault::Expired { at }),
        }
    }
}

/// Checks issue passwords. Clones share the places for hashing.
#[derive(Debug, Clone)]
pub struct IssuePasswords {
    store: Store,
    hasher: Hasher,
    rule: LockRule,
}

/// The issue password was right; what it permits is recorded by [`Grant::spend`].
#[derive(Debug, Clone)]
pub struct Grant {
    office: OfficeNumber,
    issue_password: Uuid,
    key: Digest,
}

/// What became of a [`Grant`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// The new order is recorded with it.
    Now,
    /// The same key asked before: this order is the one.
    Before(Uuid),
}

impl IssuePasswords {
    /// Checks against the issue passwords of `store`.
    pub fn new(store: Store, hasher: Hasher, rule: LockRule) -> Self {
        Self { store, hasher, rule }
    }

    /// The passwords of the same accounts; the places for hashing are shared.
    pub fn passwords(&self) -> Passwords {
        Passwords::new(self.store.clone(), self.hasher.clone(), self.rule)
    }

    /// Checks a user ID and issue password as they were typed. `public_key` is the
    /// SubjectPublicKeyInfo (DER) that is to be certified.
    ///
    /// # Errors
    /// [`LoginFault::IssuePasswordWrong`], [`LoginFault::Locked`], [`LoginFault::Used`] (for another
    /// key), [`LoginFault::Expired`], [`LoginFault::Busy`], or what went wrong inside. Whoever does not
    /// know the password learns none of its states.
    pub async fn check(
        &self,
        user_id: &str,
        password: &Secret,
        public_key: &[u8],
        now: Timestamp,
    ) -> Result<Grant, LoginFault> {
        if is_too_long(password) {
            return Err(LoginFault::IssuePasswordWrong);
        }
        let Ok(user_id) = user_id.parse::<UserId>() else {
            self.hasher.verify(plain(password), None).await?;
            return Err(LoginFault::IssuePasswordWrong);
        };
        let mut db = self.store.read().await?;
        if let Some(until) = misses::so_far(&mut db, (TRIED, &user_id), now).await?.holds(now) {
            return Err(LoginFault::Locked { until });
        }
        let issued = accounts::issue_password(&mut db, &user_id.office()).await?;
        drop(db);
        let (id, stored) = issued.map(|issued| (issued.id, issued.hash)).unzip();
        let matches = self.hasher.verify(plain(password), stored).await?;
        self.decide((&user_id, id), matches, Digest(sha256(public_key)), now).await
    }

    /// The same steps whether one was issued or not, as for passwords.
    async fn decide(
        &self,
        (user_id, tried): (&UserId, Option<Uuid>),
        matches: bool,
        key: Digest,
        now: Timestamp,
    ) -> Result<Grant, LoginFault> {
        let mut tx = self.store.begin().await?;
        let before = misses::so_far(&mut tx, (TRIED, user_id), now).await?;
        if let Some(until) = before.holds(now) {
            return Err(LoginFault::Locked { until });
        }
        let issued = accounts::issue_password(&mut tx, &user_id.office()).await?;
        // Replaced while we hashed: this try was about one that is no more.
        if issued.as_ref().map(|issued| issued.id) != tried {
            return Err(LoginFault::IssuePasswordWrong);
        }
        let Some(right) = issued.as_ref().filter(|_| matches) else {
            let lock = count(&mut tx, (TRIED, user_id), (before, self.rule), now).await?;
            if let (Some(until), Some(issued)) = (lock.locked_until, issued) {
                let detail = serde_json::json!({ "until": until });
                let (actor, subject) = (Actor::Office(issued.office), issued.office.to_string());
                let action = "issue_password.locked";
                audit::append(&mut tx, now, Entry { actor, action, subject, detail });
            }
            tx.commit().await?;
            let wrong = LoginFault::IssuePasswordWrong;
            return Err(lock.holds(now).map_or(wrong, |until| LoginFault::Locked { until }));
        };
        if before != Lock::default() {
            misses::forget(&mut tx, (TRIED, user_id)).await?;
            tx.commit().await?;
        }
        right.permits(&key, now)?;
        Ok(Grant { office: right.office, issue_password: right.id, key })
    }
}

impl Grant {
    /// The office that may have a certificate.
    pub fn office(&self) -> OfficeNumber {
        self.office
    }

    /// Which issue password it was, for the order's record.
    pub fn issue_password(&self) -> Uuid {
        self.issue_password
    }

    /// Uses the issue password for a new order — or leads to the order that the same key was
    /// given before, in which case the caller records no new one. Belongs into the transaction
    /// that records the order.
    ///
    /// # Errors
    /// [`LoginFault::Used`] when another key was quicker, [`LoginFault::IssuePasswordWrong`] when a
    /// newer password was issued meanwhile, [`LoginFault::Expired`].
    pub async fn spend(&self, tx: &mut Tx, order: Uuid, now: Timestamp) -> Result<Spent, LoginFault> {
        let issued = accounts::issue_password(tx, &self.office).await?;
        let issued = issued.filter(|issued| issued.id == self.issue_password);
        let issued = issued.ok_or(LoginFault::IssuePasswordWrong)?;
        if let Some(before) = issued.permits(&self.key, now)? {
            return Ok(Spent::Before(before));
        }
        accounts::use_issue_password(tx, issued.id, Use { at: now, key: self.key, order }).await?;
        let detail = serde_json::json!({ "order": order });
        let (actor, subject) = (Actor::Office(self.office), self.office.to_string());
        audit::append(tx, now, Entry { actor, action: "issue_password.used", subject, detail });
        Ok(Spent::Now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn issued(used: Option<Use>) -> IssuePassword {
        IssuePassword {
            id: Uuid::nil(),
            office: "9970000018".parse().unwrap(),
            hash: String::new(),
            expires_at: at(100),
            used,
        }
    }

    #[test]
    fn an_issue_password_is_open_to_just_before_its_end() {
        assert_eq!(issued(None).state(at(99)), IssuePasswordState::Open { until: at(100) });
        assert_eq!(issued(None).state(at(100)), IssuePasswordState::Expired { at: at(100) });
    }

    #[test]
    fn the_same_key_may_ask_again_until_the_end_and_another_key_may_not() {
        let (key, other, order) = (Digest([1; 32]), Digest([2; 32]), Uuid::from_u128(7));
        let used = issued(Some(Use { at: at(10), key, order }));
        assert!(matches!(used.permits(&key, at(99)), Ok(Some(same)) if same == order));
        assert!(matches!(used.permits(&other, at(99)), Err(LoginFault::Used)));
        assert!(matches!(used.permits(&key, at(100)), Err(LoginFault::Expired { .. })));
    }
}
