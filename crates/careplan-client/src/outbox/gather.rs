//! Finding the files that are to be checked or sent.

use std::fs;
use std::path::{Path, PathBuf};

use careplan_standard::SourceFile;

use crate::files::{self, FileFault};
use crate::letter::OutgoingFile;

/// Files in one action: a thousand units of five files, with room.
pub const GATHER_FILES_MAX: usize = 20_000;

/// Bytes in one action. They are held in memory while they are checked.
pub const GATHER_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Folders in folders; deeper ones are a loop of links.
const DEPTH_MAX: usize = 16;

/// Why files cannot be gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherFault {
    /// One cannot be read.
    #[error(transparent)]
    File(#[from] FileFault),
    /// Too many.
    #[error("ファイルが多すぎます（1回に{GATHER_FILES_MAX}個まで）。フォルダーを分けてください。")]
    TooMany,
    /// Too large together.
    #[error("ファイルの合計が大きすぎます（1回に1 GiBまで）。フォルダーを分けてください。")]
    TooLarge,
    /// Nothing to be sent.
    #[error("送るファイルが見つかりません。フォルダーの場所を確かめてください。")]
    Nothing,
}

/// A file that was found.
pub struct FoundFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Name and bytes.
    pub file: OutgoingFile,
}

impl FoundFile {
    /// As the checks want it.
    pub fn source(&self) -> SourceFile<'_> {
        SourceFile::new(&self.file.name, &self.file.bytes)
    }
}

/// Reads all files of the given files and folders, sorted by path. Hidden ones, and what systems
/// leave in folders, are passed over.
///
/// # Errors
/// [`GatherFault`].
pub fn gather(paths: &[PathBuf]) -> Result<Vec<FoundFile>, GatherFault> {
    let mut found = Vec::new();
    for path in paths {
        walk(path, 0, &mut found)?;
    }
    found.sort();
    found.dedup();
    let mut files = Vec::with_capacity(found.len());
    let mut bytes_in_all = 0;
    for path in found {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(unreadable(&path));
        };
        let size = fs::metadata(&path).map(|it| it.len()).unwrap_or_default();
        bytes_in_all += size;
        if bytes_in_all > GATHER_BYTES_MAX {
            return Err(GatherFault::TooLarge);
        }
        let file = OutgoingFile { name: name.to_owned(), bytes: files::read(&path)? };
        files.push(FoundFile { path, file });
    }
    if files.is_empty() { Err(GatherFault::Nothing) } else { Ok(files) }
}

fn walk(path: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), GatherFault> {
    let fault = |source| FileFault { path: path.to_owned(), action: files::FileAction::Read, source };
    if !fs::metadata(path).map_err(fault)?.is_dir() {
        found.push(path.to_owned());
        return if found.len() > GATHER_FILES_MAX { Err(GatherFault::TooMany) } else { Ok(()) };
    }
    if depth == DEPTH_MAX {
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        if !is_passed_over(&entry.file_name()) {
            walk(&entry.path(), depth + 1, found)?;
        }
    }
    Ok(())
}

fn is_passed_over(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.')
        || name.eq_ignore_ascii_case("thumbs.db")
        || name.eq_ignore_ascii_case("desktop.ini")
}

fn unreadable(path: &Path) -> GatherFault {
    let source = std::io::Error::new(std::io::ErrorKind::InvalidData, "the name is not Unicode");
    FileFault { path: path.to_owned(), action: files::FileAction::Read, source }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_with_their_folders_and_hidden_files_are_passed_over() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("b")).unwrap();
        for name in ["a.csv", "b/c.csv", ".hidden", "Thumbs.db"] {
            fs::write(place.path().join(name), b"x").unwrap();
        }
        let both = [place.path().to_owned(), place.path().join("a.csv")];
        let names: Vec<_> = gather(&both).unwrap().into_iter().map(|it| it.file.name).collect();
        assert_eq!(names, ["a.csv", "c.csv"]);
    }

    #[test]
    fn an_empty_folder_and_a_missing_one_are_told_with_what_to_do() {
        let place = tempfile::tempdir().unwrap();
        let empty = gather(&[place.path().to_owned()]).err().unwrap().to_string();
        assert!(empty.contains("見つかりません"), "{empty}");
        let missing = gather(&[place.path().join("none")]).err().unwrap().to_string();
        assert!(missing.contains("none") && missing.contains("場所を確かめて"), "{missing}");
    }
}
