//! Tables: shares of the width, a head that every page repeats, and rows whose spans fill the grid.

use thiserror::Error;

use super::cell::Cell;
use super::grid::{self, Placed};
use super::text::clean;

/// Columns of a table: 31 days, five weekly sums, and what stands before and after them.
pub const COLUMNS_MAX: usize = 64;

/// Width that a table has at least, in points: A4 upright between its margins. Columns wide enough here are wide enough on every paper.
const NARROWEST_TABLE: f32 = 538.0;

/// A table whose spans fill its grid exactly.
///
/// ```
/// use careplan_sheet::{Cell, Row, Table, TableFault};
///
/// let table = Table::builder([2, 5, 5])
///     .caption("援助内容")
///     .head(Row::new([Cell::head("項目"), Cell::head("短期目標"), Cell::head("期間")]))
///     .row(Row::new([Cell::label("歩行").rows(2), Cell::data("玄関まで歩く"), Cell::data("３か月")]))
///     .row(Row::new([Cell::data("近所を散歩する"), Cell::data("６か月")]))
///     .build()?;
/// # let _ = table;
/// let torn = Table::builder([1, 1]).row(Row::new([Cell::data("一つだけ")])).build();
/// assert!(matches!(torn, Err(TableFault::RowTooShort { row: 1, filled: 1, columns: 2, .. })));
/// # Ok::<(), TableFault>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub(crate) caption: Option<String>,
    pub(crate) shares: Vec<u16>,
    pub(crate) head: Vec<Row>,
    pub(crate) body: Vec<Row>,
    pub(crate) size: TextSize,
}

impl Table {
    /// Begins a table; each number is a column's share of the width.
    #[must_use]
    pub fn builder(shares: impl IntoIterator<Item = u16>) -> TableBuilder {
        TableBuilder {
            table: Self {
                caption: None,
                shares: shares.into_iter().collect(),
                head: Vec::new(),
                body: Vec::new(),
                size: TextSize::Normal,
            },
        }
    }

    /// The cells of a part with their places.
    pub(crate) fn placed(&self, part: Part) -> Vec<Placed<'_>> {
        // cannot fail: `build` placed the same cells
        grid::place(part, self.rows(part), self.shares.len()).unwrap_or_default()
    }

    pub(crate) fn rows(&self, part: Part) -> &[Row] {
        match part {
            Part::Head => &self.head,
            Part::Body => &self.body,
        }
    }

    /// Where the columns begin and the last ends, as parts of the width from 0 to 1.
    pub(crate) fn edges(&self) -> Vec<f32> {
        let total: f32 = self.shares.iter().copied().map(f32::from).sum();
        let mut sum = 0.0;
        let ends = self.shares.iter().map(|share| {
            sum += f32::from(*share);
            sum / total
        });
        std::iter::once(0.0).chain(ends).collect()
    }
}

/// A table in the making; [`build`](Self::build) judges it.
#[derive(Debug, Clone)]
pub struct TableBuilder {
    table: Table,
}

impl TableBuilder {
    /// Says what the table shows, above it.
    #[must_use]
    pub fn caption(mut self, caption: &str) -> Self {
        self.table.caption = Some(clean(caption));
        self
    }

    /// Sets the size of the text.
    #[must_use]
    pub fn size(mut self, size: TextSize) -> Self {
        self.table.size = size;
        self
    }

    /// Adds a row to the head, which every page repeats.
    #[must_use]
    pub fn head(mut self, row: Row) -> Self {
        self.table.head.push(row);
        self
    }

    /// Adds a row to the body.
    #[must_use]
    pub fn row(mut self, row: Row) -> Self {
        self.table.body.push(row);
        self
    }

    /// Adds rows to the body.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.table.body.extend(rows);
        self
    }

    /// The finished table.
    ///
    /// # Errors
    ///
    /// Columns that are too many or too narrow for a letter, and the first place where spans do not fill the grid.
    pub fn build(self) -> Result<Table, TableFault> {
        let table = self.table;
        let columns = table.shares.len();
        if columns == 0 || columns > COLUMNS_MAX {
            return Err(TableFault::Columns { columns });
        }
        let narrowest = table.size.points() + 2.0 * table.size.padding();
        let edges = table.edges();
        let widths = edges.iter().zip(edges.iter().skip(1)).map(|(from, to)| (to - from) * NARROWEST_TABLE);
        if let Some(column) = widths.into_iter().position(|width| width.is_nan() || width < narrowest) {
            return Err(TableFault::ColumnTooNarrow { column: column + 1 });
        }
        grid::place(Part::Head, &table.head, columns)?;
        grid::place(Part::Body, &table.body, columns)?;
        Ok(table)
    }
}

/// A row of cells. Places taken by cells of rows above are left out, as in HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub(crate) cells: Vec<Cell>,
    pub(crate) height: Height,
}

impl Row {
    /// A row as high as its highest cell.
    #[must_use]
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { cells: cells.into_iter().collect(), height: Height::Text }
    }

    /// A row with room for this many lines, also when less is written in it.
    #[must_use]
    pub fn lines(mut self, lines: u8) -> Self {
        self.height = Height::Lines(lines);
        self
    }
}

/// How high a row is at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Height {
    /// As its text needs.
    Text,
    /// Room for so many lines.
    Lines(u8),
}

impl Height {
    /// The lines a row has room for at least.
    pub(crate) fn lines(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Lines(lines) => lines.max(1),
        }
    }
}

