//! Placing one unit in the import folder.
//!
//! ```text
//! <import folder>/.incoming-<terminal>/<id>.part/…   being written
//! <import folder>/.incoming-<terminal>/<id>/…        whole; what is still here has no name of its own yet
//! ```
//!
//! Promises: each file appears whole and once, also to care software that takes the first while the second is still being named;
//! nothing that lies there is overwritten.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use careplan_domain::{Timestamp, TransmissionId};
use uuid::Uuid;

use super::answer::note_of;
use super::{ImportFolder, Shape, blocking, make_below, note};
use crate::files::{self, FileAction, FileFault, Privacy};
use crate::history::CopiedFile;
use crate::mishap::{Mishaps, Point};
use crate::office::{Office, OfficeFault};
use crate::state::{PlacedState, PlacedUnit, Received};

/// Folders tried for one unit beside others of its name.
const PLACES_MAX: u32 = 100;

/// Where one unit goes.
pub(super) struct Spot<'a> {
    pub(super) office: &'a Office,
    pub(super) folder: &'a ImportFolder,
    pub(super) terminal: Uuid,
    pub(super) id: TransmissionId,
}

fn staging(root: &Path, terminal: Uuid) -> PathBuf {
    root.join(format!(".incoming-{terminal}"))
}

/// Removes what lies there under temporary names.
pub(super) fn remove_staged(root: &Path, terminal: Uuid, id: TransmissionId) -> Result<(), FileFault> {
    let staging = staging(root, terminal);
    files::remove(&staging.join(format!("{id}.part")))?;
    files::remove(&staging.join(id.to_string()))
}

impl Spot<'_> {
    /// Writes the files of a unit under temporary names, chooses where they are to lie, and gives them their names.
    ///
    /// # Errors
    /// [`OfficeFault`]; the next look begins again, or ends it.
    pub(super) async fn place(
        &self,
        received: &Received,
        files: Vec<CopiedFile>,
        now: Timestamp,
    ) -> Result<(), OfficeFault> {
        let root = self.folder.folder.clone();
        let base = match self.folder.shape {
            Shape::Flat => PathBuf::new(),
            Shape::ByPartner => received.header.from.to_string().into(),
        };
        let called = received.serial.clone().unwrap_or_else(|| self.id.to_string());
        let (terminal, id, mishaps) = (self.terminal, self.id, self.office.mishaps().clone());
        let staged = blocking(move || {
            stage((&root, terminal, id), &files, &mishaps)?;
            let (place, is_beside) = choose(&root, &base, &called, &files)?;
            let names = files.iter().map(|(name, _)| name.as_str().to_owned()).collect();
            let note = is_beside.then(|| note_of(&place));
            Ok::<_, FileFault>(PlacedUnit { id, root, place, names, note, state: PlacedState::Placing })
        });
        let unit = staged.await?;
        self.office.mishaps().pass(Point::UnitStaged).await;
        self.office.state().store_placing(&unit, now).await?;
        self.office.mishaps().pass(Point::UnitPlaceChosen).await;
        self.finish(&unit, now).await
    }

    /// Gives the files of a unit their names, as far as they have none.
    ///
    /// # Errors
    /// [`OfficeFault`]; the next look goes on.
    pub(super) async fn finish(&self, unit: &PlacedUnit, now: Timestamp) -> Result<(), OfficeFault> {
        let staged = staging(&unit.root, self.terminal).join(self.id.to_string());
        let folder = unit.root.join(&unit.place);
        let mut names = unit.names.clone();
        names.sort();
        let (root, made) = (unit.root.clone(), folder.clone());
        blocking(move || make_below(&root, &made)).await?;
        for name in names {
            let (from, to) = (staged.join(&name), folder.join(&name));
            blocking(move || give_name(&from, &to)).await?;
            self.office.mishaps().pass(Point::UnitFileNamed).await;
        }
        let text = self.note(unit).await?;
        let (beside, mishaps) =
            (unit.note.as_deref().map(|name| unit.root.join(name)), self.office.mishaps().clone());
        let done = blocking(move || {
            files::sync_folder(&folder)?;
            if let Some(path) = beside {
                files::replace(&path, &note::bytes(&text), Privacy::Ordinary, &mishaps)?;
            }
            files::remove(&staged)
        });
        done.await?;
        self.office.mishaps().pass(Point::UnitNamed).await;
        tracing::info!(transmission = %self.id, "a unit lies in the import folder");
        Ok(self.office.state().placed_went(self.id, PlacedState::Placed, now).await?)
    }

    async fn note(&self, unit: &PlacedUnit) -> Result<String, OfficeFault> {
        let received = self.office.state().received(self.id).await?;
        let from = received.map(|received| received.header.from.to_string()).unwrap_or_default();
        let folder = unit.place.file_name().unwrap_or_default().to_string_lossy();
        Ok(note::occupied(&folder, &from))
    }
}

/// Writes files under temporary names. What a kill left is begun anew: no row says that any of it has its name.
fn stage(
    (root, terminal, id): (&Path, Uuid, TransmissionId),
    files: &[CopiedFile],
    mishaps: &Mishaps,
) -> Result<(), FileFault> {
    remove_staged(root, terminal, id)?;
    let staging = staging(root, terminal);
    let part = staging.join(format!("{id}.part"));
    make_below(root, &part)?;
    let written = files.iter().try_for_each(|(name, bytes)| {
        files::write_new(&part.join(name.as_str()), bytes, Privacy::Ordinary, mishaps)
    });
    if let Err(fault) = written.and_then(|()| files::sync_folder(&part)) {
        // A full disk may have no room to tidy up.
        let _ = files::remove(&part);
        return Err(fault);
    }
    files::rename(&part, &staging.join(id.to_string()))
}

/// Where files can lie without touching what is there; and whether that is a folder beside their own place.
fn choose(
    root: &Path,
    base: &Path,
    called: &str,
    files: &[CopiedFile],
) -> Result<(PathBuf, bool), FileFault> {
    let folder = root.join(base);
    let mut is_free = true;
    for (name, bytes) in files {
        let there = files::read_if_there(&folder.join(name.as_str()))?;
        is_free &= there.is_none_or(|there| there == *bytes);
    }
    if is_free {
        return Ok((base.to_owned(), false));
    }
    for number in 2..=PLACES_MAX {
        let place = base.join(format!("{called}_{number}"));
        if !root.join(&place).exists() && !root.join(note_of(&place)).exists() {
            return Ok((place, true));
        }
    }
    Err(occupied(&folder.join(called)))
}

/// Gives a file its name, unless it was given before.
fn give_name(from: &Path, to: &Path) -> Result<(), FileFault> {
    let Some(bytes) = files::read_if_there(from)? else { return Ok(()) };
    match files::read_if_there(to)? {
        Some(there) if there == bytes => files::remove(from),
        Some(_) => Err(occupied(to)),
        None => fs::rename(from, to).map_err(|source| FileFault {
            path: to.to_owned(),
            action: FileAction::Write,
            source,
        }),
    }
}

fn occupied(path: &Path) -> FileFault {
    let source = io::ErrorKind::AlreadyExists.into();
    FileFault { path: path.to_owned(), action: FileAction::Write, source }
}
