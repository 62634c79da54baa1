//! The result of comparing old forms with new ones, for programs, tables and terminals.

use std::fmt::Write as _;

use serde::Serialize;

use super::form_kind::FormKind;
use super::shown::{Person, Shown};

/// What is different in newer forms. Only kinds of form with a difference are listed.
///
/// Serialised as JSON it has the form of `docs/schemas/diff.schema.json`.
///
/// **Personal data.** Only [`masked`](Self::masked) differences and [`totals`](Self::totals) may reach a log. `Debug` is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FormsDiff {
    /// How many there are of what.
    pub totals: DiffTotals,
    /// By kind of form, in the order of [`FormKind`].
    pub kinds: Vec<KindDiff>,
}

/// How many changes there are of what. No personal data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DiffTotals {
    /// Rows that are new.
    pub added: usize,
    /// Rows that are gone.
    pub removed: usize,
    /// Rows of which an item changed, and changes that all rows of a form share.
    pub changed: usize,
}

/// The changes in one kind of form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KindDiff {
    /// Which kind.
    pub kind: FormKind,
    /// What it is called.
    pub name_ja: &'static str,
    /// The changes by person, in the order of the rows.
    pub changes: Vec<FormChanged>,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FormChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Some of its items changed.
    Changed,
}

impl FormChange {
    fn ja(self) -> &'static str {
        match self {
            Self::Added => "追加",
            Self::Removed => "削除",
            Self::Changed => "変更",
        }
    }
}

/// A row that is new, gone or changed, or an item that all rows of a person's form share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FormChanged {
    /// What happened.
    pub change: FormChange,
    /// Whose row it is.
    pub person: Person,
    /// What the row is called by.
    pub label: Shown,
    /// Which of the old rows of its kind it is, from 1; none where it is new, or where all rows are meant.
    pub old_row: Option<usize>,
    /// Which of the new rows of its kind it is, from 1; none where it is gone, or where all rows are meant.
    pub new_row: Option<usize>,
    /// The items that changed; empty for a row that is new or gone.
    pub items: Vec<ItemChange>,
    /// The same in Japanese, without the texts.
    pub words: Shown,
}

/// An item that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ItemChange {
    /// Our name of the item.
    pub name: String,
    /// The ministry's name of the item.
    pub name_ja: String,
    /// What stood there.
    pub old: Shown,
    /// What stands there.
    pub new: Shown,
}

/// A change as a row of a table, in words: one row for each item that changed, one for a row of a form that is new or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DiffRow {
    /// Who.
    pub person: Shown,
    /// The form.
    pub form: &'static str,
    /// What happened, to filter and colour by.
    pub change: FormChange,
    /// What the row of the form is called by.
    pub label: Shown,
    /// The ministry's name of the item; empty for a row that is new or gone.
    pub item: String,
    /// What stood there.
    pub old: Shown,
    /// What stands there.
    pub new: Shown,
}

impl FormChanged {
    pub(super) fn new(
        person: Person,
        label: Shown,
        (old_row, new_row): (Option<usize>, Option<usize>),
        items: Vec<ItemChange>,
    ) -> Self {
        let change = match (old_row, new_row) {
            (None, Some(_)) => FormChange::Added,
            (Some(_), None) => FormChange::Removed,
            (Some(_), Some(_)) | (None, None) => FormChange::Changed,
        };
        let mut words = format!("{}：{}", change.ja(), label.as_str());
        if !items.is_empty() {
            let names: Vec<&str> = items.iter().map(|item| item.name_ja.as_str()).collect();
            words.extend(["（", names.join("、").as_str(), "）"]);
        }
        Self { change, person, label, old_row, new_row, items, words: Shown::new(words) }
    }

    fn masked(&self) -> Self {
        let items = self.items.iter().map(|item| ItemChange {
            old: item.old.masked(),
            new: item.new.masked(),
            ..item.clone()
        });
        let rows = (self.old_row, self.new_row);
        Self::new(self.person.masked(), self.label.masked(), rows, items.collect())
    }
}

impl FormsDiff {
    pub(super) fn new(kinds: Vec<KindDiff>) -> Self {
        let mut totals = DiffTotals::default();
        for change in kinds.iter().flat_map(|kind| &kind.changes) {
            match change.change {
                FormChange::Added => totals.added += 1,
                FormChange::Removed => totals.removed += 1,
                FormChange::Changed => totals.changed += 1,
            }
        }
        Self { totals, kinds }
    }

    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The same without anything that stood in a form, except the names of the items and counts.
    #[must_use]
    pub fn masked(&self) -> Self {
        let kinds = self.kinds.iter().map(|kind| KindDiff {
            changes: kind.changes.iter().map(FormChanged::masked).collect(),
            ..kind.clone()
        });
        Self { totals: self.totals, kinds: kinds.collect() }
    }

    /// Every change as rows of a table.
    #[must_use]
    pub fn rows(&self) -> Vec<DiffRow> {
        let mut rows = Vec::new();
        for kind in &self.kinds {
            for change in &kind.changes {
                let row = |item: &ItemChange| DiffRow {
                    person: change.person.words(),
                    form: kind.name_ja,
                    change: change.change,
                    label: change.label.clone(),
                    item: item.name_ja.clone(),
                    old: item.old.clone(),
                    new: item.new.clone(),
                };
                if change.items.is_empty() {
                    let nothing = Shown::default();
                    let (name, name_ja) = (String::new(), String::new());
                    rows.push(row(&ItemChange { name, name_ja, old: nothing.clone(), new: nothing }));
                }
                rows.extend(change.items.iter().map(row));
            }
        }
        rows
    }

    /// The differences for a terminal, in Japanese.
    ///
    /// Holds personal data; of [`masked`](Self::masked) differences it holds none.
    #[must_use]
    pub fn to_text(&self) -> String {
        if self.is_empty() {
            return "変わったところはありません。\n".to_owned();
        }
        let DiffTotals { added, removed, changed } = self.totals;
        let mut text = format!("変更 {changed}件・追加 {added}件・削除 {removed}件\n");
        for kind in &self.kinds {
            // cannot fail, here and below: a String takes everything.
            let _ = writeln!(text, "\n{}", kind.name_ja);
            let mut last = None;
            for change in &kind.changes {
                if last != Some(&change.person) {
                    let _ = writeln!(text, "  {}", change.person.words().as_str());
                    last = Some(&change.person);
                }
                let _ = writeln!(text, "    {}　{}", change.change.ja(), change.label.as_str());
                for item in &change.items {
                    let (old, new) = (on_one_line(&item.old), on_one_line(&item.new));
                    let _ = writeln!(text, "      {}：{old} → {new}", item.name_ja);
                }
            }
        }
        text
    }
}

/// A text in quotes, without line breaks: they would hide where it ends.
fn on_one_line(text: &Shown) -> String {
    match text.as_str() {
        "" => "（空欄）".to_owned(),
        text => format!("「{}」", text.replace("\r\n", "↵").replace(['\r', '\n'], "↵")),
    }
}
