//! Composing: manifest, signature, letter, seal.

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;
use careplan_domain::limits::{TRANSMISSION_BYTES_MAX, TRANSMISSION_FILES_MAX};
use careplan_domain::transmission::Header;
use careplan_domain::{Address, ServiceMonth, Timestamp, TransmissionId, UnitKind};
use careplan_envelope::{Letter, LetterFault, Recipient, SealFault, SignFault, Signer, seal, sign};
use careplan_protocol::manifest::{MANIFEST_TYPE, Manifest, ManifestFile, Reminder};

use super::digest_of;
use crate::files::{NameFault, SafeName};

/// A file on its way out.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingFile {
    /// Its name, without folders.
    pub name: String,
    /// Its bytes, which nothing changes.
    pub bytes: Vec<u8>,
}

/// Names may hold people's names.
impl fmt::Debug for OutgoingFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingFile({} bytes)", self.bytes.len())
    }
}

/// What a letter shall say.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// The id of the transmission, chosen by this client.
    pub id: TransmissionId,
    /// The sending address.
    pub from: Address,
    /// The receiving address.
    pub to: Address,
    /// What kind of unit the files are.
    pub unit: UnitKind,
    /// The service month, for units that have one.
    pub month: Option<ServiceMonth>,
    /// The earlier transmission that this one corrects.
    pub replaces: Option<TransmissionId>,
    /// The files, in their order.
    pub files: &'a [OutgoingFile],
    /// What it reminds of, where it is a reminder.
    pub reminder: Option<Reminder>,
}

/// A letter ready to be handed over.
#[derive(Debug, Clone)]
pub struct Composed {
    /// What stands on its outside.
    pub header: Header,
    /// The sealed letter.
    pub sealed: Bytes,
    /// The signed manifest, kept as proof of what was inside.
    pub signed_manifest: Vec<u8>,
}

/// Why a letter cannot be composed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeFault {
    /// None, or too many files.
    #[error(
        "1回に送れるファイルは1〜{TRANSMISSION_FILES_MAX}個です（{0}個ありました）。送信を分けてください。"
    )]
    FileCount(usize),
    /// The files are too large together.
    #[error(
        "1回に送れる大きさ（20 MiB）を超えています（{0}バイトありました）。添付を減らすか、送信を分けてください。"
    )]
    TooLarge(u64),
    /// A name that the receiver's computer could not take.
    #[error("{0}。ファイル名を直してから送ってください。")]
    Name(#[from] NameFault),
    /// Two files of one name.
    #[error("同じ名前のファイルが2つあります。片方の名前を変えるか、外してください。")]
    NameTwice,
    /// The office's key could not sign.
    #[error(
        "電子署名を作成できません。電子証明書をカードや機器に入れているときは、差し込んでからやり直してください。続くときは、設定の「この端末と電子証明書」から取得し直してください（画面を使わないときは careplan-client setup）。"
    )]
    Sign(SignFault),
    /// The letter could not be sealed.
    #[error(
        "内容を暗号化できません。宛先の端末の鍵を確かめられませんでした。時間をおいてやり直してください。"
    )]
    Seal(SealFault),
    /// The parts do not make a letter.
    #[error("送信の内容を組み立てられません。ファイルの数と大きさを確かめてください。")]
    Letter(LetterFault),
}

