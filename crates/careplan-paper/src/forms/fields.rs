//! Labels with what was filled in beside them, the stuff that heads of forms are made of.

use std::collections::BTreeSet;

use crate::sheet::{Cell, Row};

/// A row of labels, each with a text that takes so many columns; a label takes one.
pub(super) fn fields<const COUNT: usize>(fields: [(&str, String, u16); COUNT]) -> Row {
    Row::new(
        fields
            .into_iter()
            .flat_map(|(label, text, cols)| [Cell::label(label), Cell::data(&text).cols(cols).middle()]),
    )
}

/// A row with one label and a long text, with room for so many lines at least.
pub(super) fn long_field(label: &str, text: &str, (cols, lines): (u16, u8)) -> Row {
    Row::new([Cell::label(label), Cell::data(text).cols(cols)]).lines(lines)
}

/// The different texts in the order in which they come first, without the empty ones. Items that every row of a form repeats are one
/// text, unless the rows disagree.
pub(super) fn distinct(texts: impl IntoIterator<Item = String>) -> String {
    let mut seen = BTreeSet::new();
    let kept: Vec<String> =
        texts.into_iter().filter(|text| !text.is_empty() && seen.insert(text.clone())).collect();
    kept.join("、")
}

/// A text in brackets behind another; nothing where it is empty.
pub(super) fn with_remark(text: &str, remark: &str) -> String {
    match (text, remark) {
        (text, "") => text.to_owned(),
        ("", remark) => format!("（{remark}）"),
        (text, remark) => format!("{text}（{remark}）"),
    }
}

/// The texts that are not empty, each on a line of its own.
pub(super) fn lines<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}
