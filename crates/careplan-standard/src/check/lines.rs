//! Rows of one record against each other: the same line twice, and the numbers by which rows are ordered.

use std::hash::RandomState;

use super::content::Walk;
use super::groups::{ByHash, Member, hash, item, names, seed, twice};
use crate::edition::{Key, KeyKind, Layout, NUMBERS_MAX};
use crate::finding::Draft;
use crate::mark::Mark;
use crate::month::digits;
use crate::name::FileName;
use crate::rules;
use crate::scan::RawField;

/// One row: the hash of its record and line, and where it is.
type Line = (u64, Mark);

/// The rows of one file in the making. Per row it keeps a hash and a mark.
pub(super) struct Lines<'e, 's> {
    line: Option<&'e Key>,
    numbers: Option<&'e Key>,
    state: &'s RandomState,
    /// The lines of all records, those of the current one from `begin` on. Sorting the few of one record when it ends is
    /// faster than a map of all.
    lines: Vec<Line>,
    begin: usize,
    current: Option<usize>,
    /// Whether a record went on behind another one, so that its lines lie apart.
    has_scattered: bool,
    scratch: Vec<u8>,
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
            lines: Vec::new(),
            begin: 0,
            current: None,
            has_scattered: false,
            scratch: Vec::new(),
            numbered: ByHash::default(),
            last: Vec::new(),
        }
    }

    /// Compares a row with the rows of its record before it, or remembers it until the record ends.
    pub(super) fn check<'f>(
        &mut self,
        walk: &mut Walk<'e, 'f, '_, '_>,
        fields: &[RawField<'f>],
        (member, mark): (Member, Mark),
    ) {
        if let Some(key) = self.line {
            if self.current != Some(member.group) {
                self.end_record(walk);
                self.current = Some(member.group);
                self.has_scattered |= !member.is_first;
            }
            let values = key.items.iter().map(|index| item(fields, *index));
            self.lines.push((hash((self.state, &mut self.scratch), seed(member.group), values), mark));
        }
        if let Some(key) = self.numbers {
            self.check_numbers(walk, fields, (key, member.group, mark));
        }
    }

    /// Reports the lines from `begin` on that come a second time, and forgets them.
    fn end_record(&mut self, walk: &mut Walk<'e, '_, '_, '_>) {
        let Some(key) = self.line else {
            return;
        };
        let lines = self.lines.get_mut(self.begin..).unwrap_or_default();
        lines.sort_unstable_by_key(|(hash, mark)| (*hash, mark.record()));
        if lines.windows(2).any(|pair| matches!(pair, [one, other] if one.0 == other.0)) {
            let mut lines = self.lines.split_off(self.begin);
            let mut again = Vec::new();
            lines.dedup_by(|line, first| {
                let is_again = line.0 == first.0;
                if is_again {
                    again.push((line.1, first.1.record()));
                }
                is_again
            });
            self.lines.extend(lines);
            again.sort_unstable_by_key(|(mark, _)| mark.record());
            for (mark, first) in again {
                let draft = twice(&rules::KEY_LINE_TWICE, key, walk.source.layout, first);
                walk.report_at(mark, draft);
            }
        }
        self.begin = self.lines.len();
    }

    /// Reports the lines that come twice in the last record, and in the parts of records whose rows lie apart.
    pub(super) fn finish(mut self, walk: &mut Walk<'e, '_, '_, '_>) {
        self.end_record(walk);
        if self.has_scattered {
            self.begin = 0;
            self.end_record(walk);
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
        let values = numbers.map(u32::to_be_bytes);
        let values = values.iter().map(|number| &number[..]);
        let hashed = hash((self.state, &mut self.scratch), seed(group), values);
        let first = *self.numbered.entry(hashed).or_insert(mark.record());
        if self.last.len() <= group {
            self.last.resize(group + 1, [0; NUMBERS_MAX]);
        }
        let Some(last) = self.last.get_mut(group) else {
            return;
        };
        let draft = if first != mark.record() {
            Some(twice(&rules::KEY_NUMBERS_TWICE, key, layout, first))
        } else if numbers < *last {
            let draft = Draft::new(&rules::ORDER_BACK).word("items", names(key, layout));
            let draft = draft.secret("value", shown(numbers)).secret("expected", shown(*last));
            Some(draft.severity(key.severity).resting_on(key.confidence))
        } else {
            None
        };
        *last = numbers;
        if let Some(draft) = draft {
            walk.report_at(mark, draft);
        }
    }
}

fn shown(numbers: [u32; NUMBERS_MAX]) -> String {
    numbers.map(|number| number.to_string()).join("-")
}
