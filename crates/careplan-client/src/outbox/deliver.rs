//! Delivering: stored letters go to the platform until its receipt is here.

use bytes::Bytes;
use careplan_domain::transmission::Header;
use careplan_domain::{Digest, TransmissionId};
use careplan_protocol::Code;
use careplan_protocol::receipt::ReceiptKind;

use super::{OUTBOX_WAIT_MAX, next_try};
use crate::letter::digest_of;
use crate::mishap::Point;
use crate::office::{Engine, Link, Office, OfficeFault, Step};
use crate::platform::{Handover, PlatformFault, UPLOAD_FROM_BYTES};
use crate::state::{Sent, StateFault};
use crate::trust::{Expected, VerifiedReceipt};

/// Rounds of asking for the offset and sending parts before the rest is left for later.
const UPLOAD_ROUNDS_MAX: u32 = 64;

impl Engine {
    /// Takes back the next letter that somebody wants back, or tries to hand over the next one that waits.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer (state, keys). What the platform says becomes a [`Step`].
    pub async fn step_outbox(&mut self) -> Result<Step, OfficeFault> {
        if let Some(step) = self.step_withdrawal().await? {
            return Ok(step);
        }
        let office = self.office.clone();
        let Some(sent) = office.state().due_to_send(office.now()).await? else { return Ok(Step::Idle) };
        office.deliver(&sent).await
    }
}

impl Office {
    async fn deliver(&self, sent: &Sent) -> Result<Step, OfficeFault> {
        let id = sent.header.id;
        let too_old = self.now().duration_since(sent.created_at) > OUTBOX_WAIT_MAX;
        let outcome = async {
            let link = self.link().await?;
            if too_old {
                // It may have been accepted all the same, with the answer lost.
                let signed = self.receipt_there(&link, id).await?.ok_or(OfficeFault::TooOld)?;
                return self.read_accepted(&link, &sent.header, &signed).await;
            }
            let sealed = self.state().letter_to_send(id).await?;
            let sealed = sealed.ok_or(OfficeFault::State(StateFault::Damaged("letter")))?;
            self.hand_over(&link, &sent.header, sealed).await
        };
        let fault = match outcome.await {
            Ok(receipt) => {
                self.mishaps().pass(Point::LetterAnswered).await;
                self.state().accepted(id, &receipt).await?;
                tracing::info!(transmission = %id, "accepted by the platform");
                return Ok(Step::Accepted(id));
            }
            Err(fault @ (OfficeFault::State(_) | OfficeFault::Keys(_) | OfficeFault::NotSetUp)) => {
                return Err(fault);
            }
            Err(fault) => fault,
        };
        let stored = fault.stored();
        tracing::warn!(transmission = %id, code = stored.code, tries = sent.tries, "not accepted");
        let is_final = match &fault {
            OfficeFault::Platform(fault) => fault.is_final(),
            OfficeFault::TooOld => true,
            _ => false,
        };
        if is_final {
            self.state().rejected(id, &stored, self.now()).await?;
            return Ok(Step::Rejected(id, stored));
        }
        self.state().send_failed(id, &stored, next_try(self.now(), sent.tries)).await?;
        Ok(Step::Later(id, stored))
    }

    /// Hands one letter over and verifies the receipt.
    async fn hand_over(
        &self,
        link: &Link,
        header: &Header,
        sealed: Bytes,
    ) -> Result<VerifiedReceipt, OfficeFault> {
        let handover = if sealed.len() > UPLOAD_FROM_BYTES {
            // After a lost answer the parts are gone and the receipt is there: ask before sending again.
            if let Some(signed) = self.receipt_there(link, header.id).await? {
                return self.read_accepted(link, header, &signed).await;
            }
            self.upload(link, header.id, &sealed).await?;
            Handover::Uploaded
        } else {
            Handover::Body(sealed)
        };
        match link.platform.send(header, handover).await {
            Ok(signed) => self.read_accepted(link, header, &signed).await,
            Err(fault) => {
                if fault.problem() == Some(Code::DigestMismatch) {
                    link.platform.forget_upload(header.id).await?;
                }
                Err(fault.into())
            }
        }
    }

    async fn receipt_there(&self, link: &Link, id: TransmissionId) -> Result<Option<Vec<u8>>, PlatformFault> {
        match link.platform.receipt(id, ReceiptKind::Accepted).await {
            Err(fault) if fault.problem() == Some(Code::TransmissionUnknown) => Ok(None),
            answer => answer,
        }
    }

    async fn read_accepted(
        &self,
        link: &Link,
        header: &Header,
        signed: &[u8],
    ) -> Result<VerifiedReceipt, OfficeFault> {
        let expected = Expected { manifest_sha256: None, ..self.expected_of_sent(header).await? };
        Ok(link.trust.read_receipt(signed, ReceiptKind::Accepted, &expected)?)
    }

    /// What receipts about something sent must say.
    pub(crate) async fn expected_of_sent(&self, header: &Header) -> Result<Expected, OfficeFault> {
        let manifest = self.state().sent_manifest(header.id).await?;
        Ok(expected(header, manifest.as_deref().map(digest_of)))
    }

    /// Sends the parts that the platform does not hold yet.
    async fn upload(&self, link: &Link, id: TransmissionId, sealed: &Bytes) -> Result<(), PlatformFault> {
        let length = sealed.len() as u64;
        let mut offset = link.platform.upload_offset(id).await?;
        for _ in 0..UPLOAD_ROUNDS_MAX {
            if offset > length {
                link.platform.forget_upload(id).await?;
                offset = 0;
            }
            if offset == length {
                return Ok(());
            }
            match link.platform.upload_part(id, sealed, offset).await {
                Ok(reached) => {
                    offset = reached;
                    self.mishaps().pass(Point::PartTaken).await;
                }
                Err(fault) if fault.is_transient() || fault.problem() == Some(Code::UploadOffset) => {
                    let held = link.platform.upload_offset(id).await?;
                    if held <= offset && fault.is_transient() {
                        return Err(fault);
                    }
                    offset = held;
                }
                Err(fault) => return Err(fault),
            }
        }
        Err(PlatformFault::Transport(crate::platform::TransportFault::Broken))
    }
}

/// What receipts about a letter must say.
pub(crate) fn expected(header: &Header, manifest_sha256: Option<Digest>) -> Expected {
    Expected {
        id: header.id,
        from: header.from,
        to: header.to,
        unit: header.unit,
        sealed_sha256: header.sealed_digest,
        manifest_sha256,
    }
}
