//! All files of something in one ZIP, for whoever takes them elsewhere.

use std::io::{Cursor, Write as _};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

use super::CopiedFile;

/// Files in one ZIP, without folders, byte for byte as they were exchanged.
///
/// # Errors
/// More or larger files than a ZIP has room for.
pub fn zipped(files: &[CopiedFile]) -> ZipResult<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default())?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
