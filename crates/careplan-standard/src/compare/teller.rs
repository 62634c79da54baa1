//! Tells in words what changed in the forms of one kind.
//!
//! Promises: every item in which a pair of rows differs is told, by the ministry's name, with texts that a person can read.

use super::align::{Columns, Row, RowPair, align};
use super::diff_result::{FormChanged, ItemChange};
use super::form_kind::{FormKind, How};
use super::shown::{Person, Shown, readable};
use crate::edition::{CodeTable, Edition};
use crate::form::{ItemKind, OutlineItem};

/// Tells what changed in the forms of one kind.
pub(super) struct Teller {
    how: How,
    columns: Columns,
    /// The code table of each column.
    codes: Vec<Option<&'static CodeTable>>,
    shared: Vec<usize>,
    label: Vec<usize>,
}

impl Teller {
    pub(super) fn new(kind: FormKind, columns: Columns) -> Self {
        let how = kind.how();
        // Forms know no edition; the newest one has the words for the most codes.
        let edition = Edition::newest();
        let layout = edition.layout(kind.prefix());
        let table = |item: &OutlineItem| {
            let field = layout?.fields().iter().find(|field| field.name_en() == item.name)?;
            edition.code_table(field.code_table()?)
        };
        let codes = columns.items.iter().map(table).collect();
        let (shared, label) = (columns.of(how.shared), columns.of(how.label));
        Self { how, columns, codes, shared, label }
    }

    /// The changes of one person.
    pub(super) fn tell(&self, person: &Person, old: Vec<Row>, new: Vec<Row>, changes: &mut Vec<FormChanged>) {
        let repeated: Vec<(usize, Option<(String, String)>)> = self
            .shared
            .iter()
            .filter_map(|at| {
                let (before, after) = (repeated(&old, *at)?, repeated(&new, *at)?);
                Some((*at, (before != after).then(|| (before.to_owned(), after.to_owned()))))
            })
            .collect();
        let items: Vec<ItemChange> = repeated
            .iter()
            .filter_map(|(at, change)| change.as_ref().and_then(|(old, new)| self.item(*at, old, new)))
            .collect();
        if !items.is_empty() {
            let label = Shown::new("すべての行");
            changes.push(FormChanged::new(person.clone(), label, (None, None), items));
        }
        let compared: Vec<usize> = (0..self.columns.items.len())
            .filter(|at| !repeated.iter().any(|(repeated, _)| repeated == at))
            .collect();
        for pair in align(old, new, (&self.columns, &self.how), &compared) {
            changes.extend(self.change(person, &pair, &compared));
        }
    }

    fn change(&self, person: &Person, (old, new): &RowPair, compared: &[usize]) -> Option<FormChanged> {
        let items = match (old, new) {
            (Some(old), Some(new)) => {
                let differs = |at: &usize| old.text(*at) != new.text(*at);
                let items: Vec<ItemChange> = compared
                    .iter()
                    .copied()
                    .filter(differs)
                    .filter_map(|at| self.item(at, old.text(at), new.text(at)))
                    .collect();
                if items.is_empty() {
                    return None;
                }
                items
            }
            _ => Vec::new(),
        };
        let label = self.label(new.as_ref().or(old.as_ref())?);
        let rows = (old.as_ref().map(|row| row.number), new.as_ref().map(|row| row.number));
        Some(FormChanged::new(person.clone(), label, rows, items))
    }

    fn item(&self, at: usize, old: &str, new: &str) -> Option<ItemChange> {
        let item = self.columns.items.get(at)?;
        Some(ItemChange {
            name: item.name.clone(),
            name_ja: item.name_ja.clone(),
            old: Shown::new(self.readable(at, old)),
            new: Shown::new(self.readable(at, new)),
        })
    }

    /// A text of a column as a person reads it, codes with their meaning.
    fn readable(&self, at: usize, text: &str) -> String {
        let kind = self.columns.items.get(at).map_or(ItemKind::Text, |item| item.kind);
        match self.meaning(at, text) {
            Some(meaning) => format!("{meaning}（{text}）"),
            None => readable(kind, text),
        }
    }

    fn meaning(&self, at: usize, text: &str) -> Option<&'static str> {
        let table = (*self.codes.get(at)?)?;
        table.literal(text).map(|code| code.meaning_ja()).filter(|meaning| !meaning.is_empty())
    }

    fn label(&self, row: &Row) -> Shown {
        let told = self.label.iter().filter_map(|at| {
            let (item, text) = (self.columns.items.get(*at)?, row.text(*at));
            let told = self.meaning(*at, text).map_or_else(|| readable(item.kind, text), str::to_owned);
            (!told.is_empty()).then(|| format!("{} {told}", item.name_ja))
        });
        Shown::new(told.collect::<Vec<_>>().join("・"))
    }
}

/// The text that all rows have in a column.
fn repeated(rows: &[Row], at: usize) -> Option<&str> {
    let (first, rest) = rows.split_first()?;
    rest.iter().all(|row| row.text(at) == first.text(at)).then(|| first.text(at))
}
