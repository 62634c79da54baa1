//! What the handlers of one replica share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::caller::{Contacts, Standings};
use crate::clock::Clock;
use crate::login::IssuePasswords;
use crate::mail::SiteUrl;
use crate::mailbox::Mailbox;
use crate::signer::Signer;
use crate::store::Store;
use crate::trust::TrustInForce;

/// One replica of the platform: handed to every handler and job as `Arc<Platform>`.
pub struct Platform {
    /// The database.
    pub store: Store,
    /// Asked once per request.
    pub clock: Clock,
    /// What the database says of callers.
    pub standings: Standings,
    /// When they were heard of last.
    pub contacts: Contacts,
    /// Whose certificates are accepted; swapped by a reload.
    pub trust: Arc<TrustInForce>,
    /// Letters, receipts, news.
    pub mailbox: Mailbox,
    /// Checks issue passwords.
    pub issue_passwords: IssuePasswords,
    /// Rung when a certificate was ordered, so that an authority in this process need not look.
    pub order_bell: Arc<Notify>,
    /// How long an enrolling terminal waits for its certificate before it is told to ask again.
    pub enrol_wait: Duration,
    /// Where offices reach the web site.
    pub site_url: SiteUrl,
    /// Signs receipts, trust lists, audit checkpoints.
    pub signer: Arc<dyn Signer>,
}
