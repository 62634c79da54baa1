//! The licence gate: may this office send to that one, now?
//!
//! Both offices need a valid licence to send. Fetching needs none: what was accepted before a
//! licence ended stays fetchable, so nothing is lost.

use crate::licence::LicenceState;
use crate::limits::{SEALED_BYTES_MAX, TRANSMISSION_FILES_MAX};
use crate::transmission::Header;

/// Whether an office takes part at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficeStatus {
    /// Takes part.
    Active,
    /// Suspended by the operator.
    Suspended,
}

/// What the gate needs to know of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the operator lets it take part.
    pub status: OfficeStatus,
    /// Its licence at the time of asking.
    pub licence: LicenceState,
    /// Whether the office runs the service type of the address in question.
    pub runs_service_type: bool,
}

/// Why a letter is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendRefusal {
    /// The letter's sender is not the office of the certificate.
    #[error("the sender is not the office of the certificate")]
    SenderNotCaller,
    /// The sending office does not run the service type it sends as.
    #[error("the sender does not run this service type")]
    SenderServiceTypeUnknown,
    /// The sending office is suspended.
    #[error("the sender is suspended")]
    SenderSuspended,
    /// The sending office has no valid licence.
    #[error("the sender has no valid licence")]
    SenderUnlicensed(LicenceState),
    /// No such office.
    #[error("the receiver is unknown")]
    ReceiverUnknown,
    /// The office exists and does not run that service type.
    #[error("the receiver does not run this service type")]
    ReceiverServiceTypeUnknown,
    /// The receiving office is suspended.
    #[error("the receiver is suspended")]
    ReceiverSuspended,
    /// The receiving office has no valid licence.
    #[error("the receiver has no valid licence")]
    ReceiverUnlicensed(LicenceState),
    /// An address wrote to itself.
    #[error("sender and receiver are the same address")]
    SameAddress,
    /// No file, or more than [`TRANSMISSION_FILES_MAX`].
    #[error("the number of files is not 1 to {TRANSMISSION_FILES_MAX}")]
    FileCount,
    /// An empty body, or more than [`SEALED_BYTES_MAX`].
    #[error("the sealed letter has not 1 to {SEALED_BYTES_MAX} bytes")]
    Size,
}

/// Decides whether a letter may be taken. `receiver` is `None` when no such office exists.
///
/// # Errors
/// The first reason against it; what the sender can mend comes before what the receiver must.
pub fn may_send(header: &Header, sender: &Standing, receiver: Option<&Standing>) -> Result<(), SendRefusal> {
    if header.from == header.to {
        return Err(SendRefusal::SameAddress);
    }
    if !(1..=TRANSMISSION_FILES_MAX).contains(&header.files) {
        return Err(SendRefusal::FileCount);
    }
    if !(1..=SEALED_BYTES_MAX).contains(&header.sealed_bytes) {
        return Err(SendRefusal::Size);
    }
    if sender.status == OfficeStatus::Suspended {
        return Err(SendRefusal::SenderSuspended);
    }
    if !sender.runs_service_type {
        return Err(SendRefusal::SenderServiceTypeUnknown);
    }
    if !sender.licence.is_valid() {
        return Err(SendRefusal::SenderUnlicensed(sender.licence));
    }
    let receiver = receiver.ok_or(SendRefusal::ReceiverUnknown)?;
    if receiver.status == OfficeStatus::Suspended {
        return Err(SendRefusal::ReceiverSuspended);
    }
    if !receiver.runs_service_type {
        return Err(SendRefusal::ReceiverServiceTypeUnknown);
    }
    if !receiver.licence.is_valid() {
        return Err(SendRefusal::ReceiverUnlicensed(receiver.licence));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transmission::tests::header;

    const GOOD: Standing = Standing {
        status: OfficeStatus::Active,
        licence: LicenceState::Valid { ends_at: jiff::Timestamp::MAX },
        runs_service_type: true,
    };
    const ENDED: LicenceState = LicenceState::Expired { ended_at: jiff::Timestamp::UNIX_EPOCH };

    #[test]
    fn licensed_offices_may_write_to_each_other() {
        assert_eq!(may_send(&header(), &GOOD, Some(&GOOD)), Ok(()));
    }

    #[test]
    fn two_service_types_of_one_number_may_write_to_each_other() {
        let mut header = header();
        header.to = "9970000018-11".parse().unwrap();
        assert_eq!(may_send(&header, &GOOD, Some(&GOOD)), Ok(()));
        header.to = header.from;
        assert_eq!(may_send(&header, &GOOD, Some(&GOOD)), Err(SendRefusal::SameAddress));
    }

    #[test]
    fn each_side_needs_a_licence_its_service_type_and_to_be_active() {
        let suspended = Standing { status: OfficeStatus::Suspended, ..GOOD };
        let unlicensed = Standing { licence: ENDED, ..GOOD };
        let other_type = Standing { runs_service_type: false, ..GOOD };
        let cases = [
            (suspended, Some(GOOD), SendRefusal::SenderSuspended),
            (other_type, Some(GOOD), SendRefusal::SenderServiceTypeUnknown),
            (unlicensed, Some(GOOD), SendRefusal::SenderUnlicensed(ENDED)),
            (GOOD, None, SendRefusal::ReceiverUnknown),
            (GOOD, Some(suspended), SendRefusal::ReceiverSuspended),
            (GOOD, Some(other_type), SendRefusal::ReceiverServiceTypeUnknown),
            (GOOD, Some(unlicensed), SendRefusal::ReceiverUnlicensed(ENDED)),
        ];
        for (sender, receiver, refusal) in cases {
            assert_eq!(may_send(&header(), &sender, receiver.as_ref()), Err(refusal));
        }
    }

    #[test]
    fn counts_and_sizes_are_taken_at_the_edge_and_refused_one_past_it() {
        let edge = Header { files: TRANSMISSION_FILES_MAX, sealed_bytes: SEALED_BYTES_MAX, ..header() };
        assert_eq!(may_send(&edge, &GOOD, Some(&GOOD)), Ok(()));
        for files in [0, TRANSMISSION_FILES_MAX + 1] {
            let header = Header { files, ..header() };
            assert_eq!(may_send(&header, &GOOD, Some(&GOOD)), Err(SendRefusal::FileCount));
        }
        for sealed_bytes in [0, SEALED_BYTES_MAX + 1] {
            let header = Header { sealed_bytes, ..header() };
            assert_eq!(may_send(&header, &GOOD, Some(&GOOD)), Err(SendRefusal::Size));
        }
    }
}
