//! Mails to offices: put down with what they tell, sent afterwards.
//!
//! Promises: a mail is queued in the transaction of its reason, so none tells of what never happened;
//! it is sent at least once (its Message-ID stays the same), or comes to a definite end that stands in
//! the audit; its text is gone from the database then. Mails hold no personal data: a sentence, a
//! date, and a link. Addresses are never logged.

mod address;
mod folder;
mod postman;
mod smtp;
mod templates;

use std::fmt;

use careplan_domain::Timestamp;
use serde_json::json;
use uuid::Uuid;

pub use address::{AddressFault, MailAddress};
pub use folder::Folder;
pub use postman::{MAIL_SEND, Postman, Transport};
pub use smtp::{Smtp, SmtpFault};
pub use templates::{
    SiteUrl, certificate_reminder, confirm_mail, invitation, licence_reminder, mail_changed,
    password_changed, payment_reminder, reset_password, user_id_reminder,
};

use crate::store::{StoreError, Tx, jobs, mails};

/// Why a mail could not be handed over. Says nothing about whom it was for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFault {
    /// It may work later.
    #[error("{0}")]
    Later(String),
    /// It will never work: there is no such address.
    #[error("{0}")]
    Never(String),
}

/// A mail as it is written: by a template of this room, and by nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Whom it is for.
    pub to: MailAddress,
    /// The template.
    pub(crate) kind: String,
    /// The subject line.
    pub(crate) subject: String,
    /// Plain text; may hold a one-time link.
    pub(crate) body: String,
    /// Not worth sending from then on: its link has expired.
    pub(crate) useless_at: Option<Timestamp>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Mail {
    /// Puts it down in the transaction of what it tells; it is sent after the commit.
    ///
    /// # Errors
    /// When the database refuses or cannot be reached.
    pub async fn queue(&self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        let id = Uuid::now_v7();
        mails::insert(tx, id, self, now).await?;
        jobs::put(tx, MAIL_SEND, json!(id).to_string(), now).await
    }

    /// The subject line.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}
