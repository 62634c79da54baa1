//! Files that are complete or absent.
//!
//! A file is written under a temporary name, synced, and renamed; then the folder is synced. So a
//! kill or a full disk leaves the old file or the new one, never a half. Private files are 0600 in
//! a 0700 folder from their first byte on.

mod safe_name;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

pub use safe_name::{NAME_BYTES_MAX, NameFault, SafeName};

use crate::mishap::Mishaps;

/// What could not be done with a file or folder, and why.
#[derive(Debug, thiserror::Error)]
#[error("「{}」{}{}", path.display(), action.label_ja(), advice(source))]
pub struct FileFault {
    /// Which one. May hold people's names: shown to the office, never logged.
    pub path: PathBuf,
    /// What was tried.
    pub action: FileAction,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// What was tried with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileAction {
    /// To read it.
    Read,
    /// To write it.
    Write,
}

impl FileAction {
    fn label_ja(self) -> &'static str {
        match self {
            Self::Read => "を読み取れません",
            Self::Write => "に書き込めません",
        }
    }
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "（ディスクの空きがありません）。不要なファイルを削除して空きを作ってください。途中のものは残りません。あとで自動でやり直します。"
        }
        io::ErrorKind::PermissionDenied => "（権限がありません）。フォルダーの権限を確かめてください。",
        io::ErrorKind::NotFound => "（見つかりません）。場所を確かめてください。",
        io::ErrorKind::AlreadyExists => {
            "（同じ名前のものがすでにあります）。移動してからやり直してください。"
        }
        _ => "。ディスクの状態を確かめてください。",
    }
}

impl FileFault {
    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }

    /// Whether the thing is not there.
    pub fn is_missing(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

fn fault(path: &Path, action: FileAction) -> impl FnOnce(io::Error) -> FileFault + use<'_> {
    move |source| FileFault { path: path.to_owned(), action, source }
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// Keys: only the account that runs the client.
    Private,
    /// As the system's default says.
    Ordinary,
}

/// Reads a whole file.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, FileFault> {
    fs::read(path).map_err(fault(path, FileAction::Read))
}

/// Reads a file that may be absent.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, FileFault> {
    match read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(fault) if fault.is_missing() => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Makes a folder and those above it. A private folder is 0700.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(path: &Path, privacy: Privacy) -> Result<(), FileFault> {
    let missing: Vec<&Path> = path.ancestors().take_while(|it| !it.exists()).collect();
    fs::create_dir_all(path).map_err(fault(path, FileAction::Write))?;
    if privacy == Privacy::Private {
        restrict(path, 0o700).map_err(fault(path, FileAction::Write))?;
    }
    // A name is durable when the folder that holds it is synced: for every folder that is new.
    missing.into_iter().filter_map(Path::parent).try_for_each(sync_folder)
}

/// Writes a file durably: it holds all of `bytes`, or what it held before.
///
/// # Errors
/// When it cannot be written; nothing of the new bytes stays then.
pub fn replace(path: &Path, bytes: &[u8], privacy: Privacy, mishaps: &Mishaps) -> Result<(), FileFault> {
    let temporary = temporary_beside(path);
    let written = write_new(&temporary, bytes, privacy, mishaps)
        .and_then(|()| fs::rename(&temporary, path).map_err(fault(path, FileAction::Write)));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Writes and syncs a file that is nobody's yet; a left-over of the same name is replaced.
///
/// # Errors
/// When it cannot be written.
pub fn write_new(path: &Path, bytes: &[u8], privacy: Privacy, mishaps: &Mishaps) -> Result<(), FileFault> {
    let mut file = begin(path, privacy, mishaps)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(fault(path, FileAction::Write))
}

/// Begins a file that is nobody's yet, for who writes it piece by piece and syncs it at the end; a left-over of the same name is replaced.
///
/// # Errors
/// When it cannot be made.
pub fn begin(path: &Path, privacy: Privacy, mishaps: &Mishaps) -> Result<File, FileFault> {
    let make = || {
        mishaps.before_write(path)?;
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        open_new(path, privacy)
    };
    make().map_err(fault(path, FileAction::Write))
}

/// Renames within one file system and syncs both folders.
///
/// # Errors
/// When it cannot be renamed.
pub fn rename(from: &Path, to: &Path) -> Result<(), FileFault> {
    fs::rename(from, to).map_err(fault(to, FileAction::Write))?;
    for folder in [from.parent(), to.parent()].into_iter().flatten() {
        sync_folder(folder)?;
    }
    Ok(())
}

/// Removes a file or folder that may be absent.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn remove(path: &Path) -> Result<(), FileFault> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fault(path, FileAction::Write)(error)),
        _ => Ok(()),
    }
}

/// Makes the names in a folder durable.
///
/// # Errors
/// When the system cannot.
pub fn sync_folder(path: &Path) -> Result<(), FileFault> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    sync(path).map_err(fault(path, FileAction::Write))
}

#[cfg(unix)]
fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Elsewhere a folder cannot be opened for syncing; the system keeps names in its journal.
#[cfg(not(unix))]
fn sync(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Elsewhere the folder inherits the protection of the account's own profile.
#[cfg(not(unix))]
fn restrict(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

fn open_new(path: &Path, privacy: Privacy) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if privacy == Privacy::Private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = privacy;
    options.open(path)
}

/// A name beside the final one, so that the rename stays within one file system.
pub(crate) fn temporary_beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mishap::Mishap;

    struct FullDisk;

    impl Mishap for FullDisk {
        fn before_write(&self, _path: &Path) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_leaves_no_temporary_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for content in [b"one".as_slice(), b"two"] {
            replace(&path, content, Privacy::Ordinary, &Mishaps::default()).unwrap();
            assert_eq!(read(&path).unwrap(), content);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_full_disk_leaves_the_old_file_and_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        replace(&path, b"one", Privacy::Ordinary, &Mishaps::default()).unwrap();
        let fault = replace(&path, b"two", Privacy::Ordinary, &Mishaps::new(FullDisk)).unwrap_err();
        assert!(fault.is_full());
        assert!(fault.to_string().contains("ディスクの空きがありません"), "{fault}");
        assert_eq!(read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn private_files_and_folders_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        make_folder(&keys, Privacy::Private).unwrap();
        replace(&keys.join("k"), b"secret", Privacy::Private, &Mishaps::default()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&keys), mode(&keys.join("k"))), (0o700, 0o600));
    }
}
