//! Leniencies: departures that are read as if they were right, reported once per file with a count.

use crate::collector::Collector;
use crate::edition::Field;
use crate::finding::Draft;
use crate::place::Place;
use crate::rules::Rule;

/// The leniencies applied to one file so far.
#[derive(Default)]
pub(super) struct Leniencies<'e> {
    seen: Vec<Seen<'e>>,
    noted: u64,
}

struct Seen<'e> {
    rule: &'static Rule,
    count: u64,
    place: Place,
    field: Option<&'e Field>,
}

impl<'e> Leniencies<'e> {
    /// Counts one occurrence. `place` is asked for the first only.
    pub(super) fn note(
        &mut self,
        rule: &'static Rule,
        field: Option<&'e Field>,
        place: impl FnOnce() -> Place,
    ) {
        self.noted += 1;
        match self.seen.iter_mut().find(|seen| seen.rule.code == rule.code) {
            Some(seen) => seen.count += 1,
            None => self.seen.push(Seen { rule, count: 1, place: place(), field }),
        }
    }

    /// How many were counted so far.
    pub(super) fn noted(&self) -> u64 {
        self.noted
    }

    pub(super) fn report(self, out: &mut Collector<'_>) {
        for seen in self.seen {
            let mut draft = Draft::new(seen.rule).at(seen.place).word("count", seen.count);
            if let Some(field) = seen.field {
                draft = draft.field(field);
            }
            out.push(draft);
        }
    }
}
