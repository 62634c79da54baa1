//! The one model of a printed form, from which both drawings are made.
//!
//! It says what is on the sheet – headings, tables with their headers, pictures with their words – and never where. HTML
//! takes it as it is; the paper's boxes are computed from it in `page`.
//!
//! Promises: a [`Table`] and a [`Picture`] exist only valid, and text is cleaned once, on its way in.

mod cell;
mod grid;
mod picture;
mod table;
mod text;

use jiff::civil::Date;

pub(crate) use cell::CellKind;
pub use cell::{Align, Cell};
pub(crate) use grid::Placed;
pub(crate) use picture::Pixels;
pub use picture::{PICTURE_BYTES_MAX, Picture, PictureFault};
pub use table::{COLUMNS_MAX, Part, Row, Table, TableBuilder, TableFault, TextSize};
pub(crate) use text::{choice, clean};

/// What is printed in one go: one PDF, one page of HTML. Its language is Japanese.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub(crate) title: String,
    pub(crate) date: Date,
    pub(crate) sheets: Vec<Sheet>,
}

impl Document {
    /// A document without sheets yet. The date is written into the PDF as the day it was made.
    #[must_use]
    pub fn new(title: &str, date: Date) -> Self {
        Self { title: clean(title), date, sheets: Vec::new() }
    }

    /// Adds a sheet.
    #[must_use]
    pub fn sheet(mut self, sheet: Sheet) -> Self {
        self.sheets.push(sheet);
        self
    }
}

/// One form, e.g. 第１表. It begins on a new page and takes as many as it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub(crate) title: String,
    pub(crate) form_no: Option<String>,
    pub(crate) paper: Paper,
    pub(crate) letterhead: Option<Letterhead>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) note: Option<String>,
}

impl Sheet {
    /// An empty sheet on A4 landscape, the paper of most care plan forms.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self {
            title: clean(title),
            form_no: None,
            paper: Paper::A4Landscape,
            letterhead: None,
            blocks: Vec::new(),
            note: None,
        }
    }

    /// The number of the form as the ministry names it, e.g. 第１表.
    #[must_use]
    pub fn form_no(mut self, form_no: &str) -> Self {
        self.form_no = Some(clean(form_no));
        self
    }

    /// Turns the paper upright.
    #[must_use]
    pub fn portrait(mut self) -> Self {
        self.paper = Paper::A4Portrait;
        self
    }

    /// Makes it a letter on upright paper: to whom, where a window envelope shows it, and from whom, each in a few lines. The title
    /// stands below the first fold.
    #[must_use]
    pub fn letter(mut self, to: &str, from: &str) -> Self {
        self.letterhead = Some(Letterhead { to: clean(to), from: clean(from) });
        self.portrait()
    }

    /// A small note at the foot of every page of the sheet.
    #[must_use]
    pub fn note(mut self, note: &str) -> Self {
        self.note = Some(clean(note));
        self
    }

    /// Adds a heading inside the sheet.
    #[must_use]
    pub fn heading(self, text: &str) -> Self {
        self.block(Block::Heading(clean(text)))
    }

    /// Adds a paragraph; line breaks are kept.
    #[must_use]
    pub fn paragraph(self, text: &str) -> Self {
        self.block(Block::Paragraph(clean(text)))
    }

    /// Adds a table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.block(Block::Table(table))
    }

    /// Adds a picture.
    #[must_use]
    pub fn picture(self, picture: Picture) -> Self {
        self.block(Block::Picture(picture))
    }

    /// The sheet as faults name it.
    pub(crate) fn called(&self) -> String {
        format!("「{}」", self.form_no.as_ref().unwrap_or(&self.title))
    }

    fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

/// To whom a letter goes, and from whom.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Letterhead {
    pub(crate) to: String,
    pub(crate) from: String,
}

/// The sheet of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paper {
    /// 297 mm wide, 210 mm high.
    A4Landscape,
    /// 210 mm wide, 297 mm high.
    A4Portrait,
}

/// A part of a sheet, from top to bottom.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    Heading(String),
    Paragraph(String),
    Table(Table),
    Picture(Picture),
}
