//! The mailbox: letters handed over by one office, waiting for another.
//!
//! Promises: what was answered *accepted* is durable; every request is idempotent by the
//! transmission's id and repeated ones get the first answer; a transmission leaves the box only
//! by a receipt of its receiver, by its sender before it was fetched, or by its deadline. Never
//! looks inside a letter.

mod batch;
mod listen;
mod news;
mod operation;
mod receipt;
mod writer;

use careplan_domain::retention::Retention;

use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::store::Store;

pub use listen::listen;
pub use news::{News, Subscription};
pub use operation::{Accept, Done, HandIn, Operation, Outcome, Refused, SealedBytes};
pub use receipt::{
    RECEIPT_BYTES_MAX, ReceiptFault, Statement, check_receipt, is_signed_by, platform_receipt, read_receipt,
};
pub use writer::{OPERATIONS_QUEUED_MAX, WriteFault, Writer};

/// What the mailbox works with.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Changes it.
    pub writer: Writer,
    /// Tells who waits for news.
    pub news: News,
    /// Holds large letters.
    pub blobs: Blobs,
    /// How long things are kept.
    pub retention: Retention,
}

impl Mailbox {
    /// Opens the mailbox and starts its writer.
    pub fn start(store: Store, clock: Clock, blobs: Blobs, retention: Retention) -> Self {
        let news = News::default();
        let writer = Writer::start(store, news.clone(), clock, retention);
        Self { writer, news, blobs, retention }
    }
}