/// The size of the text of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextSize {
    /// 10 points, for forms that are read aloud and signed.
    Normal,
    /// 8 points, for forms with many columns.
    Small,
    /// 6 points, for a calendar of 31 days.
    Tiny,
}

impl TextSize {
    /// The height of a letter, in points.
    pub(crate) fn points(self) -> f32 {
        match self {
            Self::Normal => 10.0,
            Self::Small => 8.0,
            Self::Tiny => 6.0,
        }
    }

    /// The room between a cell's rule and its text, in points.
    pub(crate) fn padding(self) -> f32 {
        match self {
            Self::Normal => 4.0,
            Self::Small => 2.5,
            Self::Tiny => 1.0,
        }
    }
}

/// A part of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The rows that every page repeats.
    Head,
    /// The rows below them.
    Body,
}

/// Why a table cannot be drawn. A mistake of the form that makes the table, never of what was filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TableFault {
    /// No column, or too many.
    #[error("a table has 1 to {COLUMNS_MAX} columns, not {columns}")]
    Columns {
        /// Columns asked for.
        columns: usize,
    },
    /// A column in which no letter has room.
    #[error("column {column} is too narrow for a letter")]
    ColumnTooNarrow {
        /// Counted from 1.
        column: usize,
    },
    /// A cell that takes no column or no row.
    #[error("row {row} of the {part:?}: a cell takes no column or no row")]
    ZeroSpan {
        /// Where.
        part: Part,
        /// Counted from 1.
        row: usize,
    },
    /// Cells of a row leave places free.
    #[error("row {row} of the {part:?}: {filled} of {columns} columns are filled")]
    RowTooShort {
        /// Where.
        part: Part,
        /// Counted from 1.
        row: usize,
        /// Columns that have a cell.
        filled: usize,
        /// Columns of the table.
        columns: usize,
    },
    /// Cells of a row reach beyond the last column.
    #[error("row {row} of the {part:?}: its cells reach beyond the {columns} columns")]
    RowTooLong {
        /// Where.
        part: Part,
        /// Counted from 1.
        row: usize,
        /// Columns of the table.
        columns: usize,
    },
    /// A cell wants a place that a cell of a row above has.
    #[error("row {row} of the {part:?}: a cell lies over one of a row above")]
    Overlap {
        /// Where.
        part: Part,
        /// Counted from 1.
        row: usize,
    },
    /// A cell takes more rows than are left.
    #[error("row {row} of the {part:?}: a cell reaches below the last row")]
    SpanBelowEnd {
        /// Where.
        part: Part,
        /// Counted from 1.
        row: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rows: &[&[(u16, u16)]]) -> Result<(), TableFault> {
        let rows = rows
            .iter()
            .map(|spans| Row::new(spans.iter().map(|(cols, rows)| Cell::data("").cols(*cols).rows(*rows))));
        Table::builder([1, 1, 1]).rows(rows).build().map(|_| ())
    }

    #[test]
    fn spans_fill_the_grid_exactly() {
        let part = Part::Body;
        assert_eq!(judged(&[&[(1, 2), (2, 1)], &[(1, 1), (1, 1)]]), Ok(()));
        assert_eq!(judged(&[&[(3, 2)], &[]]), Ok(()));
        let short = TableFault::RowTooShort { part, row: 2, filled: 2, columns: 3 };
        assert_eq!(judged(&[&[(1, 2), (2, 1)], &[(1, 1)]]), Err(short));
        let long = TableFault::RowTooLong { part, row: 1, columns: 3 };
        assert_eq!(judged(&[&[(2, 1), (2, 1)]]), Err(long));
        assert_eq!(judged(&[&[(1, 1); 4]]), Err(long));
        let overlap = TableFault::Overlap { part, row: 2 };
        assert_eq!(judged(&[&[(1, 1), (1, 2), (1, 1)], &[(2, 1)]]), Err(overlap));
        assert_eq!(judged(&[&[(3, 1)], &[(3, 2)]]), Err(TableFault::SpanBelowEnd { part, row: 2 }));
        assert_eq!(judged(&[&[(3, 0)]]), Err(TableFault::ZeroSpan { part, row: 1 }));
        assert_eq!(judged(&[&[(u16::MAX, 1)]]), Err(long));
    }

    #[test]
    fn a_column_has_room_for_a_letter() {
        let built = |shares: Vec<u16>, size| Table::builder(shares).size(size).build().map(|_| ());
        // 8 of 538 points: a letter of 6 and its padding.
        assert_eq!(built(vec![80, 5300], TextSize::Tiny), Ok(()));
        assert_eq!(built(vec![5301, 79], TextSize::Tiny), Err(TableFault::ColumnTooNarrow { column: 2 }));
        assert_eq!(built(vec![80, 5300], TextSize::Small), Err(TableFault::ColumnTooNarrow { column: 1 }));
        assert_eq!(built(vec![0], TextSize::Tiny), Err(TableFault::ColumnTooNarrow { column: 1 }));
    }

    #[test]
    fn columns_are_counted() {
        let built = |columns| Table::builder(vec![1; columns]).size(TextSize::Tiny).build().map(|_| ());
        assert_eq!(built(COLUMNS_MAX), Ok(()));
        assert_eq!(built(COLUMNS_MAX + 1), Err(TableFault::Columns { columns: COLUMNS_MAX + 1 }));
        assert_eq!(built(0), Err(TableFault::Columns { columns: 0 }));
    }
}
