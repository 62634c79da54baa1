//! The rows of form 7 that add up others: one grand total per person, subtotals where they are needed, and their sums.
//!
//! Promises: persons whose rows come out right are forgotten when the next person begins; what is kept longer is what will
//! be reported, or may still come out when further rows of the person follow.

mod sums;

use std::collections::BTreeMap;

use self::sums::{Cells, Office};
use super::content::Walk;
use super::groups::item;
use crate::edition::{RowKind, Totals};
use crate::finding::Draft;
use crate::limits::OFFICES_OF_A_PERSON_MAX;
use crate::mark::Mark;
use crate::rules::{self, Rule};
use crate::scan::RawField;

/// The rows of one person.
struct Person<'f> {
    first: Mark,
    total: Option<(Mark, Cells)>,
    offices: Vec<Office<'f>>,
    /// Whether not all rows are among `offices`.
    is_partly_known: bool,
}

impl<'f> Person<'f> {
    fn new(first: Mark) -> Self {
        Self { first, total: None, offices: Vec::new(), is_partly_known: false }
    }

    /// The rows of an office and service type. The last one is looked at first, since rows come in blocks.
    fn office(&mut self, number: &'f [u8], service_type: &'f [u8], mark: Mark) -> Option<&mut Office<'f>> {
        let known = self
            .offices
            .iter()
            .rposition(|office| office.number == number && office.service_type == service_type);
        let at = match known {
            Some(at) => at,
            None if self.offices.len() < OFFICES_OF_A_PERSON_MAX => {
                self.offices.push(Office {
                    number,
                    service_type,
                    first: mark,
                    code: None,
                    has_several_codes: false,
                    is_set_aside: false,
                    inside: Cells::default(),
                    outside: Cells::default(),
                    subtotal: None,
                });
                self.offices.len() - 1
            }
            None => {
                self.is_partly_known = true;
                return None;
            }
        };
        self.offices.get_mut(at)
    }
}

/// Something to be said of a person when all rows are known.
struct Fault<'e> {
    mark: Mark,
    /// Index of the item, where it is about one.
    item: Option<usize>,
    draft: Draft<'e>,
}

/// The form 7 rows of one file in the making.
pub(super) struct TotalState<'e, 'f> {
    totals: &'e Totals,
    current: Option<(usize, Person<'f>)>,
    /// Persons with something to be said.
    open: BTreeMap<usize, Person<'f>>,
    /// The grand totals of persons that came out right.
    settled: BTreeMap<usize, Mark>,
}

impl<'e, 'f> TotalState<'e, 'f> {
    pub(super) fn new(totals: &'e Totals) -> Self {
        Self { totals, current: None, open: BTreeMap::new(), settled: BTreeMap::new() }
    }

    pub(super) fn check(
        &mut self,
        walk: &mut Walk<'e, 'f, '_, '_>,
        fields: &[RawField<'f>],
        (kind, group, mark): (RowKind, usize, Mark),
    ) {
        let totals = self.totals;
        let person = self.person(group, mark);
        let office = item(fields, totals.office);
        let is_total_office = office == totals.total_office.as_bytes();
        if kind == RowKind::Total {
            match person.total {
                Some((first, _)) => {
                    let draft = Draft::new(&rules::TOTAL_TWICE).word("first", first.record());
                    walk.report_at(mark, draft.resting_on(totals.row_confidence));
                }
                None => person.total = Some((mark, Cells::read(totals, fields))),
            }
            if !is_total_office && !office.is_empty() {
                report_office(walk, fields, (&rules::TOTAL_OFFICE, totals));
            }
            return;
        }
        if is_total_office {
            report_office(walk, fields, (&rules::TOTAL_OFFICE_ELSEWHERE, totals));
        }
        add(totals, person, fields, (kind, office, mark));
    }

    /// The person of a row, who may have been met before.
    fn person(&mut self, group: usize, mark: Mark) -> &mut Person<'f> {
        if self.current.as_ref().is_none_or(|(current, _)| *current != group) {
            self.leave();
            let person = match (self.open.remove(&group), self.settled.remove(&group)) {
                (Some(person), _) => person,
                // The sums of earlier rows are forgotten; that there was a grand total is not.
                (None, Some(total)) => Person {
                    total: Some((total, Cells::default())),
                    is_partly_known: true,
                    ..Person::new(mark)
                },
                (None, None) => Person::new(mark),
            };
            self.current = Some((group, person));
        }
        &mut self.current.get_or_insert_with(|| (group, Person::new(mark))).1
    }

