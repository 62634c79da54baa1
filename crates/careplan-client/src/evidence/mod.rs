//! Evidence: one ZIP that proves one transmission without our software.
//!
//! It holds the signed manifest, every receipt, all certificates, and a README in Japanese with the
//! `openssl cms -verify` commands that check them. The contents themselves are not in it: the
//! manifest names each file with its SHA-256.

mod live;
mod readme;

pub use live::LookedAt;

use std::io::{Cursor as IoCursor, Write as _};
use std::path::Path;

use careplan_domain::transmission::Header;
use careplan_domain::{Timestamp, TransmissionId};
use careplan_envelope::{Certificate, verify};
use careplan_protocol::receipt::ReceiptKind;
use zip::write::SimpleFileOptions;

use crate::files::{self, Privacy};
use crate::letter::digest_of;
use crate::office::{Link, Office, OfficeFault};
use crate::outbox::expected;
use crate::state::StoredReceipt;

/// What is in the evidence that was given.
#[derive(Debug, Clone)]
pub struct EvidenceReport {
    /// The receipts inside.
    pub receipts: Vec<ReceiptKind>,
    /// Whether the platform could be asked for receipts that are not here.
    pub platform_asked: bool,
}

/// One file of the ZIP.
struct Exhibit {
    name: String,
    bytes: Vec<u8>,
}

/// A signed document in the evidence.
struct SignedExhibit {
    /// Name without extension.
    name: &'static str,
    /// What an office calls it.
    label: &'static str,
    /// When it is proven to have existed.
    at: Timestamp,
    /// The CMS message.
    signed: Vec<u8>,
}

impl Office {
    /// Writes the evidence of something this terminal sent or received.
    ///
    /// # Errors
    /// [`OfficeFault::Unknown`], or when the file cannot be written.
    pub async fn write_evidence(
        &self,
        id: TransmissionId,
        out: &Path,
    ) -> Result<EvidenceReport, OfficeFault> {
        let (zip, report) = self.evidence(id).await?;
        files::replace(out, &zip, Privacy::Ordinary, self.mishaps())?;
        Ok(report)
    }

    /// The same as bytes; no file is written.
    ///
    /// # Errors
    /// [`OfficeFault::Unknown`].
    pub async fn evidence(&self, id: TransmissionId) -> Result<(Vec<u8>, EvidenceReport), OfficeFault> {
        let link = self.link().await?;
        let (header, manifest, came) = self.record(id).await?;
        let platform_asked = self.complete_receipts(&link, &header, manifest.as_deref()).await?;
        let receipts = self.state().receipts(id).await?;
        let signed = signed_exhibits(manifest, &receipts, came);
        let exhibits = exhibits(&link, &header, &signed);
        let zip = zipped(&exhibits, self.now());
        let receipts = receipts.iter().map(|it| it.kind).collect();
        Ok((zip, EvidenceReport { receipts, platform_asked }))
    }

    /// The outside and the signed manifest of a transmission, and when the platform took it.
    async fn record(&self, id: TransmissionId) -> Result<(Header, Option<Vec<u8>>, Timestamp), OfficeFault> {
        let accepted = self.state().receipt(id, ReceiptKind::Accepted).await?.map(|it| it.at);
        if let Some(sent) = self.state().sent(id).await? {
            let manifest = self.state().sent_manifest(id).await?;
            return Ok((sent.header, manifest, accepted.unwrap_or(sent.created_at)));
        }
        let received = self.state().received(id).await?.ok_or(OfficeFault::Unknown(id))?;
        let manifest = self.state().received_manifest(id).await?;
        Ok((received.header, manifest, accepted.unwrap_or(received.accepted_at)))
    }

