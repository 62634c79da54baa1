//! One-time links that travel by mail.
//!
//! Promises: only the hash of a token is stored; a link is good once, for its purpose, until its end,
//! and the first one used kills all others of its kind. Looking at a link does not use it, because
//! mail programs and virus scanners look, too. Who asks for an ID or a mail that is not registered gets
//! the same answer at the same cost: asking only puts the question down, and a job answers it.

use careplan_domain::{OfficeNumber, Secret, Timestamp, UserId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::link::{Link, LinkFault, Purpose};
use super::session::still;
use super::{HashFault, LoginFault, Session, Sessions, Stage, Token};
use crate::audit::{self, Actor, Entry};
use crate::jobs::queue;
use crate::mail::{self, MailAddress, SiteUrl};
use crate::store::jobs as rows;
use crate::store::{Connected, Store, StoreError, Tx, accounts, links};

/// The path of a link at the web site: this, the purpose's stable name, the token.
pub const LINK_PATH: &str = "/mail-link";

/// Answer a question for a link; the argument is an [`Asked`].
pub const LINK_ASKED: &str = "link.asked";

/// Links of one purpose are not sent to an office more often: nobody fills its mailbox.
pub const PAUSE: SignedDuration = SignedDuration::from_mins(2);

/// Offices that one address may be registered for, as far as a reminder shows them.
const OFFICES_OF_A_MAIL: u32 = 200;

/// Questions answered at once.
const TAKEN: u32 = 50;

/// Expired links are still recognised for so long: who comes late learns what to do.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A link that is good at `now`. It is not used by that.
pub(super) async fn look(
    db: &mut impl Connected,
    (purpose, token): (Purpose, &Token),
    now: Timestamp,
) -> Result<Link, LinkFault> {
    let link = links::by_token(db, purpose, &token.digest()).await?.ok_or(LinkFault::Unknown { purpose })?;
    link.check(now)?;
    Ok(link)
}

/// Uses a link. Belongs into the transaction of what it permits.
pub(super) async fn spend(
    tx: &mut Tx,
    (purpose, token): (Purpose, &Token),
    now: Timestamp,
) -> Result<Link, LinkFault> {
    let link = look(tx, (purpose, token), now).await?;
    links::spend(tx, &link, now).await?;
    Ok(link)
}

/// Who asks for a link without being logged in, as it was typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// A new password for a user ID.
    ResetPassword {
        /// The user ID.
        user_id: String,
    },
    /// The user IDs of an address.
    RemindUserId {
        /// The address.
        mail: String,
    },
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asked(***)")
    }
}

impl Asked {
    /// Whether it can be anybody at all: what is no user ID or address is nobody's secret.
    fn has_shape(&self) -> bool {
        match self {
            Self::ResetPassword { user_id } => user_id.parse::<UserId>().is_ok(),
            Self::RemindUserId { mail } => mail.parse::<MailAddress>().is_ok(),
        }
    }

    /// What everybody is told who asked, registered or not.
    pub fn answer_ja(&self) -> &'static str {
        match self {
            Self::ResetPassword { .. } => {
                "受け付けました。このユーザIDにメールアドレスが登録されていれば、数分以内にメールが届きます。30分以内にメールのリンクを開いてください。届かない場合は、迷惑メールの扱いになっていないか確かめてください。メールアドレスを登録していない場合は、「通知書の再発行」をお申し込みください。"
            }
            Self::RemindUserId { .. } => {
                "受け付けました。このメールアドレスが登録されていれば、数分以内にメールが届きます。30分以内にメールのリンクを開いてください。届かない場合は、迷惑メールの扱いになっていないか確かめてください。ユーザIDは通知書にも書かれています（KJと事業所の都道府県番号2桁と事業所番号10桁）。"
            }
        }
    }
}

/// Why a mail address is not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailFault {
    /// The session has something else to do first.
    #[error("the session may not do that yet")]
    NotYet(Stage),
    /// A link was sent a moment ago.
    #[error("a link was sent a moment ago")]
    TooSoon,
    /// The password, or what went wrong inside.
    #[error(transparent)]
    Login(#[from] LoginFault),
}

