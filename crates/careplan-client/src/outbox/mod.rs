//! The outbox: from files in a folder to letters that the platform has accepted.
//!
//! Promises: what is checked and good is sealed and stored before anything is sent; what is stored
//! is repeated byte for byte until the platform's signed receipt is verified and stored, or the
//! platform refuses it for good. The same unit is not sent twice unless asked for.

mod deliver;
mod earlier;
mod gather;
mod judge;
mod parcel;
mod prepare;
mod room;
mod serial;
mod withdraw;

pub(crate) use deliver::expected;
pub use earlier::Earlier;
pub use gather::{FoundFile, GATHER_BYTES_MAX, GATHER_FILES_MAX, GatherFault, gather};
pub use judge::{Judged, JudgedUnit, judge};
pub(crate) use prepare::new_uuid;
pub use prepare::{DispatchReport, DocumentOrder, LeftOut, SendOptions, UnitOutcome, UnitReport};
pub use serial::{OtherOfSerial, SerialUsed};
pub use withdraw::Withdrawal;

use std::time::Duration;

use careplan_domain::Timestamp;
use jiff::SignedDuration;

use crate::platform::Retry;

/// Longest wait of a sealed letter for its acceptance. Receivers refuse a signature that is older
/// than 30 days when the platform accepts it, so a letter that waited too long is given up before.
pub const OUTBOX_WAIT_MAX: SignedDuration = SignedDuration::from_hours(21 * 24);

/// Waits between tries of one letter (protocol, section 12): 1 s doubling to 5 min, with jitter.
const LETTER_RETRY: Retry =
    Retry { tries_max: u32::MAX, first_wait: Duration::from_secs(1), wait_max: Duration::from_secs(300) };

/// When something that failed `tries` times before is tried next.
pub(crate) fn next_try(now: Timestamp, tries: u32) -> Timestamp {
    let wait = LETTER_RETRY.wait_after(tries.saturating_add(1), crate::platform::random_share());
    let wait = SignedDuration::try_from(wait.unwrap_or(LETTER_RETRY.wait_max)).unwrap_or_default();
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
