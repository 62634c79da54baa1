//! Rows on their way onto pages: how high they are, given what is still to be written in their cells.
//!
//! A cell knows its lines and how many of them stand already on an earlier page. Heights are therefore computed anew for each
//! page, over the rows that are left: a cell over many rows that was cut brings only the rest of its lines along.

use super::block::lines_in;
use super::flow::{Flow, lines_high};
use super::wrap::Line;
use crate::fault::PaperFault;
use crate::sheet::{Part, Placed, Table};

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
}

impl<'a> Rows<'a> {
    /// All cells of a part, their text broken into lines.
    pub(super) fn new(flow: &Flow<'_>, table: &'a Table, part: Part) -> Result<Self, PaperFault> {
        let (size, padding) = (table.size.points(), table.size.padding());
        let edges = table.edges();
        let edge = |column: usize| edges.get(column).copied().unwrap_or(1.0) * flow.width();
        let cells = table.placed(part).into_iter().map(|placed| {
            let width = edge(placed.column_end()) - edge(placed.column) - 2.0 * padding;
            let lines = flow.wrap(&placed.cell.text, width / size)?.into_iter();
            Ok(Todo { placed, lines })
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
            if cell.lines.len() == 0 {
                continue;
            }
            let need = lines_high(cell.lines.len(), self.size) + 2.0 * self.padding;
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

    /// Notes that so many whole rows stand on the page, and so much of the row below them.
    pub(super) fn written(&mut self, whole: usize, part: Option<f32>) {
        self.next += whole;
        let Some(part) = part else { return };
        let one_line = self.height_of(1);
        let unfinished =
            self.cells.iter().any(|cell| cell.placed.row_end() == self.next + 1 && cell.lines.len() > 0);
        if let Some(least) = self.least.get_mut(self.next) {
            // A rest without a letter that is lower than a line would be a sliver.
            *least = if *least - part < one_line { 0.0 } else { *least - part };
            if *least <= 0.0 && !unfinished {
                self.next += 1;
            }
        }
    }
}
