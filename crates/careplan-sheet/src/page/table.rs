//! Tables on the page: rows flow over pages, the head comes again on each, and a row is cut between its lines where it would leave much of a page
//! empty.

use super::flow::{Flow, Style, lines_high};
use super::rows::{LINES_BEFORE_CUT, Rows};
use super::{Area, Frame, Place};
use crate::fault::PaperFault;
use crate::sheet::{Part, Table};

/// Height of the letters of a caption.
const CAPTION: f32 = 10.0;

/// Room between a caption and its table.
const BELOW_CAPTION: f32 = 2.0;

/// A head that takes more than this part of a page is written once and not repeated: below it, too little would have room.
const HEAD_SHARE_MAX: f32 = 0.4;

/// How much of a page may stay empty so that a row, or rows that share a cell as those of one need (ニーズ) do, go to the next page
/// together.
const EMPTY_MAX: f32 = 0.2;

/// What every page of a table needs to know.
struct Drawing<'t> {
    block: usize,
    table: &'t Table,
    /// The head, if it is repeated, and its height.
    head: Option<f32>,
}

impl<'a> Flow<'a> {
    /// Writes a table below what is there, and above it the heading that waits for it.
    pub(super) fn table(&mut self, block: usize, table: &'a Table) -> Result<(), PaperFault> {
        let mut body = Rows::new(self, table, Part::Body)?;
        let mut head = Rows::new(self, table, Part::Head)?;
        let head_height: f32 = head.heights().iter().sum();
        let repeats = head_height <= self.full_room() * HEAD_SHARE_MAX;
        let drawing = Drawing { block, table, head: repeats.then_some(head_height) };

        let caption = table.caption.as_deref();
        let lines = caption.map(|caption| self.wrap(caption, self.width() / CAPTION)).transpose()?;
        let caption_height = lines.map_or(0.0, |lines| lines_high(lines.len(), CAPTION) + BELOW_CAPTION);
        self.make_room(self.waiting_height()? + caption_height + head_height, &body)?;
        self.heading_here()?;
        if let Some(caption) = caption {
            self.text(caption, CAPTION, true, Place::Caption(block))?;
            self.y += BELOW_CAPTION;
            // A long caption may have filled its page.
            self.make_room(head_height, &body)?;
        }
        if repeats {
            let heights = head.heights();
            self.draw(&drawing, &mut head, &heights, None, false);
        } else {
            self.rows(&Drawing { head: None, ..drawing }, &mut head)?;
        }
        self.rows(&drawing, &mut body)
    }

    /// Begins a new page if the first lines of the body would be torn from what stands above them.
    fn make_room(&mut self, above: f32, body: &Rows) -> Result<(), PaperFault> {
        let first = body.heights().first().copied().unwrap_or(0.0);
        // A row that would leave much of the page empty is cut, and asks for its first lines only.
        let left = self.room() - above;
        let is_cut = left > self.full_room() * EMPTY_MAX || above + first > self.full_room();
        let first = if is_cut { first.min(body.height_of(LINES_BEFORE_CUT)) } else { first };
        if above + first > self.room() && !self.is_fresh() {
            self.new_page()?;
        }
        Ok(())
    }

    /// Writes rows, over as many pages as they need.
    fn rows(&mut self, drawing: &Drawing, rows: &mut Rows) -> Result<(), PaperFault> {
        // Whether this page has rows of the part already, or could not have more room than it has.
        let mut begun = false;
        while !rows.is_done() {
            let heights = rows.heights();
            let (whole, used) = whole_rows(&heights, self.room());
            let Some(next) = heights.get(whole) else {
                self.draw(drawing, rows, &heights, None, false);
                return Ok(());
            };
            let left = self.room() - used;
            let full = self.full_room() - drawing.head.unwrap_or(0.0);
            let gapes = left > full * EMPTY_MAX || *next > full;
            // On a page of its own the row is as high as it can be; it is cut, whatever it is.
            let only_cut = whole == 0 && (begun || self.is_fresh());
            let is_cut = only_cut || (gapes && rows.lines_in(left) >= LINES_BEFORE_CUT);
            let cut = is_cut.then(|| rows.part_of(*next, left));
            let whole = match is_cut {
                true => whole,
                false => whole_groups(rows, &heights, whole, self.room() - full * EMPTY_MAX),
            };
            if whole > 0 || is_cut {
                self.draw(drawing, rows, heights.get(..whole).unwrap_or_default(), cut, false);
            }
            if rows.is_done() {
                return Ok(());
            }
            self.new_page()?;
            self.repeat_head(drawing)?;
            rows.repeat(self)?;
            begun = true;
        }
        Ok(())
    }

