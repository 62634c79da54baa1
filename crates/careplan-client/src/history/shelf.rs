//! Shelves: copies of the files of what was sent and of what came, on this computer only.
//!
//! ```text
//! sent/<receiver>/<serial or id>/…      kept/<sender>/<serial or id>/…
//! sent/.underway/<id>                   files under temporary names
//! sent/.underway/<id>.to                where they are going to lie
//! ```
//!
//! Promises: a copy has its name only when it is whole and durable; nothing is overwritten. A kill
//! leaves a note in `.underway`, by which the next start keeps the copy when its row says so and
//! removes it when not. Folders are private.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use careplan_domain::{Address, TransmissionId};

use super::Direction;
use crate::files::{self, FileAction, FileFault, Privacy, SafeName};
use crate::mishap::{Mishaps, Point};

/// Folders tried for one copy when others have its name.
pub(crate) const COPIES_OF_A_NAME_MAX: usize = 9;

const UNDERWAY: &str = ".underway";
const NOTE_SUFFIX: &str = ".to";

/// The copies of one direction.
#[derive(Debug)]
pub(crate) struct Shelf {
    root: PathBuf,
    direction: Direction,
}

/// What is put on a shelf.
pub(crate) struct Bundle<'a> {
    pub(crate) id: TransmissionId,
    pub(crate) partner: Address,
    /// Serial of the standard.
    pub(crate) serial: Option<&'a str>,
    pub(crate) files: Vec<(&'a str, &'a [u8])>,
    /// Where the same files lie already, so that they need no room a second time.
    pub(crate) beside: Option<&'a Path>,
}

/// A copy whose row is not stored yet. While it is held, no other process tidies up.
#[derive(Debug)]
#[must_use]
pub(crate) struct Placed {
    /// Its folder below the shelf.
    pub(crate) copy: String,
    note: PathBuf,
    folder: PathBuf,
    _lock: File,
}

impl Shelf {
    pub(crate) fn of(data: &Path, direction: Direction) -> Self {
        let name = match direction {
            Direction::Sent => "sent",
            Direction::Received => "kept",
        };
        Self { root: data.join(name), direction }
    }

    /// The folder of a copy; `None` when what was stored is no place on this shelf.
    pub(crate) fn folder(&self, copy: &str) -> Option<PathBuf> {
        let (partner, name) = copy.split_once('/')?;
        partner.parse::<Address>().ok()?;
        Some(self.root.join(partner).join(SafeName::new(name).ok()?.as_str()))
    }

    /// Puts a copy on the shelf, whole and durable.
    pub(crate) async fn place(&self, bundle: &Bundle<'_>, mishaps: &Mishaps) -> Result<Placed, FileFault> {
        let underway = self.root.join(UNDERWAY);
        files::make_folder(&self.root, Privacy::Private)?;
        files::make_folder(&underway, Privacy::Private)?;
        let lock = self.open_lock()?;
        lock.lock_shared().map_err(|source| self.fault(source))?;
        let (staging, note) = (underway.join(bundle.id.to_string()), self.note(bundle.id));
        self.remove_noted(&note)?;
        let (named, staged) = match self.direction {
            Direction::Sent => (Point::SentCopyNamed, Point::SentCopyUnderway),
            Direction::Received => (Point::KeptCopyNamed, Point::KeptCopyUnderway),
        };
        let placed = async {
            stage(&staging, bundle, mishaps)?;
            for candidate in candidates(bundle) {
                let target = self.root.join(&candidate);
                if target.exists() {
                    continue;
                }
                files::replace(&note, candidate.as_bytes(), Privacy::Private, mishaps)?;
                mishaps.pass(staged).await;
                target.parent().map_or(Ok(()), |it| files::make_folder(it, Privacy::Private))?;
                match files::rename(&staging, &target) {
                    // Another process was faster.
                    Err(fault) if is_taken(&fault) => {}
                    Err(fault) => return Err(fault),
                    Ok(()) => {
                        mishaps.pass(named).await;
                        return Ok((candidate, target));
                    }
                }
            }
            let source = io::ErrorKind::AlreadyExists.into();
            Err(FileFault { path: self.root.clone(), action: FileAction::Write, source })
        };
        match placed.await {
            Ok((copy, folder)) => Ok(Placed { copy, note, folder, _lock: lock }),
            Err(fault) => {
                // A full disk may have no room to tidy up; the next start does it.
                let _ = files::remove(&staging).and_then(|()| files::remove(&note));
                Err(fault)
            }
        }
    }