impl MailFault {
    /// What the person is told; `None` for what went wrong inside.
    pub fn message_ja(&self) -> Option<String> {
        match self {
            Self::NotYet(stage) => stage.message_ja().map(str::to_owned),
            Self::TooSoon => Some(
                "確認メールを送ったばかりです。届いていない場合は、2分ほど待ってから、もう一度登録してください。".to_owned(),
            ),
            Self::Login(fault) => fault.problem().map(|problem| problem.to_string()),
        }
    }
}

impl From<StoreError> for MailFault {
    fn from(error: StoreError) -> Self {
        Self::Login(error.into())
    }
}

impl From<HashFault> for MailFault {
    fn from(fault: HashFault) -> Self {
        Self::Login(fault.into())
    }
}

/// Makes links, and does what they permit.
#[derive(Debug, Clone)]
pub struct Links {
    store: Store,
    sessions: Sessions,
    site: SiteUrl,
}

impl Links {
    /// Links to `site` for the accounts of `sessions`.
    pub fn new(sessions: &Sessions, site: SiteUrl) -> Self {
        Self { store: sessions.store.clone(), sessions: sessions.clone(), site }
    }

    /// Puts a question down. Whatever was asked, the answer is [`Asked::answer_ja`].
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn ask(&self, asked: &Asked, now: Timestamp) -> Result<(), StoreError> {
        if !asked.has_shape() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        rows::put(&mut tx, LINK_ASKED, json!(asked).to_string(), now).await?;
        tx.commit().await
    }

