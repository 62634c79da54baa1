//! Relations between the files of a unit: whose records must be found in which other file (`relations.csv`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Confidence;
use super::cells::{self, word};
use super::key::KeyKind;
use super::layout::Layout;
use super::tables::EditionError;
use crate::finding::Severity;
use crate::prefix::Prefix;

/// Every record of one file has one in another.
#[derive(Debug)]
pub(crate) struct Relation {
    /// The file whose records are looked for.
    pub(crate) of: Prefix,
    /// The files of which one must have the record.
    pub(crate) within: Vec<Prefix>,
    pub(crate) meaning: Meaning,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
}

/// What the other file is to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The record it belongs to.
    Parent,
    /// A record that goes with it.
    Companion,
    /// Its rows, in one of several files.
    Detail,
    /// A record of the same person, of whatever date.
    Person,
}

#[derive(Deserialize)]
struct Row {
    prefix: String,
    #[serde(rename = "in")]
    within: String,
    meaning: String,
    severity: String,
    confidence: String,
}

pub(super) fn read(text: &str, layouts: &BTreeMap<Prefix, Layout>) -> Result<Vec<Relation>, EditionError> {
    const TABLE: &str = "relations";
    let keyed = |name: &str| {
        let prefix = Prefix::parse(name)?;
        layouts
            .get(&prefix)?
            .keys
            .iter()
            .any(|key: &super::Key| KeyKind::is_of_records(key.kind))
            .then_some(prefix)
    };
    let mut relations = Vec::new();
    for row in cells::rows::<Row>(TABLE, text)? {
        let within: Result<Vec<Prefix>, EditionError> =
            cells::list(&row.within, '|').map(|name| word(TABLE, "in", name, keyed)).collect();
        relations.push(Relation {
            of: word(TABLE, "prefix", &row.prefix, keyed)?,
            within: within?,
            meaning: word(TABLE, "meaning", &row.meaning, meaning)?,
            severity: word(TABLE, "severity", &row.severity, cells::severity)?,
            confidence: word(TABLE, "confidence", &row.confidence, cells::confidence)?,
        });
    }
    Ok(relations)
}

fn meaning(text: &str) -> Option<Meaning> {
    Some(match text {
        "parent" => Meaning::Parent,
        "companion" => Meaning::Companion,
        "detail" => Meaning::Detail,
        "person" => Meaning::Person,
        _ => return None,
    })
}
