//! Complete rows: what their items say about the file's name, about each other, and about rows before them.

use std::hash::RandomState;

use super::apart::Apart;
use super::condition::{self, Conditions};
use super::content::{Source, Walk};
use super::groups::{Group, Groups, item};
use super::lines::Lines;
use super::link::{LinkState, NamedImage};
use super::total::TotalState;
use crate::edition::{Key, RowKind};
use crate::mark::Mark;
use crate::scan::{FieldSet, RawRecord};

/// What a unit has to know of a file whose rows were walked through.
pub(crate) struct Content<'e> {
    /// The items by which its records are told apart.
    pub(crate) key: Option<&'e Key>,
    /// Its records.
    pub(crate) records: Vec<Group>,
    /// The images it names.
    pub(crate) images: Vec<NamedImage>,
    /// Whether every row could be read.
    pub(crate) is_whole: bool,
}

/// The row that was looked at last.
#[derive(Clone, Copy, Default)]
struct Last {
    record: u32,
    group: Option<usize>,
    /// Whether there was nothing to tell about its items.
    is_quiet: bool,
}

/// The rules about rows of one file in the making.
pub(super) struct RowRules<'e, 'f, 's> {
    groups: Groups<'e, 'f, 's>,
    links: LinkState<'e>,
    conditions: Conditions<'e>,
    last: Last,
    lines: Lines<'e, 's>,
    apart: Apart<'e, 's>,
    totals: Option<TotalState<'e, 'f>>,
    /// Rows that were looked at and whose key is complete.
    rows: u64,
}

impl<'e, 'f, 's> RowRules<'e, 'f, 's> {
    pub(super) fn new(source: &Source<'e, 'f>, state: &'s RandomState) -> Self {
        let layout = source.layout;
        Self {
            groups: Groups::new(layout, source.name, state),
            links: LinkState::new(source),
            conditions: Conditions::new(layout),
            last: Last::default(),
            lines: Lines::new(layout, source.name, state),
            apart: Apart::new(layout, state),
            totals: layout.totals.as_ref().map(TotalState::new),
            rows: 0,
        }
    }

    /// Checks one row that has every item of the layout.
    ///
    /// What it repeats of a row about which there was nothing to tell, is not looked at again.
    pub(super) fn check(&mut self, walk: &mut Walk<'e, 'f, '_, '_>, record: &RawRecord<'f>, mark: Mark) {
        let (layout, fields) = (walk.source.layout, &record.fields);
        let kind = match &layout.totals {
            Some(totals) => totals.kind(item(fields, totals.row)),
            None => RowKind::Detail,
        };
        let member = self.groups.enter(fields, mark);
        let index = member.map(|member| member.group);
        let follows = self.last.is_quiet && self.last.record + 1 == mark.record();
        let settled = if follows { record.repeats } else { FieldSet::default() };
        let before = walk.out.pushed();
        if self.last.group != index || !settled.holds(self.links.looks_at()) {
            let group = index.and_then(|index| self.groups.all.get_mut(index));
            self.links.check(walk, fields, (mark, group));
        }
        condition::check(walk, fields, (kind, settled), &mut self.conditions);
        self.last = Last { record: mark.record(), group: index, is_quiet: walk.out.pushed() == before };
        let Some(member) = member else {
            return;
        };
        self.rows += 1;
        if let Some(draft) = self.groups.second(member, layout) {
            walk.report_at(mark, draft);
        }
        self.lines.check(walk, fields, (member, mark));
        self.apart.enter(fields, (member.group, mark));
        if let Some(totals) = &mut self.totals {
            totals.check(walk, fields, (kind, member.group, mark));
        }
    }

    /// Reports what only shows at the end. `rows` are those of the file, `None` when it was not read to its end.
    pub(super) fn finish(self, walk: &mut Walk<'e, 'f, '_, '_>, rows: Option<u64>) -> Content<'e> {
        let is_whole = rows == Some(self.rows);
        self.lines.finish(walk);
        self.apart.finish(walk, is_whole);
        let images = self.links.finish(walk, (&self.groups.all, is_whole));
        if let Some(totals) = self.totals {
            totals.finish(walk, is_whole);
        }
        Content { key: self.groups.key, records: self.groups.all, images, is_whole }
    }
}
