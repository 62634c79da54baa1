//! The gate before the rows of a file: whether there is text to be read as CSV, for those who check it and those who read it.

use super::{SourceFile, kind_ja};
use crate::content::{ContentKind, judge};
use crate::finding::Draft;
use crate::limits::Limits;
use crate::ms932::{self, Writing};
use crate::place::Locator;
use crate::rules;

/// Where the text begins of a file whose name is one of CSV, behind a byte order mark; or why there is none to be read.
///
/// An empty file is no text. It could be read as one without records, and whoever compares a month would be told that nothing was
/// done in it, where all that happened is an export that failed.
pub(crate) fn text_start(file: &SourceFile<'_>, limits: &Limits) -> Result<usize, Draft<'static>> {
    let bytes = file.bytes;
    match judge(file.name, bytes) {
        ContentKind::Other(found) => return Err(Draft::new(&rules::KIND_OTHER).word("found", found)),
        kind @ (ContentKind::Pdf | ContentKind::Jpeg) => {
            return Err(Draft::new(&rules::KIND_NOT_CSV).word("found", kind_ja(kind)));
        }
        ContentKind::StandardCsv => {}
    }
    if bytes.is_empty() {
        return Err(Draft::new(&rules::FILE_EMPTY));
    }
    if bytes.len() > limits.file_bytes_max {
        let draft = Draft::new(&rules::FILE_TOO_LARGE).word("found", bytes.len());
        return Err(draft.word("limit", limits.file_bytes_max));
    }
    match ms932::writing(bytes) {
        Writing::Utf16 => Err(Draft::new(&rules::ENC_UTF16)),
        Writing::Utf8 { bom_bytes, at } => {
            let place = Locator::new(bytes, bom_bytes).place(at);
            Err(Draft::new(&rules::ENC_UTF8).at(place))
        }
        Writing::Ms932 { bom_bytes } => Ok(bom_bytes),
    }
}
