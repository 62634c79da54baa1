//! The second factor (2段階認証): an authenticator app, and recovery codes for when it is lost.
//!
//! Promises: it counts from the moment a first code was right; a code opens one session and no
//! second one; wrong codes lock by themselves, whatever the password did; it can be taken away with
//! the password only, and not by a session that still owes its code.

use careplan_domain::{Digest, Secret, Timestamp, UserId};
use careplan_envelope::sha256;
use serde_json::json;
use zeroize::Zeroizing;

use super::session::{renew, still};
use super::{FactorFault, LockRule, Passwords, Session, Sessions, Stage, Token, TotpSecret};
use crate::store::second_factors::{self, Factor};
use crate::store::{Store, StoreError, Tx, sessions};

/// Recovery codes made at once.
pub const RECOVERY_CODES: usize = 10;

/// Letters of one, five bits each: tried over the network only, three times in half an hour.
const RECOVERY_CHARS: usize = 12;

/// Where the second factor of an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorState {
    /// There is none.
    Off,
    /// A secret was shown; its first code is still due.
    Unconfirmed,
    /// It is asked for at every log-in.
    On {
        /// Since then.
        since: Timestamp,
        /// Recovery codes that were not used.
        recovery_codes: usize,
    },
}

/// Recovery codes, shown once.
#[derive(Debug, Clone)]
pub struct RecoveryCodes(pub Vec<Secret>);

/// What a session that went on has now.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// For the cookie.
    pub token: Token,
    /// The session as it is now.
    pub session: Session,
    /// To be shown once.
    pub recovery_codes: RecoveryCodes,
}

/// Enrols, asks for and removes second factors.
#[derive(Debug, Clone)]
pub struct SecondFactors {
    store: Store,
    passwords: Passwords,
    rule: LockRule,
    required: bool,
}

impl SecondFactors {
    /// Second factors of the accounts of `sessions`; wrong codes lock by `rule`.
    pub fn new(sessions: &Sessions, rule: LockRule) -> Self {
        Self {
            store: sessions.store.clone(),
            passwords: sessions.passwords.clone(),
            rule,
            required: sessions.rule.second_factor_required,
        }
    }

