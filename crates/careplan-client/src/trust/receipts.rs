//! Verifying receipts: who signed, what about, and whether it fits our own record.

use careplan_domain::{Address, Digest, TransmissionId, UnitKind};
use careplan_envelope::verify;
use careplan_protocol::receipt::{RECEIPT_TYPE, Receipt, ReceiptKind};

use super::{Trust, TrustFault};

/// What this office's own record says about a transmission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Its id.
    pub id: TransmissionId,
    /// Its sending address.
    pub from: Address,
    /// Its receiving address.
    pub to: Address,
    /// What kind of unit it is.
    pub unit: UnitKind,
    /// SHA-256 of the sealed letter.
    pub sealed_sha256: Digest,
    /// SHA-256 of the signed manifest, where it is known.
    pub manifest_sha256: Option<Digest>,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// The signature or its certificate is not believed.
    #[error(
        "受領証・受付票を確かめられません：{0}。時刻が正しいか確かめ、続くときは運用センターへ連絡してください。"
    )]
    Trust(#[from] TrustFault),
    /// It speaks of something else.
    #[error("受領証・受付票の内容が、この送信と一致しません。運用センターへ連絡してください。")]
    Mismatch,
    /// The platform reports the event and has no receipt of it.
    #[error("連携基盤が知らせた出来事の受領証が、まだありません。続くときは運用センターへ連絡してください。")]
    Absent,
    /// Another office signed it.
    #[error("受領証に、宛先と違う事業所の署名があります。運用センターへ連絡してください。")]
    WrongSigner,
}

/// A receipt that holds.
#[derive(Debug, Clone)]
pub struct VerifiedReceipt {
    /// What it states.
    pub receipt: Receipt,
    /// The signed bytes, as they are kept.
    pub signed: Vec<u8>,
}

impl Trust {
    /// Reads a receipt of one kind about one transmission.
    ///
    /// The chain is judged at the time the receipt states: certificates end, proofs stay.
    ///
    /// # Errors
    /// [`ReceiptFault`].
    pub fn read_receipt(
        &self,
        der: &[u8],
        kind: ReceiptKind,
        expected: &Expected,
    ) -> Result<VerifiedReceipt, ReceiptFault> {
        let signed = verify(der).map_err(TrustFault::from)?;
        let receipt: Receipt = serde_json::from_slice(&signed.content).map_err(|_| ReceiptFault::Mismatch)?;
        if receipt.document != RECEIPT_TYPE || receipt.kind != kind {
            return Err(ReceiptFault::Mismatch);
        }
        if kind.is_by_platform() {
            self.platform(&signed, receipt.at)?;
        } else if self.office_of(&signed, receipt.at)? != expected.to.office {
            return Err(ReceiptFault::WrongSigner);
        }
        if !fits(&receipt, expected) {
            return Err(ReceiptFault::Mismatch);
        }
        Ok(VerifiedReceipt { receipt, signed: der.to_vec() })
    }
}

fn fits(receipt: &Receipt, expected: &Expected) -> bool {
    let manifest = match (receipt.kind, expected.manifest_sha256) {
        // These two tie the proof to the content: they must name the manifest that we know.
        (ReceiptKind::Acknowledged | ReceiptKind::Imported, Some(known)) => {
            receipt.manifest_sha256 == Some(known)
        }
        (_, Some(known)) => receipt.manifest_sha256.is_none_or(|stated| stated == known),
        (_, None) => true,
    };
    manifest
        && receipt.transmission == expected.id
        && receipt.from == expected.from
        && receipt.to == expected.to
        && receipt.unit == expected.unit
        && receipt.sealed_sha256 == expected.sealed_sha256
}
