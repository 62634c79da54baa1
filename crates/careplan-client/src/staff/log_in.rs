//! Log-in and sessions.

use careplan_domain::limits::PASSWORD_CHARS_MAX;
use careplan_domain::{Secret, Timestamp};
use careplan_login::{Lock, Token};
use serde_json::json;

use super::people::still;
use super::{
    IDLE_MAX, LoginName, Person, SESSION_MAX, SESSIONS_MAX, Session, SessionFault, Staff, StaffFault, Stage,
    Visitor,
};
use crate::state::{SessionRow, StateFault, append_operation, commit, staff_rows as rows};

/// A session that was seen is written so seldom.
const SEEN_EVERY: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

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
        Ok((token, session(person, digest)))
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
        let found = found.filter(|(person, _)| !person.is_away);
        if let Some(until) =
            found.as_ref().and_then(|(person, _)| person.locked_until).filter(|until| now < *until)
        {
            return Err(StaffFault::Locked(until));
        }
        // At the same cost, whoever it is.
        let hash = found.as_ref().map(|(_, secrets)| secrets.hash.clone());
        let is_right = self.hasher.verify(password.clone(), hash.clone()).await?;
        match (found, hash) {
            (Some((person, _)), Some(hash)) if is_right => Ok((person, hash)),
            (Some((person, _)), _) => Err(self.missed(&person, now).await?),
            (None, _) => Err(StaffFault::Wrong),
        }
    }

    /// Counts a miss; the answer to it.
    async fn missed(&self, person: &Person, now: Timestamp) -> Result<StaffFault, StateFault> {
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
        let detail = json!({ "misses": lock.failures });
        append_operation(&mut tx, (&person.login, now), ("staff.password_wrong", &person.login), &detail)
            .await?;
        commit(tx).await?;
        Ok(StaffFault::Wrong)
    }

    /// The session of a token.
    ///
    /// # Errors
    /// [`SessionFault`].
    pub async fn find(&self, token: &Token, now: Timestamp) -> Result<Session, SessionFault> {
        let digest = token.digest().to_string();
        let Some((row, person)) = self.state.staff_session(&digest).await? else {
            return Err(SessionFault::Unknown);
        };
        if person.is_away {
            return Err(SessionFault::Unknown);
        }
        if is_over(&row, now) {
            let mut tx = self.state.begin().await?;
            rows::end_session(&mut tx, &digest).await?;
            commit(tx).await?;
            return Err(SessionFault::TimedOut);
        }
        if now.duration_since(row.seen_at) >= SEEN_EVERY {
            let mut tx = self.state.begin().await?;
            rows::session_seen(&mut tx, &digest, now).await?;
            commit(tx).await?;
        }
        Ok(session(person, digest))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn log_out(&self, session: &Session, now: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.state.begin().await?;
        rows::end_session(&mut tx, &session.digest).await?;
        append_operation(&mut tx, (&session.login, now), ("staff.logged_out", &session.login), &json!({}))
            .await?;
        commit(tx).await
    }
}

fn is_over(row: &SessionRow, now: Timestamp) -> bool {
    now.duration_since(row.seen_at) >= IDLE_MAX || now.duration_since(row.started_at) >= SESSION_MAX
}

fn session(person: Person, digest: String) -> Session {
    let stage = if person.is_temporary { Stage::PasswordTemporary } else { Stage::Full };
    Session { person: person.id, login: person.login, name: person.name, role: person.role, stage, digest }
}
