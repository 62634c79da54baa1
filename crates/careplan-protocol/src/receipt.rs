//! 受付票・受領証: signed proof of what happened to a transmission.

use std::fmt;

use careplan_domain::transmission::State;
use careplan_domain::{Address, Digest, Timestamp, TransmissionId, UnitKind};
use serde::{Deserialize, Serialize};

/// Names the kind of document, so that a signature over one kind is none over another.
pub const RECEIPT_TYPE: &str = "careplan.receipt.v1";

/// Who signs which receipt: the platform the first three, the receiver the last three.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ReceiptKind {
    /// 受付票: the platform holds the letter durably.
    Accepted,
    /// 取下票: the platform took the letter back for the sender.
    Withdrawn,
    /// 期限切れ通知: nobody acknowledged the letter in time.
    Expired,
    /// 受領証: the receiver opened and verified it.
    Acknowledged,
    /// 受領不可通知: the receiver could not open or verify it.
    Refused,
    /// 取込証: the receiver's care software took it over.
    Imported,
}

impl ReceiptKind {
    /// Every kind.
    pub const ALL: &[Self] =
        &[Self::Accepted, Self::Withdrawn, Self::Expired, Self::Acknowledged, Self::Refused, Self::Imported];

    /// The stable name, as in paths.
    pub fn as_str(self) -> &'static str {
        self.state().as_str()
    }

    /// The kind of a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// The state of the transmission that this receipt proves.
    pub fn state(self) -> State {
        match self {
            Self::Accepted => State::Accepted,
            Self::Withdrawn => State::Withdrawn,
            Self::Expired => State::Expired,
            Self::Acknowledged => State::Acknowledged,
            Self::Refused => State::Refused,
            Self::Imported => State::Imported,
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Accepted => "受付票",
            Self::Withdrawn => "取下票",
            Self::Expired => "期限切れ通知",
            Self::Acknowledged => "受領証",
            Self::Refused => "受領不可通知",
            Self::Imported => "取込証",
        }
    }

    /// Whether the platform signs it (otherwise the receiving office does).
    pub fn is_by_platform(self) -> bool {
        matches!(self, Self::Accepted | Self::Withdrawn | Self::Expired)
    }
}

impl fmt::Display for ReceiptKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The signed statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Always [`RECEIPT_TYPE`].
    #[serde(rename = "type")]
    pub document: String,
    /// What is stated.
    pub kind: ReceiptKind,
    /// About which transmission.
    pub transmission: TransmissionId,
    /// Its sending address.
    pub from: Address,
    /// Its receiving address.
    pub to: Address,
    /// What kind of unit it is.
    pub unit: UnitKind,
    /// SHA-256 of the sealed letter.
    pub sealed_sha256: Digest,
    /// When the signer says it happened.
    pub at: Timestamp,
    /// SHA-256 of the signed manifest (the DER of the SignedData), in receipts of a receiver that
    /// could open the letter: it ties the receipt to the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_sha256: Option<Digest>,
    /// In `accepted`: when the transmission will expire unless acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// In `refused` and `expired`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Why a transmission came to a bad end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    /// Stable code, such as `cannot_open`.
    pub code: String,
    /// A Japanese sentence for the sender. Never quotes content.
    pub text: String,
}
