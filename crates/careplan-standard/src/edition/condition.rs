//! Conditions between the items of one row: what one item says about others (`conditions.csv`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::cells::{self, word};
use super::layout::Layout;
use super::tables::EditionError;
use super::total::RowKind;
use super::{CodeTable, Confidence};
use crate::finding::Severity;
use crate::prefix::Prefix;

/// One condition: where `when` holds for an item, something is needed of it or of others.
#[derive(Debug)]
pub(crate) struct Condition {
    /// Index of the item the condition looks at.
    pub(crate) item: usize,
    pub(crate) rows: Rows,
    pub(crate) when: When,
    /// The values `when` compares with.
    pub(crate) values: Vec<String>,
    pub(crate) need: Need,
    /// Indexes of the items that something is needed of.
    pub(crate) others: Vec<usize>,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
}

impl Condition {
    /// Indexes of all items it looks at.
    pub(crate) fn looks_at(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.item).chain(self.others.iter().copied())
    }

    /// Whether a value of the item calls for the need. An empty value never does.
    pub(crate) fn applies(&self, value: &[u8]) -> bool {
        let mut values = self.values.iter().map(String::as_bytes);
        !value.is_empty()
            && match self.when {
                When::Filled => true,
                When::Is => values.any(|known| known == value),
                When::Begins => values.any(|known| value.starts_with(known)),
                When::BeginsOther => !values.any(|known| value.starts_with(known)),
            }
    }
}

/// The rows a condition looks at, where a layout has rows of several kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    All,
    /// Rows of services.
    Details,
    /// Subtotals and totals.
    Sums,
}

impl Rows {
    pub(crate) fn hold(self, kind: RowKind) -> bool {
        match self {
            Self::All => true,
            Self::Details => kind == RowKind::Detail,
            Self::Sums => kind != RowKind::Detail,
        }
    }
}

/// What a value is compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Filled,
    Is,
    Begins,
    /// Begins with none of the values.
    BeginsOther,
}

/// What is needed where the condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// One of the other items is filled.
    Filled,
    /// The other items are empty.
    Empty,
    /// The other items are 0.
    Zero,
    /// The other items hold the same value, where they are filled.
    Equal,
    /// The item begins with a service type of the table that takes part in the exchange.
    ServiceType,
    /// The item is a day of the month in the other item.
    InMonth,
    /// The item's day flags are days of the month in the other item.
    DaysOfMonth,
    /// The first of the other items tells rows apart that agree in the item and the rest of the others, the last of which is the
    /// day; it is filled only where a row agrees with another one but for the day.
    ToldApart,
}

/// The table whose codes service codes begin with.
pub(crate) const SERVICE_TYPES: &str = "SERVICE_TYPE";

#[derive(Deserialize)]
struct Row {
    prefix: String,
    rows: String,
    item: String,
    when: String,
    values: String,
    need: String,
    others: String,
    severity: String,
    confidence: String,
}

pub(super) fn read(
    text: &str,
    layouts: &mut BTreeMap<Prefix, Layout>,
    codes: &BTreeMap<String, CodeTable>,
) -> Result<(), EditionError> {
    const TABLE: &str = "conditions";
    for row in cells::rows::<Row>(TABLE, text)? {
        let layout = cells::layout_of(TABLE, &row.prefix, layouts)?;
        let condition = Condition {
            item: cells::item(TABLE, layout, &row.item)?,
            rows: word(TABLE, "rows", &row.rows, rows)?,
            when: word(TABLE, "when", &row.when, when)?,
            values: cells::list(&row.values, '|').map(str::to_owned).collect(),
            need: word(TABLE, "need", &row.need, need)?,
            others: cells::items(TABLE, layout, &row.others, '|')?,
            severity: word(TABLE, "severity", &row.severity, cells::severity)?,
            confidence: word(TABLE, "confidence", &row.confidence, cells::confidence)?,
        };
        let lacks_values = condition.values.is_empty() != (condition.when == When::Filled);
        let lacks_others = condition.others.is_empty() != (condition.need == Need::ServiceType);
        let lacks_types = condition.need == Need::ServiceType && !codes.contains_key(SERVICE_TYPES);
        let lacks_day = condition.need == Need::ToldApart && condition.others.len() < 2;
        if lacks_values || lacks_others || lacks_types || lacks_day {
            let what = format!("`{}` of {} needs other columns", row.item, row.prefix);
            return Err(cells::inconsistent(TABLE, what));
        }
        layout.conditions.push(condition);
    }
    Ok(())
}

fn rows(text: &str) -> Option<Rows> {
    Some(match text {
        "all" => Rows::All,
        "details" => Rows::Details,
        "sums" => Rows::Sums,
        _ => return None,
    })
}

fn when(text: &str) -> Option<When> {
    Some(match text {
        "filled" => When::Filled,
        "is" => When::Is,
        "begins" => When::Begins,
        "begins_other" => When::BeginsOther,
        _ => return None,
    })
}

fn need(text: &str) -> Option<Need> {
    Some(match text {
        "filled" => Need::Filled,
        "empty" => Need::Empty,
        "zero" => Need::Zero,
        "equal" => Need::Equal,
        "service_type" => Need::ServiceType,
        "in_month" => Need::InMonth,
        "days_of_month" => Need::DaysOfMonth,
        "told_apart" => Need::ToldApart,
        _ => return None,
    })
}
