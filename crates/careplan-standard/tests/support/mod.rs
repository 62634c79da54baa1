//! Export folders of this crate as the tests read them: `examples` and `tests/hostile`.

use std::path::{Path, PathBuf};

/// Names and bytes of files.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// The folders that lie in this folder of the crate, and the files of each. Folders and files come by their names, since no file
/// system promises an order.
pub(crate) fn export_folders(root: &str) -> Vec<(String, Files)> {
    let folders = entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join(root));
    let folders = folders.into_iter().filter(|(_, path)| path.is_dir());
    let read = |(name, path)| (name, std::fs::read(path).unwrap());
    folders.map(|(name, path)| (name, entries(&path).into_iter().map(read).collect())).collect()
}

fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut entries: Vec<(String, PathBuf)> =
        paths.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path)).collect();
    entries.sort();
    entries
}