    /// Tidies up after a kill. `copy_of` says which copy the row of a transmission names.
    pub(crate) async fn sweep<E: From<FileFault>>(
        &self,
        mut copy_of: impl AsyncFnMut(TransmissionId) -> Result<Option<String>, E>,
    ) -> Result<(), E> {
        let underway = self.root.join(UNDERWAY);
        if !underway.is_dir() {
            return Ok(());
        }
        let lock = self.open_lock()?;
        match lock.try_lock() {
            Ok(()) => {}
            // Somebody is about to place a copy, and will tidy up the own part.
            Err(TryLockError::WouldBlock) => return Ok(()),
            Err(TryLockError::Error(source)) => return Err(self.fault(source).into()),
        }
        for entry in fs::read_dir(&underway).map_err(|source| self.fault(source))? {
            let path = entry.map_err(|source| self.fault(source))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let id = name.strip_suffix(NOTE_SUFFIX).and_then(|id| id.parse().ok());
            let Some(id) = id else {
                files::remove(&path)?;
                continue;
            };
            let stored = copy_of(id).await?;
            let noted = self.noted(&path)?;
            if noted.is_some() && noted == stored {
                files::remove(&path)?;
            } else {
                self.remove_noted(&path)?;
            }
        }
        Ok(())
    }

    /// Takes a copy off the shelf.
    pub(crate) fn remove(&self, copy: &str) -> Result<(), FileFault> {
        let Some(folder) = self.folder(copy) else { return Ok(()) };
        files::remove(&folder)?;
        // The partner's folder goes with its last copy.
        let _ = folder.parent().map(fs::remove_dir);
        Ok(())
    }

    fn note(&self, id: TransmissionId) -> PathBuf {
        self.root.join(UNDERWAY).join(format!("{id}{NOTE_SUFFIX}"))
    }

    fn noted(&self, note: &Path) -> Result<Option<String>, FileFault> {
        let noted = files::read_if_there(note)?.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(noted.filter(|copy| self.folder(copy).is_some()))
    }

    /// Removes the copy that a note names, then the note.
    fn remove_noted(&self, note: &Path) -> Result<(), FileFault> {
        if let Some(copy) = self.noted(note)? {
            self.remove(&copy)?;
        }
        files::remove(note)
    }

    fn open_lock(&self) -> Result<File, FileFault> {
        let path = self.root.join(".lock");
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        open.map_err(|source| FileFault { path, action: FileAction::Write, source })
    }

    fn fault(&self, source: io::Error) -> FileFault {
        FileFault { path: self.root.clone(), action: FileAction::Write, source }
    }
}

impl Placed {
    /// The row is stored: the copy stays. What cannot be tidied up is left for the next start.
    pub(crate) fn stays(self) {
        let _ = files::remove(&self.note);
    }

    /// No row names the copy: it goes.
    pub(crate) fn goes(self) {
        let _ = files::remove(&self.folder).and_then(|()| files::remove(&self.note));
    }
}

fn stage(staging: &Path, bundle: &Bundle<'_>, mishaps: &Mishaps) -> Result<(), FileFault> {
    files::remove(staging)?;
    files::make_folder(staging, Privacy::Private)?;
    for (name, bytes) in &bundle.files {
        let path = staging.join(name);
        let linked = bundle.beside.is_some_and(|beside| is_linked(&beside.join(name), &path, bytes));
        if !linked {
            files::write_new(&path, bytes, Privacy::Private, mishaps)?;
        }
    }
    files::sync_folder(staging)
}

/// Gives a durable file a second name, unless it is another one by now or the file system cannot.
fn is_linked(there: &Path, here: &Path, bytes: &[u8]) -> bool {
    fs::hard_link(there, here).is_ok() && fs::read(here).is_ok_and(|linked| linked == bytes)
}

/// The serial; with the id when another copy has that name.
fn candidates(bundle: &Bundle<'_>) -> impl Iterator<Item = String> {
    let (partner, id) = (bundle.partner, bundle.id);
    let name = bundle.serial.map_or_else(|| id.to_string(), str::to_owned);
    let with_id = bundle.serial.map_or_else(|| id.to_string(), |serial| format!("{serial}_{id}"));
    let more = (2..).map({
        let with_id = with_id.clone();
        move |n| format!("{with_id}_{n}")
    });
    let all = std::iter::once(name).chain(bundle.serial.map(|_| with_id)).chain(more);
    all.map(move |name| format!("{partner}/{name}")).take(COPIES_OF_A_NAME_MAX)
}

fn is_taken(fault: &FileFault) -> bool {
    matches!(fault.source.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty)
}
