//! Rows on their way onto pages: how high they are, given what is still to be written in their cells.
//!
//! A cell knows its lines and how many of them stand already on an earlier page. Heights are therefore computed anew for each
//! page, over the rows that are left: a cell over many rows that was cut brings only the rest of its lines along, and one whose text is at its
//! end is repeated, marked （続き）.

use super::block::lines_in;
use super::flow::{Flow, lines_high};
use super::wrap::Line;
use crate::fault::PaperFault;
use crate::sheet::{Part, Placed, Table};

/// A row is cut only where so many of its lines stand before the cut, and so many after it.
pub(super) const LINES_BEFORE_CUT: usize = 3;
const LINES_AFTER_CUT: usize = 2;

/// Lines that a page repeats of a cell that goes on: enough to know the need by, however long it was written.
const REPEATED_LINES_MAX: usize = 6;

/// The cells of a part of a table, being written.
pub(super) struct Rows<'a> {
    pub(super) part: Part,
    pub(super) cells: Vec<Todo<'a>>,
    /// For each row, the height it has at least; for a row that was cut, what is left of it.
    least: Vec<f32>,
    size: f32,
    pub(super) padding: f32,
    /// The first row that is not finished.
    pub(super) next: usize,
}

/// A cell, being written.
pub(super) struct Todo<'a> {
    pub(super) placed: Placed<'a>,
    /// Lines that no page has yet.
    pub(super) lines: std::vec::IntoIter<Line>,
    /// Whether an earlier page has a part of it.
    begun: bool,
    /// What the page repeats of a cell whose lines all stand on earlier ones.
    again: Vec<Line>,
    /// In heights of a letter.
    width: f32,
}

impl Todo<'_> {
    /// The lines that the page would have, if it had room for all.
    fn wanted(&self) -> usize {
        self.lines.len() + self.again.len()
    }

    /// Takes what stands on this page, at most so many lines, and whether all of that is repeated.
    pub(super) fn take(&mut self, fit: usize) -> (Vec<Line>, bool) {
        self.begun = true;
        let again = std::mem::take(&mut self.again);
        if again.is_empty() || again.len() > fit {
            return (self.lines.by_ref().take(fit).collect(), false);
        }
        (again, true)
    }
}

impl<'a> Rows<'a> {
    /// All cells of a part, their text broken into lines.
    pub(super) fn new(flow: &Flow<'_>, table: &'a Table, part: Part) -> Result<Self, PaperFault> {
        let (size, padding) = (table.size.points(), table.size.padding());
        let edges = table.edges();
        let edge = |column: usize| edges.get(column).copied().unwrap_or(1.0) * flow.width();
        let cells = table.placed(part).into_iter().map(|placed| {
            let width = (edge(placed.column_end()) - edge(placed.column) - 2.0 * padding) / size;
            let lines = flow.wrap(&placed.cell.text, width)?.into_iter();
            Ok(Todo { placed, lines, begun: false, again: Vec::new(), width })
        });
        let least = table.rows(part).iter();
        let least = least.map(|row| lines_high(usize::from(row.height.lines()), size) + 2.0 * padding);
        Ok(Self {
            part,
            cells: cells.collect::<Result<_, PaperFault>>()?,
            least: least.collect(),
            size,
            padding,
            next: 0,
        })
    }

    pub(super) fn is_done(&self) -> bool {
        self.next >= self.least.len()
    }

    /// The heights of the rows that are left, the first of them perhaps the rest of a row.
    pub(super) fn heights(&self) -> Vec<f32> {
        let mut heights: Vec<f32> = self.least.iter().skip(self.next).copied().collect();
        let mut tall = Vec::new();
        for cell in self.cells.iter().filter(|cell| cell.placed.row_end() > self.next) {
            let rows = cell.placed.row.saturating_sub(self.next)..cell.placed.row_end() - self.next;
            if cell.wanted() == 0 {
                continue;
            }
            let need = self.height_of(cell.wanted());
            match heights.get_mut(rows.clone()) {
                Some([height]) => *height = height.max(need),
                _ => tall.push((rows, need)),
            }
        }
        // What a cell over several rows wants beyond their heights, each of them gives an equal part of; short cells first.
        tall.sort_by_key(|(rows, _)| (rows.len(), rows.start));
        for (rows, need) in tall {
            let Some(heights) = heights.get_mut(rows) else { continue };
            let missing = need - heights.iter().sum::<f32>();
            if missing > 0.0 {
                let each = missing / f32::from(u16::try_from(heights.len()).unwrap_or(u16::MAX));
                heights.iter_mut().for_each(|height| *height += each);
            }
        }
        heights
    }

