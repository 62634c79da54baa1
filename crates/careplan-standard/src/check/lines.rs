//! Rows of one record against each other: the same line twice, and the numbers by which rows are ordered.

use std::hash::RandomState;

use super::content::Walk;
use super::groups::{ByHash, hash, item, names};
use crate::edition::{Key, KeyKind, Layout};
use crate::finding::Draft;
use crate::mark::Mark;
use crate::month::digits;
use crate::name::FileName;
use crate::rules;
use crate::scan::RawField;

/// Numbers by which rows are ordered: need, goal and service.
const NUMBERS_MAX: usize = 3;

/// The rows of one file in the making. Per row it keeps a hash and a number.
pub(super) struct Lines<'e, 's> {
    line: Option<&'e Key>,
    numbers: Option<&'e Key>,
    state: &'s RandomState,
    lines: ByHash<u32>,
    numbered: ByHash<u32>,
    /// The last numbers of each record.
    last: Vec<[u32; NUMBERS_MAX]>,
}

impl<'e, 's> Lines<'e, 's> {
    pub(super) fn new(layout: &'e Layout, name: &FileName, state: &'s RandomState) -> Self {
        let of = |kind| layout.keys.iter().find(|key| key.kind == kind && key.is_of(name));
        Self {
            line: of(KeyKind::Line),
            numbers: of(KeyKind::Numbers),
            state,
            lines: ByHash::default(),
            numbered: ByHash::default(),
            last: Vec::new(),
        }
    }

    /// Compares a row with the rows of its record before it.
    pub(super) fn check<'f>(
        &mut self,
        walk: &mut Walk<'e, 'f, '_, '_>,
        fields: &[RawField<'f>],
        (group, mark): (usize, Mark),
    ) {
        if let Some(key) = self.line {
            let values = key.items.iter().map(|index| item(fields, *index));
            let hashed = hash(self.state, seed(group), values);
            let first = *self.lines.entry(hashed).or_insert(mark.record());
            if first != mark.record() {
                let draft = again(&rules::KEY_LINE_TWICE, key, walk.source.layout, first);
                walk.report_at(mark, draft);
            }
        }
        if let Some(key) = self.numbers {
            self.check_numbers(walk, fields, (key, group, mark));
        }
    }

    fn check_numbers<'f>(
        &mut self,
        walk: &mut Walk<'e, 'f, '_, '_>,
        fields: &[RawField<'f>],
        (key, group, mark): (&'e Key, usize, Mark),
    ) {
        let layout = walk.source.layout;
        let mut numbers = [0; NUMBERS_MAX];
        for (number, index) in numbers.iter_mut().zip(&key.items) {
            let value = item(fields, *index);
            let (Some(field), Some(raw)) = (layout.fields().get(*index), fields.get(*index)) else {
                return;
            };
            if value.is_empty() {
                let place = walk.place(raw.start);
                let draft = Draft::new(&rules::ORDER_NO_NUMBER).field(field).at(place);
                walk.out.push(draft.severity(key.severity).resting_on(key.confidence));
            }
            // What is no number is told with the item, and puts no row behind another.
            let Some(read) = digits(value) else {
                return;
            };
            *number = read;
        }
        let hashed =
            hash(self.state, seed(group), numbers.map(u32::to_be_bytes).iter().map(|number| &number[..]));
        let first = *self.numbered.entry(hashed).or_insert(mark.record());
        if self.last.len() <= group {
            self.last.resize(group + 1, [0; NUMBERS_MAX]);
        }
        let Some(last) = self.last.get_mut(group) else {
            return;
        };
        let draft = if first != mark.record() {
            Some(again(&rules::KEY_NUMBERS_TWICE, key, layout, first))
        } else if numbers < *last {
            let draft = Draft::new(&rules::ORDER_BACK).word("items", names(key, layout));
            Some(draft.secret("value", shown(numbers)).secret("expected", shown(*last)))
        } else {
            None
        };
        *last = numbers;
        if let Some(draft) = draft {
            walk.report_at(mark, draft.severity(key.severity).resting_on(key.confidence));
        }
    }
}

fn again<'d>(rule: &'static rules::Rule, key: &Key, layout: &Layout, first: u32) -> Draft<'d> {
    let draft = Draft::new(rule).word("items", names(key, layout)).word("first", first);
    draft.severity(key.severity).resting_on(key.confidence)
}

fn seed(group: usize) -> u64 {
    u64::try_from(group).unwrap_or(u64::MAX)
}

fn shown(numbers: [u32; NUMBERS_MAX]) -> String {
    numbers.map(|number| number.to_string()).join("-")
}
