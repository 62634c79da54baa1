//! Reading rows and cells of an edition's tables.
//!
//! Promises: a word that is not known and a reference that does not resolve are errors that name table, column and value.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::Confidence;
use super::layout::Layout;
use super::tables::EditionError;
use crate::finding::Severity;
use crate::prefix::Prefix;

pub(super) fn rows<R: DeserializeOwned>(table: &str, text: &str) -> Result<Vec<R>, EditionError> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .collect::<Result<_, _>>()
        .map_err(|cause| EditionError::Table { table: table.to_owned(), cause })
}

/// The layout a row is about.
pub(super) fn layout_of<'l>(
    table: &str,
    prefix: &str,
    layouts: &'l mut BTreeMap<Prefix, Layout>,
) -> Result<&'l mut Layout, EditionError> {
    let prefix = word(table, "prefix", prefix, Prefix::parse)?;
    layouts.get_mut(&prefix).ok_or_else(|| inconsistent(table, format!("{prefix} has no layout")))
}

/// The index of the item of this English name.
pub(super) fn item(table: &str, layout: &Layout, name_en: &str) -> Result<usize, EditionError> {
    let place = layout.fields.iter().position(|field| field.name_en == name_en);
    place.ok_or_else(|| inconsistent(table, format!("{} has no item `{name_en}`", layout.prefix)))
}

/// The indexes of several items.
pub(super) fn items(
    table: &str,
    layout: &Layout,
    names_en: &str,
    between: char,
) -> Result<Vec<usize>, EditionError> {
    list(names_en, between).map(|name| item(table, layout, name)).collect()
}

/// The parts of a cell that lists several; none of an empty cell.
pub(super) fn list(cell: &str, between: char) -> impl Iterator<Item = &str> {
    cell.split(between).filter(|part| !part.is_empty())
}

pub(super) fn word<T>(
    table: &str,
    column: &'static str,
    value: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, EditionError> {
    parse(value).ok_or_else(|| unknown(table, column, value))
}

pub(super) fn unknown(table: &str, column: &'static str, value: &str) -> EditionError {
    EditionError::Word { table: table.to_owned(), column, value: value.to_owned() }
}

pub(super) fn inconsistent(table: &str, what: String) -> EditionError {
    EditionError::Inconsistent { table: table.to_owned(), what }
}

pub(super) fn confidence(text: &str) -> Option<Confidence> {
    Some(match text {
        "confirmed" => Confidence::Confirmed,
        "one-source" => Confidence::OneSource,
        "inferred" => Confidence::Inferred,
        _ => return None,
    })
}

pub(super) fn severity(text: &str) -> Option<Severity> {
    Some(match text {
        "block" => Severity::Block,
        "warn" => Severity::Warn,
        "info" => Severity::Info,
        _ => return None,
    })
}
