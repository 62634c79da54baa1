//! Finding the files that are to be checked or sent.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
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
    /// A device, a pipe, a socket: it may have no end.
    #[error("「{}」は、ふつうのファイルではないため読み取れません（装置やパイプなど）。介護ソフトが書き出したファイルか、そのフォルダーを指定してください。", .0.display())]
    NoFile(PathBuf),
    /// Nothing there.
    #[error("ファイルが見つかりません。フォルダーの場所を確かめてください。")]
    Nothing,
}

/// A file that was found.
pub struct FoundFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is called in findings: its name, or its path where several files have that name.
    pub label: String,
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
    let mut room = bounds.bytes;
    for path in found {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(unreadable(&path));
        };
        let bytes = read_within(&path, room)?;
        room -= bytes.len() as u64;
        let file = OutgoingFile { name: name.to_owned(), bytes };
        files.push(FoundFile { label: name.to_owned(), path, file });
    }
    tell_apart(&mut files);
    if files.is_empty() { Err(GatherFault::Nothing) } else { Ok(files) }
}

/// Reads a file of at most so many bytes. What its folder says of its size is not asked: it may grow.
fn read_within(path: &Path, room: u64) -> Result<Vec<u8>, GatherFault> {
    let fault = |source| FileFault { path: path.to_owned(), action: files::FileAction::Read, source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fault)?;
    file.take(room.saturating_add(1)).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 > room { Err(GatherFault::TooLarge) } else { Ok(bytes) }
}

/// Calls files by their paths where one name lies in several folders.
fn tell_apart(files: &mut [FoundFile]) {
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for found in files.iter() {
        *named.entry(found.file.name.clone()).or_default() += 1;
    }
    for found in files {
        if named.get(&found.file.name).is_some_and(|count| *count > 1) {
            found.label = found.path.display().to_string();
        }
    }
}

fn walk(path: &Path, depth: usize, bounds: &Bounds, found: &mut Vec<PathBuf>) -> Result<(), GatherFault> {
    let fault = |source| FileFault { path: path.to_owned(), action: files::FileAction::Read, source };
    let about = fs::metadata(path).map_err(fault)?;
    if !about.is_dir() && !about.is_file() {
        return Err(GatherFault::NoFile(path.to_owned()));
    }
    if about.is_file() {
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

    #[cfg(unix)]
    #[test]
    fn a_pipe_and_a_device_are_refused_by_name_and_not_read() {
        let place = tempfile::tempdir().unwrap();
        let pipe = place.path().join("UPPLAN.CSV");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [place.path().to_owned(), pipe, PathBuf::from("/dev/zero")] {
            let fault = gather(&[path]).err().unwrap();
            assert!(matches!(fault, GatherFault::NoFile(_)), "{fault}");
            assert!(fault.to_string().contains("ふつうのファイルではない"), "{fault}");
        }
    }

    #[test]
    fn files_of_one_name_are_called_by_their_paths() {
        let place = tempfile::tempdir().unwrap();
        for folder in ["s1", "s2"] {
            fs::create_dir(place.path().join(folder)).unwrap();
            fs::write(place.path().join(folder).join("a.csv"), b"x").unwrap();
        }
        fs::write(place.path().join("b.csv"), b"x").unwrap();
        let labels: Vec<_> =
            gather(&[place.path().to_owned()]).unwrap().into_iter().map(|found| found.label).collect();
        assert_eq!(labels[0], "b.csv");
        assert!(labels[1].ends_with("s1/a.csv") && labels[2].ends_with("s2/a.csv"), "{labels:?}");
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
