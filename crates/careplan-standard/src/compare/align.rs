//! Which old row is which new one.
//!
//! Promises: every row comes out exactly once, alone or in a pair; each step goes over the rows once.

use std::collections::{BTreeMap, VecDeque};

use super::form_kind::{How, Step};
use crate::form::OutlineItem;

/// A row: its items as the standard writes them.
#[derive(Clone)]
pub(super) struct Row {
    /// Which of its list it is, from 1.
    pub(super) number: usize,
    pub(super) texts: Vec<String>,
}

impl Row {
    pub(super) fn text(&self, column: usize) -> &str {
        self.texts.get(column).map_or("", String::as_str)
    }

    fn texts_of(&self, columns: &[usize]) -> Vec<String> {
        columns.iter().map(|column| self.text(*column).to_owned()).collect()
    }
}

/// The items of a kind of form.
pub(super) struct Columns {
    pub(super) items: Vec<OutlineItem>,
}

impl Columns {
    /// Where these items stand. A name that the form does not have is passed over; a test knows that there is none.
    pub(super) fn of(&self, names: &[&str]) -> Vec<usize> {
        names.iter().filter_map(|name| self.items.iter().position(|item| item.name == *name)).collect()
    }
}

/// An old row and the new one it became, or one of them alone.
pub(super) type RowPair = (Option<Row>, Option<Row>);

/// Pairs the rows of one person. `compared` are the columns that count.
pub(super) fn align(
    mut old: Vec<Row>,
    mut new: Vec<Row>,
    (columns, how): (&Columns, &How),
    compared: &[usize],
) -> Vec<RowPair> {
    let order = columns.of(how.order);
    if !order.is_empty() {
        old.sort_by_cached_key(|row| row.texts_of(&order));
        new.sort_by_cached_key(|row| row.texts_of(&order));
    }
    let mut pairs = Vec::with_capacity(old.len().max(new.len()));
    take(&mut old, &mut new, &mut pairs, |row| Some(row.texts_of(compared)));
    for step in how.steps {
        if old.is_empty() || new.is_empty() {
            break;
        }
        match step {
            Step::SameBut(names) => {
                let but = columns.of(names);
                let same: Vec<usize> = compared.iter().copied().filter(|at| !but.contains(at)).collect();
                take(&mut old, &mut new, &mut pairs, |row| Some(row.texts_of(&same)));
            }
            Step::By(filled, others) => {
                let (filled, others) = (columns.of(filled), columns.of(others));
                take(&mut old, &mut new, &mut pairs, |row| {
                    let mut key = row.texts_of(&filled);
                    let is_filled = key.iter().all(|text| !text.trim().is_empty());
                    key.extend(row.texts_of(&others));
                    is_filled.then_some(key)
                });
            }
            Step::Next => take(&mut old, &mut new, &mut pairs, |_| Some(Vec::new())),
        }
    }
    pairs.extend(old.into_iter().map(|row| (Some(row), None)));
    pairs.extend(new.into_iter().map(|row| (None, Some(row))));
    pairs.sort_by_key(|(old, new)| {
        // A row that is gone stands where it stood; it goes before the one that stands there now.
        let at = new.as_ref().or(old.as_ref()).map(|row| row.number);
        (at, new.is_some())
    });
    pairs
}

/// Takes out pairs of rows with the same key, in order.
fn take(
    old: &mut Vec<Row>,
    new: &mut Vec<Row>,
    pairs: &mut Vec<RowPair>,
    key: impl Fn(&Row) -> Option<Vec<String>>,
) {
    let mut waiting: BTreeMap<Vec<String>, VecDeque<usize>> = BTreeMap::new();
    for (row, at) in new.iter().zip(0..) {
        if let Some(key) = key(row) {
            waiting.entry(key).or_default().push_back(at);
        }
    }
    let mut slots: Vec<Option<Row>> = std::mem::take(new).into_iter().map(Some).collect();
    for row in std::mem::take(old) {
        let at = key(&row).and_then(|key| waiting.get_mut(&key)?.pop_front());
        match at.and_then(|at| slots.get_mut(at)?.take()) {
            Some(found) => pairs.push((Some(row), Some(found))),
            None => old.push(row),
        }
    }
    new.extend(slots.into_iter().flatten());
}
