//! Rows that are no data: headers, rows whose items something else than a comma separates.
//!
//! Promises: a row that begins with a digit, as every row of the standard does, is left after a look at that digit.

use super::field;
use crate::edition::{Edition, Layout};
use crate::ms932;
use crate::scan::RawRecord;

/// Whether the first record is a header: it does not begin with the digits of a version, and names items or holds nothing but words.
/// Broken quotes may have swallowed anything, so a row that has them is looked at as data.
pub(crate) fn is_header(edition: &Edition, layout: &Layout, record: &RawRecord<'_>) -> bool {
    begins_with_a_word(record) && (names_items(layout, record) || is_of_words(edition, layout, record))
}

/// Whether a further record looks like a header. Compares no names, since that takes long and a file may have many such rows.
pub(crate) fn looks_like_a_header(edition: &Edition, layout: &Layout, record: &RawRecord<'_>) -> bool {
    begins_with_a_word(record) && is_of_words(edition, layout, record)
}

fn begins_with_a_word(record: &RawRecord<'_>) -> bool {
    let first = record.fields.first().and_then(|field| field.raw.first());
    first.is_some_and(|byte| !byte.is_ascii_digit()) && record.quote_fault.is_none()
}

/// Whether at least half of what is filled is a name of an item, Japanese or English.
fn names_items(layout: &Layout, record: &RawRecord<'_>) -> bool {
    let (mut filled, mut known) = (0_usize, 0_usize);
    for (index, raw) in record.fields.iter().enumerate() {
        let text = ms932::shown(raw.raw);
        let text = text.trim();
        filled += usize::from(!text.is_empty());
        let named = layout.fields().iter().any(|field| field.name_ja() == text || field.name_en() == text);
        known += usize::from(named || (index == 0 && text.contains("バージョン")));
    }
    known > 0 && known * 2 >= filled
}

/// Whether a row with every item of the layout fills half of them at least, and none that is a code, a number or a date with one.
/// Software shortens the names of items as it likes.
fn is_of_words(edition: &Edition, layout: &Layout, record: &RawRecord<'_>) -> bool {
    if record.field_count != layout.fields().len() {
        return false;
    }
    let mut filled = 0_usize;
    for (field, raw) in layout.fields().iter().zip(&record.fields) {
        let value = raw.raw.trim_ascii();
        if value.is_empty() {
            continue;
        }
        filled += 1;
        if field::is_told_by_form(edition, field, value) {
            return false;
        }
    }
    filled * 2 >= record.field_count && record.fields.iter().all(|raw| ms932::faults(raw.raw).is_empty())
}

/// What stands between the items of a row with too few of them, where that is enough for all: a tab, a semicolon, a full-width comma.
pub(super) fn other_separator(layout: &Layout, row: &[u8]) -> Option<&'static str> {
    let commas = layout.fields().len().saturating_sub(1);
    let are_enough = |separator: &[u8]| {
        row.windows(separator.len()).filter(|bytes| *bytes == separator).take(commas).count() == commas
    };
    let separators: [(&[u8], &str); 3] =
        [(b"\t", "タブ"), (b";", "セミコロン"), (b"\x81\x43", "全角のカンマ")];
    separators.into_iter().find(|(separator, _)| are_enough(separator)).map(|(_, name)| name)
}
