//! Reading: every check of the protocol (section 5), in its order, before anything comes out.

use std::collections::BTreeSet;

use careplan_domain::transmission::Header;
use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::{DecryptionKey, Letter, Opening, open, verify};
use careplan_protocol::announcement::CLOCK_SKEW_MAX;
use careplan_protocol::manifest::{MANIFEST_TYPE, Manifest};
use careplan_protocol::office_api::TransmissionEntry;
use careplan_standard::{ContentKind, judge};
use jiff::SignedDuration;
use zeroize::Zeroizing;

use super::{LetterRefusal, digest_of};
use crate::files::SafeName;
use crate::trust::{Trust, TrustFault};

/// A letter waits in its sender's outbox at most a few days; an older signature is a replay.
pub const SIGNED_BEFORE_ACCEPTANCE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What is known of a letter before it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// What stands on it.
    pub header: Header,
    /// When the platform accepted it, by the platform's receipt.
    pub accepted_at: Timestamp,
}

impl Outside {
    /// The outside as the platform lists it.
    pub fn of(entry: &TransmissionEntry) -> Self {
        let header = Header {
            id: entry.id,
            from: entry.from,
            to: entry.to,
            unit: entry.unit,
            month: entry.month,
            files: entry.files,
            sealed_bytes: entry.sealed_bytes,
            sealed_digest: entry.sealed_sha256,
            replaces: entry.replaces,
        };
        Self { header, accepted_at: entry.accepted_at }
    }
}

/// A file that was verified.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceivedFile {
    /// Its name, safe to create.
    pub name: SafeName,
    /// Its bytes as they were sent.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for ReceivedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReceivedFile({} bytes)", self.bytes.len())
    }
}

/// A letter that was verified.
#[derive(Debug, Clone)]
pub struct ReadLetter {
    /// What the sender signed.
    pub manifest: Manifest,
    /// The signed bytes, kept as proof.
    pub signed_manifest: Vec<u8>,
    /// The files, in the manifest's order.
    pub files: Vec<ReceivedFile>,
}

/// Reads letters with the keys of one terminal.
pub struct Reader<'a> {
    /// Whose letters.
    pub office: OfficeNumber,
    /// The keys that may open.
    pub keys: &'a [&'a DecryptionKey],
    /// Whom to believe.
    pub trust: &'a Trust,
}

impl Reader<'_> {
    /// Opens and verifies a letter to (or from) this office.
    ///
    /// # Errors
    /// The first check that failed.
    pub fn read(&self, sealed: &[u8], outside: &Outside) -> Result<ReadLetter, LetterRefusal> {
        let header = &outside.header;
        if sealed.len() as u64 != header.sealed_bytes || digest_of(sealed) != header.sealed_digest {
            return Err(LetterRefusal::SealedDigest);
        }
        let plain = match open(sealed, self.keys) {
            Opening::Opened(plain) => plain,
            Opening::NotForUs => return Err(LetterRefusal::NotForUs),
            Opening::Broken(reason) => return Err(LetterRefusal::Broken(reason)),
        };
        let letter = Letter::parse(&plain).map_err(LetterRefusal::Letter)?;
        let manifest = self.verify_manifest(letter.signed_manifest, outside)?;
        let files = verify_files(&manifest, &letter.files, header.files)?;
        Ok(ReadLetter { manifest, signed_manifest: letter.signed_manifest.to_vec(), files })
    }

    fn verify_manifest(&self, signed: &[u8], outside: &Outside) -> Result<Manifest, LetterRefusal> {
        let header = &outside.header;
        let signed = verify(signed).map_err(|it| LetterRefusal::Sender(TrustFault::Signature(it)))?;
        let office = self.trust.office_of(&signed, outside.accepted_at).map_err(LetterRefusal::Sender)?;
        let manifest: Manifest =
            serde_json::from_slice(&signed.content).map_err(|_| LetterRefusal::Manifest)?;
        if manifest.document != MANIFEST_TYPE {
            return Err(LetterRefusal::Manifest);
        }
        if office != manifest.from.office {
            return Err(LetterRefusal::SenderMismatch);
        }
        for (same, what) in [
            (manifest.transmission == header.id, "送信番号"),
            (manifest.from == header.from, "送信元"),
            (manifest.to == header.to, "宛先"),
            (manifest.unit == header.unit, "送信単位"),
            (manifest.month == header.month, "対象年月"),
            (manifest.replaces == header.replaces, "訂正元"),
        ] {
            if !same {
                return Err(LetterRefusal::Outside(what));
            }
        }
        if manifest.to.office != self.office && manifest.from.office != self.office {
            return Err(LetterRefusal::OtherOffice);
        }
        let waited = outside.accepted_at.duration_since(signed.signing_time);
        if waited > SIGNED_BEFORE_ACCEPTANCE_MAX || -waited > CLOCK_SKEW_MAX {
            return Err(LetterRefusal::SigningTime);
        }
        Ok(manifest)
    }
}

fn verify_files(
    manifest: &Manifest,
    files: &[&[u8]],
    outside_files: u32,
) -> Result<Vec<ReceivedFile>, LetterRefusal> {
    if files.len() < manifest.files.len() {
        return Err(LetterRefusal::FileMissing);
    }
    if files.len() > manifest.files.len() || files.len() != outside_files as usize {
        return Err(LetterRefusal::FileExtra);
    }
    let mut names = BTreeSet::new();
    let mut read = Vec::with_capacity(files.len());
    for (place, (listed, bytes)) in (1..).zip(manifest.files.iter().zip(files)) {
        if listed.bytes != bytes.len() as u64 || listed.sha256 != digest_of(bytes) {
            return Err(LetterRefusal::FileDigest(place));
        }
        let name = SafeName::new(&listed.name).map_err(|fault| LetterRefusal::FileName(place, fault))?;
        if !names.insert(name.folded()) {
            return Err(LetterRefusal::FileNameTwice(place));
        }
        if matches!(judge(name.as_str(), bytes), ContentKind::Other(_)) {
            return Err(LetterRefusal::FileKind(place));
        }
        read.push(ReceivedFile { name, bytes: Zeroizing::new(bytes.to_vec()) });
    }
    Ok(read)
}
