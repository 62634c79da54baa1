//! Rows that look alike and are told apart by an item of their own: two rented products of one code and one price.
//!
//! Promises: of a row it keeps a hash and a mark, and of rows of other services nothing; rows that turn out to be alike are read
//! again from the file.

use std::hash::RandomState;

use super::content::Walk;
use super::groups::{hash, item, seed};
use crate::edition::{Condition, KeyKind, Layout, Need};
use crate::finding::Draft;
use crate::mark::Mark;
use crate::rules;
use crate::scan::RawField;

/// The rows of one file that may look alike, in the making.
pub(super) struct Apart<'e, 's> {
    condition: Option<&'e Condition>,
    state: &'s RandomState,
    rows: Vec<Row>,
    scratch: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Row {
    /// Hash of the record and of what rows that look alike have in common, on whatever day.
    alike: u64,
    mark: Mark,
    /// Whether the item that tells rows apart is filled.
    is_told: bool,
}

/// A row by what tells it from those that look like it: its day, and the value of the item.
type Told<'f> = (&'f [u8], &'f [u8], Mark);

impl<'e, 's> Apart<'e, 's> {
    pub(super) fn new(layout: &'e Layout, state: &'s RandomState) -> Self {
        let condition = layout.conditions.iter().find(|condition| condition.need == Need::ToldApart);
        Self { condition, state, rows: Vec::new(), scratch: Vec::new() }
    }

    /// Remembers a row of a record, if it is of those that may look alike.
    pub(super) fn enter(&mut self, fields: &[RawField<'_>], (group, mark): (usize, Mark)) {
        let Some(condition) = self.condition.filter(|it| it.applies(item(fields, it.item))) else {
            return;
        };
        let [teller, shared @ .., _day] = &condition.others[..] else {
            return;
        };
        let shared = std::iter::once(&condition.item).chain(shared).map(|index| item(fields, *index));
        let alike = hash((self.state, &mut self.scratch), seed(group), shared);
        self.rows.push(Row { alike, mark, is_told: !item(fields, *teller).is_empty() });
    }

    /// Reports the rows that nothing tells from another one, and those that have nothing to be told from. Where rows could not be
    /// read, the other one may stand there.
    pub(super) fn finish(mut self, walk: &mut Walk<'e, '_, '_, '_>, is_whole: bool) {
        let Some(condition) = self.condition else {
            return;
        };
        self.rows.sort_unstable_by_key(|row| (row.alike, row.mark.record()));
        // A row, and the one before it that it cannot be told from.
        let mut found: Vec<(Mark, Option<u32>)> = Vec::new();
        for rows in self.rows.chunk_by(|one, other| one.alike == other.alike) {
            match rows {
                [row] if row.is_told && is_whole => found.push((row.mark, None)),
                [_] => {}
                _ => found.extend(untold(walk, condition, rows)),
            }
        }
        found.sort_unstable_by_key(|(mark, _)| mark.record());
        for (mark, first) in found {
            let draft = match first {
                Some(first) => Draft::new(&rules::COND_ALIKE).word("first", first),
                None => Draft::new(&rules::COND_ALONE),
            };
            let draft = draft.severity(condition.severity).resting_on(condition.confidence);
            walk.report_item_at(mark, condition.others.first().copied(), draft);
        }
    }
}

/// The rows among these that cannot be told from one before them. The same line twice is a matter of its own.
fn untold(walk: &Walk<'_, '_, '_, '_>, condition: &Condition, rows: &[Row]) -> Vec<(Mark, Option<u32>)> {
    let (bytes, layout) = (walk.source.bytes, walk.source.layout);
    let [teller, .., day] = &condition.others[..] else {
        return Vec::new();
    };
    let mut told: Vec<Told<'_>> = Vec::with_capacity(rows.len());
    for row in rows {
        let fields = row.mark.fields(bytes);
        told.push((item(&fields, *day), item(&fields, *teller), row.mark));
    }
    told.sort_unstable_by_key(|(day, value, mark)| (*day, *value, mark.record()));
    let mut found = Vec::new();
    for same in told.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        let Some(((.., first), others)) = same.split_first().filter(|(_, others)| !others.is_empty()) else {
            continue;
        };
        let line = line_of(layout, &first.fields(bytes));
        for (.., mark) in others {
            if line_of(layout, &mark.fields(bytes)) != line {
                found.push((*mark, Some(first.record())));
            }
        }
    }
    found
}

/// The items that make two rows the same line.
fn line_of<'f>(layout: &Layout, fields: &[RawField<'f>]) -> Vec<&'f [u8]> {
    let line = layout.keys.iter().filter(|key| key.kind == KeyKind::Line);
    line.flat_map(|key| &key.items).map(|index| item(fields, *index)).collect()
}
