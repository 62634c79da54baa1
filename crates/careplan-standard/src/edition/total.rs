//! Rows that add up others: which items of form 7 tell the rows apart and which are added (`totals.csv`, code table `SIKYU_ROW`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Confidence;
use super::cells::{self, word};
use super::codes::{CodeTable, Pattern};
use super::layout::Layout;
use super::tables::EditionError;
use crate::prefix::Prefix;

/// Items that are added up. Edition 4.1 has ten.
pub(crate) const SUMMED_MAX: usize = 12;

/// How the rows of a layout add up.
#[derive(Debug)]
pub(crate) struct Totals {
    /// Index of the item that says what kind of row it is.
    pub(crate) row: usize,
    /// How well it is supported that this item tells rows apart.
    pub(crate) row_confidence: Confidence,
    /// Index of the item that names the office.
    pub(crate) office: usize,
    /// The office number of the grand-total row.
    pub(crate) total_office: String,
    /// How well that number is supported.
    pub(crate) office_confidence: Confidence,
    /// Index of the item that marks days which are not to be added up, and its value.
    pub(crate) set_aside: Option<(usize, String)>,
    /// The items that are added up.
    pub(crate) summed: Vec<Summed>,
    /// Every kind of row but the detail.
    markers: Vec<(Pattern, RowKind)>,
}

impl Totals {
    /// What kind of row a value of the row item makes.
    pub(crate) fn kind(&self, value: &[u8]) -> RowKind {
        self.markers
            .iter()
            .find(|(pattern, _)| pattern.matches(value))
            .map_or(RowKind::Detail, |(_, kind)| *kind)
    }

    /// How the marker of a kind of row is written behind a service type, e.g. `11AAAA`.
    pub(crate) fn marker(&self, wanted: RowKind, service_type: &str) -> String {
        let marker = self.markers.iter().find(|(_, kind)| *kind == wanted);
        match marker.map(|(pattern, _)| pattern) {
            Some(Pattern::TypeThen(suffix)) => format!("{service_type}{suffix}"),
            Some(Pattern::Literal(value)) => value.clone(),
            _ => service_type.to_owned(),
        }
    }
}

/// One item that is added up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summed {
    /// Index of the item.
    pub(crate) item: usize,
    pub(crate) role: SumRole,
}

/// How an item is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SumRole {
    /// Units of every service.
    Units,
    /// Units of services inside the limit; filled in no other row.
    LimitUnits,
    /// Yen; stands in the subtotal where there is one, else in the details.
    Cost,
}

/// The kinds of row of form 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// A service.
    Detail,
    /// Subtotal of a service type inside the limit.
    Subtotal,
    /// Subtotal of a service type outside the limit.
    OutsideSubtotal,
    /// Subtotal of days beyond 30.
    OverDaysSubtotal,
    /// The grand total of a person.
    Total,
}

#[derive(Deserialize)]
struct Row {
    prefix: String,
    item: String,
    role: String,
    value: String,
    confidence: String,
}

/// The items of one layout as the table lists them.
#[derive(Default)]
struct Found {
    row: Option<(usize, Confidence)>,
    office: Option<(usize, String, Confidence)>,
    set_aside: Option<(usize, String)>,
    summed: Vec<Summed>,
}

pub(super) fn read(
    text: &str,
    layouts: &mut BTreeMap<Prefix, Layout>,
    codes: &BTreeMap<String, CodeTable>,
) -> Result<(), EditionError> {
    const TABLE: &str = "totals";
    let mut all: BTreeMap<Prefix, Found> = BTreeMap::new();
    for row in cells::rows::<Row>(TABLE, text)? {
        let layout = cells::layout_of(TABLE, &row.prefix, layouts)?;
        let item = cells::item(TABLE, layout, &row.item)?;
        // Sums only ever warn, so the support of what is added up changes nothing; that it is a known word is still asked.
        let confidence = word(TABLE, "confidence", &row.confidence, cells::confidence)?;
        let found = all.entry(layout.prefix).or_default();
        let mut add = |role| found.summed.push(Summed { item, role });
        match row.role.as_str() {
            "row" => found.row = Some((item, confidence)),
            "office" => found.office = Some((item, row.value, confidence)),
            "over_days" => found.set_aside = Some((item, row.value)),
            "units" => add(SumRole::Units),
            "limit_units" => add(SumRole::LimitUnits),
            "cost" => add(SumRole::Cost),
            other => return Err(cells::unknown(TABLE, "role", other)),
        }
    }
    for (prefix, found) in all {
        let lacking = || cells::inconsistent(TABLE, format!("{prefix} lacks a role or has too many items"));
        let layout = cells::layout_of(TABLE, prefix.as_str(), layouts)?;
        let Some((row, row_confidence)) = found.row else {
            return Err(lacking());
        };
        let Some((office, total_office, office_confidence)) = found.office else {
            return Err(lacking());
        };
        let codes = layout.fields.get(row).and_then(|field| codes.get(field.code_table()?));
        let markers = codes.and_then(markers).ok_or_else(lacking)?;
        if found.summed.len() > SUMMED_MAX {
            return Err(lacking());
        }
        let (set_aside, summed) = (found.set_aside, found.summed);
        layout.totals = Some(Totals {
            row,
            row_confidence,
            office,
            total_office,
            office_confidence,
            set_aside,
            summed,
            markers,
        });
    }
    Ok(())
}

/// The rows of the code table that mark sums. `None` when a row has no word for its kind.
fn markers(table: &CodeTable) -> Option<Vec<(Pattern, RowKind)>> {
    let mut markers = Vec::new();
    for code in table.codes() {
        let kind = match code.scope() {
            "detail" => continue,
            "subtotal" => RowKind::Subtotal,
            "outside" => RowKind::OutsideSubtotal,
            "over_days" => RowKind::OverDaysSubtotal,
            "total" => RowKind::Total,
            _ => return None,
        };
        markers.push((code.pattern().clone(), kind));
    }
    Some(markers)
}
