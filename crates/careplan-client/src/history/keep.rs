//! The copies of files: reading them again, keeping them as long as was chosen, and no longer.

use careplan_domain::{Timestamp, TransmissionId, calendar};
use careplan_protocol::manifest::Manifest;
use careplan_standard::SourceFile;
use jiff::ToSpan as _;

use super::{Bundle, Direction, History, Shelf, persons_in};
use crate::files::{self, FileFault, SafeName};
use crate::letter::digest_of;
use crate::office::{Office, OfficeFault};
use crate::state::{Kept, StateFault};

/// Longest time copies can be kept, in months.
pub const KEEP_MONTHS_MAX: u16 = 600;

/// Copies removed, or looked at, in one go; between two the caller can stop.
const BATCH: u32 = 100;

/// A file of a copy: its name and its bytes.
pub type CopiedFile = (SafeName, Vec<u8>);

/// How many months copies are kept on this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeepMonths(u16);

impl KeepMonths {
    /// Five years: the longest that ordinances ask offices to keep their records of care.
    pub const DEFAULT: Self = Self(60);

    /// One month to [`KEEP_MONTHS_MAX`].
    pub fn new(months: u16) -> Option<Self> {
        (1..=KEEP_MONTHS_MAX).contains(&months).then_some(Self(months))
    }

    /// The number.
    pub fn months(self) -> u16 {
        self.0
    }

    /// Copies of transmissions from before this instant are over their time.
    fn oldest_kept(self, now: Timestamp) -> Option<Timestamp> {
        let day = calendar::day(now).checked_sub(i32::from(self.0).months()).ok()?;
        calendar::beginning(day)
    }
}

/// Why the files of a transmission cannot be read again.
#[derive(Debug, thiserror::Error)]
pub enum CopyFault {
    /// The state file.
    #[error(transparent)]
    State(#[from] StateFault),
    /// A file.
    #[error(transparent)]
    File(#[from] FileFault),
    /// What lies there is not what was exchanged.
    #[error(
        "送信番号 {0} の控えのファイルが、送受信したときの内容と違います。控えのフォルダーのファイルが書き換えられた可能性があります。連携基盤に残っている間は、careplan-client show --out で読み直せます。"
    )]
    Changed(TransmissionId),
}

impl History {
    /// The files of a transmission, as they were exchanged: the copy, or else what lies in the inbox
    /// folder. `None` when neither is there any more.
    ///
    /// # Errors
    /// [`CopyFault::Changed`] when what lies there is something else.
    pub async fn files(
        &self,
        id: TransmissionId,
        direction: Direction,
    ) -> Result<Option<Vec<CopiedFile>>, CopyFault> {
        let manifest = match direction {
            Direction::Sent => self.state().sent_manifest(id).await?,
            Direction::Received => self.state().received_manifest(id).await?,
        };
        let Some(manifest) = manifest.as_deref().and_then(read_manifest) else { return Ok(None) };
        let copy = self.state().copy_of(id, direction).await?;
        let shelf = Shelf::of(&self.office.options().data, direction);
        let copy = copy.and_then(|copy| shelf.folder(&copy));
        for folder in copy.into_iter().chain(self.inbox_copy(id, direction).await?) {
            if let Some(files) = read_files(&folder, &manifest)? {
                return Ok(Some(files));
            }
        }
        Ok(None)
    }

    async fn inbox_copy(
        &self,
        id: TransmissionId,
        direction: Direction,
    ) -> Result<Option<std::path::PathBuf>, CopyFault> {
        if direction == Direction::Sent {
            return Ok(None);
        }
        let folder = self.state().received(id).await?.and_then(|received| received.folder);
        Ok(match folder {
            Some(folder) => Some(self.office.inbox_folder_of_state().await?.join(folder)),
            None => None,
        })
    }

