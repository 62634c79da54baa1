//! Sheets of paper, computed from the model: where each rule, each line of text and each picture stands.
//!
//! Promises: every character of the model stands on a page exactly once, but for the heads of tables and the titles that are
//! repeated; nothing lies outside its cell or its page. Knows nothing of PDF: the same pages could go to a printer or a screen.
//!
//! All lengths are points (1/72 inch), x from the left and y from the top.

mod block;
mod flow;
mod rows;
mod table;
mod wrap;

#[cfg(test)]
mod properties;

use crate::fault::PaperFault;
use crate::font::Letter;
use crate::sheet::{Document, Paper, Part};

/// The pages of a document, in order.
///
/// # Errors
///
/// A character without a glyph, or a title so long that nothing else has room.
pub(crate) fn lay_out(document: &Document) -> Result<Vec<Page<'_>>, PaperFault> {
    let mut pages = Vec::new();
    for (index, sheet) in document.sheets.iter().enumerate() {
        pages.extend(flow::pages_of(index, sheet)?);
    }
    flow::number(&mut pages)?;
    Ok(pages)
}

/// One page.
#[derive(Debug, Clone)]
pub(crate) struct Page<'a> {
    pub(crate) paper: Paper,
    /// The sheet it belongs to, counted from 0.
    pub(crate) sheet: usize,
    pub(crate) frames: Vec<Frame>,
    pub(crate) runs: Vec<Run>,
    pub(crate) pictures: Vec<Shown<'a>>,
}

/// A rectangle on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Area {
    /// The area without a margin on its four sides.
    fn inside(self, margin: f32) -> Self {
        Self {
            x: self.x + margin,
            y: self.y + margin,
            width: self.width - 2.0 * margin,
            height: self.height - 2.0 * margin,
        }
    }
}

/// A box with a rule around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) area: Area,
    pub(crate) shaded: bool,
}

/// A line of text.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) x: f32,
    pub(crate) baseline: f32,
    /// The height of its letters.
    pub(crate) size: f32,
    pub(crate) strong: bool,
    pub(crate) letters: Vec<Letter>,
    /// What it must not leave: its cell, or the width of the page.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the properties ask whether a line keeps to it"))]
    pub(crate) area: Area,
    pub(crate) place: Place,
}

/// A picture, with the block of the sheet it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) area: Area,
    pub(crate) picture: &'a crate::sheet::Picture,
    pub(crate) block: usize,
}

/// What a line of text is a part of, in the model: the way back from paper to meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// Page numbers and what is repeated from an earlier page. Read aloud, it would disturb.
    Furniture,
    /// To whom a letter goes.
    To,
    /// From whom.
    From,
    /// The number of the form.
    FormNo,
    /// The title of the sheet.
    Title,
    /// A heading or a paragraph.
    Block(usize),
    /// The caption of the table that is this block.
    Caption(usize),
    /// A cell of a table: the block, the part, and its number in the part.
    Cell(usize, Part, usize),
    /// The note at the foot.
    Note,
}

impl Paper {
    /// Width and height.
    pub(crate) fn size(self) -> (f32, f32) {
        match self {
            Self::A4Landscape => (841.89, 595.28),
            Self::A4Portrait => (595.28, 841.89),
        }
    }
}
