//! Which cell stands where, once spans are taken into account.
//!
//! Promises: what [`place`] accepts fills its rectangle of rows and columns exactly, each place once.

use super::cell::Cell;
use super::table::{Part, Row, TableFault};

/// A cell and the place of its top left corner, counted from 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed<'a> {
    pub(crate) cell: &'a Cell,
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl Placed<'_> {
    /// The row after its last.
    pub(crate) fn row_end(&self) -> usize {
        self.row + usize::from(self.cell.rows)
    }

    /// The column after its last.
    pub(crate) fn column_end(&self) -> usize {
        self.column + usize::from(self.cell.cols)
    }
}

/// Places the cells as HTML does: each into the first free place of its row.
///
/// # Errors
///
/// The first place where the spans leave a hole, overlap, or reach beyond the edge. Rows are told counted from 1.
pub(crate) fn place(part: Part, rows: &[Row], columns: usize) -> Result<Vec<Placed<'_>>, TableFault> {
    let mut placed = Vec::with_capacity(rows.iter().map(|row| row.cells.len()).sum());
    // For each column: how many rows from here on are taken from above.
    let mut taken: Vec<usize> = vec![0; columns];
    for (index, row) in rows.iter().enumerate() {
        let number = index + 1;
        let mut column = 0;
        for cell in &row.cells {
            column += free_from(&taken, column);
            let (width, height) = (usize::from(cell.cols), usize::from(cell.rows));
            if width == 0 || height == 0 {
                return Err(TableFault::ZeroSpan { part, row: number });
            }
            if height > rows.len() - index {
                return Err(TableFault::SpanBelowEnd { part, row: number });
            }
            let wanted = taken.get_mut(column..column + width);
            let wanted = wanted.ok_or(TableFault::RowTooLong { part, row: number, columns })?;
            if wanted.iter().any(|rows| *rows > 0) {
                return Err(TableFault::Overlap { part, row: number });
            }
            wanted.fill(height);
            placed.push(Placed { cell, row: index, column });
            column += width;
        }
        let filled = taken.iter().filter(|rows| **rows > 0).count();
        if filled < columns {
            return Err(TableFault::RowTooShort { part, row: number, filled, columns });
        }
        taken.iter_mut().for_each(|rows| *rows -= 1);
    }
    Ok(placed)
}

/// How many places are taken from this column on.
fn free_from(taken: &[usize], column: usize) -> usize {
    taken.iter().skip(column).take_while(|rows| **rows > 0).count()
}
