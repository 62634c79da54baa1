//! Log-in: who a name and a password belong to.

use careplan_domain::limits::PASSWORD_CHARS_MAX;
use careplan_domain::{Secret, Timestamp};
use careplan_login::{Lock, Token};
use serde_json::json;

use super::people::still;
use super::sessions::session;
use super::{LoginName, Person, SESSIONS_MAX, Session, Staff, StaffFault, Visitor};
use crate::state::{StateFault, append_operation, commit, staff_rows as rows};

impl Staff {
    /// Logs somebody in.
    ///
    /// # Errors
    /// [`StaffFault::Wrong`], [`StaffFault::Locked`].
    pub async fn log_in(
        &self,
        (login, password): (&str, &Secret),
        visitor: Visitor,
        now: Timestamp,
    ) -> Result<(Token, Session), StaffFault> {
        let (person, hash) = self.check((login, password), now).await?;
        let required = self.second_factor_required().await?;
        let token = Token::fresh()?;
        let digest = token.digest().to_string();
        let mut tx = self.state.begin().await?;
        still(&mut tx, &person, &hash).await?;
        rows::set_lock(&mut tx, person.id, Lock::default()).await?;
        rows::begin_session(&mut tx, (&digest, person.id), visitor.as_str(), now).await?;
        rows::keep_newest_sessions(&mut tx, person.id, SESSIONS_MAX).await?;
        rows::logged_in(&mut tx, person.id, now).await?;
        let detail = json!({ "browser": visitor.as_str() });
        append_operation(&mut tx, (&person.login, now), ("staff.logged_in", &person.login), &detail).await?;
        commit(tx).await?;
        Ok((token, session(person, digest, (false, required))))
    }

    /// Who a name and password belong to, and the hash that it was compared with; misses are counted.
    pub(super) async fn check(
        &self,
        (login, password): (&str, &Secret),
        now: Timestamp,
    ) -> Result<(Person, String), StaffFault> {
        // Hashing takes longer, the longer it is.
        if password.expose().chars().count() > PASSWORD_CHARS_MAX {
            return Err(StaffFault::Wrong);
        }
        let login = LoginName::new(login).ok();
        let found = match &login {
            Some(login) => self.state.staff_by_login(login.as_str()).await?,
            None => None,
        };
        let until = match (&found, &login) {
            (Some((person, _)), _) => person.locked_until.filter(|until| now < *until),
            (None, Some(login)) => self.strangers.locked_until(login, now),
            // No name of anybody, as everybody can see.
            (None, None) => None,
        };
        if let Some(until) = until {
            return Err(StaffFault::Locked(until));
        }
        // At the same cost, whoever it is.
        let hash = found.as_ref().map(|(_, secrets)| secrets.hash.clone());
        let is_right = self.hasher.verify(password.clone(), hash.clone()).await?;
        match (found, hash) {
            (Some((person, _)), Some(hash)) if is_right && !person.is_away => Ok((person, hash)),
            (Some((person, _)), _) => Err(self.missed(&person, is_right, now).await?),
            (None, _) => {
                let lock = login.and_then(|login| self.strangers.missed(&login, self.rule, now));
                Err(lock.map_or(StaffFault::Wrong, StaffFault::Locked))
            }
        }
    }

    /// Counts a miss; the answer to it. Of somebody who left, it is noted whether they know the password; they are told what others are,
    /// and it counts alike, so that nobody fills the record faster this way.
    async fn missed(
        &self,
        person: &Person,
        is_right: bool,
        now: Timestamp,
    ) -> Result<StaffFault, StateFault> {
        let mut tx = self.state.begin().await?;
        let Some((_, secrets)) = rows::by_login(&mut tx, &person.login).await? else {
            return Ok(StaffFault::Wrong);
        };
        // Of many tries at once no more count than one after another.
        if let Some(until) = secrets.lock.holds(now) {
            return Ok(StaffFault::Locked(until));
        }
        let lock = secrets.lock.after_miss(self.rule, now);
        rows::set_lock(&mut tx, person.id, lock).await?;
        let (action, detail) = if person.is_away {
            let detail = json!({ "misses": lock.failures, "password_right": is_right });
            ("staff.refused_locked_away", detail)
        } else {
            ("staff.password_wrong", json!({ "misses": lock.failures }))
        };
        append_operation(&mut tx, (&person.login, now), (action, &person.login), &detail).await?;
        commit(tx).await?;
        Ok(StaffFault::Wrong)
    }
}
