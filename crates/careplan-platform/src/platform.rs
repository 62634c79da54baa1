//! What the handlers of one replica share.

use std::sync::Arc;

use crate::clock::Clock;
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
    /// Whose certificates are accepted; swapped by a reload.
    pub trust: Arc<TrustInForce>,
    /// Letters, receipts, news.
    pub mailbox: Mailbox,
    /// Signs receipts, trust lists, audit checkpoints.
    pub signer: Arc<dyn Signer>,
}