/// Signs and seals a letter for `recipients`.
///
/// # Errors
/// [`ComposeFault`].
pub fn compose(
    draft: &Draft<'_>,
    signer: Signer<'_>,
    recipients: &[Recipient<'_>],
    now: Timestamp,
) -> Result<Composed, ComposeFault> {
    check(draft.files)?;
    let manifest = Manifest {
        document: MANIFEST_TYPE.to_owned(),
        transmission: draft.id,
        from: draft.from,
        to: draft.to,
        unit: draft.unit,
        month: draft.month,
        created_at: now,
        replaces: draft.replaces,
        files: draft.files.iter().map(listed).collect(),
        reminder: draft.reminder,
    };
    // cannot fail: every field of a manifest is plain data; an empty text would fail at the receiver.
    let content = serde_json::to_vec(&manifest).unwrap_or_default();
    let signed_manifest = sign(&content, signer, now).map_err(ComposeFault::Sign)?;
    let letter = Letter {
        signed_manifest: &signed_manifest,
        files: draft.files.iter().map(|file| file.bytes.as_slice()).collect(),
    };
    let plain = letter.encode().map_err(ComposeFault::Letter)?;
    let sealed = Bytes::from(seal(&plain, recipients).map_err(ComposeFault::Seal)?);
    let header = Header {
        id: draft.id,
        from: draft.from,
        to: draft.to,
        unit: draft.unit,
        month: draft.month,
        files: u32::try_from(draft.files.len()).unwrap_or(u32::MAX),
        sealed_bytes: sealed.len() as u64,
        sealed_digest: digest_of(&sealed),
        replaces: draft.replaces,
    };
    Ok(Composed { header, sealed, signed_manifest })
}

fn check(files: &[OutgoingFile]) -> Result<(), ComposeFault> {
    if files.is_empty() || files.len() > TRANSMISSION_FILES_MAX as usize {
        return Err(ComposeFault::FileCount(files.len()));
    }
    let bytes: u64 = files.iter().map(|file| file.bytes.len() as u64).sum();
    if bytes > TRANSMISSION_BYTES_MAX {
        return Err(ComposeFault::TooLarge(bytes));
    }
    let mut names = BTreeSet::new();
    for file in files {
        if !names.insert(SafeName::new(&file.name)?.folded()) {
            return Err(ComposeFault::NameTwice);
        }
    }
    Ok(())
}

fn listed(file: &OutgoingFile) -> ManifestFile {
    ManifestFile { name: file.name.clone(), bytes: file.bytes.len() as u64, sha256: digest_of(&file.bytes) }
}

#[cfg(test)]
mod tests {
    use careplan_domain::limits::MIB;

    use super::*;

    fn files(count: usize) -> Vec<OutgoingFile> {
        (0..count).map(|number| OutgoingFile { name: format!("{number}.csv"), bytes: vec![b'1'] }).collect()
    }

    fn sentence(files: &[OutgoingFile]) -> String {
        check(files).unwrap_err().to_string()
    }

    #[test]
    fn one_to_fifty_files_are_sent_and_none_or_one_more_are_not() {
        assert_eq!(check(&files(1)), Ok(()));
        assert_eq!(check(&files(50)), Ok(()));
        assert_eq!(
            sentence(&[]),
            "1回に送れるファイルは1〜50個です（0個ありました）。送信を分けてください。"
        );
        assert_eq!(
            sentence(&files(51)),
            "1回に送れるファイルは1〜50個です（51個ありました）。送信を分けてください。"
        );
    }

    #[test]
    fn twenty_mebibytes_are_sent_and_one_byte_more_is_not() {
        let mut two = files(2);
        two[0].bytes = vec![0; (20 * MIB - 1) as usize];
        assert_eq!(check(&two), Ok(()));
        two[1].bytes.push(b'1');
        assert_eq!(
            sentence(&two),
            "1回に送れる大きさ（20 MiB）を超えています（20971521バイトありました）。添付を減らすか、送信を分けてください。"
        );
    }

    #[test]
    fn two_files_of_one_name_are_not_sent_whatever_the_case_of_its_letters() {
        for twin in ["0.csv", "0.CSV"] {
            let mut two = files(2);
            two[1].name = twin.to_owned();
            assert_eq!(
                sentence(&two),
                "同じ名前のファイルが2つあります。片方の名前を変えるか、外してください。",
                "{twin}"
            );
        }
    }

    #[test]
    fn a_name_that_the_receiver_could_not_take_is_not_sent() {
        let mut one = files(1);
        one[0].name = "CON.csv".to_owned();
        assert_eq!(sentence(&one), "ファイル名がWindowsの予約名です。ファイル名を直してから送ってください。");
    }
}