    /// Lets the page that begins repeat the cells which go on there although earlier pages have all of their text: a need on whose
    /// services the page goes on, the label of a text that is not at its end.
    pub(super) fn repeat(&mut self, flow: &Flow<'_>) -> Result<(), PaperFault> {
        let begun =
            |cell: &&Todo<'_>| cell.begun && cell.placed.row_end() > self.next && cell.lines.len() == 0;
        let goes_on = |cell: &Todo<'_>| {
            self.cells.iter().any(|other| {
                other.lines.len() > 0
                    && other.placed.column >= cell.placed.column_end()
                    && other.placed.row < cell.placed.row_end()
                    && other.placed.row_end() > self.next
            })
        };
        let repeated = self.cells.iter().map(|cell| match Some(cell).filter(begun) {
            Some(cell) if !cell.placed.cell.text.trim().is_empty() && goes_on(cell) => again(cell, flow),
            _ => Ok(Vec::new()),
        });
        let repeated: Vec<Vec<Line>> = repeated.collect::<Result<_, PaperFault>>()?;
        self.cells.iter_mut().zip(repeated).for_each(|(cell, again)| cell.again = again);
        Ok(())
    }

    /// Whether no cell would be torn by a page that ends after so many of the rows that are left.
    pub(super) fn tears_nothing(&self, rows: usize) -> bool {
        let end = self.next + rows;
        self.cells.iter().all(|cell| cell.placed.row >= end || cell.placed.row_end() <= end)
    }

    /// How many lines a box of this height has room for.
    pub(super) fn lines_in(&self, height: f32) -> usize {
        lines_in(height - 2.0 * self.padding, self.size)
    }

    /// The height of a box with this many lines.
    pub(super) fn height_of(&self, lines: usize) -> f32 {
        lines_high(lines, self.size) + 2.0 * self.padding
    }

    /// How much of a row stands on a page that has not enough room for it: what comes on the next one are lines enough to be seen.
    pub(super) fn part_of(&self, row: f32, room: f32) -> f32 {
        let above = row - lines_high(LINES_AFTER_CUT, self.size);
        let above = above.max(self.height_of(LINES_BEFORE_CUT));
        room.min(above)
    }

    /// Notes that so many whole rows stand on the page, and perhaps a part of the row below them.
    pub(super) fn written(&mut self, whole: usize, has_part: bool) {
        self.next += whole;
        if !has_part {
            return;
        }
        // Room to write in by hand is not continued: a rest without a letter would be a box of nothing.
        if let Some(least) = self.least.get_mut(self.next) {
            *least = 0.0;
        }
        let unfinished =
            self.cells.iter().any(|cell| cell.placed.row_end() == self.next + 1 && cell.lines.len() > 0);
        if !unfinished {
            self.next += 1;
        }
    }
}

/// The text of a cell as a later page repeats it: the beginning of a long one. The mark stands behind the text if it has room there whole.
fn again(cell: &Todo<'_>, flow: &Flow<'_>) -> Result<Vec<Line>, PaperFault> {
    let mut lines = flow.wrap(cell.placed.cell.text.trim_end(), cell.width)?;
    let is_long = lines.len() > REPEATED_LINES_MAX;
    lines.truncate(REPEATED_LINES_MAX);
    let mark = flow.wrap(if is_long { "…（続き）" } else { "（続き）" }, cell.width)?;
    match (lines.last_mut(), mark.as_slice()) {
        (Some(last), [mark]) if last.width + mark.width <= cell.width => last.append(mark),
        _ => lines.extend(mark),
    }
    Ok(lines)
}
