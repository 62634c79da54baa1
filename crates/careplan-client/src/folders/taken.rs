//! To whom sets are handed over that a person is to look at first.

use careplan_domain::TransmissionId;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::desk::{Brought, Desk, DeskFault};
use crate::state::DraftState;

/// Who brought a draft that came from the export folder.
pub const BROUGHT_BY: &str = "書き出しフォルダー";

/// What became of what was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fate {
    /// What was sent of it.
    pub sent: Vec<TransmissionId>,
    /// Whether the rest may still be sent.
    pub is_open: bool,
}

/// Takes over what was taken from the export folder and is to be confirmed by a person.
pub trait Taken: Send + Sync {
    /// Takes files over; they are durable when it returns. Asked for the same batch again after a kill, it takes nothing a second time.
    fn take(&self, batch: Uuid, files: Brought) -> BoxFuture<'_, Result<(), DeskFault>>;

    /// What became of a batch.
    fn fate(&self, batch: Uuid) -> BoxFuture<'_, Result<Fate, DeskFault>>;
}

/// A batch becomes a draft of the same id.
impl Taken for Desk {
    fn take(&self, batch: Uuid, files: Brought) -> BoxFuture<'_, Result<(), DeskFault>> {
        self.bring_as(batch, files, BROUGHT_BY).boxed()
    }

    fn fate(&self, batch: Uuid) -> BoxFuture<'_, Result<Fate, DeskFault>> {
        async move {
            let state = self.state_of(batch).await?;
            let sent = self.sent_of(batch).await?;
            Ok(Fate { sent, is_open: state == Some(DraftState::Open) })
        }
        .boxed()
    }
}
