//! Choosing a password: the change, forced by a temporary one or not, and the reset by a mailed link.
//!
//! Promises: neither the temporary password nor the present one can be chosen. Whoever changes the
//! password ends every other session and kills every link that is about, and gets a new token; the
//! registered address is told.

use careplan_domain::{Secret, Timestamp, UserId};
use serde_json::json;

use super::link::{LinkFault, Purpose};
use super::links;
use super::session::{renew, still};
use super::{HashFault, Hasher, LoginFault, Session, SessionRule, Sessions, Stage, Token};
use crate::audit::{self, Actor, Entry};
use crate::mail::{SiteUrl, password_changed};
use crate::store::accounts::{self, Account};
use crate::store::{Store, StoreError, Tx, links as rows, second_factors, sessions};
use careplan_login::{Weakness, judge_password};

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeFault {
    /// The new one cannot be chosen.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// The session owes its second factor.
    #[error("the second factor is due")]
    NotYet,
    /// The link cannot be used.
    #[error(transparent)]
    Link(LinkFault),
    /// The present password, the session, or what went wrong inside.
    #[error(transparent)]
    Login(#[from] LoginFault),
}

impl From<StoreError> for ChangeFault {
    fn from(error: StoreError) -> Self {
        Self::Login(error.into())
    }
}

impl From<HashFault> for ChangeFault {
    fn from(fault: HashFault) -> Self {
        Self::Login(fault.into())
    }
}

impl From<LinkFault> for ChangeFault {
    fn from(fault: LinkFault) -> Self {
        match fault {
            LinkFault::Store(error) => error.into(),
            fault => Self::Link(fault),
        }
    }
}

impl ChangeFault {
    /// What the person is told; `None` for what went wrong inside.
    pub fn message_ja(&self) -> Option<String> {
        match self {
            Self::Weak(weakness) => Some(weakness.message_ja()),
            Self::NotYet => Stage::SecondFactorDue.message_ja().map(str::to_owned),
            Self::Link(fault) => fault.message_ja(),
            Self::Login(LoginFault::PasswordWrong) => Some(
                "いまのパスワードが違います。はじめての方は、通知書の「仮パスワード」を入力してください。3回続けて間違えると30分間使えなくなります。".to_owned(),
            ),
            Self::Login(fault) => fault.problem().map(|problem| problem.to_string()),
        }
    }
}

/// A change as it was typed.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The present password.
    pub present: Secret,
    /// The new one.
    pub new: Secret,
}

/// Changes passwords.
#[derive(Debug, Clone)]
pub struct Changes {
    store: Store,
    hasher: Hasher,
    sessions: Sessions,
    rule: SessionRule,
    site: SiteUrl,
}

impl Changes {
    /// Changes of the accounts of `sessions`; mails lead to `site`.
    pub fn new(sessions: &Sessions, site: SiteUrl) -> Self {
        Self {
            store: sessions.store.clone(),
            hasher: sessions.passwords.hasher.clone(),
            sessions: sessions.clone(),
            rule: sessions.rule,
            site,
        }
    }

    /// Changes the password of a session's account. Every other session ends; this one gets a new
    /// token and goes on to the next stage.
    ///
    /// # Errors
    /// [`ChangeFault`] by its variants.
    pub async fn change(
        &self,
        session: &Session,
        typed: Typed,
        now: Timestamp,
    ) -> Result<(Token, Session), ChangeFault> {
        let user_id = &session.user_id;
        if session.stage == Stage::SecondFactorDue {
            return Err(ChangeFault::NotYet);
        }
        judged(&typed.new, user_id)?;
        let passwords = &self.sessions.passwords;
        let who = passwords.check(user_id.as_str(), &typed.present, now).await?;
        if typed.new.expose() == typed.present.expose() {
            let same = if who.password_is_temporary { Weakness::Temporary } else { Weakness::Same };
            return Err(same.into());
        }
        let account = accounts::account(&mut self.store.read().await?, user_id).await?;
        let account = account.ok_or(LoginFault::PasswordWrong)?;
        self.refuse_if(&typed.new, account.letter_hash, Weakness::Temporary).await?;
        let hash = self.hasher.hash(typed.new).await?;

        let mut tx = self.store.begin().await?;
        let account = still(&mut tx, &who).await?;
        accounts::set_password(&mut tx, user_id, &hash, now).await?;
        let ended = sessions::end_others(&mut tx, user_id, session.id).await?;
        rows::replace_all(&mut tx, &account.office, now).await?;
        let stage = self.next_stage(&mut tx, session).await?;
        let renewed = renew(&mut tx, session, stage, now).await?;
        self.tell(&mut tx, &account, now).await?;
        let detail = json!({ "was_temporary": who.password_is_temporary, "sessions_ended": ended });
        session.note(&mut tx, now, "password.changed", detail);
        tx.commit().await?;
        Ok(renewed)
    }

