//! The job that sends what was queued.

use careplan_domain::Timestamp;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use serde_json::json;
use uuid::Uuid;

use super::{Folder, Mail, MailAddress, SendFault, Smtp};
use crate::audit::{self, Actor, Entry};
use crate::jobs::queue;
use crate::store::jobs::{self, Ending, Taken};
use crate::store::{Store, StoreError, mails};

/// Send a mail; the argument is its id.
pub const MAIL_SEND: &str = "mail.send";

/// Mails taken at once: all of them at the longest they may take fit into the lease.
const TAKEN: u32 = 10;

/// By what mails go.
#[derive(Debug, Clone)]
pub enum Transport {
    /// Into a folder.
    Folder(Folder),
    /// Through a server.
    Smtp(Smtp),
}

/// Sends what was queued.
#[derive(Debug, Clone)]
pub struct Postman {
    store: Store,
    transport: Transport,
    from: MailAddress,
}

/// How a mail came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Sent,
    /// There is no such address.
    Refused,
    /// Its link had expired before it could be sent.
    Useless,
    /// Tried too often.
    GivenUp,
}

impl End {
    fn action(self) -> &'static str {
        match self {
            Self::Sent => "mail.sent",
            Self::Refused => "mail.refused",
            Self::Useless => "mail.useless",
            Self::GivenUp => "mail.given_up",
        }
    }
}

impl Postman {
    /// Mails of `store` go by `transport`, from this address.
    pub fn new(store: Store, transport: Transport, from: MailAddress) -> Self {
        Self { store, transport, from }
    }

    /// Tries all mails that are due once; returns how many came to their end.
    ///
    /// # Errors
    /// When the database cannot be reached; what was sent meanwhile is sent again then.
    pub async fn deliver_due(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut ended = 0;
        loop {
            let taken = queue::take(&self.store, MAIL_SEND, TAKEN, now).await?;
            if taken.is_empty() {
                return Ok(ended);
            }
            for job in &taken {
                ended += usize::from(self.deliver(job, now).await?);
            }
        }
    }

    /// Tries one; true when it came to its end.
    async fn deliver(&self, job: &Taken, now: Timestamp) -> Result<bool, StoreError> {
        let Ok(id) = serde_json::from_str::<Uuid>(&job.argument) else {
            return self.set_aside(job, "not the id of a mail", now).await;
        };
        let (mail, queued_at) = match mails::find(&mut self.store.read().await?, id).await {
            Ok(Some(found)) => found,
            Ok(None) => return self.finish(job, None, now).await,
            // One mail that cannot be read must not hold up all behind it.
            Err(StoreError::Corrupt(what)) => return self.set_aside(job, what, now).await,
            Err(error) => return Err(error),
        };
        if mail.useless_at.is_some_and(|at| at <= now) {
            return self.finish(job, Some((id, &mail, End::Useless)), now).await;
        }
        match self.send(id, &mail, queued_at).await {
            Ok(()) => self.finish(job, Some((id, &mail, End::Sent)), now).await,
            Err(SendFault::Never(reason)) => {
                tracing::warn!(mail = %id, kind = mail.kind, reason, "a mail was refused for good");
                self.finish(job, Some((id, &mail, End::Refused)), now).await
            }
            Err(SendFault::Later(reason)) => match queue::ending(job, Err(reason), now) {
                ending @ (Ending::Again(..) | Ending::Finished) => {
                    let mut tx = self.store.begin().await?;
                    jobs::end(&mut tx, job.id, &ending).await?;
                    tx.commit().await?;
                    Ok(false)
                }
                // Nobody would read it any more: it ends here, in the audit.
                Ending::Parked(..) => self.finish(job, Some((id, &mail, End::GivenUp)), now).await,
            },
        }
    }

    /// For an operator to look at.
    async fn set_aside(&self, job: &Taken, why: &str, now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.store.begin().await?;
        jobs::end(&mut tx, job.id, &Ending::Parked(now, why.to_owned())).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn finish(
        &self,
        job: &Taken,
        end: Option<(Uuid, &Mail, End)>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.store.begin().await?;
        jobs::end(&mut tx, job.id, &Ending::Finished).await?;
        if let Some((id, mail, end)) = end {
            mails::drop(&mut tx, id).await?;
            let detail = json!({ "kind": mail.kind, "tries": job.tries + 1 });
            let entry =
                Entry { actor: Actor::Platform, action: end.action(), subject: id.to_string(), detail };
            audit::append(&mut tx, now, entry);
            metrics::counter!("careplan_mails_total", "end" => end.action()).increment(1);
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn send(&self, id: Uuid, mail: &Mail, queued_at: Timestamp) -> Result<(), SendFault> {
        let message = self.message(id, mail, queued_at)?;
        match &self.transport {
            Transport::Folder(folder) => folder.send(id, &message.formatted()).await,
            Transport::Smtp(smtp) => smtp.send(message).await,
        }
    }

    /// The same bytes at every try: receivers know a mail that came twice by its Message-ID.
    fn message(&self, id: Uuid, mail: &Mail, queued_at: Timestamp) -> Result<Message, SendFault> {
        let mailbox = |address: &MailAddress| Mailbox::new(None, address.address().clone());
        let domain = self.from.address().domain();
        // RFC 3834, section 5: answering machines leave it alone.
        let automatic =
            HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        Message::builder()
            .from(mailbox(&self.from))
            .to(mailbox(&mail.to))
            .subject(mail.subject.clone())
            .date(queued_at.into())
            .message_id(Some(format!("<{id}@{domain}>")))
            .raw_header(automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|_| SendFault::Never("the mail cannot be written".to_owned()))
    }
}