    /// Fetches and verifies the receipts that are not here yet. Without the platform it goes with what is here.
    async fn complete_receipts(
        &self,
        link: &Link,
        header: &Header,
        manifest: Option<&[u8]>,
    ) -> Result<bool, OfficeFault> {
        let Ok(listed) = link.platform.receipts(header.id).await else { return Ok(false) };
        let expected = expected(header, manifest.map(digest_of));
        for receipt in listed.receipts {
            match link.trust.read_receipt(&receipt.signed.0, receipt.kind, &expected) {
                Ok(verified) => self.state().keep_receipt(header.id, &verified).await?,
                Err(fault) => tracing::warn!(transmission = %header.id, ?fault, "receipt is left out"),
            }
        }
        Ok(true)
    }
}

fn signed_exhibits(
    manifest: Option<Vec<u8>>,
    receipts: &[StoredReceipt],
    accepted_at: Timestamp,
) -> Vec<SignedExhibit> {
    let manifest = manifest.map(|signed| SignedExhibit {
        name: "manifest",
        label: "送信の目録（送信元の署名）",
        at: accepted_at,
        signed,
    });
    let receipts = receipts.iter().map(|receipt| SignedExhibit {
        name: receipt.kind.as_str(),
        label: receipt.kind.label_ja(),
        at: receipt.at,
        signed: receipt.signed.clone(),
    });
    manifest.into_iter().chain(receipts).collect()
}

fn exhibits(link: &Link, header: &Header, signed: &[SignedExhibit]) -> Vec<Exhibit> {
    let mut exhibits = Vec::new();
    let (mut roots, mut others) = (Vec::new(), Vec::new());
    for root in link.trust.roots() {
        add(&mut roots, root);
    }
    for it in signed {
        let Ok(message) = verify(&it.signed) else { continue };
        exhibits.push(Exhibit { name: format!("{}.p7s", it.name), bytes: it.signed.clone() });
        exhibits.push(Exhibit { name: format!("{}.json", it.name), bytes: message.content });
        for certificate in std::iter::once(&message.signer).chain(&message.chain) {
            add(&mut others, certificate);
        }
    }
    for root in link.trust.foreign_roots() {
        if others.iter().any(|it| it.issuer_der() == root.subject_der()) {
            add(&mut roots, root);
        }
    }
    let pem = |list: &[Certificate]| list.iter().map(Certificate::to_pem).collect::<String>().into_bytes();
    exhibits.push(Exhibit { name: "certificates/root.pem".to_owned(), bytes: pem(&roots) });
    exhibits.push(Exhibit { name: "certificates/chain.pem".to_owned(), bytes: pem(&others) });
    let text = readme::text(header, signed, &roots);
    exhibits.insert(0, Exhibit { name: "README.txt".to_owned(), bytes: text.into_bytes() });
    exhibits
}

fn add(list: &mut Vec<Certificate>, certificate: &Certificate) {
    if !list.contains(certificate) {
        list.push(certificate.clone());
    }
}

fn zipped(exhibits: &[Exhibit], now: Timestamp) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(IoCursor::new(Vec::new()));
    let options = SimpleFileOptions::default().last_modified_time(dos_time(now)).unix_permissions(0o644);
    // cannot fail: it is written to memory, and the names are our own; a broken one would be empty.
    let written = exhibits.iter().try_for_each(|exhibit| {
        zip.start_file(&exhibit.name, options)?;
        zip.write_all(&exhibit.bytes).map_err(zip::result::ZipError::Io)
    });
    match written.and_then(|()| zip.finish()) {
        Ok(cursor) => cursor.into_inner(),
        Err(_) => Vec::new(),
    }
}

/// ZIP keeps local time without a zone; Japan's is meant.
fn dos_time(now: Timestamp) -> zip::DateTime {
    let local = now.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9))).datetime();
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    zip::DateTime::from_date_and_time(
        u16::try_from(local.year()).unwrap_or(1980),
        part(local.month()),
        part(local.day()),
        part(local.hour()),
        part(local.minute()),
        part(local.second()),
    )
    .unwrap_or_default()
}
