//! One office's hand at the wire: composes, sends, lists, fetches and acknowledges with the client
//! library, without the client's outbox and inbox between.
//!
//! For tests that must see every single request and for drivers that count them. Each courier has
//! a connection of its own.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use careplan_client::keys::OfficeIdentity;
use careplan_client::letter::{Composed, Draft, OutgoingFile, compose};
use careplan_client::platform::{Handover, Platform, PlatformFault, Retry, ServerTrust};
use careplan_client::{Link, Office, address_book};
use careplan_domain::{Address, Digest, Timestamp, TransmissionId, UnitKind};
use careplan_envelope::{
    DecryptionKey, Letter, Opening, Recipient, TerminalPublicKey, open, sha256, sign, verify,
};
use careplan_protocol::Base64;
use careplan_protocol::announcement::{ANNOUNCEMENT_TYPE, ANNOUNCEMENT_VALIDITY_MAX, KeyAnnouncement};
use careplan_protocol::manifest::Manifest;
use careplan_protocol::office_api::TransmissionEntry;
use careplan_protocol::receipt::{RECEIPT_TYPE, Receipt, ReceiptKind};
use uuid::Uuid;

/// A courier of one office.
pub struct Courier {
    link: Arc<Link>,
    platform: Platform,
    terminal: DecryptionKey,
    office: Office,
}

/// What was in a letter.
pub struct Content {
    /// SHA-256 of the signed manifest, for receipts.
    pub manifest_sha256: Digest,
    /// The signed manifest.
    pub manifest: Manifest,
    /// The files.
    pub files: Vec<Vec<u8>>,
}

impl Courier {
    /// A courier of a client that is set up. It repeats requests as `retry` says.
    ///
    /// # Errors
    /// When the client is not set up.
    pub async fn of(office: &Office, retry: Retry) -> anyhow::Result<Self> {
        let link = office.link().await?;
        let root = link.trust.roots().first().context("a root")?;
        let trust = ServerTrust::Root(root.der().to_vec());
        let transport =
            office.options().connector.connect(&link.settings.platform, &trust, Some(&link.identity))?;
        let terminal = office.keys().terminal()?;
        Ok(Self { platform: Platform::new(transport, retry), link, terminal, office: office.clone() })
    }

    /// The Office API by the office's certificate.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Who the office is: its certificate and key.
    pub fn identity(&self) -> &OfficeIdentity {
        &self.link.identity
    }

    /// This office's announcement of a terminal's key.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn announcement(&self, terminal: Uuid) -> anyhow::Result<Vec<u8>> {
        let now: Timestamp = self.office.now();
        let announcement = KeyAnnouncement {
            document: ANNOUNCEMENT_TYPE.to_owned(),
            office: self.link.office(),
            terminal,
            key: Base64(self.terminal.terminal_public_key()?.spki().to_vec()),
            issued_at: now,
            expires_at: now + ANNOUNCEMENT_VALIDITY_MAX,
        };
        Ok(sign(&serde_json::to_vec(&announcement)?, self.link.identity.signer(), now)?)
    }

    /// The keys of a receiver, verified.
    ///
    /// # Errors
    /// When none can be verified.
    pub async fn keys_of(&self, receiver: &Address) -> anyhow::Result<Vec<TerminalPublicKey>> {
        let now = self.office.now();
        Ok(address_book::keys_of(&self.link, self.office.state(), &receiver.office, now).await?.keys)
    }

    /// Signs and seals one document.
    ///
    /// # Errors
    /// When it cannot be composed.
    pub fn compose(
        &self,
        (from, to): (Address, Address),
        keys: &[TerminalPublicKey],
        file: (&str, Vec<u8>),
    ) -> anyhow::Result<Composed> {
        let files = [OutgoingFile { name: file.0.to_owned(), bytes: file.1 }];
        let draft = Draft {
            id: new_id(),
            from,
            to,
            unit: UnitKind::Document,
            month: None,
            replaces: None,
            files: &files,
            reminder: None,
        };
        let recipients: Vec<_> = keys.iter().map(Recipient::Terminal).collect();
        Ok(compose(&draft, self.link.identity.signer(), &recipients, self.office.now())?)
    }

    /// Hands a letter over; the answer is the signed receipt.
    ///
    /// # Errors
    /// What the platform answered, or that nothing came back.
    pub async fn send(&self, letter: &Composed) -> Result<Vec<u8>, PlatformFault> {
        self.platform.send(&letter.header, Handover::Body(letter.sealed.clone())).await
    }

    /// Fetches and opens a letter.
    ///
    /// # Errors
    /// When it cannot be fetched, opened or verified.
    pub async fn fetch(&self, entry: &TransmissionEntry) -> anyhow::Result<Content> {
        let sealed: Bytes = self.platform.letter(entry.id, entry.sealed_bytes).await?;
        ensure!(Digest(sha256(&sealed)) == entry.sealed_sha256, "the letter has another digest than listed");
        let Opening::Opened(plain) = open(&sealed, &[&self.terminal]) else {
            anyhow::bail!("the letter does not open");
        };
        let letter = Letter::parse(&plain)?;
        let signed = verify(letter.signed_manifest)?;
        let manifest: Manifest = serde_json::from_slice(&signed.content)?;
        ensure!(manifest.transmission == entry.id, "the manifest names another transmission");
        let files = letter.files.iter().map(|file| file.to_vec()).collect();
        Ok(Content { manifest_sha256: Digest(sha256(letter.signed_manifest)), manifest, files })
    }

    /// Signs and hands in a receipt of the receiver.
    ///
    /// # Errors
    /// When it cannot be signed, or the platform does not take it.
    pub async fn hand_in(
        &self,
        entry: &TransmissionEntry,
        kind: ReceiptKind,
        manifest_sha256: Digest,
    ) -> anyhow::Result<Vec<u8>> {
        let receipt = self.receipt(entry, kind, Some(manifest_sha256))?;
        Ok(self.platform.hand_in(entry.id, kind, receipt).await?)
    }

    /// A receipt as this office signs it.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn receipt(
        &self,
        entry: &TransmissionEntry,
        kind: ReceiptKind,
        manifest_sha256: Option<Digest>,
    ) -> anyhow::Result<Vec<u8>> {
        let now: Timestamp = self.office.now();
        let receipt = Receipt {
            document: RECEIPT_TYPE.to_owned(),
            kind,
            transmission: entry.id,
            from: entry.from,
            to: entry.to,
            unit: entry.unit,
            sealed_sha256: entry.sealed_sha256,
            at: now,
            manifest_sha256,
            deadline: None,
            reason: None,
        };
        Ok(sign(&serde_json::to_vec(&receipt)?, self.link.identity.signer(), now)?)
    }
}

/// A new transmission id, as a client chooses it.
///
/// # Panics
/// Never: a UUIDv7 is a transmission id.
#[expect(clippy::expect_used, reason = "a UUIDv7 is a transmission id")]
pub fn new_id() -> TransmissionId {
    TransmissionId::new(Uuid::now_v7()).expect("a UUIDv7")
}
