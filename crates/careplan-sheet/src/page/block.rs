//! Headings, paragraphs and pictures on the page.

use super::flow::{Flow, LEADING, Style, lines_high};
use super::{Area, Place, Shown};
use crate::fault::PaperFault;
use crate::sheet::{Align, Block, Picture};

/// Heights of the letters.
const HEADING: f32 = 11.0;
const PARAGRAPH: f32 = 10.0;

/// Room between blocks.
const GAP: f32 = 8.0;

/// A heading is not left alone at the foot of a page: it wants this much below it, if no table says how much.
const BELOW_HEADING: f32 = 80.0;

/// A pixel of a picture, unless the page is smaller: 150 to the inch, at which the writing of a scan keeps its size or nearly so.
const PIXEL: f32 = 72.0 / 150.0;

impl<'a> Flow<'a> {
    /// Writes a block below what is there. A heading waits for the block that it belongs to.
    pub(super) fn block(&mut self, block: usize, content: &'a Block) -> Result<(), PaperFault> {
        match content {
            Block::Heading(text) => {
                self.heading()?;
                self.waiting = Some((block, text));
                return Ok(());
            }
            Block::Table(table) => self.table(block, table)?,
            Block::Paragraph(text) => {
                self.heading()?;
                self.paragraph(block, text)?;
            }
            Block::Picture(picture) => {
                self.heading()?;
                self.picture(block, picture)?;
            }
        }
        self.y += GAP;
        Ok(())
    }

    /// Height of the heading that waits.
    pub(super) fn waiting_height(&self) -> Result<f32, PaperFault> {
        let Some((_, text)) = self.waiting else { return Ok(0.0) };
        let lines = self.wrap(text, self.width() / HEADING)?;
        Ok(lines_high(lines.len(), HEADING) + GAP / 4.0)
    }

    /// Writes the heading that waits, if there is one, where what comes below it has room too.
    pub(super) fn heading(&mut self) -> Result<(), PaperFault> {
        if self.waiting.is_some() && self.room() < BELOW_HEADING && !self.is_fresh() {
            self.new_page()?;
        }
        self.heading_here()
    }

    /// Writes the heading that waits, if there is one: whoever calls has made room.
    pub(super) fn heading_here(&mut self) -> Result<(), PaperFault> {
        let Some((block, text)) = self.waiting.take() else { return Ok(()) };
        self.text(text, HEADING, true, Place::Block(block))?;
        self.y += GAP / 4.0;
        Ok(())
    }

    fn paragraph(&mut self, block: usize, text: &str) -> Result<(), PaperFault> {
        self.text(text, PARAGRAPH, false, Place::Block(block))
    }

    /// Writes lines, over as many pages as they need.
    pub(super) fn text(
        &mut self,
        text: &str,
        size: f32,
        strong: bool,
        place: Place,
    ) -> Result<(), PaperFault> {
        let mut lines = self.wrap(text, self.width() / size)?.into_iter();
        while lines.len() > 0 {
            if self.room() < size * LEADING && !self.is_fresh() {
                self.new_page()?;
            }
            let fit = lines_in(self.room(), size).max(1).min(lines.len());
            let fitting = lines.by_ref().take(fit).collect();
            let height = lines_high(fit, size);
            let area = Area { x: self.left(), y: self.y, width: self.width(), height };
            if let Some(page) = self.page() {
                page.write(fitting, &Style { size, strong, align: Align::Start }, area, place);
            }
            self.y += height;
        }
        Ok(())
    }

    /// Shows a picture whole, smaller than it is if the page asks for it.
    fn picture(&mut self, block: usize, picture: &'a Picture) -> Result<(), PaperFault> {
        let (width, height) = (f32::from(picture.width) * PIXEL, f32::from(picture.height) * PIXEL);
        let scale = (self.width() / width).min(self.full_room() / height).min(1.0);
        let (width, height) = (width * scale, height * scale);
        if height > self.room() && !self.is_fresh() {
            self.new_page()?;
        }
        let area = Area { x: self.left() + (self.width() - width) / 2.0, y: self.y, width, height };
        if let Some(page) = self.page() {
            page.pictures.push(Shown { area, picture, block });
        }
        self.y += height;
        Ok(())
    }
}

/// How many lines a height has room for.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lines of a page, never below 0")]
pub(super) fn lines_in(height: f32, size: f32) -> usize {
    // A thousandth of a line is rounding.
    (height / (size * LEADING) + 0.001).max(0.0) as usize
}