    fn repeat_head(&mut self, drawing: &Drawing) -> Result<(), PaperFault> {
        if drawing.head.is_some() {
            let mut head = Rows::new(self, drawing.table, Part::Head)?;
            let heights = head.heights();
            self.draw(drawing, &mut head, &heights, None, true);
        }
        Ok(())
    }

    /// Draws whole rows and perhaps the beginning of the next, and takes from the cells the lines that now stand.
    fn draw(&mut self, drawing: &Drawing, rows: &mut Rows, heights: &[f32], cut: Option<f32>, again: bool) {
        let (left, width, top) = (self.left(), self.width(), self.y);
        let table_edges = drawing.table.edges();
        let x = |column: usize| left + width * table_edges.get(column).copied().unwrap_or(1.0);
        // Where the rows begin, and below them where the last ends.
        let mut edges = vec![top];
        edges.extend(heights.iter().copied().chain(cut).scan(top, |y, height| {
            *y += height;
            Some(*y)
        }));
        let bottom = edges.last().copied().unwrap_or(top);
        let (first, whole_end, padding) = (rows.next, rows.next + heights.len(), rows.padding);
        let drawn_end = whole_end + usize::from(cut.is_some());
        let part = rows.part;
        let Some(page) = self.page() else { return };
        for number in 0..rows.cells.len() {
            let Some(placed) = rows.cells.get(number).map(|cell| cell.placed) else { continue };
            if placed.row_end() <= first || placed.row >= drawn_end {
                continue;
            }
            let y = |row: usize| edges.get(row.saturating_sub(first)).copied().unwrap_or(bottom);
            let (from, to) = (y(placed.row), y(placed.row_end().min(drawn_end)));
            let area = Area {
                x: x(placed.column),
                y: from,
                width: x(placed.column_end()) - x(placed.column),
                height: to - from,
            };
            page.frames.push(Frame { area, shaded: placed.cell.shaded });

            let ends_here = placed.row_end() <= whole_end;
            let fit = if ends_here { usize::MAX } else { rows.lines_in(area.height) };
            let Some(cell) = rows.cells.get_mut(number) else { continue };
            let (lines, is_repeated) = cell.take(fit);
            let mut inside = area.inside(padding);
            let size = drawing.table.size.points();
            if placed.cell.middle && cell.lines.len() == 0 {
                let free = inside.height - lines_high(lines.len(), size);
                inside.y += free / 2.0;
                inside.height -= free / 2.0;
            }
            let place = if again || is_repeated {
                Place::Furniture
            } else {
                Place::Cell(drawing.block, part, number)
            };
            let style = Style { size, strong: placed.cell.strong, align: placed.cell.align };
            page.write(lines, &style, inside, place);
        }
        rows.written(heights.len(), cut.is_some());
        self.y = bottom;
    }
}

/// How many of the rows that fit stay on the page: fewer than fit, if that keeps rows together that share a cell and fills so much.
fn whole_groups(rows: &Rows, heights: &[f32], fit: usize, filled_min: f32) -> usize {
    let filled = |rows: usize| heights.iter().take(rows).sum::<f32>();
    let clean = (1..=fit).rev().find(|end| rows.tears_nothing(*end));
    clean.filter(|end| filled(*end) >= filled_min).unwrap_or(fit)
}

/// How many rows fit into a height, and what they take of it.
fn whole_rows(heights: &[f32], room: f32) -> (usize, f32) {
    let mut used = 0.0;
    for (index, height) in heights.iter().enumerate() {
        // A hundredth of a point is rounding.
        if used + height > room + 0.01 {
            return (index, used);
        }
        used += height;
    }
    (heights.len(), used)
}
