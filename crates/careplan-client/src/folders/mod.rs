//! The folders that are shared with the care software (書き出しフォルダー and 取込フォルダー).
//!
//! Promises: what care software writes into the export folder is taken once, whole, and answered; what was received lies in the import
//! folder in the order of its serials; nothing is lost by a kill or by two clients on one folder. A file that does not go on – locked,
//! growing, alone, not sendable – is told with what to do, and stops no other.
//!
//! The scan is the truth. It needs no more than reading and renaming, so that it works on network drives.

mod answer;
mod choose;
mod claim;
mod export;
mod hand_over;
mod import;
mod note;
mod place;
mod presence;
mod scan;
mod send;
mod sets;
mod settings;
mod take;
mod taken;
mod trouble;
mod waiting;

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use careplan_domain::TransmissionId;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use scan::EXPORT_FILES_MAX;
pub use settings::{ChoiceFault, ExportFolder, FolderSettings, ImportFolder, Mode, Shape, Tried};
pub use taken::{BROUGHT_BY, Fate, Taken};
pub use trouble::{Status, Trouble, TroubleKind};

use self::export::{Export, ExportLook};
use self::import::ImportLook;
use self::trouble::{Board, Look};
use crate::files::{self, FileAction, FileFault, Privacy};
use crate::office::{Office, OfficeFault};

/// How often the folders are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// The least time between two looks, however many hints come: each step of the engine is one.
const REST_MIN: Duration = Duration::from_millis(500);

/// A look that takes long – a slow network drive – is followed by so many times the rest.
const REST_FACTOR: u32 = 10;

/// How long a look may go on after the stop was asked for. Dropping it after that loses nothing.
const GRACE: Duration = Duration::from_secs(5);

/// Something that went on in the folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderEvent {
    /// A set was taken from the export folder.
    Taken(Uuid),
    /// A batch of sets waits for a person.
    HandedOver(Uuid),
    /// A set was sent, and its files lie in 送信済.
    Sent(Uuid),
    /// A set cannot be sent, and its files lie in 送信できず with a note.
    Failed(Uuid),
    /// A unit lies in the import folder.
    Placed(TransmissionId),
    /// A unit left the import folder: the care software took it.
    Left(TransmissionId),
}

/// The right to work in the folders of an office; one process at a time has it.
pub struct Folders {
    office: Office,
    taker: Arc<dyn Taken>,
    export: Export,
    board: Board,
    _lock: File,
}

impl std::fmt::Debug for Folders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Folders")
    }
}

impl Office {
    /// Takes the folders. What a person is to confirm is handed over to `taker`; how things stand is told to `told`.
    ///
    /// # Errors
    /// [`OfficeFault::Busy`] when another process has them.
    pub fn folders(
        &self,
        taker: Arc<dyn Taken>,
        told: watch::Sender<Status>,
    ) -> Result<Folders, OfficeFault> {
        let path = self.options().data.join("folders.lock");
        let fault = |source| FileFault { path: path.clone(), action: FileAction::Write, source };
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => Ok(Folders {
                office: self.clone(),
                taker,
                export: Export::default(),
                board: Board::new(told),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(OfficeFault::Busy),
            Err(TryLockError::Error(source)) => Err(fault(source).into()),
        }
    }
}

impl Folders {
    /// How things stand, from now on.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.board.listen()
    }

    /// Looks at both folders once, and does all that can be done now. May be dropped at any await: that is the same as a kill.
    ///
    /// # Errors
    /// [`OfficeFault`] when this computer cannot work. Everything else becomes a trouble of the [`Status`].
    pub async fn step(&mut self) -> Result<Vec<FolderEvent>, OfficeFault> {
        let Some(settings) = self.office.state().settings().await? else { return Ok(Vec::new()) };
        let folders = self.office.state().folder_settings().await?;
        let (now, number) = (self.office.now(), settings.office());
        let (mut look, mut events) = (Look::default(), Vec::new());
        let mut export = ExportLook {
            office: &self.office,
            taker: &*self.taker,
            number,
            own: format!("{}{}", scan::TAKEN_BY, settings.terminal),
            now,
            look: &mut look,
            events: &mut events,
        };
        let exported = export.step(&mut self.export, folders.export.as_ref()).await;
        let exported = overcome(exported, &mut look);
        let mut import = ImportLook {
            office: &self.office,
            terminal: settings.terminal,
            now,
            look: &mut look,
            events: &mut events,
        };
        let imported = import.step(folders.import.as_ref()).await;
        let imported = overcome(imported, &mut look);
        self.board.tell(look, now);
        exported.and(imported)?;
        Ok(events)
    }

    /// Looks every few seconds until told to stop; sooner when a hint says that something changed.
    ///
    /// # Errors
    /// [`OfficeFault`] when this computer cannot work.
    pub async fn run(
        mut self,
        mut tell: impl FnMut(&FolderEvent) + Send,
        hint: &Notify,
        stop: CancellationToken,
    ) -> Result<(), OfficeFault> {
        while !stop.is_cancelled() {
            let began = tokio::time::Instant::now();
            let events = tokio::select! {
                events = self.step() => events?,
                () = grace(&stop) => break,
            };
            events.iter().for_each(&mut tell);
            let least = REST_MIN.max(began.elapsed().saturating_mul(REST_FACTOR));
            let hinted = async {
                tokio::time::sleep(least).await;
                hint.notified().await;
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = hinted => {}
                () = tokio::time::sleep(LOOK_EVERY.max(least)) => {}
            }
        }
        Ok(())
    }
}

async fn grace(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

/// A full disk gets better: it is told, and the next look goes on.
fn overcome(done: Result<(), OfficeFault>, look: &mut Look) -> Result<(), OfficeFault> {
    match done {
        Err(fault) if fault.code() == "disk_full" => {
            look.trouble(TroubleKind::DiskFull, "state", fault.to_string());
            Ok(())
        }
        done => done,
    }
}

/// Does work with files beside the tasks: a network drive that is away answers after minutes.
async fn blocking<T: Send + 'static, E: From<FileFault> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // A panic of ours: told like a file that cannot be read, so that the others go on.
        Err(error) => {
            let source = io::Error::other(error);
            Err(FileFault { path: PathBuf::new(), action: FileAction::Read, source }.into())
        }
    }
}

/// Makes a folder in one of the shared folders, but never that one itself: where it is gone, nothing of ours takes its place.
fn make_below(root: &Path, folder: &Path) -> Result<(), FileFault> {
    if !root.is_dir() {
        let source = io::ErrorKind::NotFound.into();
        return Err(FileFault { path: root.to_owned(), action: FileAction::Write, source });
    }
    files::make_folder(folder, Privacy::Ordinary)
}
