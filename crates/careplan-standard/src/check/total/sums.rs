//! Adding up the rows of one person of form 7, and what does not come out.
//!
//! The standard does not say of every cell what it counts, so a sum is wrong only when no reading of it comes out:
//! services outside the limit may or may not be among the units, and their cost may or may not stand in a subtotal.
//! A sum nobody filled a part of is not judged, nor is one with a number that cannot be read.

use crate::edition::{SUMMED_MAX, SumRole, Totals};
use crate::mark::Mark;
use crate::month::digits;
use crate::scan::RawField;

use super::super::groups::item;

/// One item, added up over some rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    sum: i64,
    filled: bool,
    unreadable: bool,
}

impl Cell {
    fn read(value: &[u8]) -> Self {
        if value.is_empty() {
            return Self::default();
        }
        let (sign, number) = match value.strip_prefix(b"-") {
            Some(number) => (-1, number),
            None => (1, value),
        };
        match digits(number) {
            Some(number) => Self { sum: sign * i64::from(number), filled: true, unreadable: false },
            None => Self { sum: 0, filled: true, unreadable: true },
        }
    }

    /// The number, where there is one to be read.
    fn number(self) -> Option<i64> {
        (self.filled && !self.unreadable).then_some(self.sum)
    }

    /// Both together. Rows are at most a million and numbers below ten digits; it cannot overflow, and would stay at the end.
    fn and(self, other: Self) -> Self {
        Self {
            sum: self.sum.saturating_add(other.sum),
            filled: self.filled || other.filled,
            unreadable: self.unreadable || other.unreadable,
        }
    }
}

/// The items of `Totals::summed`, in its order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cells([Cell; SUMMED_MAX]);

impl Cells {
    pub(super) fn read(totals: &Totals, fields: &[RawField<'_>]) -> Self {
        let mut cells = Self::default();
        for (cell, summed) in cells.0.iter_mut().zip(&totals.summed) {
            *cell = Cell::read(item(fields, summed.item));
        }
        cells
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (cell, other) in self.0.iter_mut().zip(&other.0) {
            *cell = cell.and(*other);
        }
    }

    /// Whether the row they come from is inside the limit: only such rows fill the units of the limit.
    pub(super) fn are_inside(&self, totals: &Totals) -> bool {
        self.0
            .iter()
            .zip(&totals.summed)
            .any(|(cell, summed)| summed.role == SumRole::LimitUnits && cell.filled)
    }

    fn get(&self, at: usize) -> Cell {
        self.0.get(at).copied().unwrap_or_default()
    }
}

/// The rows of one office and service type of a person.
#[derive(Debug)]
pub(super) struct Office<'f> {
    pub(super) number: &'f [u8],
    pub(super) service_type: &'f [u8],
    pub(super) first: Mark,
    /// The service code of the rows inside the limit.
    pub(super) code: Option<&'f [u8]>,
    /// Whether the rows inside the limit have several.
    pub(super) has_several_codes: bool,
    /// Subtotals outside the limit or beyond 30 days, or rows of such days: the standard does not say whether totals
    /// count them, so nothing is compared.
    pub(super) is_set_aside: bool,
    pub(super) inside: Cells,
    pub(super) outside: Cells,
    pub(super) subtotal: Option<(Mark, Cells)>,
}

impl Office<'_> {
    fn subtotal_cell(&self, at: usize) -> Cell {
        self.subtotal.as_ref().map(|(_, cells)| cells.get(at)).unwrap_or_default()
    }

    /// What the office adds to the grand total: the smaller and the larger reading.
    fn part(&self, at: usize, role: SumRole) -> (Cell, Cell) {
        let (inside, outside, subtotal) = (self.inside.get(at), self.outside.get(at), self.subtotal_cell(at));
        match role {
            // Where senders leave the details of the limit empty, the subtotal has them.
            SumRole::LimitUnits if inside.filled => (inside, inside),
            SumRole::LimitUnits => (subtotal, subtotal),
            SumRole::Units if inside.filled => (inside, inside.and(outside)),
            SumRole::Units if subtotal.filled => (subtotal, subtotal.and(outside)),
            // The rows outside the limit stay uncounted, or nobody says which rows are inside.
            SumRole::Units => (Cell { sum: 0, ..outside }, outside),
            SumRole::Cost if subtotal.filled => (subtotal, subtotal.and(outside)),
            SumRole::Cost => (inside.and(outside), inside.and(outside)),
        }
    }
}

/// A cell that does not agree with the rows it adds up.
pub(super) struct Departure {
    /// Position in `Totals::summed`.
    pub(super) at: usize,
    /// What the rows come to.
    pub(super) sum: i64,
}

/// Compares the grand total with the rows of all offices.
pub(super) fn of_total(totals: &Totals, total: &Cells, offices: &[Office<'_>]) -> Vec<Departure> {
    if offices.iter().any(|office| office.is_set_aside) {
        return Vec::new();
    }
    departures(totals, total, |at, role| {
        offices
            .iter()
            .map(|office| office.part(at, role))
            .fold((Cell::default(), Cell::default()), |(smaller, larger), part| {
                (smaller.and(part.0), larger.and(part.1))
            })
    })
}

/// Compares the units of a subtotal with the details of its office and type.
pub(super) fn of_subtotal(totals: &Totals, subtotal: &Cells, office: &Office<'_>) -> Vec<Departure> {
    if office.is_set_aside {
        return Vec::new();
    }
    departures(totals, subtotal, |at, role| {
        let (inside, all) = (office.inside.get(at), office.inside.get(at).and(office.outside.get(at)));
        match role {
            SumRole::LimitUnits => (inside, inside),
            SumRole::Units if inside.filled => (inside, all),
            SumRole::Units => (all, all),
            // Details may leave the cost to the subtotal, and the discount rounds.
            SumRole::Cost => (Cell::default(), Cell::default()),
        }
    })
}

fn departures(
    totals: &Totals,
    told: &Cells,
    sums: impl Fn(usize, SumRole) -> (Cell, Cell),
) -> Vec<Departure> {
    let mut departures = Vec::new();
    for (at, summed) in totals.summed.iter().enumerate() {
        let Some(told) = told.get(at).number() else {
            continue;
        };
        let (smaller, larger) = sums(at, summed.role);
        let (Some(smaller), Some(larger)) = (smaller.number(), larger.number()) else {
            continue;
        };
        if told != smaller && told != larger {
            departures.push(Departure { at, sum: larger });
        }
    }
    departures
}