    /// Answers what was asked; returns how many questions.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn answer_asked(&self, now: Timestamp) -> Result<usize, LoginFault> {
        let mut answered = 0;
        loop {
            let taken = queue::take(&self.store, LINK_ASKED, TAKEN, now).await?;
            if taken.is_empty() {
                return Ok(answered);
            }
            for job in &taken {
                let mut tx = self.store.begin().await?;
                // What cannot be read was written by another version of us: nobody waits for it.
                if let Ok(asked) = serde_json::from_str::<Asked>(&job.argument) {
                    self.answer(&mut tx, &asked, now).await?;
                }
                rows::end(&mut tx, job.id, &rows::Ending::Finished).await?;
                tx.commit().await?;
                answered += 1;
            }
        }
    }

    async fn answer(&self, tx: &mut Tx, asked: &Asked, now: Timestamp) -> Result<(), LoginFault> {
        let found = match asked {
            Asked::ResetPassword { user_id } => match user_id.parse() {
                Ok(user_id) => accounts::account(tx, &user_id)
                    .await?
                    .and_then(|it| it.mail.map(|mail| (it.office, mail, Purpose::ResetPassword))),
                Err(_) => None,
            },
            Asked::RemindUserId { mail } => match mail.parse() {
                Ok(mail) => {
                    let first = accounts::with_mail(tx, &mail, 1).await?.into_iter().next();
                    first.map(|user_id| (user_id.office(), mail, Purpose::RemindUserId))
                }
                Err(_) => None,
            },
        };
        match found {
            Some((office, mail, purpose)) if !self.is_too_soon(tx, &office, purpose, now).await? => {
                self.send(tx, (purpose, office, &mail), Actor::Platform, now).await
            }
            _ => Ok(()),
        }
    }

    async fn is_too_soon(
        &self,
        tx: &mut Tx,
        office: &OfficeNumber,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let newest = links::newest(tx, office, purpose).await?;
        Ok(newest.is_some_and(|at| now.duration_since(at) < PAUSE))
    }

    async fn send(
        &self,
        tx: &mut Tx,
        (purpose, office, to): (Purpose, OfficeNumber, &MailAddress),
        actor: Actor,
        now: Timestamp,
    ) -> Result<(), LoginFault> {
        let token = Token::fresh()?;
        let expires_at = now.saturating_add(purpose.lifetime()).unwrap_or(Timestamp::MAX);
        let link = Link {
            id: Uuid::now_v7(),
            office,
            purpose,
            mail: to.clone(),
            made_at: now,
            expires_at,
            used_at: None,
            replaced_at: None,
        };
        links::insert(tx, &link, token.digest()).await?;
        let url =
            Secret::new(format!("{}/mail-link/{}/{}", self.site.as_str(), purpose.as_str(), token.expose()));
        let written = match purpose {
            Purpose::ConfirmMail => mail::confirm_mail(to, url.expose(), expires_at),
            Purpose::ResetPassword => mail::reset_password(to, url.expose(), expires_at),
            Purpose::RemindUserId => mail::user_id_reminder(to, url.expose(), expires_at),
            Purpose::InviteOffice => mail::invitation(to, url.expose(), expires_at),
        };
        written.queue(tx, now).await?;
        let detail = json!({ "link": link.id, "purpose": purpose.as_str() });
        audit::append(tx, now, Entry { actor, action: "link.made", subject: office.to_string(), detail });
        Ok(())
    }

    /// Asks an office, by a mail to it, to confirm its address. Needs the password: the address
    /// opens the account.
    ///
    /// # Errors
    /// [`MailFault`] by its variants.
    pub async fn register_mail(
        &self,
        session: &Session,
        (mail, password): (&MailAddress, &Secret),
        now: Timestamp,
    ) -> Result<(), MailFault> {
        if session.stage != Stage::Full {
            return Err(MailFault::NotYet(session.stage));
        }
        let passwords = &self.sessions.passwords;
        let who = passwords.check(session.user_id.as_str(), password, now).await?;
        let mut tx = self.store.begin().await?;
        still(&mut tx, &who).await?;
        if self.is_too_soon(&mut tx, &who.office, Purpose::ConfirmMail, now).await? {
            return Err(MailFault::TooSoon);
        }
        self.send(&mut tx, (Purpose::ConfirmMail, who.office, mail), Actor::Office(who.office), now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Invites an office by a mail to an address that the operator knows to be its own.
    ///
    /// # Errors
    /// When there is no such office, or the database cannot be reached.
    pub async fn invite(
        &self,
        tx: &mut Tx,
        (office, mail): (OfficeNumber, &MailAddress),
        operator: Actor,
        now: Timestamp,
    ) -> Result<(), LoginFault> {
        self.send(tx, (Purpose::InviteOffice, office, mail), operator, now).await
    }

    /// A link that is good, without using it: for the page that it opens.
    ///
    /// # Errors
    /// [`LinkFault`] by its variants.
    pub async fn look(&self, link: (Purpose, &Token), now: Timestamp) -> Result<Link, LinkFault> {
        look(&mut self.store.read().await?, link, now).await
    }

    /// Uses a link of [`Purpose::ConfirmMail`]: its address is registered from now on, and the one
    /// before is told.
    ///
    /// # Errors
    /// [`LinkFault`] by its variants.
    pub async fn confirm_mail(&self, token: &Token, now: Timestamp) -> Result<UserId, LinkFault> {
        let mut tx = self.store.begin().await?;
        let link = spend(&mut tx, (Purpose::ConfirmMail, token), now).await?;
        let user_id = UserId::of(&link.office);
        let before = accounts::account(&mut tx, &user_id).await?.and_then(|account| account.mail);
        accounts::set_mail(&mut tx, &user_id, &link.mail, now).await?;
        if let Some(before) = before.filter(|before| before.folded() != link.mail.folded()) {
            mail::mail_changed(&before, &self.site, now).queue(&mut tx, now).await?;
        }
        let (actor, subject) = (Actor::Office(link.office), user_id.to_string());
        let entry = Entry { actor, action: "mail.registered", subject, detail: json!({ "link": link.id }) };
        audit::append(&mut tx, now, entry);
        tx.commit().await?;
        Ok(user_id)
    }

    /// Uses a link of [`Purpose::RemindUserId`]: the user IDs that its address is registered for.
    ///
    /// # Errors
    /// [`LinkFault`] by its variants.
    pub async fn remind(&self, token: &Token, now: Timestamp) -> Result<Vec<UserId>, LinkFault> {
        let mut tx = self.store.begin().await?;
        let link = spend(&mut tx, (Purpose::RemindUserId, token), now).await?;
        let user_ids = accounts::with_mail(&mut tx, &link.mail, OFFICES_OF_A_MAIL).await?;
        let detail = json!({ "link": link.id, "shown": user_ids.len() });
        let (actor, subject) = (Actor::Office(link.office), link.office.to_string());
        audit::append(&mut tx, now, Entry { actor, action: "user_id.reminded", subject, detail });
        tx.commit().await?;
        Ok(user_ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_not_printed() {
        let asked = Asked::RemindUserId { mail: "office@example.jp".to_owned() };
        assert_eq!(format!("{asked:?}"), "Asked(***)");
    }
}
