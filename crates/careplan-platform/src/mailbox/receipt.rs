//! Receipts: the platform's own, made and signed here, and the receivers', verified here.

use careplan_domain::limits::REFUSAL_REASON_CHARS_MAX;
use careplan_domain::transmission::Header;
use careplan_domain::{Digest, Timestamp};
use careplan_envelope::{SignatureFault, Signed, verify};
use careplan_protocol::receipt::{RECEIPT_TYPE, Reason, Receipt, ReceiptKind};

use crate::signer::{SignFault, Signer};
use crate::store::transmissions::Held;

/// A receipt with its signature and certificates: a reason of 500 characters and a chain of three
/// RSA-4096 certificates stay well under it.
pub const RECEIPT_BYTES_MAX: usize = 32 * 1024;

/// How far an office's clock may be ahead of ours.
const CLOCK_SKEW: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// What the platform states besides the transmission itself.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Accepted, withdrawn or expired.
    pub kind: ReceiptKind,
    /// When.
    pub at: Timestamp,
    /// In `accepted`: when it will expire.
    pub deadline: Option<Timestamp>,
    /// In `expired`: why.
    pub reason: Option<Reason>,
}

/// The platform's signed receipt.
///
/// # Errors
/// When the platform cannot sign now.
pub fn platform_receipt(
    signer: &dyn Signer,
    header: &Header,
    statement: Statement,
) -> Result<Vec<u8>, SignFault> {
    let Statement { kind, at, deadline, reason } = statement;
    let receipt = Receipt {
        document: RECEIPT_TYPE.to_owned(),
        kind,
        transmission: header.id,
        from: header.from,
        to: header.to,
        unit: header.unit,
        sealed_sha256: header.sealed_digest,
        at,
        manifest_sha256: None,
        deadline,
        reason,
    };
    let content = serde_json::to_vec(&receipt).map_err(|error| SignFault::Key(error.to_string()))?;
    signer.sign(&content, at)
}

/// Why a receiver's receipt is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// Not a signed message, or the signature does not hold.
    #[error("the signature does not hold: {0}")]
    Signature(#[from] SignatureFault),
    /// What was signed is no receipt.
    #[error("the signed content is no receipt")]
    NotReceipt,
    /// It states something else than the address or the transmission.
    #[error("the receipt names another {0}")]
    Other(&'static str),
    /// Its time lies in the future, or before the letter was accepted.
    #[error("the receipt's time is out of range")]
    Time,
    /// A refusal without a reason, or with one that is too long.
    #[error("a refusal needs a reason of 1 to {REFUSAL_REASON_CHARS_MAX} characters")]
    Reason,
}

/// Verifies the signature of a receipt. Who the signer is must be judged by the caller.
///
/// # Errors
/// When it is no signed message, or its signature does not hold.
pub fn read_receipt(signed: &[u8]) -> Result<Signed, ReceiptFault> {
    if signed.len() > RECEIPT_BYTES_MAX {
        return Err(SignatureFault::TooLarge.into());
    }
    Ok(verify(signed)?)
}

/// Compares what a receiver's receipt states with the transmission it is handed in for.
///
/// # Errors
/// The first thing that differs.
pub fn check_receipt(
    content: &[u8],
    kind: ReceiptKind,
    held: &Held,
    now: Timestamp,
) -> Result<Receipt, ReceiptFault> {
    let receipt: Receipt = serde_json::from_slice(content).map_err(|_| ReceiptFault::NotReceipt)?;
    let header = &held.header;
    if receipt.document != RECEIPT_TYPE {
        return Err(ReceiptFault::NotReceipt);
    }
    let comparisons = [
        ("kind", receipt.kind == kind),
        ("transmission", receipt.transmission == header.id),
        ("sender", receipt.from == header.from),
        ("receiver", receipt.to == header.to),
        ("unit", receipt.unit == header.unit),
        ("letter", receipt.sealed_sha256 == header.sealed_digest),
    ];
    if let Some((what, _)) = comparisons.into_iter().find(|(_, same)| !same) {
        return Err(ReceiptFault::Other(what));
    }
    let since = receipt.at.duration_since(held.accepted_at);
    if receipt.at.duration_since(now) > CLOCK_SKEW || since < -CLOCK_SKEW {
        return Err(ReceiptFault::Time);
    }
    if kind == ReceiptKind::Refused {
        let chars = receipt.reason.as_ref().map_or(0, |reason| reason.text.chars().count());
        if !(1..=REFUSAL_REASON_CHARS_MAX).contains(&chars) {
            return Err(ReceiptFault::Reason);
        }
    }
    Ok(receipt)
}

/// Whether two fingerprints name the same certificate.
pub fn is_signed_by(signed: &Signed, fingerprint: &Digest) -> bool {
    Digest(signed.signer.fingerprint()) == *fingerprint
}