    /// Where the second factor of an account stands.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn state(&self, user_id: &UserId) -> Result<FactorState, StoreError> {
        let mut db = self.store.read().await?;
        Ok(match second_factors::factor(&mut db, user_id).await?.map(|factor| factor.confirmed_at) {
            None => FactorState::Off,
            Some(None) => FactorState::Unconfirmed,
            Some(Some(since)) => {
                let recovery_codes = second_factors::codes_left(&mut db, user_id).await?;
                FactorState::On { since, recovery_codes }
            }
        })
    }

    /// Begins: the secret to be shown once, as QR code and as letters. It counts from
    /// [`confirm`](Self::confirm) on; beginning again makes another one. Needs the password: whoever
    /// sits down at an open browser must not lock the office out.
    ///
    /// # Errors
    /// As [`Passwords::check`]; [`FactorFault::On`]; [`FactorFault::NotYet`] with a temporary password.
    pub async fn begin(
        &self,
        session: &Session,
        password: &Secret,
        now: Timestamp,
    ) -> Result<TotpSecret, FactorFault> {
        password_is_own(session)?;
        let who = self.passwords.check(session.user_id.as_str(), password, now).await?;
        let secret = TotpSecret::fresh()?;
        let mut tx = self.store.begin().await?;
        still(&mut tx, &who).await?;
        // Who still owes a code must not choose what it is made of.
        if second_factors::is_on(&mut tx, &session.user_id).await? {
            return Err(FactorFault::On);
        }
        second_factors::put(&mut tx, &session.user_id, &secret).await?;
        session.note(&mut tx, now, "second_factor.begun", json!({}));
        tx.commit().await?;
        Ok(secret)
    }

    /// The first code was typed: from now on the factor counts, and the session is whole.
    ///
    /// # Errors
    /// [`FactorFault::CodeWrong`], [`FactorFault::Locked`], [`FactorFault::None`] when nothing was
    /// begun, [`FactorFault::On`].
    pub async fn confirm(
        &self,
        session: &Session,
        code: &Secret,
        now: Timestamp,
    ) -> Result<Confirmed, FactorFault> {
        password_is_own(session)?;
        let mut tx = self.store.begin().await?;
        let factor = second_factors::factor(&mut tx, &session.user_id).await?.ok_or(FactorFault::None)?;
        if factor.confirmed_at.is_some() {
            return Err(FactorFault::On);
        }
        let (mut tx, factor) = self.judge_code(tx, (session, factor), code, now).await?;
        let confirmed = Factor { confirmed_at: Some(now), ..factor };
        second_factors::set(&mut tx, &session.user_id, &confirmed).await?;
        let recovery_codes = make_codes(&mut tx, &session.user_id).await?;
        let (token, session) = renew(&mut tx, session, Stage::Full, now).await?;
        session.note(&mut tx, now, "second_factor.on", json!({}));
        tx.commit().await?;
        Ok(Confirmed { token, session, recovery_codes })
    }

    /// The code of a log-in: the session gets a new token and is whole.
    ///
    /// # Errors
    /// [`FactorFault::CodeWrong`], [`FactorFault::Locked`], [`FactorFault::None`].
    pub async fn pass(
        &self,
        session: &Session,
        code: &Secret,
        now: Timestamp,
    ) -> Result<(Token, Session), FactorFault> {
        password_is_own(session)?;
        let mut tx = self.store.begin().await?;
        let factor = confirmed(&mut tx, &session.user_id).await?;
        let (mut tx, factor) = self.judge_code(tx, (session, factor), code, now).await?;
        second_factors::set(&mut tx, &session.user_id, &factor).await?;
        let renewed = renew(&mut tx, session, Stage::Full, now).await?;
        session.note(&mut tx, now, "second_factor.passed", json!({ "by": "app" }));
        tx.commit().await?;
        Ok(renewed)
    }

    /// The same with a recovery code.
    ///
    /// # Errors
    /// [`FactorFault::RecoveryCodeWrong`], [`FactorFault::Locked`], [`FactorFault::None`].
    pub async fn recover(
        &self,
        session: &Session,
        code: &Secret,
        now: Timestamp,
    ) -> Result<(Token, Session), FactorFault> {
        password_is_own(session)?;
        let mut tx = self.store.begin().await?;
        let factor = confirmed(&mut tx, &session.user_id).await?;
        if let Some(until) = factor.lock.holds(now) {
            return Err(FactorFault::Locked { until });
        }
        if !second_factors::use_code(&mut tx, &session.user_id, code_hash(code), now).await? {
            return Err(self.miss(tx, (session, factor), FactorFault::RecoveryCodeWrong, now).await);
        }
        let factor = Factor { lock: super::Lock::default(), ..factor };
        second_factors::set(&mut tx, &session.user_id, &factor).await?;
        let left = second_factors::codes_left(&mut tx, &session.user_id).await?;
        let renewed = renew(&mut tx, session, Stage::Full, now).await?;
        session.note(&mut tx, now, "second_factor.passed", json!({ "by": "recovery_code", "left": left }));
        tx.commit().await?;
        Ok(renewed)
    }

    /// New recovery codes instead of the ones before, used or not.
    ///
    /// # Errors
    /// [`FactorFault::NotYet`] unless the session is whole, [`FactorFault::None`].
    pub async fn new_codes(&self, session: &Session, now: Timestamp) -> Result<RecoveryCodes, FactorFault> {
        is_whole(session)?;
        let mut tx = self.store.begin().await?;
        confirmed(&mut tx, &session.user_id).await?;
        let codes = make_codes(&mut tx, &session.user_id).await?;
        session.note(&mut tx, now, "second_factor.recovery_codes_made", json!({}));
        tx.commit().await?;
        Ok(codes)
    }

    /// Takes the second factor away, which needs the password. The other sessions end; where a second
    /// factor is required, this one must enrol a new one to go on.
    ///
    /// # Errors
    /// As [`Passwords::check`]; [`FactorFault::NotYet`] unless the session is whole;
    /// [`FactorFault::None`].
    pub async fn remove(
        &self,
        session: &Session,
        password: &Secret,
        now: Timestamp,
    ) -> Result<(Token, Session), FactorFault> {
        is_whole(session)?;
        let who = self.passwords.check(session.user_id.as_str(), password, now).await?;
        let mut tx = self.store.begin().await?;
        still(&mut tx, &who).await?;
        if !second_factors::remove(&mut tx, &session.user_id).await? {
            return Err(FactorFault::None);
        }
        sessions::end_others(&mut tx, &session.user_id, session.id).await?;
        let stage = Stage::after_password(false, false, self.required);
        let renewed = renew(&mut tx, session, stage, now).await?;
        session.note(&mut tx, now, "second_factor.off", json!({}));
        tx.commit().await?;
        Ok(renewed)
    }

    /// Takes the transaction along when the code was right; otherwise counts the miss in it.
    async fn judge_code(
        &self,
        tx: Tx,
        (session, factor): (&Session, Factor),
        code: &Secret,
        now: Timestamp,
    ) -> Result<(Tx, Factor), FactorFault> {
        if let Some(until) = factor.lock.holds(now) {
            return Err(FactorFault::Locked { until });
        }
        match factor.secret.step_of(&careplan_login::plain_code(code), factor.last_step, now) {
            Some(last_step) => Ok((tx, Factor { last_step, lock: super::Lock::default(), ..factor })),
            None => Err(self.miss(tx, (session, factor), FactorFault::CodeWrong, now).await),
        }
    }

    async fn miss(
        &self,
        mut tx: Tx,
        (session, factor): (&Session, Factor),
        wrong: FactorFault,
        now: Timestamp,
    ) -> FactorFault {
        let lock = factor.lock.after_miss(self.rule, now);
        let factor = Factor { lock, ..factor };
        if let Err(error) = second_factors::set(&mut tx, &session.user_id, &factor).await {
            return error.into();
        }
        if let Some(until) = lock.locked_until {
            session.note(&mut tx, now, "second_factor.locked", json!({ "until": until }));
        }
        match tx.commit().await {
            Err(error) => error.into(),
            Ok(()) => lock.locked_until.map_or(wrong, |until| FactorFault::Locked { until }),
        }
    }
}

