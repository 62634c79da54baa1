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

/// How much is gathered at once.
struct Bounds {
    files: usize,
    bytes: u64,
    depth: usize,
}

const BOUNDS: Bounds = Bounds { files: GATHER_FILES_MAX, bytes: GATHER_BYTES_MAX, depth: DEPTH_MAX };

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
    /// Folders in folders without end, most likely a link to a folder above.
    #[error("「{}」は、フォルダーの入れ子が深すぎるため読み取れません（{DEPTH_MAX}段まで）。浅い場所へ移すか、上のフォルダーを指すリンクを外してください。", .0.display())]
    TooDeep(PathBuf),
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
    gather_within(paths, &BOUNDS)
}

fn gather_within(paths: &[PathBuf], bounds: &Bounds) -> Result<Vec<FoundFile>, GatherFault> {
    let mut found = Vec::new();
    for path in paths {
        walk(path, 0, bounds, &mut found)?;
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
        if bytes_in_all > bounds.bytes {
            return Err(GatherFault::TooLarge);
        }
        let file = OutgoingFile { name: name.to_owned(), bytes: files::read(&path)? };
        files.push(FoundFile { path, file });
    }
    if files.is_empty() { Err(GatherFault::Nothing) } else { Ok(files) }
}

fn walk(path: &Path, depth: usize, bounds: &Bounds, found: &mut Vec<PathBuf>) -> Result<(), GatherFault> {
    let fault = |source| FileFault { path: path.to_owned(), action: files::FileAction::Read, source };
    if !fs::metadata(path).map_err(fault)?.is_dir() {
        found.push(path.to_owned());
        return if found.len() > bounds.files { Err(GatherFault::TooMany) } else { Ok(()) };
    }
    if depth > bounds.depth {
        return Err(GatherFault::TooDeep(path.to_owned()));
    }
    for entry in fs::read_dir(path).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        if !is_passed_over(&entry.file_name()) {
            walk(&entry.path(), depth + 1, bounds, found)?;
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
    #[test]
    fn files_are_gathered_up_to_their_limits_and_one_past_them_is_told() {
        let place = tempfile::tempdir().unwrap();
        for name in ["a.csv", "b.csv"] {
            fs::write(place.path().join(name), b"12345").unwrap();
        }
        let gather = |files, bytes| {
            let bounds = Bounds { files, bytes, ..BOUNDS };
            gather_within(&[place.path().to_owned()], &bounds).map(|found| found.len())
        };
        assert_eq!(gather(2, 10).unwrap(), 2);
        assert!(matches!(gather(1, 10), Err(GatherFault::TooMany)));
        assert!(matches!(gather(2, 9), Err(GatherFault::TooLarge)));
    }

    #[test]
    fn folders_are_followed_down_to_their_limit_and_nothing_deeper_is_passed_over_in_silence() {
        let place = tempfile::tempdir().unwrap();
        let mut folder = place.path().to_owned();
        folder.extend(std::iter::repeat_n("in", DEPTH_MAX));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.csv"), b"x").unwrap();
        assert_eq!(gather(&[place.path().to_owned()]).unwrap().len(), 1);
        fs::create_dir(folder.join("deeper")).unwrap();
        let fault = gather(&[place.path().to_owned()]).err().unwrap();
        assert!(matches!(&fault, GatherFault::TooDeep(path) if path.ends_with("deeper")), "{fault}");
    }
}
