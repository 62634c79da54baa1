//! Keys: which items tell the records of a file apart, and which rows belong together (`keys.csv`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Confidence;
use super::cells::{self, word};
use super::layout::Layout;
use super::tables::EditionError;
use crate::finding::Severity;
use crate::name::{FileName, NameMonth};
use crate::prefix::Prefix;

/// Items of one key. The longest, of a service line, has nine.
pub(crate) const KEY_ITEMS_MAX: usize = 12;

/// Items that name the person at the head of every record key: insurer and insured person.
pub(crate) const PERSON_ITEMS: usize = 2;

/// Items that tell rows apart.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) kind: KeyKind,
    with: With,
    /// Indexes of the items, in the order of the key.
    pub(crate) items: Vec<usize>,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
}

impl Key {
    /// Whether the key is the one of a file of this name: a supplement's key depends on what it goes with.
    pub(crate) fn is_of(&self, name: &FileName) -> bool {
        match self.with {
            With::Anything => true,
            With::Plan => name.month() == Some(NameMonth::Zero),
            With::Slip => matches!(name.month(), Some(NameMonth::Month(_))),
        }
    }
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    /// The key of a record; one row each.
    Unique,
    /// The key of a record that takes several rows.
    Group,
    /// What makes two rows of a group the same line.
    Line,
    /// The numbers by which the rows of a group are ordered.
    Numbers,
}

impl KeyKind {
    /// Whether it is the key of the file's records.
    pub(crate) fn is_of_records(self) -> bool {
        matches!(self, Self::Unique | Self::Group)
    }
}

/// What a file goes with, where that decides on its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum With {
    Anything,
    Plan,
    Slip,
}

#[derive(Deserialize)]
struct Row {
    prefix: String,
    kind: String,
    with: String,
    items: String,
    severity: String,
    confidence: String,
}

pub(super) fn read(text: &str, layouts: &mut BTreeMap<Prefix, Layout>) -> Result<(), EditionError> {
    const TABLE: &str = "keys";
    for row in cells::rows::<Row>(TABLE, text)? {
        let layout = cells::layout_of(TABLE, &row.prefix, layouts)?;
        let kind = word(TABLE, "kind", &row.kind, kind)?;
        let severity = match (kind, row.severity.as_str()) {
            (KeyKind::Group, "") => Severity::Info,
            (_, text) => word(TABLE, "severity", text, cells::severity)?,
        };
        let key = Key {
            kind,
            with: word(TABLE, "with", &row.with, with)?,
            items: cells::items(TABLE, layout, &row.items, '+')?,
            severity,
            confidence: word(TABLE, "confidence", &row.confidence, cells::confidence)?,
        };
        let wrong_length = key.items.is_empty() || key.items.len() > KEY_ITEMS_MAX;
        let names_no_person = kind.is_of_records() && !row.items.starts_with("insurer_no+insured_no+");
        if wrong_length || names_no_person {
            let what = format!("`{}` is no key of {}", row.items, row.prefix);
            return Err(cells::inconsistent(TABLE, what));
        }
        layout.keys.push(key);
    }
    Ok(())
}

fn kind(text: &str) -> Option<KeyKind> {
    Some(match text {
        "unique" => KeyKind::Unique,
        "group" => KeyKind::Group,
        "line" => KeyKind::Line,
        "numbers" => KeyKind::Numbers,
        _ => return None,
    })
}

fn with(text: &str) -> Option<With> {
    Some(match text {
        "" => With::Anything,
        "plan" => With::Plan,
        "slip" => With::Slip,
        _ => return None,
    })
}
