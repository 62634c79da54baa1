//! Handing in receipts of this office: acknowledged, refused, imported.

use careplan_domain::limits::REFUSAL_REASON_CHARS_MAX;
use careplan_envelope::sign;
use careplan_protocol::Code;
use careplan_protocol::receipt::{RECEIPT_TYPE, Reason, Receipt, ReceiptKind};

use super::fetch::manifest_digest;
use super::says_ended;
use crate::mishap::Point;
use crate::office::{Link, Office, OfficeFault, Step};
use crate::outbox::expected;
use crate::state::{Received, ReceivedState};
use crate::trust::VerifiedReceipt;

impl Office {
    pub(super) async fn hand_in(&self, received: &Received, kind: ReceiptKind) -> Result<Step, OfficeFault> {
        let id = received.header.id;
        let receipt = match self.hand_in_signed(received, kind).await {
            Ok(receipt) => receipt,
            Err(OfficeFault::Platform(fault)) if says_ended(&fault) => return self.ended(received).await,
            Err(OfficeFault::Platform(fault)) if fault.problem() == Some(Code::NotFetched) => {
                // Only what was fetched can be refused, and this one was set aside unread.
                let _ = self.link().await?.platform.begin_letter(id).await;
                return self.later(received, fault.into()).await;
            }
            Err(fault) => return self.later(received, fault).await,
        };
        self.mishaps().pass(Point::ReceiptAnswered).await;
        let (state, step) = match kind {
            ReceiptKind::Refused => (ReceivedState::Refused, Step::Refused(id)),
            ReceiptKind::Imported => (ReceivedState::Imported, Step::Imported(id)),
            _ => (ReceivedState::Acknowledged, Step::Acknowledged(id)),
        };
        self.state().end_received(id, state, Some(&receipt), self.now()).await?;
        tracing::info!(transmission = %id, %kind, "receipt handed in");
        Ok(step)
    }

    /// Signs anew at every try, because a receipt states when it was made. The platform keeps the
    /// first and answers with it; that one is verified and kept here too.
    async fn hand_in_signed(
        &self,
        received: &Received,
        kind: ReceiptKind,
    ) -> Result<VerifiedReceipt, OfficeFault> {
        let link = self.link().await?;
        let id = received.header.id;
        let manifest = self.state().received_manifest(id).await?;
        let signed = self.sign_receipt(&link, received, kind, manifest.as_deref())?;
        self.mishaps().pass(Point::ReceiptSigned).await;
        let counts = link.platform.hand_in(id, kind, signed).await?;
        let expected = expected(&received.header, manifest_digest(manifest.as_deref()));
        Ok(link.trust.read_receipt(&counts, kind, &expected)?)
    }

    fn sign_receipt(
        &self,
        link: &Link,
        received: &Received,
        kind: ReceiptKind,
        manifest: Option<&[u8]>,
    ) -> Result<Vec<u8>, OfficeFault> {
        let header = &received.header;
        let now = self.now();
        let reason = received.fault.as_ref().filter(|_| kind == ReceiptKind::Refused).map(|fault| Reason {
            code: fault.code.clone(),
            text: fault.text.chars().take(REFUSAL_REASON_CHARS_MAX).collect(),
        });
        let receipt = Receipt {
            document: RECEIPT_TYPE.to_owned(),
            kind,
            transmission: header.id,
            from: header.from,
            to: header.to,
            unit: header.unit,
            sealed_sha256: header.sealed_digest,
            at: now,
            manifest_sha256: manifest_digest(manifest),
            deadline: None,
            reason,
        };
        // cannot fail: every field of a receipt is plain data; the platform would refuse an empty one.
        let content = serde_json::to_vec(&receipt).unwrap_or_default();
        sign(&content, link.identity.signer(), now).map_err(|_| self.keys().refusal_of(&link.identity).into())
    }
}
