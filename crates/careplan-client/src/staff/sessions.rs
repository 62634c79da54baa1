//! Sessions: found by their token, renewed when they go a step further, ended one by one.

use careplan_domain::Timestamp;
use careplan_login::Token;
use serde_json::json;

use super::people::known;
use super::{IDLE_MAX, Person, SESSION_MAX, Session, SessionFault, Staff, StaffFault, Stage};
use crate::state::{SessionRow, StateFault, Tx, append_operation, commit, factor_rows, staff_rows as rows};

/// A session that was seen is written so seldom.
const SEEN_EVERY: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

/// Letters of a digest by which pages name a session: more than enough to tell twenty apart, and no way back to the token.
const MARK_CHARS: usize = 16;

/// A session that may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// By what it is ended.
    pub mark: String,
    /// The browser, as people call it.
    pub browser: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it asked for something last, to the minute.
    pub seen_at: Timestamp,
}

impl OpenSession {
    /// Whether it is this one.
    pub fn is(&self, session: &Session) -> bool {
        session.digest.starts_with(&self.mark)
    }
}

impl Staff {
    /// The session of a token, which somebody uses now.
    ///
    /// # Errors
    /// [`SessionFault`].
    pub async fn find(&self, token: &Token, now: Timestamp) -> Result<Session, SessionFault> {
        let (session, seen_at) = self.look(token, now).await?;
        if now.duration_since(seen_at) >= SEEN_EVERY {
            let mut tx = self.state.begin().await?;
            rows::session_seen(&mut tx, &session.digest, now).await?;
            commit(tx).await?;
        }
        Ok(session)
    }

    /// The same for a page that asks by itself: nobody may sit before it, and an idle session ends all the same.
    ///
    /// # Errors
    /// [`SessionFault`].
    pub async fn find_idle(&self, token: &Token, now: Timestamp) -> Result<Session, SessionFault> {
        Ok(self.look(token, now).await?.0)
    }

    /// The session of a token, and when somebody used it last.
    async fn look(&self, token: &Token, now: Timestamp) -> Result<(Session, Timestamp), SessionFault> {
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
        let required = self.second_factor_required().await?;
        Ok((session(person, digest, (row.is_proven, required)), row.seen_at))
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

    /// The sessions of somebody that may go on, the one that was seen last first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn sessions(&self, person: i64, now: Timestamp) -> Result<Vec<OpenSession>, StateFault> {
        let mut rows = self.state.sessions_of(person).await?;
        rows.retain(|row| !is_over(row, now));
        let open = |row: SessionRow| OpenSession {
            mark: row.digest.chars().take(MARK_CHARS).collect(),
            browser: row.agent,
            started_at: row.started_at,
            seen_at: row.seen_at,
        };
        Ok(rows.into_iter().map(open).collect())
    }

    /// Ends one session of somebody. One that ended before is no fault.
    ///
    /// # Errors
    /// [`StaffFault::Unknown`].
    pub async fn end_session(
        &self,
        (person, mark): (i64, &str),
        by: (&str, Timestamp),
    ) -> Result<(), StaffFault> {
        let mut tx = self.state.begin().await?;
        let person = known(&mut tx, person).await?;
        for row in rows::sessions(&mut tx, person.id).await? {
            if mark.len() == MARK_CHARS && row.digest.starts_with(mark) {
                rows::end_session(&mut tx, &row.digest).await?;
                let detail = json!({ "browser": row.agent });
                append_operation(&mut tx, by, ("staff.session_ended", &person.login), &detail).await?;
            }
        }
        Ok(commit(tx).await?)
    }
}

/// Gives a session that goes a step further a new token: whoever knew the one before stays behind.
pub(super) async fn renew(
    tx: &mut Tx,
    before: &Session,
    is_proven: bool,
) -> Result<(Token, Session), StaffFault> {
    let token = Token::fresh()?;
    let digest = token.digest().to_string();
    let Some(is_proven) = rows::renew_session(tx, (&before.digest, &digest), is_proven).await? else {
        return Err(StaffFault::Ended);
    };
    let person = known(tx, before.person).await?;
    let required = factor_rows::is_required(tx).await?;
    Ok((token, session(person, digest, (is_proven, required))))
}

fn is_over(row: &SessionRow, now: Timestamp) -> bool {
    now.duration_since(row.seen_at) >= IDLE_MAX || now.duration_since(row.started_at) >= SESSION_MAX
}

/// A session of somebody: whether a code was right in it, and whether everybody needs a second factor.
pub(super) fn session(person: Person, digest: String, (is_proven, required): (bool, bool)) -> Session {
    let stage = match person.second_factor_since {
        _ if person.is_temporary => Stage::PasswordTemporary,
        Some(_) if !is_proven => Stage::SecondFactorDue,
        None if required => Stage::SecondFactorMissing,
        _ => Stage::Full,
    };
    Session { person: person.id, login: person.login, name: person.name, role: person.role, stage, digest }
}
