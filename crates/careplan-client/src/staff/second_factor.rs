//! 2段階認証: an authenticator app beside the password.
//!
//! Promises: it counts from the moment a first code was right; a code opens one session and no second one; wrong codes lock by
//! themselves, whatever the password did; who has only the password cannot take it away or choose another. Who lost the telephone is
//! helped by a manager, and the last manager by the command line of the PC.

use careplan_domain::{Secret, Timestamp};
use careplan_login::{Lock, Token, TotpSecret};
use serde_json::json;

use super::people::{known, not_own, still};
use super::sessions::renew;
use super::{Session, Staff, StaffFault, Stage};
use crate::state::{Factor, StateFault, Tx, append_operation, commit, factor_rows, staff_rows as rows};

impl Staff {
    /// Whether everybody needs a second factor.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn second_factor_required(&self) -> Result<bool, StateFault> {
        self.state.second_factor_required().await
    }

    /// Chooses whether everybody needs one; who has none sets it up with the next page.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn require_second_factor(
        &self,
        required: bool,
        by: (&str, Timestamp),
    ) -> Result<(), StateFault> {
        if self.second_factor_required().await? == required {
            return Ok(());
        }
        let mut tx = self.state.begin().await?;
        factor_rows::require(&mut tx, required).await?;
        let detail = json!({ "required": required });
        append_operation(&mut tx, by, ("settings.second_factor", ""), &detail).await?;
        commit(tx).await
    }

    /// Begins: the secret to be shown once, as QR code and as letters. It counts from [`confirm_factor`](Self::confirm_factor) on;
    /// beginning again makes another one. Needs the password: whoever sits down at an open browser must not lock its owner out.
    ///
    /// # Errors
    /// [`StaffFault::Wrong`], [`StaffFault::Locked`]; [`StaffFault::FactorOn`]; [`StaffFault::NotYet`] with a temporary password.
    pub async fn begin_factor(
        &self,
        session: &Session,
        password: &Secret,
        now: Timestamp,
    ) -> Result<TotpSecret, StaffFault> {
        password_is_own(session)?;
        let (person, checked) = self.check((&session.login, password), now).await?;
        let secret = TotpSecret::fresh()?;
        let mut tx = self.state.begin().await?;
        still(&mut tx, &person, &checked).await?;
        // Who still owes a code must not choose what it is made of.
        if is_on(&mut tx, person.id).await? {
            return Err(StaffFault::FactorOn);
        }
        factor_rows::put(&mut tx, person.id, &secret).await?;
        commit(tx).await?;
        Ok(secret)
    }

    /// The first code was typed: from now on the factor counts, and the session is whole, under a new token.
    ///
    /// # Errors
    /// [`StaffFault::Code`], [`StaffFault::CodeLocked`]; [`StaffFault::FactorOff`] when nothing was begun; [`StaffFault::FactorOn`].
    pub async fn confirm_factor(
        &self,
        session: &Session,
        code: &Secret,
        now: Timestamp,
    ) -> Result<(Token, Session), StaffFault> {
        password_is_own(session)?;
        let mut tx = self.state.begin().await?;
        let factor = factor_rows::of(&mut tx, session.person).await?.ok_or(StaffFault::FactorOff)?;
        if factor.confirmed_at.is_some() {
            return Err(StaffFault::FactorOn);
        }
        let (mut tx, factor) = self.judge_code(tx, (session, factor), code, now).await?;
        let confirmed = Factor { confirmed_at: Some(now), ..factor };
        factor_rows::set(&mut tx, session.person, &confirmed).await?;
        renewed(tx, (session, true), ("staff.second_factor_on", now)).await
    }

    /// The code of a log-in: the session is whole, under a new token.
    ///
    /// # Errors
    /// [`StaffFault::Code`], [`StaffFault::CodeLocked`], [`StaffFault::FactorOff`].
    pub async fn pass_factor(
        &self,
        session: &Session,
        code: &Secret,
        now: Timestamp,
    ) -> Result<(Token, Session), StaffFault> {
        password_is_own(session)?;
        let mut tx = self.state.begin().await?;
        let factor = factor_rows::of(&mut tx, session.person).await?;
        let factor = factor.filter(|factor| factor.confirmed_at.is_some()).ok_or(StaffFault::FactorOff)?;
        let (mut tx, factor) = self.judge_code(tx, (session, factor), code, now).await?;
        factor_rows::set(&mut tx, session.person, &factor).await?;
        renewed(tx, (session, true), ("staff.code_right", now)).await
    }

    /// Somebody takes their own second factor away, which needs the password; their other sessions end. Where everybody needs one,
    /// this session must set up a new one to go on.
    ///
    /// # Errors
    /// [`StaffFault::Wrong`], [`StaffFault::Locked`]; [`StaffFault::NotYet`] unless the session is whole; [`StaffFault::FactorOff`].
    pub async fn remove_factor(
        &self,
        session: &Session,
        password: &Secret,
        now: Timestamp,
    ) -> Result<(Token, Session), StaffFault> {
        if session.stage != Stage::Full {
            return Err(StaffFault::NotYet);
        }
        let (person, checked) = self.check((&session.login, password), now).await?;
        let mut tx = self.state.begin().await?;
        still(&mut tx, &person, &checked).await?;
        if !factor_rows::remove(&mut tx, person.id).await? {
            return Err(StaffFault::FactorOff);
        }
        rows::end_sessions(&mut tx, person.id, Some(&session.digest)).await?;
        renewed(tx, (session, false), ("staff.second_factor_off", now)).await
    }

    /// A manager takes the second factor of somebody away who lost the telephone; their sessions end.
    ///
    /// # Errors
    /// [`StaffFault::Unknown`], [`StaffFault::FactorOff`]; [`StaffFault::Own`], which needs the password.
    pub async fn reset_factor(&self, id: i64, by: (&str, Timestamp)) -> Result<(), StaffFault> {
        let mut tx = self.state.begin().await?;
        let person = known(&mut tx, id).await?;
        not_own(&person, by.0)?;
        if !factor_rows::remove(&mut tx, id).await? {
            return Err(StaffFault::FactorOff);
        }
        rows::end_sessions(&mut tx, id, None).await?;
        append_operation(&mut tx, by, ("staff.second_factor_reset", &person.login), &json!({})).await?;
        Ok(commit(tx).await?)
    }

    /// Takes the transaction along when the code was right; otherwise counts the miss in it.
    async fn judge_code(
        &self,
        mut tx: Tx,
        (session, factor): (&Session, Factor),
        code: &Secret,
        now: Timestamp,
    ) -> Result<(Tx, Factor), StaffFault> {
        if let Some(until) = factor.lock.holds(now) {
            return Err(StaffFault::CodeLocked(until));
        }
        if let Some(last_step) =
            factor.secret.step_of(&careplan_login::plain_code(code), factor.last_step, now)
        {
            return Ok((tx, Factor { last_step, lock: Lock::default(), ..factor }));
        }
        let lock = factor.lock.after_miss(self.rule, now);
        factor_rows::set(&mut tx, session.person, &Factor { lock, ..factor }).await?;
        let what = ("staff.code_wrong", &*session.login);
        append_operation(&mut tx, (&session.login, now), what, &json!({ "misses": lock.failures })).await?;
        commit(tx).await?;
        Err(lock.locked_until.map_or(StaffFault::Code, StaffFault::CodeLocked))
    }
}

/// Ends a step: the session goes on under a new token, and the record says what was done.
async fn renewed(
    mut tx: Tx,
    (session, is_proven): (&Session, bool),
    (done, now): (&str, Timestamp),
) -> Result<(Token, Session), StaffFault> {
    let renewed = renew(&mut tx, session, is_proven).await?;
    append_operation(&mut tx, (&session.login, now), (done, &*session.login), &json!({})).await?;
    commit(tx).await?;
    Ok(renewed)
}

/// What is owed before a second factor is thought of.
fn password_is_own(session: &Session) -> Result<(), StaffFault> {
    if session.stage == Stage::PasswordTemporary { Err(StaffFault::NotYet) } else { Ok(()) }
}

async fn is_on(tx: &mut Tx, person: i64) -> Result<bool, StateFault> {
    Ok(factor_rows::of(tx, person).await?.is_some_and(|factor| factor.confirmed_at.is_some()))
}
