//! One cell of a table: its text, what it is to its neighbours, and how it stands.

use super::text::clean;

/// A cell. Made by what it is – [`Cell::data`], [`Cell::label`], [`Cell::head`] – and shaped by what follows.
///
/// ```
/// use careplan_sheet::{Align, Cell};
///
/// let label = Cell::label("生年月日").rows(2);
/// let amount = Cell::data("12,340").align(Align::End);
/// let days = Cell::head("サービス内容\nおよび種別").cols(3);
/// # let _ = (label, amount, days);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub(crate) text: String,
    pub(crate) kind: CellKind,
    pub(crate) cols: u16,
    pub(crate) rows: u16,
    pub(crate) align: Align,
    pub(crate) middle: bool,
    pub(crate) strong: bool,
    pub(crate) shaded: bool,
}

/// What a cell is to the cells beside and below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellKind {
    /// What was filled in.
    Data,
    /// Names the cells to its right.
    RowHeader,
    /// Names the cells below it.
    ColumnHeader,
}

/// Where the lines of a cell stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    Start,
    /// In the middle, e.g. marks in a calendar.
    Center,
    /// At the right, e.g. amounts.
    End,
}

impl Cell {
    /// A cell with what was filled in; its text begins at the top left.
    #[must_use]
    pub fn data(text: &str) -> Self {
        Self {
            text: clean(text),
            kind: CellKind::Data,
            cols: 1,
            rows: 1,
            align: Align::Start,
            middle: false,
            strong: false,
            shaded: false,
        }
    }

    /// A cell that names what stands to its right: shaded, its text at the left and halfway down.
    #[must_use]
    pub fn label(text: &str) -> Self {
        Self { kind: CellKind::RowHeader, middle: true, shaded: true, ..Self::data(text) }
    }

    /// A cell that names what stands below it: shaded, its text in the middle.
    #[must_use]
    pub fn head(text: &str) -> Self {
        Self { kind: CellKind::ColumnHeader, align: Align::Center, ..Self::label(text) }
    }

    /// An empty cell.
    #[must_use]
    pub fn empty() -> Self {
        Self::data("")
    }

    /// Lets the cell take this many columns.
    #[must_use]
    pub fn cols(mut self, cols: u16) -> Self {
        self.cols = cols;
        self
    }

    /// Lets the cell take this many rows.
    #[must_use]
    pub fn rows(mut self, rows: u16) -> Self {
        self.rows = rows;
        self
    }

    /// Where the lines stand.
    #[must_use]
    pub fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// Lets the text stand halfway down the cell and not at its top.
    #[must_use]
    pub fn middle(mut self) -> Self {
        self.middle = true;
        self
    }

    /// Sets the text in bold.
    #[must_use]
    pub fn strong(mut self) -> Self {
        self.strong = true;
        self
    }

    /// Shades the cell, e.g. the Sundays of a calendar. The shade must not be the only thing that tells the reader.
    #[must_use]
    pub fn shaded(mut self) -> Self {
        self.shaded = true;
        self
    }
}
