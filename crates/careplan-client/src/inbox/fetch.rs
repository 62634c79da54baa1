//! Fetching and verifying one letter.

use careplan_domain::TransmissionId;
use careplan_domain::calendar::day;
use careplan_domain::limits::SEALED_BYTES_MAX;
use careplan_envelope::DecryptionKey;
use careplan_protocol::receipt::ReceiptKind;
use careplan_standard::{Edition, SourceFile, check_unit, sort_into_units};

use super::{POISON_TRIES_MAX, says_ended};
use crate::letter::{LetterRefusal, Outside, ReadLetter, Reader, digest_of};
use crate::mishap::Point;
use crate::office::{Link, Office, OfficeFault, Step};
use crate::outbox::{expected, next_try};
use crate::state::{Fault, Received, VerifiedLetter};
use crate::trust::VerifiedReceipt;

impl Office {
    pub(super) async fn fetch(&self, received: &Received) -> Result<Step, OfficeFault> {
        let id = received.header.id;
        let link = self.link().await?;
        let accepted = match self.acceptance(&link, received).await {
            Ok(accepted) => accepted,
            Err(OfficeFault::Platform(fault)) if says_ended(&fault) => return self.ended(received).await,
            Err(OfficeFault::Receipt(fault)) => {
                let fault = Fault { code: "acceptance_unproven".to_owned(), text: fault.to_string() };
                return self.poisoned(received, fault).await;
            }
            Err(fault) => return self.later(received, fault).await,
        };
        if received.header.sealed_bytes > SEALED_BYTES_MAX {
            let reason = LetterRefusal::TooLarge.reason();
            return self.poisoned(received, Fault { code: reason.code, text: reason.text }).await;
        }
        let sealed = match link.platform.letter(id, received.header.sealed_bytes).await {
            Ok(sealed) => sealed,
            Err(fault) if says_ended(&fault) => return self.ended(received).await,
            Err(fault) => return self.later(received, fault.into()).await,
        };
        self.mishaps().pass(Point::LetterFetched).await;
        let outside = Outside { header: received.header.clone(), accepted_at: accepted.receipt.at };
        let letter = match self.read_letter(&link, &sealed, &outside)? {
            Ok(letter) => letter,
            Err(LetterRefusal::NotForUs) => return self.not_for_us(&link, received).await,
            Err(refusal) => {
                let reason = refusal.reason();
                return self.poisoned(received, Fault { code: reason.code, text: reason.text }).await;
            }
        };
        let (serial, findings) = check(&letter);
        let verified = VerifiedLetter {
            id,
            sealed: &sealed,
            manifest: &letter.signed_manifest,
            serial: serial.as_deref(),
            findings,
            reminder: crate::reminders::heard(&letter.manifest, day(accepted.receipt.at)),
            accepted: &accepted,
            now: self.now(),
        };
        self.state().store_verified(&verified).await?;
        self.mishaps().pass(Point::LetterVerified).await;
        Ok(Step::Verified(id))
    }

    /// The platform's receipt of the acceptance, which proves when the sender's signature existed.
    async fn acceptance(&self, link: &Link, received: &Received) -> Result<VerifiedReceipt, OfficeFault> {
        let header = &received.header;
        let signed = link.platform.receipt(header.id, ReceiptKind::Accepted).await?;
        let signed = signed.unwrap_or_default();
        Ok(link.trust.read_receipt(&signed, ReceiptKind::Accepted, &expected(header, None))?)
    }

    /// Opens and verifies with the keys of this terminal.
    pub(crate) fn read_letter(
        &self,
        link: &Link,
        sealed: &[u8],
        outside: &Outside,
    ) -> Result<Result<ReadLetter, LetterRefusal>, OfficeFault> {
        let terminal = self.keys().terminal()?;
        let certificate_key = link.identity.decryption_key();
        let keys: Vec<&DecryptionKey> = std::iter::once(&terminal).chain(&certificate_key).collect();
        let reader = Reader { office: link.office(), keys: &keys, trust: &link.trust };
        Ok(reader.read(sealed, outside))
    }

    /// Counts a try that failed because of the letter itself, and sets it aside at the last.
    pub(super) async fn poisoned(&self, received: &Received, fault: Fault) -> Result<Step, OfficeFault> {
        let id = received.header.id;
        if received.tries + 1 < POISON_TRIES_MAX {
            self.state().receive_failed(id, &fault, next_try(self.now(), received.tries)).await?;
            return Ok(Step::Later(id, fault));
        }
        tracing::warn!(transmission = %id, code = fault.code, "letter is set aside");
        self.state().set_aside(id, &fault, self.now()).await?;
        Ok(Step::SetAside(id, fault))
    }

    /// Reads again a letter that this office sent or received, as it lies at the platform.
    ///
    /// # Errors
    /// [`OfficeFault`], such as the platform's `letter-gone`.
    pub async fn read_again(
        &self,
        id: TransmissionId,
    ) -> Result<Result<ReadLetter, LetterRefusal>, OfficeFault> {
        let link = self.link().await?;
        let entry = link.platform.transmission(id).await?.transmission;
        let outside = Outside::of(&entry);
        let signed = link.platform.receipt(id, ReceiptKind::Accepted).await?.unwrap_or_default();
        let expected = expected(&outside.header, None);
        let accepted = link.trust.read_receipt(&signed, ReceiptKind::Accepted, &expected)?;
        let sealed = link.platform.letter(id, entry.sealed_bytes).await?;
        let outside = Outside { accepted_at: accepted.receipt.at, ..outside };
        self.read_letter(&link, &sealed, &outside)
    }
}

/// Serial and number of findings of the files inside. Findings do not keep a letter out: what was
/// sent arrives as it was sent, and the office is told.
fn check(letter: &ReadLetter) -> (Option<String>, u32) {
    let sources: Vec<SourceFile<'_>> =
        letter.files.iter().map(|file| SourceFile::new(file.name.as_str(), &file.bytes)).collect();
    let mut serials = Vec::new();
    let mut findings = 0;
    for (edition, share) in Edition::share_out(&sources) {
        let share: Vec<SourceFile<'_>> =
            share.iter().filter_map(|index| sources.get(*index).copied()).collect();
        let sorted = sort_into_units(edition, &share);
        findings += sorted.findings.len();
        for unit in sorted.units {
            findings += check_unit(edition, &share, &unit).len();
            serials.push(unit.serial);
        }
    }
    let serial = match serials.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    (serial, u32::try_from(findings).unwrap_or(u32::MAX))
}

/// SHA-256 of a stored manifest.
pub(super) fn manifest_digest(manifest: Option<&[u8]>) -> Option<careplan_domain::Digest> {
    manifest.map(digest_of)
}
