//! The way back: from a backup and the code on paper to a data folder that goes on where it was.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use careplan_domain::{OfficeNumber, Timestamp};
use flate2::read::GzDecoder;

use super::code::number_of;
use super::pack::Unpacker;
use super::parts::{Head, PartReader};
use super::write::{ABOUT, About, DOCUMENT, STATE};
use super::{RecoveryCode, RestoreFault};
use crate::files::{self, FileAction, FileFault, Privacy};
use crate::mishap::Mishaps;
use crate::state::{State, StateFault};

/// Longest word of a backup about itself.
const ABOUT_BYTES_MAX: usize = 64 * 1024;

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Whose client it is.
    pub office: OfficeNumber,
    /// Of which instant.
    pub made_at: Timestamp,
    /// Files, the state among them.
    pub files: usize,
    /// The folder for received files that was chosen on the old PC and is not there on this one.
    pub missing_inbox: Option<PathBuf>,
}

/// Restores a backup into a folder that is empty or not there yet. All of it is unpacked and verified beside the folder before it gets
/// its name.
///
/// # Errors
/// [`RestoreFault`]; nothing of it stays then.
pub async fn restore(
    from: &Path,
    to: &Path,
    code: &RecoveryCode,
    (now, mishaps): (Timestamp, &Mishaps),
) -> Result<Restored, RestoreFault> {
    if std::fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) || to.is_file() {
        return Err(RestoreFault::Occupied(to.to_owned()));
    }
    let beside = files::temporary_beside(to);
    files::remove(&beside)?;
    files::make_folder(&beside, Privacy::Private)?;
    let unpack = Unpack { from: from.to_owned(), beside: beside.clone(), mishaps: mishaps.clone() };
    let code = code.clone();
    let unpacked = tokio::task::spawn_blocking(move || unpack.run(&code)).await;
    let settled = match unpacked.unwrap_or_else(|_| Err(RestoreFault::CutOff(from.to_owned()))) {
        Ok(restored) => settle(&beside, from, (restored, now)).await,
        Err(fault) => Err(fault),
    };
    let named = settled.and_then(|restored| {
        // An empty folder gives way.
        files::remove(to)?;
        files::rename(&beside, to)?;
        Ok(restored)
    });
    if named.is_err() {
        let _ = files::remove(&beside);
    }
    named
}

/// Brings the state up to date and says what it owes.
async fn settle(
    beside: &Path,
    from: &Path,
    (mut restored, now): (Restored, Timestamp),
) -> Result<Restored, RestoreFault> {
    let state = match State::open(&beside.join(STATE)).await {
        Err(StateFault::Newer) => return Err(RestoreFault::Newer),
        state => state?,
    };
    let settled = async {
        if !state.is_sound().await? {
            return Err(RestoreFault::Damaged(from.to_owned()));
        }
        state.settle_restored(now).await?;
        let inbox = state.settings().await?.and_then(|it| it.inbox).map(PathBuf::from);
        restored.missing_inbox = inbox.filter(|it| !it.is_dir());
        Ok(restored)
    };
    let settled = settled.await;
    state.close().await;
    settled
}

struct Unpack {
    from: PathBuf,
    beside: PathBuf,
    mishaps: Mishaps,
}

impl Unpack {
    fn run(&self, code: &RecoveryCode) -> Result<Restored, RestoreFault> {
        let file = File::open(&self.from).map_err(|error| self.unreadable(error))?;
        let mut file = BufReader::new(file);
        let head = Head::read(&mut file).map_err(|error| self.unreadable(error))?;
        let head = head.ok_or_else(|| RestoreFault::NotABackup(self.from.clone()))?;
        let key = code.key()?;
        if head.key != *key.key_id().as_bytes() {
            let (wanted, typed) = (number_of(&head.key), number_of(key.key_id().as_bytes()));
            return Err(RestoreFault::WrongCode { wanted, typed });
        }
        let mut unpacker = Unpacker::new(GzDecoder::new(PartReader::new(file, &key)));
        let about = self.about(&mut unpacker)?;
        let mut count = 0;
        while let Some(path) = unpacker.next().map_err(|error| self.unreadable(error))? {
            self.take(&mut unpacker, &path)?;
            count += 1;
        }
        if !self.beside.join(STATE).is_file() {
            return Err(RestoreFault::Damaged(self.from.clone()));
        }
        Ok(Restored { office: about.office, made_at: about.made_at, files: count, missing_inbox: None })
    }

    fn about<R: Read>(&self, unpacker: &mut Unpacker<R>) -> Result<About, RestoreFault> {
        let damaged = || RestoreFault::Damaged(self.from.clone());
        let first = unpacker.next().map_err(|error| self.unreadable(error))?;
        if first.as_deref() != Some(Path::new(ABOUT)) {
            return Err(damaged());
        }
        let mut about = Vec::new();
        unpacker.copy_to(&mut about).map_err(|error| self.unreadable(error))?;
        let about = about.get(..about.len().min(ABOUT_BYTES_MAX)).unwrap_or_default();
        let about: About = serde_json::from_slice(about).map_err(|_| damaged())?;
        if about.document == DOCUMENT { Ok(about) } else { Err(damaged()) }
    }

    /// Takes one file. All are as private as the folder; what care software reads is not.
    fn take<R: Read>(&self, unpacker: &mut Unpacker<R>, path: &Path) -> Result<(), RestoreFault> {
        let to = self.beside.join(path);
        let privacy = if path.starts_with("inbox") { Privacy::Ordinary } else { Privacy::Private };
        if let Some(folder) = to.parent() {
            files::make_folder(folder, privacy)?;
        }
        let file = files::begin(&to, privacy, &self.mishaps)?;
        let mut taken = Taken { file, fault: None };
        let copied = unpacker.copy_to(&mut taken);
        let failed = |source| FileFault { path: to.clone(), action: FileAction::Write, source };
        if let Some(source) = taken.fault {
            return Err(failed(source).into());
        }
        copied.map_err(|error| self.unreadable(error))?;
        Ok(taken.file.sync_all().map_err(failed)?)
    }

    /// What reading the backup said.
    fn unreadable(&self, error: io::Error) -> RestoreFault {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => RestoreFault::CutOff(self.from.clone()),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                RestoreFault::Damaged(self.from.clone())
            }
            _ => FileFault { path: self.from.clone(), action: FileAction::Read, source: error }.into(),
        }
    }
}

/// A file that is written, and what kept it from being so.
struct Taken {
    file: File,
    fault: Option<io::Error>,
}

impl io::Write for Taken {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|error| {
            let kind = error.kind();
            self.fault = Some(error);
            kind.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
