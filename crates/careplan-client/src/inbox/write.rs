//! Writing the files of one verified letter into the inbox folder.

use std::fs;
use std::path::{Path, PathBuf};

use careplan_domain::Address;
use careplan_standard::SourceFile;

use crate::files::{self, FileFault, Privacy};
use crate::history::{Bundle, Direction, Placed, Shelf, persons_in};
use crate::letter::{Outside, ReceivedFile};
use crate::mishap::{Mishaps, Point};
use crate::office::{Office, OfficeFault, Step};
use crate::state::{Kept, Received, ReceivedState, Written};

/// Folders tried for one unit when others of the same serial hold something different.
pub const FOLDERS_OF_A_UNIT_MAX: usize = 9;

/// Where files lie under temporary names, within the same file system as their place.
const STAGING: &str = ".incoming";

impl Office {
    pub(super) async fn write(&self, received: &Received) -> Result<Step, OfficeFault> {
        let id = received.header.id;
        let link = self.link().await?;
        let Some(sealed) = self.state().letter_to_write(id).await? else {
            self.state().set_received(id, ReceivedState::Listed, self.now()).await?;
            return Ok(Step::Listed(1));
        };
        let accepted_at = self.state().receipt(id, careplan_protocol::receipt::ReceiptKind::Accepted).await?;
        let accepted_at = accepted_at.map_or(received.accepted_at, |receipt| receipt.at);
        let outside = Outside { header: received.header.clone(), accepted_at };
        let Ok(letter) = self.read_letter(&link, &sealed, &outside)? else {
            // It held before: what is stored here was damaged. Fetch it again.
            self.state().set_received(id, ReceivedState::Listed, self.now()).await?;
            return Ok(Step::Listed(1));
        };
        let name = received.serial.clone().unwrap_or_else(|| id.to_string());
        let unit = UnitFolder {
            inbox: self.inbox_folder().await?,
            from: received.header.from,
            name,
            id: id.to_string(),
        };
        let placed = match unit.place(&letter.files, self.mishaps()).await {
            Ok(folder) => {
                let beside = unit.inbox.join(&folder);
                self.keep(received, &letter.files, &beside).await.map(|kept| (folder, kept))
            }
            Err(fault) => Err(fault),
        };
        let (folder, placed) = match placed {
            Ok(placed) => placed,
            Err(fault) => return self.later(received, fault.into()).await,
        };
        let files: Vec<SourceFile<'_>> =
            letter.files.iter().map(|file| SourceFile::new(file.name.as_str(), &file.bytes)).collect();
        let kept = Kept {
            copy: Some(&placed.copy),
            persons: Some(&persons_in(&files)),
            accepted_at: received.accepted_at,
        };
        self.state().store_written(&Written { id, folder: &folder, kept, now: self.now() }).await?;
        self.mishaps().pass(Point::FilesRecorded).await;
        placed.stays();
        let header = &received.header;
        let files = letter.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice()));
        self.learn_name((header.to.office, header.from.office), files).await;
        Ok(Step::Written(id))
    }

    /// Keeps a copy of its own: care software empties the inbox folder.
    async fn keep(
        &self,
        received: &Received,
        files: &[ReceivedFile],
        beside: &Path,
    ) -> Result<Placed, FileFault> {
        let bundle = Bundle {
            id: received.header.id,
            partner: received.header.from,
            serial: received.serial.as_deref(),
            files: files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect(),
            beside: Some(beside),
        };
        Shelf::of(&self.options().data, Direction::Received).place(&bundle, self.mishaps()).await
    }
}

/// The place of one unit.
struct UnitFolder {
    inbox: PathBuf,
    from: Address,
    name: String,
    id: String,
}

impl UnitFolder {
    /// Writes all files under temporary names, then gives the whole folder its name. Gives the
    /// folder below the inbox folder. After a kill the same call finishes the work.
    async fn place(&self, files: &[ReceivedFile], mishaps: &Mishaps) -> Result<String, FileFault> {
        let parent = self.inbox.join(self.from.to_string());
        let staging = self.inbox.join(STAGING).join(&self.id);
        for candidate in self.candidates() {
            let target = parent.join(&candidate);
            if holds(&target, files) {
                files::remove(&staging)?;
                return Ok(format!("{}/{candidate}", self.from));
            }
            if target.exists() {
                continue;
            }
            files::make_folder(&parent, Privacy::Ordinary)?;
            if let Err(fault) = stage(&staging, files, mishaps) {
                // Nothing half-written stays; a full disk may have no room to tidy up, though.
                let _ = files::remove(&staging);
                return Err(fault);
            }
            mishaps.pass(Point::FilesWritten).await;
            files::rename(&staging, &target)?;
            mishaps.pass(Point::FilesNamed).await;
            return Ok(format!("{}/{candidate}", self.from));
        }
        let source = std::io::ErrorKind::AlreadyExists.into();
        Err(FileFault { path: parent.join(&self.name), action: files::FileAction::Write, source })
    }

    /// The serial; with the id when something different has that name.
    fn candidates(&self) -> impl Iterator<Item = String> {
        let own = std::iter::once(self.name.clone())
            .chain((self.name != self.id).then(|| format!("{}_{}", self.name, self.id)));
        own.chain((2..).map(|n| format!("{}_{}_{n}", self.name, self.id))).take(FOLDERS_OF_A_UNIT_MAX)
    }
}

fn stage(staging: &Path, files: &[ReceivedFile], mishaps: &Mishaps) -> Result<(), FileFault> {
    files::remove(staging)?;
    files::make_folder(staging, Privacy::Ordinary)?;
    for file in files {
        files::write_new(&staging.join(file.name.as_str()), &file.bytes, Privacy::Ordinary, mishaps)?;
    }
    files::sync_folder(staging)
}

/// Whether a folder holds these files, byte for byte. Others beside them do not matter.
fn holds(folder: &Path, files: &[ReceivedFile]) -> bool {
    folder.is_dir()
        && files.iter().all(|file| {
            fs::read(folder.join(file.name.as_str())).is_ok_and(|bytes| bytes == file.bytes.as_slice())
        })
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::files::SafeName;

    #[tokio::test]
    async fn a_unit_finds_a_place_beside_eight_others_and_overwrites_none_of_nine() {
        let place = tempfile::tempdir().unwrap();
        let unit = |name: &str| UnitFolder {
            inbox: place.path().to_owned(),
            from: "9970000018-43".parse().unwrap(),
            name: name.to_owned(),
            id: "01920000-0000-7000-8000-000000000001".to_owned(),
        };
        let files =
            [ReceivedFile { name: SafeName::new("a.csv").unwrap(), bytes: Zeroizing::new(b"ours".to_vec()) }];
        let occupy = |folder: &str| {
            let folder = place.path().join("9970000018-43").join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("a.csv"), b"theirs").unwrap();
        };
        // One whose letter has a serial, and one (documents) that has none.
        for name in ["20261021110000", "01920000-0000-7000-8000-000000000001"] {
            let candidates: Vec<String> = unit(name).candidates().collect();
            assert_eq!(candidates.len(), FOLDERS_OF_A_UNIT_MAX);
            let (last, others) = candidates.split_last().unwrap();
            others.iter().for_each(|it| occupy(it));
            let placed = unit(name).place(&files, &Mishaps::default()).await.unwrap();
            assert_eq!(placed, format!("9970000018-43/{last}"));
            occupy(last);
            let full = unit(name).place(&files, &Mishaps::default()).await.unwrap_err().to_string();
            assert!(full.contains("同じ名前のものがすでにあります"), "{full}");
        }
    }
}
