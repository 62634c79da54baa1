//! The inbox: from the platform's list to verified files in a folder, and a signed receipt.
//!
//! ```text
//! listed ─► verified ─► written ─► acknowledged ─► (importing) ─► imported
//!    ├─► set aside ─► refused
//!    └─► left alone ─► (elsewhere)
//! ```
//!
//! Promises: no byte reaches the inbox folder before its letter was verified; units are written in
//! the order of their serials; a letter is acknowledged only after its files are durable; a letter
//! that cannot be taken is set aside after [`POISON_TRIES_MAX`] tries with a signed refusal and
//! never blocks the next; one that only another terminal of this office can open is left to it and
//! not refused; no different file is ever overwritten.

mod fetch;
mod imported;
mod left_alone;
mod news;
mod receipts;
mod write;

pub use imported::{MarkedMany, UNDO_WITHIN};
pub use left_alone::{ForOtherTerminal, LOOK_AGAIN};
pub use write::FOLDERS_OF_A_UNIT_MAX;

use careplan_domain::TransmissionId;
use careplan_protocol::Code;
use careplan_protocol::receipt::ReceiptKind;

use crate::office::{Engine, Office, OfficeFault, Step};
use crate::outbox::next_try;
use crate::platform::PlatformFault;
use crate::staff::Actor;
use crate::state::{Cursor, Received, ReceivedState};

/// Tries before a letter that cannot be opened or verified is set aside: once more could help when
/// bytes were damaged on the way, and what is wrong after that was sent wrong.
pub const POISON_TRIES_MAX: u32 = 3;

/// Entries asked for at once.
const PAGE_ENTRIES: u32 = 100;

impl Engine {
    /// Does the next piece of work of the inbox: list, fetch and verify, write, acknowledge,
    /// refuse. [`Step::Idle`] comes after a whole round found nothing.
    ///
    /// # Errors
    /// [`OfficeFault`] when listing fails, or of this computer. What concerns one letter becomes a [`Step`].
    pub async fn step_inbox(&mut self) -> Result<Step, OfficeFault> {
        let office = self.office.clone();
        let now = office.now();
        if let Some(received) = office.state().due_received(ReceivedState::Listed, now).await? {
            return office.fetch(&received).await;
        }
        if self.inbox_unread {
            let (listed, more) = office.list().await?;
            self.inbox_unread = more;
            if listed > 0 {
                return Ok(Step::Listed(listed));
            }
        }
        if let Some(received) = office.state().due_received(ReceivedState::Verified, now).await? {
            return office.write(&received).await;
        }
        for (state, kind) in [
            (ReceivedState::Written, ReceiptKind::Acknowledged),
            (ReceivedState::SetAside, ReceiptKind::Refused),
            (ReceivedState::Importing, ReceiptKind::Imported),
        ] {
            if let Some(received) = office.state().due_received(state, now).await? {
                return office.hand_in(&received, kind).await;
            }
        }
        if let Some(received) = office.state().due_received(ReceivedState::LeftAlone, now).await? {
            return office.look_again(&received).await;
        }
        self.inbox_unread = true;
        Ok(Step::Idle)
    }

    /// Says that the platform has news: the next step lists again.
    pub fn expect_letters(&mut self) {
        self.inbox_unread = true;
    }
}

impl Office {
    /// Reads one page of the inbox; gives how many were new to read, and whether more is there.
    async fn list(&self) -> Result<(usize, bool), OfficeFault> {
        let link = self.link().await?;
        let after = self.state().cursor(Cursor::Inbox).await?;
        let page = link.platform.inbox(after, PAGE_ENTRIES, None).await?;
        // A cursor that does not move would ask for ever.
        if page.next < after || (page.more && page.next == after) {
            return Err(PlatformFault::Unreadable { status: 200 }.into());
        }
        if page.next == after {
            return Ok((0, false));
        }
        let types = &link.settings.service_types;
        let mut entries = page.transmissions;
        entries.retain(|entry| types.is_empty() || types.contains(&entry.to.service_type));
        self.mishaps().pass(crate::mishap::Point::NewsReceived).await;
        self.state().store_listed(&entries, page.next).await?;
        Ok((entries.len().max(1), page.more))
    }

    /// Marks something as taken over by the care software; the engine hands the receipt in.
    ///
    /// # Errors
    /// [`OfficeFault::WrongState`] unless it was acknowledged.
    pub async fn mark_imported(&self, id: TransmissionId) -> Result<(), OfficeFault> {
        self.mark_imported_by(id, &Actor::default()).await
    }

    /// The same by somebody, who is named in the record of operations.
    ///
    /// # Errors
    /// As [`mark_imported`](Self::mark_imported).
    pub async fn mark_imported_by(&self, id: TransmissionId, by: &Actor) -> Result<(), OfficeFault> {
        if self.state().import_begun(id, (by, self.now())).await? {
            return Ok(());
        }
        match self.state().received(id).await?.ok_or(OfficeFault::Unknown(id))?.state {
            ReceivedState::Importing | ReceivedState::Imported => Ok(()),
            other => Err(OfficeFault::WrongState(id, other.label_ja())),
        }
    }

    /// A step about one letter failed for a reason that is not the letter's: tried again later.
    async fn later(&self, received: &Received, fault: OfficeFault) -> Result<Step, OfficeFault> {
        if matches!(fault, OfficeFault::State(_) | OfficeFault::Keys(_) | OfficeFault::NotSetUp) {
            return Err(fault);
        }
        if received.state == ReceivedState::LeftAlone {
            // Nobody waits for this look, and what was told still holds.
            return self.leave_alone(received).await;
        }
        let id = received.header.id;
        let stored = fault.stored();
        tracing::warn!(transmission = %id, code = stored.code, tries = received.tries, "tried again later");
        self.state().receive_failed(id, &stored, next_try(self.now(), received.tries)).await?;
        Ok(Step::Later(id, stored))
    }

    /// The platform says that a letter came to an end: takes over to which.
    async fn ended(&self, received: &Received) -> Result<Step, OfficeFault> {
        use careplan_domain::transmission::State as Life;
        let id = received.header.id;
        let link = self.link().await?;
        let state = match link.platform.transmission(id).await {
            Ok(view) => match view.transmission.state {
                Life::Withdrawn => ReceivedState::Withdrawn,
                Life::Expired => ReceivedState::Expired,
                Life::Refused if received.state == ReceivedState::SetAside => ReceivedState::Refused,
                Life::Imported if received.state == ReceivedState::Importing => ReceivedState::Imported,
                _ => ReceivedState::Elsewhere,
            },
            Err(fault) if fault.problem() == Some(Code::TransmissionUnknown) => ReceivedState::Expired,
            Err(fault) => return self.later(received, fault.into()).await,
        };
        if received.state == ReceivedState::LeftAlone {
            // What was told to do is done, or too late: it does not stay.
            self.state().set_received(id, state, self.now()).await?;
        } else {
            self.state().end_received(id, state, None, self.now()).await?;
        }
        Ok(Step::Ended(id, state.label_ja()))
    }
}

/// Whether a problem says that there is nothing to fetch or to answer any more.
fn says_ended(fault: &PlatformFault) -> bool {
    matches!(
        fault.problem(),
        Some(Code::TransmissionEnded | Code::LetterGone | Code::TransmissionUnknown | Code::NotReceiver)
    )
}
