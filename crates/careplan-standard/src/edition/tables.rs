//! Reading an edition's folder: CSV tables in UTF-8 with a header row.
//!
//! Promises: a table that is read without error is complete: every word of its columns is understood, every reference
//! resolves. Must never skip a row.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::cells::{confidence, inconsistent, layout_of, rows, unknown, word};
use super::codes::{Code, CodeAttributes, CodeTable, Pattern};
use super::layout::{Attribute, Field, Layout, Link, LinkMeaning, Required, Shape};
use super::unit_rule::{OfficeRole, Scheme, UnitMonth, UnitRule, parse_files};
use super::{Edition, condition, key, relation, total};
use crate::prefix::Prefix;
use crate::unit_kind::UnitKind;

/// The texts of an edition's tables, as they lie in its folder.
#[derive(Debug)]
pub struct EditionTables<'a> {
    /// The edition's number.
    pub name: &'a str,
    /// `files.csv`: the kinds of file.
    pub files: &'a str,
    /// `codes.csv`: all code tables.
    pub codes: &'a str,
    /// `send_units.csv`: the legal sets.
    pub send_units: &'a str,
    /// `links.csv`: items that must agree with the file's name.
    pub links: &'a str,
    /// `conditions.csv`: what one item of a row says about others.
    pub conditions: &'a str,
    /// `keys.csv`: which items tell the records of a file apart.
    pub keys: &'a str,
    /// `totals.csv`: how the rows of form 7 add up.
    pub totals: &'a str,
    /// `relations.csv`: whose records must be found in which other file.
    pub relations: &'a str,
    /// The layouts: prefix and text of each table.
    pub layouts: &'a [(&'a str, &'a str)],
}

/// A table of an edition that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditionError {
    /// The table is not CSV or lacks a column.
    #[error("table `{table}` cannot be read")]
    Table {
        /// Which table.
        table: String,
        /// What the CSV reader said.
        #[source]
        cause: csv::Error,
    },
    /// A cell holds a word the crate does not know.
    #[error("table `{table}`, column `{column}`: `{value}` is not understood")]
    Word {
        /// Which table.
        table: String,
        /// Which column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// Two tables disagree, or a row refers to something that is not there.
    #[error("table `{table}`: {what}")]
    Inconsistent {
        /// Which table.
        table: String,
        /// What does not fit.
        what: String,
    },
}

// `EDITIONS`: the tables of every folder under `editions/`, the oldest edition first. Written by `build.rs`.
include!(concat!(env!("OUT_DIR"), "/editions.rs"));

#[derive(Deserialize)]
struct FileRow {
    prefix: String,
    name_ja: String,
    fields: Option<usize>,
    sender: String,
    receiver: String,
    support: String,
}

#[derive(Deserialize)]
struct CodeRow {
    code_table: String,
    code: String,
    meaning_ja: String,
    scope: String,
    scheme: String,
    confidence: String,
}

#[derive(Deserialize)]
struct UnitRow {
    unit: String,
    scheme: String,
    files: String,
    month: String,
    confidence: String,
}

#[derive(Deserialize)]
struct LinkRow {
    prefix: String,
    field_no: u16,
    meaning: String,
    confidence: String,
}

#[derive(Deserialize)]
struct FieldRow {
    no: u16,
    name_ja: String,
    name_en: String,
    #[serde(rename = "type")]
    kind: String,
    max_len: Option<usize>,
    required: String,
    code_table: String,
    format: String,
    special: String,
    tolerated_len: Option<usize>,
    inferred: String,
    confidence: String,
}

pub(super) fn read(source: &EditionTables<'_>) -> Result<Edition, EditionError> {
    let tables = read_codes(source.codes)?;
    let mut layouts = BTreeMap::new();
    for row in rows::<FileRow>("files", source.files)? {
        let prefix = word("files", "prefix", &row.prefix, Prefix::parse)?;
        if prefix.is_image() {
            continue;
        }
        let (_, text) = source
            .layouts
            .iter()
            .find(|(name, _)| *name == row.prefix)
            .ok_or_else(|| inconsistent("files", format!("{prefix} has no layout")))?;
        let layout = Layout {
            prefix,
            name_ja: row.name_ja,
            sender: word("files", "sender", &row.sender, role)?,
            receiver: word("files", "receiver", &row.receiver, role)?,
            annex_of: word("files", "support", &row.support, annex_of)?,
            fields: read_fields(&row.prefix, text, &tables)?,
            links: Vec::new(),
            conditions: Vec::new(),
            keys: Vec::new(),
            totals: None,
        };
        if row.fields != Some(layout.fields.len()) {
            return Err(inconsistent("files", format!("{prefix} has another number of fields")));
        }
        layouts.insert(prefix, layout);
    }
    read_links(source.links, &mut layouts)?;
    condition::read(source.conditions, &mut layouts, &tables)?;
    key::read(source.keys, &mut layouts)?;
    total::read(source.totals, &mut layouts, &tables)?;
    let relations = relation::read(source.relations, &layouts)?;
    let units = read_units(source.send_units)?;
    Ok(Edition { name: source.name.to_owned(), layouts, tables, units, relations })
}

