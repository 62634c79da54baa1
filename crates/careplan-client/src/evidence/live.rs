//! The receipts of a transmission, verified at the moment somebody looks.
//!
//! Promise: nothing is called proven because it was so once: signature, signer and content are read anew from the bytes that are kept.

use careplan_domain::{Timestamp, TransmissionId};
use careplan_protocol::receipt::ReceiptKind;

use crate::letter::digest_of;
use crate::office::{Office, OfficeFault};
use crate::outbox::expected;
use crate::trust::ReceiptFault;

/// A receipt and whether it holds.
#[derive(Debug, Clone)]
pub struct LookedAt {
    /// What it states.
    pub kind: ReceiptKind,
    /// When, as it states.
    pub at: Timestamp,
    /// Why it proves nothing, if so.
    pub fault: Option<ReceiptFault>,
}

impl Office {
    /// The receipts that are kept of a transmission, each verified now, oldest first.
    ///
    /// # Errors
    /// [`OfficeFault::Unknown`]; [`OfficeFault::NotSetUp`], because before set-up nobody is trusted.
    pub async fn look_at_receipts(&self, id: TransmissionId) -> Result<Vec<LookedAt>, OfficeFault> {
        let link = self.link().await?;
        let (header, manifest, _) = self.record(id).await?;
        let expected = expected(&header, manifest.as_deref().map(digest_of));
        let receipts = self.state().receipts(id).await?.into_iter().map(|receipt| LookedAt {
            kind: receipt.kind,
            at: receipt.at,
            fault: link.trust.read_receipt(&receipt.signed, receipt.kind, &expected).err(),
        });
        Ok(receipts.collect())
    }
}
