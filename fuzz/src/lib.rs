//! How the inputs of the targets hold files.
//!
//! One file is its name on the first line and its content behind it. Several files are such blocks with a line of four equal
//! signs between them, two heaps of files have a line of four number signs between them; names and contents of the standard never
//! hold one.

use careplan_standard::form::Forms;
use careplan_standard::{Edition, SourceFile, read_forms};

/// Between two files.
const SEPARATOR: &[u8] = b"\n====\n";

/// Between two heaps of files.
const SEPARATOR_OF_HEAPS: &[u8] = b"\n####\n";

/// More files than this say nothing new and only take time.
const FILES_MAX: usize = 16;

/// The name and the content of one file.
#[must_use]
pub fn file(data: &[u8]) -> (String, &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (name, rest) = data.split_at(end);
    (String::from_utf8_lossy(name).into_owned(), rest.get(1..).unwrap_or_default())
}

/// The names and contents of several files.
#[must_use]
pub fn files(data: &[u8]) -> Vec<(String, &[u8])> {
    let mut files = Vec::new();
    let mut rest = data;
    while files.len() < FILES_MAX {
        match split(rest, SEPARATOR) {
            Some((block, behind)) => {
                files.push(file(block));
                rest = behind;
            }
            None => {
                files.push(file(rest));
                break;
            }
        }
    }
    files
}

/// The forms of two heaps of files. A file that cannot be taken apart is passed over: there would be nothing to compare with.
#[must_use]
pub fn two_heaps(data: &[u8]) -> (Forms, Forms) {
    let (one, other) = split(data, SEPARATOR_OF_HEAPS).unwrap_or((data, b""));
    (forms(one), forms(other))
}

fn forms(data: &[u8]) -> Forms {
    let read =
        |(name, bytes): &(String, &[u8])| read_forms(Edition::v4_1(), &[SourceFile::new(name, bytes)]).ok();
    files(data).iter().filter_map(read).fold(Forms::default(), Forms::with)
}

/// What stands before a separator and what behind it.
fn split<'d>(data: &'d [u8], separator: &[u8]) -> Option<(&'d [u8], &'d [u8])> {
    let at = data.windows(separator.len()).position(|window| window == separator)?;
    Some((&data[..at], &data[at + separator.len()..]))
}
