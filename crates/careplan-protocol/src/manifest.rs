//! The manifest: what the sender signs, inside the sealed letter.

use careplan_domain::{Address, Digest, ServiceMonth, Timestamp, TransmissionId, UnitKind};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

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
    /// What a document asks for, where its sender's program wrote it as a reminder; absent too where it is none that is known here.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known")]
    pub reminder: Option<Reminder>,
}

/// 催促: what a partner waits for. The letter around it is a document that people can read, also where a program knows no reminders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// What is asked for.
    pub kind: ReminderKind,
    /// Of which month.
    pub month: ServiceMonth,
}

/// What a reminder asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderKind {
    /// The plan of the month, which did not come.
    PlanMissing,
    /// A look at the plan of the month, which was not taken yet.
    PlanUnread,
    /// The actuals of the month, which did not come.
    ActualsMissing,
}

impl ReminderKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::PlanMissing, Self::PlanUnread, Self::ActualsMissing];

    /// The stable name, in manifests too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PlanMissing => "plan_missing",
            Self::PlanUnread => "plan_unread",
            Self::ActualsMissing => "actuals_missing",
        }
    }

    /// By its stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A reminder as far as it is one: a later kind, or nonsense, leaves a letter that can be read.
fn known<'de, D: Deserializer<'de>>(document: D) -> Result<Option<Reminder>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Found {
        Known(Reminder),
        Other(IgnoredAny),
    }
    Ok(match Found::deserialize(document)? {
        Found::Known(reminder) => Some(reminder),
        Found::Other(IgnoredAny) => None,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A manifest with a reminder, or whatever stands in its place.
    fn manifest(reminder: &str) -> String {
        format!(
            r#"{{"type":"careplan.manifest.v1","transmission":"01920000-0000-7000-8000-000000000001",
            "from":"9970000018-43","to":"9970000026-11","unit":"DOC","created_at":"2026-11-26T00:00:00Z",
            "files":[]{reminder}}}"#
        )
    }

    fn reminder(text: &str) -> Option<Reminder> {
        serde_json::from_str::<Manifest>(&manifest(text)).unwrap().reminder
    }

    #[test]
    fn a_reminder_is_read_as_it_was_written_and_stands_in_no_other_manifest() {
        for kind in ReminderKind::ALL {
            let text = format!(r#","reminder":{{"kind":"{}","month":"202611"}}"#, kind.as_str());
            let month = "202611".parse().unwrap();
            assert_eq!(reminder(&text), Some(Reminder { kind, month }));
            let read: Manifest = serde_json::from_str(&manifest(&text)).unwrap();
            assert!(serde_json::to_string(&read).unwrap().contains(&text[1..]));
            assert_eq!(ReminderKind::parse(kind.as_str()), Some(kind));
        }
        let read: Manifest = serde_json::from_str(&manifest("")).unwrap();
        assert_eq!(read.reminder, None);
        assert!(!serde_json::to_string(&read).unwrap().contains("reminder"));
    }

    #[test]
    fn what_is_no_reminder_known_here_leaves_a_manifest_that_can_be_read() {
        for nonsense in [
            r#"{"kind":"invoice_missing","month":"202611"}"#,
            r#"{"kind":"plan_missing","month":"202613"}"#,
            r#"{"kind":"plan_missing"}"#,
            r#"{"kind":7,"month":[]}"#,
            "null",
            "5",
            r#""plan_missing""#,
            r#"[[["x"]]]"#,
        ] {
            assert_eq!(reminder(&format!(r#","reminder":{nonsense}"#)), None, "{nonsense}");
        }
        // What a later version adds inside does not matter.
        assert!(reminder(r#","reminder":{"kind":"plan_missing","month":"202611","by":1}"#).is_some());
    }

    #[test]
    fn a_program_from_before_reminders_reads_the_rest_of_the_manifest() {
        /// The manifest as it was.
        #[derive(Deserialize)]
        struct Before {
            unit: UnitKind,
            files: Vec<ManifestFile>,
        }
        let text = manifest(r#","reminder":{"kind":"plan_missing","month":"202611"}"#);
        let before: Before = serde_json::from_str(&text).unwrap();
        assert_eq!((before.unit, before.files.len()), (UnitKind::Document, 0));
    }
}