    /// How many copies would be over their time if they were kept so long.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn over_their_time(&self, keep: KeepMonths, now: Timestamp) -> Result<u64, StateFault> {
        let Some(before) = keep.oldest_kept(now) else { return Ok(0) };
        let mut count = 0;
        for direction in Direction::ALL {
            count += self.state().count_copies_before(direction, before).await?;
        }
        Ok(count)
    }

    /// Removes copies whose time is over, a bounded number of them; says whether there may be more.
    /// Rows and receipts stay.
    ///
    /// # Errors
    /// [`OfficeFault`].
    pub async fn remove_old_copies(&self, now: Timestamp) -> Result<bool, OfficeFault> {
        let keep = self.state().keep_months().await?;
        let Some(before) = keep.oldest_kept(now) else { return Ok(false) };
        let mut removed = 0;
        for direction in Direction::ALL {
            let shelf = Shelf::of(&self.office.options().data, direction);
            for (id, copy) in self.state().copies_before(direction, before, BATCH).await? {
                // A kill between the two leaves a row whose copy is gone: the same call ends it.
                shelf.remove(&copy)?;
                self.state().forget_copy(id, direction, &copy).await?;
                removed += 1;
            }
        }
        Ok(removed >= BATCH)
    }

    /// Looks at some of what came before there was a history: who is in it, and a copy, where its
    /// files are still in the inbox folder. Says whether there may be more.
    ///
    /// # Errors
    /// [`OfficeFault`].
    pub async fn fill_in(&self) -> Result<bool, OfficeFault> {
        let ids = self.state().received_to_look_at(BATCH).await?;
        for id in &ids {
            self.look_at(*id).await?;
        }
        Ok(!ids.is_empty())
    }

    async fn look_at(&self, id: TransmissionId) -> Result<(), OfficeFault> {
        let Some(received) = self.state().received(id).await? else { return Ok(()) };
        let files = match self.files(id, Direction::Received).await {
            Ok(files) => files,
            Err(CopyFault::State(fault)) => return Err(fault.into()),
            // A folder of others may be locked or hold something else: there is nothing to look at.
            Err(CopyFault::File(_) | CopyFault::Changed(_)) => None,
        };
        let accepted_at = received.accepted_at;
        let Some(files) = files else {
            let nothing = Kept { copy: None, persons: None, accepted_at };
            return Ok(self.state().store_kept(id, &nothing).await?);
        };
        let sources: Vec<_> =
            files.iter().map(|(name, bytes)| SourceFile::new(name.as_str(), bytes)).collect();
        let persons = persons_in(&sources);
        let beside = self.inbox_copy(id, Direction::Received).await;
        let beside = beside.unwrap_or_default();
        let bundle = Bundle {
            id,
            partner: received.header.from,
            serial: received.serial.as_deref(),
            files: files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect(),
            beside: beside.as_deref(),
        };
        let shelf = Shelf::of(&self.office.options().data, Direction::Received);
        let placed = shelf.place(&bundle, self.office.mishaps()).await?;
        let kept = Kept { copy: Some(&placed.copy), persons: Some(&persons), accepted_at };
        self.state().store_kept(id, &kept).await?;
        placed.stays();
        Ok(())
    }
}

impl Office {
    /// Tidies up what a kill left on the shelves.
    pub(crate) async fn sweep_shelves(&self) -> Result<(), OfficeFault> {
        for direction in Direction::ALL {
            let shelf = Shelf::of(&self.options().data, direction);
            shelf.sweep(async |id| Ok::<_, OfficeFault>(self.state().copy_of(id, direction).await?)).await?;
        }
        Ok(())
    }
}

/// A manifest whose signature was verified when it was stored.
fn read_manifest(signed: &[u8]) -> Option<Manifest> {
    let signed = careplan_envelope::verify(signed).ok()?;
    serde_json::from_slice(&signed.content).ok()
}

/// The files of a folder that a manifest names; `None` when one is not there.
fn read_files(folder: &std::path::Path, manifest: &Manifest) -> Result<Option<Vec<CopiedFile>>, CopyFault> {
    let mut read = Vec::new();
    for file in &manifest.files {
        let changed = || CopyFault::Changed(manifest.transmission);
        let name = SafeName::new(&file.name).map_err(|_| changed())?;
        let Some(bytes) = files::read_if_there(&folder.join(name.as_str()))? else { return Ok(None) };
        if digest_of(&bytes) != file.sha256 {
            return Err(changed());
        }
        read.push((name, bytes));
    }
    Ok(Some(read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_kept_one_month_to_fifty_years_and_sixty_months_unless_chosen() {
        assert_eq!(KeepMonths::DEFAULT.months(), 60);
        assert_eq!(KeepMonths::new(1).map(KeepMonths::months), Some(1));
        assert_eq!(KeepMonths::new(KEEP_MONTHS_MAX).map(KeepMonths::months), Some(KEEP_MONTHS_MAX));
        assert_eq!((KeepMonths::new(0), KeepMonths::new(KEEP_MONTHS_MAX + 1)), (None, None));
    }

    #[test]
    fn a_copy_is_kept_to_the_day() {
        let now = "2026-11-25T01:00:00Z".parse().unwrap();
        let oldest = KeepMonths::DEFAULT.oldest_kept(now).unwrap();
        assert_eq!(oldest.to_string(), "2021-11-24T15:00:00Z");
    }
}
