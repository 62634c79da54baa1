//! Taking a set out of the export folder, by rename.
//!
//! ```text
//! <export folder>/.taken-by-<terminal>/<id>/…    the files of a set that this terminal has taken
//! ```
//!
//! Promises: of several terminals that take a set, one has it whole and the others none of it; a set counts as taken only once its row
//! is stored; what a kill left half-taken is given back.

use std::fs;
use std::path::{Path, PathBuf};

use careplan_domain::Timestamp;
use uuid::Uuid;

use super::scan::{FAILED, Sighted, folders_in};
use super::sets::Set;
use super::{answer, blocking, make_below, note};
use crate::files::{self, FileAction, FileFault, Privacy};
use crate::mishap::{Mishaps, Point};
use crate::office::{Office, OfficeFault};
use crate::outbox::new_uuid;
use crate::state::{TakenSet, TakenState};

/// Where a set is taken to, and on whose behalf.
pub(super) struct Claim<'a> {
    pub(super) office: &'a Office,
    /// The export folder.
    pub(super) root: &'a Path,
    /// The folder of this terminal in it.
    pub(super) own: &'a Path,
    pub(super) now: Timestamp,
}

impl Claim<'_> {
    /// Takes a set; `None` when another terminal was faster, or the care software writes it again.
    ///
    /// # Errors
    /// [`OfficeFault`]; nothing is taken then.
    pub(super) async fn take(&self, set: &Set, batch: Option<Uuid>) -> Result<Option<TakenSet>, OfficeFault> {
        let id = new_uuid(self.now);
        let folder = self.own.join(id.to_string());
        let mishaps = self.office.mishaps();
        let (root, made) = (self.root.to_owned(), folder.clone());
        blocking(move || make_below(&root, &made)).await?;
        for file in &set.files {
            let (from, to) = (file.path.clone(), folder.join(&file.name));
            if let Err(fault) = blocking(move || move_file(&from, &to)).await {
                self.give_back(&folder).await?;
                return if fault.is_missing() { Ok(None) } else { Err(fault.into()) };
            }
            mishaps.pass(Point::ExportFileTaken).await;
        }
        let (taken, files) = (folder.clone(), set.files.clone());
        if !blocking(move || is_as_seen(&taken, &files)).await? {
            self.give_back(&folder).await?;
            return Ok(None);
        }
        let set = TakenSet {
            id,
            batch,
            root: self.root.to_owned(),
            name: set.name.clone(),
            files: u32::try_from(set.files.len()).unwrap_or(u32::MAX),
            taken_at: self.now,
            state: TakenState::Taken,
            state_at: self.now,
            transmission: None,
            note: None,
            place: None,
            answered_at: None,
        };
        self.office.state().store_taken(&set).await?;
        mishaps.pass(Point::SetTaken).await;
        tracing::info!(set = %id, files = set.files, "a set was taken from the export folder");
        Ok(Some(set))
    }

    /// Gives back what was taken and has no row: a kill came between.
    ///
    /// # Errors
    /// [`FileFault`]; the next look tries again.
    pub(super) async fn give_back_strays(&self, rows: &[TakenSet]) -> Result<(), FileFault> {
        let own = self.own.to_owned();
        for folder in blocking(move || Ok::<_, FileFault>(folders_in(&own))).await? {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !rows.iter().any(|set| set.id.to_string() == name) {
                self.give_back(&folder).await?;
            }
        }
        Ok(())
    }

    async fn give_back(&self, folder: &Path) -> Result<(), FileFault> {
        let (folder, root, mishaps) =
            (folder.to_owned(), self.root.to_owned(), self.office.mishaps().clone());
        blocking(move || give_back(&folder, &root, &mishaps)).await
    }
}

/// Renames a file; a fault is about the place where it was.
fn move_file(from: &Path, to: &Path) -> Result<(), FileFault> {
    let fault = |source| FileFault { path: from.to_owned(), action: FileAction::Read, source };
    fs::rename(from, to).map_err(fault)
}

/// Whether the files are those that were seen; makes their new place durable.
fn is_as_seen(folder: &Path, seen: &[Sighted]) -> Result<bool, FileFault> {
    files::sync_folder(folder)?;
    for before in seen.iter().filter_map(|file| file.path.parent()) {
        files::sync_folder(before)?;
    }
    Ok(seen.iter().all(|file| {
        fs::metadata(folder.join(&file.name))
            .is_ok_and(|about| about.len() == file.bytes && about.modified().ok() == file.modified)
    }))
}

/// Puts files back into the export folder. Where one of the same name was written meanwhile, that one counts: the other is kept aside.
fn give_back(folder: &Path, root: &Path, mishaps: &Mishaps) -> Result<(), FileFault> {
    let mut is_left = false;
    for path in files_in(folder) {
        let to = root.join(path.file_name().unwrap_or_default());
        if to.exists() {
            is_left = true;
        } else {
            move_file(&path, &to)?;
        }
    }
    if !is_left {
        return files::remove(folder);
    }
    let aside = root.join(FAILED).join(folder.file_name().unwrap_or_default());
    make_below(root, &root.join(FAILED))?;
    let bytes = note::bytes(&note::given_back());
    files::replace(&answer::note_of(&aside), &bytes, Privacy::Ordinary, mishaps)?;
    files::rename(folder, &aside)
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}
