//! The manifest: what the sender signs, inside the sealed letter.

use careplan_domain::{Address, Digest, ServiceMonth, Timestamp, TransmissionId, UnitKind};
use serde::{Deserialize, Serialize};

/// Names the kind of document, so that a signature over one kind is none over another.
pub const MANIFEST_TYPE: &str = "careplan.manifest.v1";

/// The signed list of contents of one letter. Signed with sender, receiver and id inside, so that
/// a letter cannot be re-sealed to somebody else or under another id.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`MANIFEST_TYPE`].
    #[serde(rename = "type")]
    pub document: String,
    /// The id the transmission has at the platform.
    pub transmission: TransmissionId,
    /// The sending address.
    pub from: Address,
    /// The receiving address.
    pub to: Address,
    /// What kind of unit the files are.
    pub unit: UnitKind,
    /// The service month, for units that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<ServiceMonth>,
    /// When the sender's client made the letter.
    pub created_at: Timestamp,
    /// The earlier transmission that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<TransmissionId>,
    /// The files, in the order in which they lie in the letter.
    pub files: Vec<ManifestFile>,
}

/// One file of a letter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Its name at the sender. May hold people's names: never logged.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
}

impl std::fmt::Debug for Manifest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Manifest({}, {} files)", self.transmission, self.files.len())
    }
}

impl std::fmt::Debug for ManifestFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ManifestFile({} bytes)", self.bytes)
    }
}
