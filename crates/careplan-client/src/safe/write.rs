//! Making a backup: one instant of the state, then the files it speaks of, sealed, written, read again, named.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use careplan_domain::Timestamp;
use careplan_envelope::Sha256;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::parts::PartWriter;
use super::{BackupFault, BackupName, RecoveryCode, RecoveryKey, pack};
use crate::files::{self, FileAction, FileFault, Privacy};
use crate::mishap::Mishaps;
use crate::office::{Office, OfficeFault};
use crate::state::{self, Fault, Settings};

/// The state file, in the data folder and in a backup.
pub(super) const STATE: &str = "client.sqlite";

/// What a backup is of: its first file.
pub(super) const ABOUT: &str = "about.json";

/// Where the copy of the state lies while it is packed.
const WORK: &str = "backup-work";

/// What stays behind: the open state file, of which the copy goes, and what says something of this PC and this run only.
const LEFT_OUT: &[&str] = &[
    STATE,
    "client.sqlite-wal",
    "client.sqlite-shm",
    "client.sqlite-journal",
    "engine.lock",
    "backup.lock",
    "ports.json",
    "start-code",
    ABOUT,
    WORK,
];

/// Bytes that are read again at once.
const READ_BYTES: usize = 256 * 1024;

/// What a backup says of itself, inside.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) document: String,
    pub(super) office: careplan_domain::OfficeNumber,
    pub(super) terminal: uuid::Uuid,
    pub(super) made_at: Timestamp,
    /// The version of the client that made it, for people who look for a fault.
    pub(super) client: String,
}

/// The word in [`About::document`].
pub(super) const DOCUMENT: &str = "careplan-backup";

/// A backup that was written and read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// The file.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
}

impl Office {
    /// Makes the recovery key anew and gives its code: the only time that it is known here. Backups made before are opened by the
    /// code of before.
    ///
    /// # Errors
    /// [`BackupFault`].
    pub async fn renew_recovery_key(&self, by: &str) -> Result<(RecoveryCode, RecoveryKey), BackupFault> {
        let code = RecoveryCode::fresh().map_err(|_| careplan_envelope::KeyFault::Unavailable)?;
        let key = RecoveryKey::of(&code)?;
        let now = self.now();
        let mut tx = self.state().begin().await?;
        state::put_recovery_key(&mut tx, &key, now).await?;
        let detail = serde_json::json!({ "key": key.number() });
        state::append_operation(&mut tx, (by, now), ("recovery_key.made", ""), &detail).await?;
        state::commit(tx).await?;
        Ok((code, key))
    }

    /// Chooses where backups go by themselves, or that they do not.
    ///
    /// # Errors
    /// [`BackupFault::Unsuitable`], [`BackupFault::Away`], and what keeps us from writing there.
    pub async fn choose_backup_folder(&self, folder: Option<&Path>, by: &str) -> Result<(), BackupFault> {
        if let Some(folder) = folder {
            self.check_backup_folder(folder)?;
            let probe = folder.join(".careplan-probe.part");
            files::write_new(&probe, b"", Privacy::Ordinary, self.mishaps())?;
            files::remove(&probe)?;
        }
        let mut tx = self.state().begin().await?;
        state::put_backup_folder(&mut tx, folder).await?;
        let detail = serde_json::json!({ "on": folder.is_some() });
        state::append_operation(&mut tx, (by, self.now()), ("backup.folder", ""), &detail).await?;
        Ok(state::commit(tx).await?)
    }

    fn check_backup_folder(&self, folder: &Path) -> Result<(), BackupFault> {
        let data = &self.options().data;
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if !folder.is_absolute() || real(folder).starts_with(real(data)) {
            return Err(BackupFault::Unsuitable(folder.to_owned()));
        }
        if folder.is_dir() { Ok(()) } else { Err(BackupFault::Away(folder.to_owned())) }
    }

