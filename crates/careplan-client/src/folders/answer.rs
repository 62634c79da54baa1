//! Answering a set: its files go to 送信済 or to 送信できず, there with a note beside them.
//!
//! ```text
//! <export folder>/送信済/20261025101500_9970000026-11/…
//! <export folder>/送信できず/20261025101500_9970000026-11/…
//! <export folder>/送信できず/20261025101500_9970000026-11.txt
//! ```
//!
//! Promises: nothing that lies there is overwritten; after a kill the same call ends the work.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::scan::{DONE, FAILED};
use super::{blocking, make_below, note};
use crate::files::{self, FileAction, FileFault, Privacy};
use crate::mishap::Point;
use crate::office::{Office, OfficeFault};
use crate::state::{TakenSet, TakenState};

/// Places tried for one set; exports of one name are no more than a few.
const PLACES_MAX: u32 = 1_000;

impl Office {
    /// Moves the files of a set to where they are answered.
    pub(super) async fn answer_set(&self, set: &TakenSet, own: &Path) -> Result<(), OfficeFault> {
        let taken = own.join(set.id.to_string());
        let mut place = set.place.clone();
        loop {
            let chosen = match place.take() {
                Some(chosen) => chosen,
                None => self.choose_place(set).await?,
            };
            let target = set.root.join(&chosen);
            let (root, from, to) = (set.root.clone(), taken.clone(), target.clone());
            match blocking(move || move_folder(&root, &from, &to)).await {
                Ok(()) => {}
                // Another terminal answered a set of this name meanwhile.
                Err(fault) if is_occupied(&fault) => {
                    self.state().place_taken(set.id, None).await?;
                    continue;
                }
                Err(fault) => return Err(fault.into()),
            }
            self.mishaps().pass(Point::SetMoved).await;
            self.write_note(set, &target).await?;
            self.mishaps().pass(Point::SetNoted).await;
            return Ok(self.state().taken_answered(set.id, self.now()).await?);
        }
    }

    /// A place that is free, stored before anything lies there.
    async fn choose_place(&self, set: &TakenSet) -> Result<String, OfficeFault> {
        let (root, name) = (set.root.clone(), set.name.clone());
        let result = if set.state == TakenState::Failed { FAILED } else { DONE };
        let place = blocking(move || {
            make_below(&root, &root.join(result))?;
            free_place(&root, result, &name)
        });
        let place = place.await?;
        self.state().place_taken(set.id, Some(&place)).await?;
        self.mishaps().pass(Point::SetPlaceChosen).await;
        Ok(place)
    }

    async fn write_note(&self, set: &TakenSet, target: &Path) -> Result<(), FileFault> {
        let Some(text) = set.note.as_deref().filter(|_| set.state == TakenState::Failed) else {
            return Ok(());
        };
        let (bytes, path, mishaps) = (note::bytes(text), note_of(target), self.mishaps().clone());
        let root = set.root.clone();
        blocking(move || {
            make_below(&root, &root.join(FAILED))?;
            files::replace(&path, &bytes, Privacy::Ordinary, &mishaps)
        })
        .await
    }
}

/// The note beside a folder. What looks like an extension belongs to the folder's name.
pub(super) fn note_of(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".txt");
    folder.with_file_name(name)
}

fn free_place(root: &Path, result: &str, name: &str) -> Result<String, FileFault> {
    for number in 1..=PLACES_MAX {
        let numbered = if number == 1 { name.to_owned() } else { format!("{name}_{number}") };
        let place = format!("{result}/{numbered}");
        let folder = root.join(&place);
        if !folder.exists() && !note_of(&folder).exists() {
            return Ok(place);
        }
    }
    Err(occupied(&root.join(result).join(name)))
}

/// Moves a folder to a name that is free. One that is not there was moved before the power was cut, or somebody took it away.
fn move_folder(root: &Path, from: &Path, to: &Path) -> Result<(), FileFault> {
    if !from.exists() {
        return Ok(());
    }
    // Somebody may have tidied up since the place was chosen.
    to.parent().map_or(Ok(()), |parent| make_below(root, parent))?;
    // An empty folder would be replaced without a word.
    if to.exists() {
        return Err(occupied(to));
    }
    let fault = |source| FileFault { path: to.to_owned(), action: FileAction::Write, source };
    fs::rename(from, to).map_err(fault)?;
    for folder in [from.parent(), to.parent()].into_iter().flatten() {
        files::sync_folder(folder)?;
    }
    Ok(())
}

fn occupied(path: &Path) -> FileFault {
    let source = io::ErrorKind::AlreadyExists.into();
    FileFault { path: path.to_owned(), action: FileAction::Write, source }
}

fn is_occupied(fault: &FileFault) -> bool {
    matches!(fault.source.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty)
}
