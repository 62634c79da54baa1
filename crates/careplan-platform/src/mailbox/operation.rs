//! What can be asked of the mailbox, and what it answers.

use bytes::Bytes;
use careplan_domain::gate::SendRefusal;
use careplan_domain::transmission::{Header, Refusal};
use careplan_domain::{Digest, OfficeNumber, Timestamp, TransmissionId};
use careplan_protocol::receipt::ReceiptKind;

use crate::store::transmissions::Held;

/// One change of the mailbox. Whatever can be made outside a transaction — signatures, blobs — is
/// made before.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Take a letter.
    Accept(Box<Accept>),
    /// The receiver begins to fetch.
    Fetch {
        /// Which transmission.
        id: TransmissionId,
        /// Who asks.
        by: OfficeNumber,
    },
    /// The receiver hands in a receipt.
    HandIn(HandIn),
    /// The sender takes the letter back.
    Withdraw {
        /// Which transmission.
        id: TransmissionId,
        /// Who asks.
        by: OfficeNumber,
        /// The platform's signed receipt, should it come to that.
        receipt: Vec<u8>,
        /// The instant in that receipt.
        at: Timestamp,
    },
    /// The deadline has passed.
    Expire {
        /// Which transmission.
        id: TransmissionId,
        /// The platform's signed report to the sender.
        receipt: Vec<u8>,
        /// The instant in that report.
        at: Timestamp,
    },
}

/// A letter to take.
#[derive(Debug, Clone)]
pub struct Accept {
    /// What stands on its outside; checked against the bytes.
    pub header: Header,
    /// Of the certificate it came with.
    pub fingerprint: Digest,
    /// The letter.
    pub sealed: SealedBytes,
    /// The platform's signed receipt, should it come to that.
    pub receipt: Vec<u8>,
    /// The instant in that receipt.
    pub at: Timestamp,
    /// When it expires unless acknowledged, as in that receipt.
    pub deadline: Timestamp,
    /// The bytes were uploaded in parts, which are no longer needed then.
    pub uploaded: bool,
}

/// A sealed letter on its way to its place.
#[derive(Debug, Clone)]
pub enum SealedBytes {
    /// Small: goes into a row.
    Row(Bytes),
    /// Large: durable in the blob store already.
    Shelved,
}

/// A receipt of the receiver; its signature and content were verified.
#[derive(Debug, Clone)]
pub struct HandIn {
    /// About which transmission.
    pub id: TransmissionId,
    /// Who hands it in.
    pub by: OfficeNumber,
    /// Acknowledged, refused or imported.
    pub kind: ReceiptKind,
    /// CMS SignedData (DER).
    pub signed: Vec<u8>,
}

impl Operation {
    /// Which transmission it is about.
    pub fn id(&self) -> TransmissionId {
        match self {
            Self::Accept(accept) => accept.header.id,
            Self::HandIn(hand_in) => hand_in.id,
            Self::Fetch { id, .. } | Self::Withdraw { id, .. } | Self::Expire { id, .. } => *id,
        }
    }
}

/// The answer to an operation.
pub type Outcome = Result<Done, Refused>;

/// It is so now.
#[derive(Debug, Clone)]
pub struct Done {
    /// The transmission as it stands now.
    pub held: Held,
    /// It came to be so by this operation; otherwise the same was asked before.
    pub first: bool,
    /// The stored receipt, for operations that have one: the first version, whoever asked.
    pub receipt: Option<Vec<u8>>,
}

/// Why not. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such transmission, or not one of this office's.
    #[error("no such transmission")]
    Unknown,
    /// Another letter has this id.
    #[error("another letter has this id")]
    Conflict,
    /// The gate says no.
    #[error(transparent)]
    Send(#[from] SendRefusal),
    /// The transmission's life says no.
    #[error(transparent)]
    Change(Refusal),
    /// The deadline has not passed, or the transmission came to another end.
    #[error("the transmission does not expire now")]
    NotDue,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotParty => Self::Unknown,
            refusal => Self::Change(refusal),
        }
    }
}