    /// Sets a new password by a mailed link. Every session ends and a lock, too; whoever did it logs
    /// in next, with the second factor where there is one. The user ID is for the page to show.
    ///
    /// # Errors
    /// [`ChangeFault`] by its variants; as long as the new password is refused, the link stays good.
    pub async fn reset(
        &self,
        (purpose, token): (Purpose, &Token),
        new: Secret,
        now: Timestamp,
    ) -> Result<UserId, ChangeFault> {
        if !matches!(purpose, Purpose::ResetPassword | Purpose::InviteOffice) {
            return Err(ChangeFault::Link(LinkFault::Unknown { purpose }));
        }
        let link = links::look(&mut self.store.read().await?, (purpose, token), now).await?;
        let user_id = UserId::of(&link.office);
        judged(&new, &user_id)?;
        let before = accounts::account(&mut self.store.read().await?, &user_id).await?;
        if let Some(account) = &before {
            self.refuse_if(&new, account.letter_hash.clone(), Weakness::Temporary).await?;
            self.refuse_if(&new, Some(account.password_hash.clone()), Weakness::Same).await?;
        }
        let hash = self.hasher.hash(new).await?;

        let mut tx = self.store.begin().await?;
        links::spend(&mut tx, (purpose, token), now).await?;
        if accounts::account(&mut tx, &user_id).await?.is_none() {
            accounts::put_account(&mut tx, &link.office, &hash, now).await?;
        }
        accounts::set_password(&mut tx, &user_id, &hash, now).await?;
        let ended = sessions::end_all(&mut tx, &user_id).await?;
        rows::replace_all(&mut tx, &link.office, now).await?;
        if let Some(account) = &before {
            self.tell(&mut tx, account, now).await?;
        }
        let (actor, subject) = (Actor::Office(link.office), user_id.to_string());
        let detail = json!({ "by": purpose.as_str(), "sessions_ended": ended });
        audit::append(&mut tx, now, Entry { actor, action: "password.reset", subject, detail });
        tx.commit().await?;
        Ok(user_id)
    }

    async fn refuse_if(
        &self,
        new: &Secret,
        hash: Option<String>,
        weakness: Weakness,
    ) -> Result<(), ChangeFault> {
        match hash {
            Some(_) if self.hasher.verify(new.clone(), hash).await? => Err(weakness.into()),
            _ => Ok(()),
        }
    }

    /// A session that gave its second factor, or had none, stays where it is.
    async fn next_stage(&self, tx: &mut Tx, session: &Session) -> Result<Stage, StoreError> {
        if session.stage == Stage::Full {
            return Ok(Stage::Full);
        }
        let has_factor = second_factors::is_on(tx, &session.user_id).await?;
        Ok(Stage::after_password(false, has_factor, self.rule.second_factor_required))
    }

    async fn tell(&self, tx: &mut Tx, account: &Account, now: Timestamp) -> Result<(), StoreError> {
        match &account.mail {
            Some(mail) => password_changed(mail, &self.site, now).queue(tx, now).await,
            None => Ok(()),
        }
    }
}

/// Everybody knows the user ID, and the office number in it.
fn judged(password: &Secret, user_id: &UserId) -> Result<(), Weakness> {
    let office = user_id.office();
    judge_password(password, &[user_id.as_str(), office.as_str()])
}
