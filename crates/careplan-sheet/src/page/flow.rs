//! Filling pages from top to bottom: the title, what is in the body, the note and the number of the page.

use super::wrap::{Line, wrap};
use super::{Area, Frame, Page, Place, Run};
use crate::fault::PaperFault;
use crate::font::ASCENT;
use crate::sheet::{Align, Sheet};

/// White around the page: 10 mm, which every office printer can leave.
const MARGIN: f32 = 28.35;

/// Room at both sides of the title, for the number of the form and to keep the title in the middle.
const SIDE: f32 = 84.0;

/// Room for the number of the page.
const NUMBER: f32 = 80.0;

/// Height of a line, in heights of its letters.
pub(super) const LEADING: f32 = 1.35;

/// Heights of the letters of titles, form numbers and notes.
const TITLE: f32 = 14.0;
const FORM_NO: f32 = 10.0;
const NOTE: f32 = 8.0;

/// Room between the title and the body, and between the body and the note.
const GAP: f32 = 6.0;

/// Height of the letters of addresses.
const ADDRESS: f32 = 10.5;

/// Where a window envelope of the Japanese size 長形3号 shows a sheet of A4 that was folded twice, whichever way it slips: 22 mm from
/// the left, 18 mm from the top, 85 mm wide, 34 mm high.
const WINDOW: Area = Area { x: 62.4, y: 51.0, width: 241.0, height: 96.4 };

/// Where the sender stands, beside the window.
const SENDER: Area = Area { x: 346.0, y: 51.0, width: 220.9, height: 160.0 };

/// The title of a letter stands 103 mm from the top: the first fold is at 99 mm.
const BELOW_FOLD: f32 = 292.0;

/// The pages of one sheet, without their numbers.
pub(super) fn pages_of(index: usize, sheet: &Sheet) -> Result<Vec<Page<'_>>, PaperFault> {
    let mut flow = Flow::new(index, sheet)?;
    for (block, content) in sheet.blocks.iter().enumerate() {
        flow.block(block, content)?;
    }
    flow.heading()?;
    Ok(flow.pages)
}

/// Writes "page of pages" at the foot of each page.
pub(super) fn number(pages: &mut [Page]) -> Result<(), PaperFault> {
    let total = pages.len();
    for (index, page) in pages.iter_mut().enumerate() {
        let (width, height) = page.paper.size();
        let area = Area {
            x: width - MARGIN - NUMBER,
            y: height - MARGIN - NOTE * LEADING,
            width: NUMBER,
            height: NOTE * LEADING,
        };
        let text = format!("{} / {total}", index + 1);
        let lines = wrap(&text, NUMBER / NOTE)
            .map_err(|character| PaperFault::MissingGlyph { character, form: String::new() })?;
        page.write(lines, &Style { size: NOTE, strong: false, align: Align::End }, area, Place::Furniture);
    }
    Ok(())
}

/// How lines look.
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) strong: bool,
    pub(super) align: Align,
}

impl Page<'_> {
    /// Writes lines into an area, from its top.
    pub(super) fn write(&mut self, lines: Vec<Line>, style: &Style, area: Area, place: Place) {
        let mut top = area.y;
        for line in lines {
            let free = area.width - line.width * style.size;
            let indent = match style.align {
                Align::Start => 0.0,
                Align::Center => free / 2.0,
                Align::End => free,
            };
            let baseline = top + style.size * ((LEADING - 1.0) / 2.0 + ASCENT);
            top += style.size * LEADING;
            if line.letters.is_empty() {
                continue;
            }
            self.runs.push(Run {
                x: area.x + indent,
                baseline,
                size: style.size,
                strong: style.strong,
                letters: line.letters,
                area,
                place,
            });
        }
    }
}

/// A sheet being written onto pages.
pub(super) struct Flow<'a> {
    pub(super) sheet: &'a Sheet,
    index: usize,
    pages: Vec<Page<'a>>,
    note: Vec<Line>,
    /// Where the body of a page begins, and ends.
    pub(super) top: f32,
    bottom: f32,
    /// Where the next block begins.
    pub(super) y: f32,
    /// A heading that waits for its block, so that it is not left alone at the foot of a page.
    pub(super) waiting: Option<(usize, &'a str)>,
}

impl<'a> Flow<'a> {
    fn new(index: usize, sheet: &'a Sheet) -> Result<Self, PaperFault> {
        let (_, height) = sheet.paper.size();
        let mut flow = Self {
            sheet,
            index,
            pages: Vec::new(),
            note: Vec::new(),
            top: MARGIN,
            bottom: height - MARGIN,
            y: MARGIN,
            waiting: None,
        };
        if let Some(note) = &sheet.note {
            flow.note = flow.wrap(note, (flow.width() - NUMBER) / NOTE)?;
        }
        flow.bottom -= lines_high(flow.note.len().max(1), NOTE) + GAP;
        flow.new_page()?;
        if flow.bottom - flow.top < height / 2.0 {
            return Err(PaperFault::NoRoom { form: sheet.called() });
        }
        Ok(flow)
    }