fn read_codes(text: &str) -> Result<BTreeMap<String, CodeTable>, EditionError> {
    let mut tables: BTreeMap<String, CodeTable> = BTreeMap::new();
    for row in rows::<CodeRow>("codes", text)? {
        let pattern = word("codes", "code", &row.code, Pattern::parse)?;
        let attributes = CodeAttributes {
            meaning_ja: row.meaning_ja,
            scope: row.scope,
            scheme: match row.scheme.as_str() {
                "" => None,
                other => Some(word("codes", "scheme", other, scheme)?),
            },
            confidence: word("codes", "confidence", &row.confidence, confidence)?,
        };
        tables
            .entry(row.code_table.clone())
            .or_insert_with(|| CodeTable::new(row.code_table))
            .push(Code::new(pattern, attributes));
    }
    for table in tables.values() {
        for code in table.codes() {
            if let Pattern::OtherTable(other) = code.pattern()
                && !tables.contains_key(other)
            {
                return Err(inconsistent("codes", format!("no table `{other}`")));
            }
        }
    }
    Ok(tables)
}

fn read_fields(
    table: &str,
    text: &str,
    tables: &BTreeMap<String, CodeTable>,
) -> Result<Vec<Field>, EditionError> {
    let mut fields = Vec::new();
    for (index, row) in rows::<FieldRow>(table, text)?.into_iter().enumerate() {
        if usize::from(row.no) != index + 1 {
            return Err(inconsistent(table, format!("item {} is out of order", row.no)));
        }
        if !row.code_table.is_empty() && !tables.contains_key(&row.code_table) {
            return Err(inconsistent(table, format!("no code table `{}`", row.code_table)));
        }
        let shape = Shape::parse(&row.kind, &row.format, &row.code_table)
            .ok_or_else(|| unknown(table, "format", &row.format))?;
        fields.push(Field {
            no: row.no,
            shape,
            max_len: row.max_len,
            tolerated_len: row.tolerated_len,
            required: word(table, "required", &row.required, required)?,
            code_table: Some(row.code_table).filter(|name| !name.is_empty()),
            special: Some(row.special).filter(|value| !value.is_empty()),
            confidence: word(table, "confidence", &row.confidence, confidence)?,
            inferred: match row.inferred.as_str() {
                "" => None,
                other => Some(word(table, "inferred", other, attribute)?),
            },
            name_ja: row.name_ja,
            name_en: row.name_en,
        });
    }
    Ok(fields)
}

fn read_links(text: &str, layouts: &mut BTreeMap<Prefix, Layout>) -> Result<(), EditionError> {
    for row in rows::<LinkRow>("links", text)? {
        let layout = layout_of("links", &row.prefix, layouts)?;
        let index =
            layout.fields.iter().position(|field| field.no == row.field_no).ok_or_else(|| {
                inconsistent("links", format!("{} has no item {}", row.prefix, row.field_no))
            })?;
        layout.links.push(Link {
            index,
            meaning: word("links", "meaning", &row.meaning, LinkMeaning::parse)?,
            confidence: word("links", "confidence", &row.confidence, confidence)?,
        });
    }
    Ok(())
}

fn read_units(text: &str) -> Result<Vec<UnitRule>, EditionError> {
    let mut units = Vec::new();
    for row in rows::<UnitRow>("send_units", text)? {
        let (required, optional) = word("send_units", "files", &row.files, parse_files)?;
        units.push(UnitRule {
            kind: word("send_units", "unit", &row.unit, UnitKind::parse)?,
            scheme: word("send_units", "scheme", &row.scheme, scheme)?,
            month: word("send_units", "month", &row.month, unit_month)?,
            required,
            optional,
            confidence: word("send_units", "confidence", &row.confidence, confidence)?,
        });
    }
    Ok(units)
}

fn required(text: &str) -> Option<Required> {
    Some(match text {
        "○" => Required::Yes,
        "△" => Required::Needed,
        "-" => Required::No,
        _ => return None,
    })
}

fn attribute(text: &str) -> Option<Attribute> {
    Some(match text {
        "required" => Attribute::Required,
        "max_len" => Attribute::MaxLen,
        _ => return None,
    })
}

fn scheme(text: &str) -> Option<Scheme> {
    Some(match text {
        "home" => Scheme::Home,
        "preventive" => Scheme::Preventive,
        _ => return None,
    })
}

fn unit_month(text: &str) -> Option<UnitMonth> {
    Some(match text {
        "none" => UnitMonth::Absent,
        "zero" => UnitMonth::Zero,
        "one" => UnitMonth::One,
        _ => return None,
    })
}

/// `required` and `optional` are about what software must be able to do.
fn annex_of(text: &str) -> Option<Option<Prefix>> {
    match text {
        "required" | "optional" => Some(None),
        _ => Prefix::parse(text.strip_prefix("travels with ")?).map(Some),
    }
}

fn role(text: &str) -> Option<OfficeRole> {
    Some(match text {
        "planner" => OfficeRole::Planner,
        "service" => OfficeRole::Service,
        "any" => OfficeRole::Any,
        _ => return None,
    })
}