    fn leave(&mut self) {
        let Some((group, person)) = self.current.take() else {
            return;
        };
        match person.total {
            Some((total, _)) if faults(self.totals, &person).is_empty() => {
                self.settled.insert(group, total);
            }
            _ => {
                self.open.insert(group, person);
            }
        }
    }

    /// Reports what only shows when every row is known. `whole` is whether every row could be read.
    pub(super) fn finish(mut self, walk: &mut Walk<'e, 'f, '_, '_>, whole: bool) {
        self.leave();
        if !whole {
            return;
        }
        for person in self.open.values() {
            if person.total.is_none() {
                let marker = self.totals.marker(RowKind::Total, "");
                let draft = Draft::new(&rules::TOTAL_MISSING).word("marker", marker);
                walk.report_at(person.first, draft.resting_on(self.totals.row_confidence));
            }
            for fault in faults(self.totals, person) {
                walk.report_item_at(fault.mark, fault.item, fault.draft);
            }
        }
    }
}

fn report_office<'e, 'f>(
    walk: &mut Walk<'e, 'f, '_, '_>,
    fields: &[RawField<'f>],
    (rule, totals): (&'static Rule, &Totals),
) {
    let (Some(raw), Some(field)) =
        (fields.get(totals.office), walk.source.layout.fields().get(totals.office))
    else {
        return;
    };
    let place = walk.place(raw.start);
    let draft = Draft::new(rule).field(field).value(raw.raw).word("expected", &totals.total_office);
    walk.out.push(draft.resting_on(totals.office_confidence).at(place));
}

fn add<'f>(
    totals: &Totals,
    person: &mut Person<'f>,
    fields: &[RawField<'f>],
    (kind, number, mark): (RowKind, &'f [u8], Mark),
) {
    let code = item(fields, totals.row);
    let Some(office) = person.office(number, code.get(..2).unwrap_or(code), mark) else {
        return;
    };
    let cells = Cells::read(totals, fields);
    office.is_set_aside |=
        totals.set_aside.as_ref().is_some_and(|(index, value)| item(fields, *index) == value.as_bytes());
    match kind {
        RowKind::Detail if cells.are_inside(totals) => {
            office.has_several_codes |= office.code.is_some_and(|known| known != code);
            office.code = Some(code);
            office.inside.add(&cells);
        }
        RowKind::Detail => office.outside.add(&cells),
        // Satellites of one number may have a subtotal each.
        RowKind::Subtotal => match &mut office.subtotal {
            Some((_, known)) => known.add(&cells),
            None => office.subtotal = Some((mark, cells)),
        },
        RowKind::OutsideSubtotal | RowKind::OverDaysSubtotal => office.is_set_aside = true,
        RowKind::Total => {}
    }
}

/// Everything that is wrong with the rows of a person, but a grand total that is missing.
fn faults<'e>(totals: &'e Totals, person: &Person<'_>) -> Vec<Fault<'e>> {
    let mut faults = Vec::new();
    if person.is_partly_known {
        return faults;
    }
    let mut departing = |rule, mark, departures: Vec<sums::Departure>| {
        for departure in departures {
            let item = totals.summed.get(departure.at).map(|summed| summed.item);
            let draft = Draft::new(rule).secret("expected", departure.sum.to_string());
            faults.push(Fault { mark, item, draft });
        }
    };
    for office in &person.offices {
        if let Some((mark, subtotal)) = &office.subtotal {
            departing(&rules::TOTAL_SUBTOTAL_SUM, *mark, sums::of_subtotal(totals, subtotal, office));
        }
    }
    if let Some((mark, total)) = &person.total {
        departing(&rules::TOTAL_SUM, *mark, sums::of_total(totals, total, &person.offices));
    }
    for office in &person.offices {
        if office.has_several_codes && office.subtotal.is_none() {
            let marker = totals.marker(RowKind::Subtotal, &String::from_utf8_lossy(office.service_type));
            let draft = Draft::new(&rules::TOTAL_NO_SUBTOTAL).secret("marker", marker);
            faults.push(Fault { mark: office.first, item: None, draft });
        }
    }
    faults
}