fn password_is_own(session: &Session) -> Result<(), FactorFault> {
    match session.stage {
        Stage::PasswordTemporary => Err(FactorFault::NotYet(session.stage)),
        Stage::SecondFactorDue | Stage::Full => Ok(()),
    }
}

fn is_whole(session: &Session) -> Result<(), FactorFault> {
    match session.stage {
        Stage::Full => Ok(()),
        stage => Err(FactorFault::NotYet(stage)),
    }
}

async fn confirmed(tx: &mut Tx, user_id: &UserId) -> Result<Factor, FactorFault> {
    let factor = second_factors::factor(tx, user_id).await?;
    factor.filter(|factor| factor.confirmed_at.is_some()).ok_or(FactorFault::None)
}

/// Ten codes in groups of four letters, in place of those before.
async fn make_codes(tx: &mut Tx, user_id: &UserId) -> Result<RecoveryCodes, FactorFault> {
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        codes.push(careplan_login::grouped(RECOVERY_CHARS)?);
    }
    let hashes: Vec<Digest> = codes.iter().map(code_hash).collect();
    second_factors::put_codes(tx, user_id, &hashes).await?;
    Ok(RecoveryCodes(codes))
}

/// Salted by nothing: sixty random bits are in no table, and the row says whose it is.
fn code_hash(code: &Secret) -> Digest {
    let plain = Zeroizing::new(careplan_login::plain_issue_password(code).expose().as_bytes().to_vec());
    Digest(sha256(&plain))
}