    /// Begins a page with the title, which says （続き） on all but the first.
    pub(super) fn new_page(&mut self) -> Result<(), PaperFault> {
        let first = self.pages.is_empty();
        let mut page = Page {
            paper: self.sheet.paper,
            sheet: self.index,
            frames: Vec::new(),
            runs: Vec::new(),
            pictures: Vec::new(),
        };
        let place = |place| if first { place } else { Place::Furniture };
        let (x, width) = (MARGIN, self.width());
        let mut title_top = MARGIN;
        if first && self.sheet.letterhead.is_some() {
            self.letterhead(&mut page)?;
            title_top = BELOW_FOLD;
        }
        let mut high = 0.0_f32;
        if let Some(form_no) = &self.sheet.form_no {
            let lines = self.wrap(form_no, (SIDE - 8.0) / FORM_NO)?;
            let widest = lines.iter().map(|line| line.width).fold(0.0, f32::max) * FORM_NO;
            let height = lines_high(lines.len(), FORM_NO) + 4.0;
            let area = Area { x, y: title_top, width: widest + 8.0, height };
            page.frames.push(Frame { area, shaded: false });
            let inside = Area { x: x + 4.0, y: title_top + 2.0, width: widest, height: height - 4.0 };
            let style = Style { size: FORM_NO, strong: false, align: Align::Center };
            page.write(lines, &style, inside, place(Place::FormNo));
            // One line of the title stands at half the height of the box beside it.
            high = title_top + height;
            title_top -= (lines_high(1, TITLE) - height).min(0.0) / 2.0;
        }
        let title =
            if first { self.sheet.title.clone() } else { format!("{}（続き）", self.sheet.title) };
        let lines = self.wrap(&title, (width - 2.0 * SIDE) / TITLE)?;
        let height = lines_high(lines.len(), TITLE);
        let area = Area { x: x + SIDE, y: title_top, width: width - 2.0 * SIDE, height };
        let style = Style { size: TITLE, strong: true, align: Align::Center };
        page.write(lines, &style, area, place(Place::Title));
        self.top = (title_top + height).max(high) + GAP;
        self.y = self.top;

        let area = Area {
            x,
            y: self.bottom + GAP,
            width: width - NUMBER,
            height: lines_high(self.note.len(), NOTE),
        };
        let style = Style { size: NOTE, strong: false, align: Align::Start };
        page.write(self.note.clone(), &style, area, place(Place::Note));
        self.pages.push(page);
        Ok(())
    }

    /// To whom and from whom, each within its place.
    fn letterhead(&self, page: &mut Page<'a>) -> Result<(), PaperFault> {
        let Some(head) = &self.sheet.letterhead else { return Ok(()) };
        for (text, area, place) in [(&head.to, WINDOW, Place::To), (&head.from, SENDER, Place::From)] {
            let lines = self.wrap(text, area.width / ADDRESS)?;
            if lines_high(lines.len(), ADDRESS) > area.height {
                return Err(PaperFault::LongAddress { form: self.sheet.called() });
            }
            page.write(lines, &Style { size: ADDRESS, strong: false, align: Align::Start }, area, place);
        }
        Ok(())
    }

    /// The page being written.
    pub(super) fn page(&mut self) -> Option<&mut Page<'a>> {
        self.pages.last_mut()
    }

    /// Left edge of the body.
    pub(super) fn left(&self) -> f32 {
        MARGIN
    }

    /// Width of the body.
    pub(super) fn width(&self) -> f32 {
        self.sheet.paper.size().0 - 2.0 * MARGIN
    }

    /// Height that is left on the page.
    pub(super) fn room(&self) -> f32 {
        self.bottom - self.y
    }

    /// Height of the body of a page.
    pub(super) fn full_room(&self) -> f32 {
        self.bottom - self.top
    }

    /// Whether nothing stands on the page yet but its title.
    pub(super) fn is_fresh(&self) -> bool {
        self.y <= self.top
    }

    /// The lines of a text; a character without a glyph refuses the form.
    pub(super) fn wrap(&self, text: &str, width: f32) -> Result<Vec<Line>, PaperFault> {
        wrap(text, width)
            .map_err(|character| PaperFault::MissingGlyph { character, form: self.sheet.called() })
    }
}

/// Height of so many lines.
#[expect(clippy::cast_precision_loss, reason = "lines of a page")]
pub(super) fn lines_high(lines: usize, size: f32) -> f32 {
    lines as f32 * size * LEADING
}
