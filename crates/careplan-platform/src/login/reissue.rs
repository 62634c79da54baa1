//! An office makes a new issue password by itself, instead of asking the operations centre for a letter.
//!
//! Promises: it needs the password of the account, because it opens the way to a certificate; the one before is worth nothing
//! from then on; it is shown once and stored as a hash; it stands in the audit.

use careplan_domain::{Secret, Timestamp};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::session::still;
use super::{LoginFault, Passwords, Session, Sessions, Stage};
use crate::store::accounts::{self, IssuePassword};

/// Makes issue passwords.
#[derive(Debug, Clone)]
pub struct Reissues {
    passwords: Passwords,
    lifetime: SignedDuration,
}

/// A new issue password, shown once.
#[derive(Debug, Clone)]
pub struct Reissued {
    /// As it is shown: four groups of four letters.
    pub issue_password: Secret,
    /// It can obtain a certificate until then.
    pub until: Timestamp,
}

impl Reissues {
    /// For the accounts of `sessions`; each lasts for `days`.
    pub fn new(sessions: &Sessions, days: u32) -> Self {
        let lifetime = SignedDuration::from_hours(24 * i64::from(days));
        Self { passwords: sessions.passwords.clone(), lifetime }
    }

    /// Makes a new one in place of the one before.
    ///
    /// # Errors
    /// As [`Passwords::check`]; [`LoginFault::SessionEnded`] for a session that still owes a step.
    pub async fn reissue(
        &self,
        session: &Session,
        password: &Secret,
        now: Timestamp,
    ) -> Result<Reissued, LoginFault> {
        if session.stage != Stage::Full {
            return Err(LoginFault::SessionEnded);
        }
        let who = self.passwords.check(session.user_id.as_str(), password, now).await?;
        let issue_password = careplan_login::issue_password()?;
        let hash = self.passwords.hasher.hash(careplan_login::plain_issue_password(&issue_password)).await?;
        let until = now.saturating_add(self.lifetime).unwrap_or(Timestamp::MAX);
        let mut tx = self.passwords.store.begin().await?;
        still(&mut tx, &who).await?;
        let id = Uuid::now_v7();
        let office = session.office();
        let new = IssuePassword { id, office, hash, expires_at: until, used: None };
        accounts::add_issue_password(&mut tx, &new, now).await?;
        session.note(
            &mut tx,
            now,
            "issue_password.reissued",
            json!({ "issue_password": id, "until": until }),
        );
        tx.commit().await?;
        Ok(Reissued { issue_password, until })
    }
}
