//! Sending one set that was taken: what is to be told about it, or that it has to wait.

use std::path::{Path, PathBuf};

use careplan_domain::TransmissionId;
use careplan_domain::limits::TRANSMISSION_BYTES_MAX;
use careplan_protocol::Code;

use super::{blocking, note, scan};
use crate::files::FileFault;
use crate::letter::ComposeFault;
use crate::mishap::Point;
use crate::office::{Office, OfficeFault};
use crate::outbox::{FoundFile, GatherFault, Judged, JudgedUnit, SendOptions, UnitOutcome, gather, judge};
use crate::state::{Fault, TakenSet};

/// What is said of a set that cannot be told more about.
const NO_SET: &str = "一緒に送れるファイルの組み合わせではありません。介護ソフトから書き出し直してください。";

/// What became of a set.
pub(super) enum Verdict {
    /// It is in the outbox.
    Sealed(TransmissionId),
    /// It cannot be sent as it is; the reason, for a person.
    Refused(String),
    /// Nothing is wrong with it, but it cannot go now.
    Waits(Fault),
    /// Its files are not there any more.
    Gone,
}

impl Office {
    /// Checks, seals and stores one set. After a kill the same call finds what it did before.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub(super) async fn send_set(&self, set: &TakenSet, folder: &Path) -> Result<Verdict, OfficeFault> {
        if let Some(sent) = self.state().sent_in_dispatch(set.id).await?.into_iter().next() {
            return Ok(Verdict::Sealed(sent.header.id));
        }
        let place = folder.to_owned();
        let (files, judged) = match blocking(move || read(place)).await {
            Ok(read) => read,
            Err(unread) => return Ok(unread.verdict()),
        };
        let [unit] = judged.units.as_slice() else {
            let reason = note::blocking(judged.all_findings());
            return Ok(Verdict::Refused(reason.unwrap_or_else(|| NO_SET.to_owned())));
        };
        if let Some(other) = self.other_of_serial(&*self.link().await?, unit, &files).await? {
            return Ok(Verdict::Refused(other.told(&unit.serial)));
        }
        let options = SendOptions { dispatch: Some(set.id), link_earlier: true, ..SendOptions::default() };
        match self.send_files(&files, &judged, &options, |_| {}).await {
            Ok(report) => {
                self.mishaps().pass(Point::SetSealed).await;
                let outcome = report.units.into_iter().next().map(|unit| unit.outcome);
                Ok(outcome
                    .map_or_else(|| Verdict::Refused(NO_SET.to_owned()), |outcome| verdict(outcome, unit)))
            }
            Err(OfficeFault::State(fault)) if !fault.is_full() => Err(fault.into()),
            Err(fault) => Ok(Verdict::Waits(fault.stored())),
        }
    }

    /// Why a set is not even shown to a person: its serial went with other content. What cannot be read now is no reason.
    pub(super) async fn serial_used(&self, folder: PathBuf) -> Result<Option<String>, OfficeFault> {
        let Ok((files, judged)) = blocking(move || read(folder)).await else { return Ok(None) };
        let [unit] = judged.units.as_slice() else { return Ok(None) };
        let other = self.other_of_serial(&*self.link().await?, unit, &files).await?;
        Ok(other.map(|other| other.told(&unit.serial)))
    }
}

fn verdict(outcome: UnitOutcome, unit: &JudgedUnit) -> Verdict {
    match outcome {
        UnitOutcome::Prepared(id) => Verdict::Sealed(id),
        UnitOutcome::Duplicate(sent) => Verdict::Sealed(sent.header.id),
        UnitOutcome::Failed(fault) if is_about_set(&fault.code) => Verdict::Refused(fault.text),
        UnitOutcome::Failed(fault) => Verdict::Waits(fault),
        UnitOutcome::Blocked | UnitOutcome::Looked => {
            Verdict::Refused(note::blocking(unit.findings.iter()).unwrap_or_else(|| NO_SET.to_owned()))
        }
    }
}

/// Whether a fault is about this set and stays until somebody changes something about it. All others – no line, a certificate that
/// expired overnight, an office that is suspended – end without the set being changed, and it waits.
fn is_about_set(code: &str) -> bool {
    matches!(code, "address_invalid" | "sender_not_own" | "compose" | "receiver_without_terminal")
        || matches!(
            Code::parse(code),
            Some(
                Code::ReceiverUnknown
                    | Code::ReceiverServiceTypeUnknown
                    | Code::ReceiverUnlicensed
                    | Code::ReceiverSuspended
                    | Code::SenderNotCaller
                    | Code::SenderServiceTypeUnknown
                    | Code::SameAddress
                    | Code::FileCount
                    | Code::TooLarge
            )
        )
}

/// Why the files of a set were not read.
enum Unread {
    /// They are too much for one letter.
    TooLarge(u64),
    Fault(GatherFault),
}

impl Unread {
    fn verdict(self) -> Verdict {
        match self {
            Self::TooLarge(bytes) => Verdict::Refused(ComposeFault::TooLarge(bytes).to_string()),
            Self::Fault(GatherFault::Nothing) => Verdict::Gone,
            Self::Fault(GatherFault::File(fault)) if fault.is_missing() => Verdict::Gone,
            Self::Fault(fault) => Verdict::Waits(OfficeFault::from(fault).stored()),
        }
    }
}

impl From<FileFault> for Unread {
    fn from(fault: FileFault) -> Self {
        Self::Fault(fault.into())
    }
}

fn read(folder: PathBuf) -> Result<(Vec<FoundFile>, Judged), Unread> {
    let entries = std::fs::read_dir(&folder).map_err(scan::unreadable(&folder))?;
    let bytes = entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|about| about.len()).sum();
    if bytes > TRANSMISSION_BYTES_MAX {
        return Err(Unread::TooLarge(bytes));
    }
    let files = gather(&[folder]).map_err(Unread::Fault)?;
    let judged = judge(&files);
    Ok((files, judged))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_by_itself_or_at_the_office_waits_and_what_is_about_the_set_is_told() {
        for waits in [
            "unreachable",
            "disk_full",
            "certificate-expired",
            "office-suspended",
            "keys",
            "receiver_keys_unverified",
        ] {
            assert!(!is_about_set(waits), "{waits}");
        }
        for told in ["receiver-unknown", "receiver_without_terminal", "sender_not_own", "too-large"] {
            assert!(is_about_set(told), "{told}");
        }
    }
}
