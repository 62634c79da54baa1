//! How the inputs of the targets hold files.
//!
//! One file is its name on the first line and its content behind it. Several files are such blocks with a line of four equal
//! signs between them; names and contents of the standard never hold one.

/// Between two files.
const SEPARATOR: &[u8] = b"\n====\n";

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
        match rest.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) {
            Some(at) => {
                files.push(file(&rest[..at]));
                rest = &rest[at + SEPARATOR.len()..];
            }
            None => {
                files.push(file(rest));
                break;
            }
        }
    }
    files
}