    /// Makes a backup of this instant in a folder, while everything else goes on. It is noted how it ended.
    ///
    /// # Errors
    /// [`BackupFault`]; nothing of it stays in the folder then.
    pub async fn back_up(
        &self,
        folder: &Path,
        stop: &CancellationToken,
    ) -> Result<BackupReport, BackupFault> {
        let (key, _) = self.state().recovery_key().await?.ok_or(BackupFault::NoKey)?;
        let settings = self.state().settings().await?.ok_or(OfficeFault::NotSetUp)?;
        let now = self.now();
        let name = BackupName::new(settings.office(), settings.terminal, now);
        let lock = self.backup_lock()?;
        let n = self.state().begin_backup(now, (folder, &name.to_string())).await?;
        let made = match self.check_backup_folder(folder) {
            Ok(()) => self.make_backup(folder, (&name, &settings), key, (lock, stop)).await,
            Err(fault) => Err(fault),
        };
        let stored: Result<u64, Fault> = made.as_ref().map(|it| it.bytes).map_err(BackupFault::stored);
        self.state().end_backup(n, self.now(), stored.as_ref().map(|bytes| *bytes)).await?;
        made
    }

    /// One backup at a time, whichever program makes it.
    fn backup_lock(&self) -> Result<File, BackupFault> {
        let path = self.options().data.join("backup.lock");
        let fault = |source| FileFault { path: path.clone(), action: FileAction::Write, source };
        let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(fs::TryLockError::WouldBlock) => Err(BackupFault::Busy),
            Err(fs::TryLockError::Error(source)) => Err(fault(source).into()),
        }
    }

    async fn make_backup(
        &self,
        folder: &Path,
        (name, settings): (&BackupName, &Settings),
        key: RecoveryKey,
        (lock, stop): (File, &CancellationToken),
    ) -> Result<BackupReport, BackupFault> {
        let data = self.options().data.clone();
        let work = data.join(WORK);
        // What a kill left.
        files::remove(&work)?;
        remove_left_overs(folder, name);
        files::make_folder(&work, Privacy::Private)?;
        let job = Job {
            about: About {
                document: DOCUMENT.to_owned(),
                office: settings.office(),
                terminal: settings.terminal,
                made_at: self.now(),
                client: env!("CARGO_PKG_VERSION").to_owned(),
            },
            snapshot: work.join(STATE),
            target: folder.join(name.to_string()),
            data,
            key,
            mishaps: self.mishaps().clone(),
            stop: stop.clone(),
            _lock: lock,
        };
        let made = match self.state().snapshot(&job.snapshot).await {
            // The files are read after the state: what it speaks of is there, unless its time was over meanwhile.
            Ok(()) => {
                tokio::task::spawn_blocking(move || job.run()).await.unwrap_or(Err(BackupFault::CutOff))
            }
            Err(fault) => Err(fault.into()),
        };
        files::remove(&work)?;
        made
    }
}

