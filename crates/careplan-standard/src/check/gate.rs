//! The gate before the rows of a file: whether there is text to be read as CSV, for those who check it and those who read it.

use super::{SourceFile, kind_ja};
use crate::content::{ContentKind, judge};
use crate::finding::Draft;
use crate::limits::Limits;
use crate::place::Locator;
use crate::rules::{self, Rule};
use crate::writing::{Writing, writing};

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
    let told = |rule: &'static Rule, from: usize, at: usize| {
        Err(Draft::new(rule).at(Locator::new(bytes, from).place(at)))
    };
    match writing(bytes) {
        Writing::Utf16 => Err(Draft::new(&rules::ENC_UTF16)),
        Writing::Utf8 { bom_bytes, at } => told(&rules::ENC_UTF8, bom_bytes, at),
        Writing::Iso2022Jp { at } => told(&rules::ENC_ISO_2022_JP, 0, at),
        Writing::EucJp { at } => told(&rules::ENC_EUC_JP, 0, at),
        Writing::Ms932 { bom_bytes } => Ok(bom_bytes),
    }
}