/// Removes what a kill left of earlier backups of this terminal.
fn remove_left_overs(folder: &Path, of: &BackupName) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let stem = name.to_str().and_then(|it| it.strip_prefix('.')).and_then(|it| it.strip_suffix(".part"));
        if stem.and_then(|it| it.parse::<BackupName>().ok()).is_some_and(|it| it.is_of_same(of)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// All that the work on the disk needs.
struct Job {
    about: About,
    snapshot: PathBuf,
    data: PathBuf,
    target: PathBuf,
    key: RecoveryKey,
    mishaps: Mishaps,
    stop: CancellationToken,
    _lock: File,
}

impl Job {
    fn run(&self) -> Result<BackupReport, BackupFault> {
        let temporary = files::temporary_beside(&self.target);
        let made = self.write(&temporary).and_then(|written| {
            if read_again(&temporary)? == written {
                Ok(written)
            } else {
                Err(BackupFault::Changed(self.target.clone()))
            }
        });
        let named = made.and_then(|written| {
            files::rename(&temporary, &self.target)?;
            Ok(BackupReport { path: self.target.clone(), bytes: written.0 })
        });
        if named.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        if named.is_err() && self.stop.is_cancelled() { Err(BackupFault::CutOff) } else { named }
    }

    /// Writes all of it; gives length and digest of what was written.
    fn write(&self, temporary: &Path) -> Result<(u64, [u8; 32]), BackupFault> {
        let failed = |source| FileFault { path: self.target.clone(), action: FileAction::Write, source };
        let file = files::begin(temporary, Privacy::Ordinary, &self.mishaps)?;
        let out = Out { file, bytes: 0, sum: Sha256::new(), job: self };
        let parts = PartWriter::begin(out, &self.key).map_err(failed)?;
        let mut packer = pack::Packer::new(GzEncoder::new(parts, Compression::fast()));
        // cannot fail: plain data; a backup that says nothing of itself would be refused.
        let about = serde_json::to_vec(&self.about).unwrap_or_default();
        packer.add(ABOUT, &mut about.as_slice()).map_err(failed)?;
        self.add(&mut packer, STATE, &self.snapshot)?;
        for below in below(&self.data)? {
            let Some(path) = pack::written(&below) else {
                tracing::warn!("a file whose name cannot be written is left out of the backup");
                continue;
            };
            self.add(&mut packer, &path, &self.data.join(&below))?;
        }
        let parts = packer.finish().and_then(GzEncoder::finish).map_err(failed)?;
        let out = parts.finish().map_err(failed)?;
        out.file.sync_all().map_err(failed)?;
        Ok((out.bytes, out.sum.finish()))
    }

    fn add<W: Write>(
        &self,
        packer: &mut pack::Packer<W>,
        path: &str,
        from: &Path,
    ) -> Result<(), BackupFault> {
        let mut source = match File::open(from) {
            Ok(file) => Source { file, fault: None },
            // Its time was over meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => {
                return Err(FileFault { path: from.to_owned(), action: FileAction::Read, source }.into());
            }
        };
        let added = packer.add(path, &mut source);
        if let Some(source) = source.fault {
            return Err(FileFault { path: from.to_owned(), action: FileAction::Read, source }.into());
        }
        added.map_err(|source| {
            FileFault { path: self.target.clone(), action: FileAction::Write, source }.into()
        })
    }
}

/// A file that is read, and what kept it from being so: reading one file and writing another fail alike.
struct Source {
    file: File,
    fault: Option<io::Error>,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer).map_err(|error| {
            let kind = error.kind();
            self.fault = Some(error);
            kind.into()
        })
    }
}

/// The file that is written, counted and summed up.
struct Out<'a> {
    file: File,
    bytes: u64,
    sum: Sha256,
    job: &'a Job,
}

impl Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.job.stop.is_cancelled() {
            return Err(io::Error::other("stopped"));
        }
        self.job.mishaps.before_write(&self.job.target)?;
        let count = self.file.write(bytes)?;
        self.sum.update(bytes.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Length and digest of what is there.
fn read_again(path: &Path) -> Result<(u64, [u8; 32]), BackupFault> {
    let failed = |source| FileFault { path: path.to_owned(), action: FileAction::Read, source };
    let mut file = File::open(path).map_err(failed)?;
    let (mut bytes, mut sum, mut block) = (0, Sha256::new(), vec![0; READ_BYTES]);
    loop {
        match file.read(&mut block).map_err(failed)? {
            0 => return Ok((bytes, sum.finish())),
            count => {
                sum.update(block.get(..count).unwrap_or_default());
                bytes += count as u64;
            }
        }
    }
}

/// Every file below the data folder that belongs into a backup, as paths below it, in order.
fn below(data: &Path) -> Result<Vec<PathBuf>, FileFault> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        let at = data.join(&folder);
        let entries = match fs::read_dir(&at) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(FileFault { path: at, action: FileAction::Read, source }),
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let is_left_out = folder.as_os_str().is_empty() && LEFT_OUT.iter().any(|it| name == *it);
            // What has a temporary name is not there yet.
            let is_underway = name.to_string_lossy().starts_with('.');
            if is_left_out || is_underway {
                continue;
            }
            // Links are not followed: what they lead to is not ours.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(folder.join(name)),
                Ok(kind) if kind.is_file() => found.push(folder.join(name)),
                _ => {}
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}
