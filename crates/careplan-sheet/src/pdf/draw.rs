//! One page of the layout, drawn with the PDF writer.

use krilla::Document as Writer;
use krilla::color::luma;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag};
use krilla::text::{GlyphId, KrillaGlyph};

use super::rules::{Drawn, Rule, drawn, hundredths};
use super::tags::Leaves;
use crate::fault::PaperFault;
use crate::font::{Face, Letter, krilla_font};
use crate::page::{Area, Page, Place, Run, Shown};
use crate::sheet::{Document, Pixels};

/// The width of a rule, in points: thin, and yet printed by every office printer.
const RULE: f32 = 0.5;

/// Greys from 0 (black) to 255 (white). A label stays readable when it is copied or faxed.
const RULE_GREY: u8 = 0x50;
const SHADE_GREY: u8 = 0xEF;

/// How much a stroke thickens bold letters, in heights of a letter; there is no bold font aboard, for its 4.6 MB.
const BOLD: f32 = 0.03;

/// Draws a page, and notes for each part of the model what of it was drawn.
pub(super) fn page(
    writer: &mut Writer,
    document: &Document,
    page: &Page,
    leaves: &mut Leaves,
) -> Result<(), PaperFault> {
    let (width, height) = page.paper.size();
    let settings = PageSettings::from_wh(width, height);
    let mut sheet = writer.start_page_with(settings.ok_or_else(|| broken("no page of this size"))?);
    let mut surface = sheet.surface();
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    frames(&mut surface, page);
    surface.end_tagged();
    for shown in &page.pictures {
        let leaf = surface.start_tagged(ContentTag::Other);
        let drawn = picture(&mut surface, shown);
        surface.end_tagged();
        leaves.add(page.sheet, Place::Block(shown.block), leaf);
        drawn.ok_or_else(|| PaperFault::BrokenPicture { form: form(document, page.sheet) })?;
    }
    // The lines of a cell stand side by side, and are one piece of what is read aloud.
    for runs in page.runs.chunk_by(|one, next| one.place == next.place) {
        let place = runs.first().map_or(Place::Furniture, |run| run.place);
        if place == Place::Furniture {
            let artifact = Artifact::with_kind(ArtifactType::PaginationOther);
            surface.start_tagged(ContentTag::Artifact(artifact));
        } else {
            let leaf = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            leaves.add(page.sheet, place, leaf);
        }
        let drawn = runs.iter().try_for_each(|run| text(&mut surface, run));
        surface.end_tagged();
        drawn?;
    }
    surface.finish();
    sheet.finish();
    Ok(())
}

/// The form as faults name it.
fn form(document: &Document, sheet: usize) -> String {
    document.sheets.get(sheet).map(crate::sheet::Sheet::called).unwrap_or_default()
}

fn broken(what: &str) -> PaperFault {
    PaperFault::Writer(what.to_owned())
}

/// All shades first, then all rules, so that no shade covers half of a rule.
fn frames(surface: &mut Surface, page: &Page) {
    let Drawn { rules, shades } = drawn(&page.frames);
    if let Some(path) = rectangles(&shades) {
        surface.set_stroke(None);
        surface.set_fill(Some(Fill { paint: luma::Color::new(SHADE_GREY).into(), ..Fill::default() }));
        surface.draw_path(&path);
    }
    if let Some(path) = lines(&rules) {
        surface.set_fill(None);
        let paint = luma::Color::new(RULE_GREY).into();
        // Square ends fill the corners where rules meet.
        let line_cap = LineCap::Square;
        surface.set_stroke(Some(Stroke { paint, width: RULE, line_cap, ..Stroke::default() }));
        surface.draw_path(&path);
    }
}

fn rectangles(areas: &[Area]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for area in areas {
        if let Some(rect) = Rect::from_xywh(area.x, area.y, area.width, area.height) {
            path.push_rect(rect);
        }
    }
    path.finish()
}

fn lines(rules: &[Rule]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for rule in rules {
        path.move_to(rule.from.0, rule.from.1);
        path.line_to(rule.to.0, rule.to.1);
    }
    path.finish()
}

/// Draws a picture as it came; `None` when it is broken.
fn picture(surface: &mut Surface, shown: &Shown) -> Option<()> {
    let jpeg = match &shown.picture.pixels {
        Pixels::Jpeg(jpeg) => jpeg,
        Pixels::Squares(squares, side) => return code(surface, shown, (squares, *side)),
    };
    let image = Image::from_jpeg(jpeg.clone().into(), false).ok()?;
    let size = Size::from_wh(shown.area.width, shown.area.height)?;
    surface.push_transform(&Transform::from_translate(shown.area.x, shown.area.y));
    surface.draw_image(image, size);
    surface.pop();
    Some(())
}

/// Draws the dark squares of a code, as one shape without seams.
fn code(surface: &mut Surface, shown: &Shown, (squares, side): (&[(u16, u16)], u16)) -> Option<()> {
    let scale = shown.area.width / f32::from(shown.picture.width);
    let area = |(x, y): &(u16, u16)| Area {
        x: shown.area.x + f32::from(*x) * scale,
        y: shown.area.y + f32::from(*y) * scale,
        width: f32::from(side) * scale,
        height: f32::from(side) * scale,
    };
    let path = rectangles(&squares.iter().map(area).collect::<Vec<_>>())?;
    surface.set_stroke(None);
    surface.set_fill(Some(Fill::default()));
    surface.draw_path(&path);
    Some(())
}

fn text(surface: &mut Surface, run: &Run) -> Result<(), PaperFault> {
    surface.set_fill(Some(Fill::default()));
    surface.set_stroke(run.strong.then(|| Stroke { width: run.size * BOLD, ..Stroke::default() }));
    let mut x = run.x;
    for letters in run.letters.chunk_by(|one, next| one.face == next.face) {
        let face = letters.first().map_or(Face::Main, |letter| letter.face);
        let font = krilla_font(face).ok_or_else(|| broken("an embedded font is broken"))?;
        let (glyphs, text) = glyphs(letters);
        let start = Point::from_xy(hundredths(x), hundredths(run.baseline));
        surface.draw_glyphs(start, &glyphs, font, &text, run.size, false);
        x += letters.iter().map(|letter| letter.advance).sum::<f32>() * run.size;
    }
    Ok(())
}

/// Letters of one font as the writer wants them, with the text that they say.
fn glyphs(letters: &[Letter]) -> (Vec<KrillaGlyph>, String) {
    let mut text = String::with_capacity(letters.len() * 3);
    let glyphs = letters.iter().map(|letter| {
        let start = text.len();
        text.push(letter.character);
        KrillaGlyph::new(GlyphId::new(letter.glyph), letter.advance, 0.0, 0.0, 0.0, start..text.len(), None)
    });
    (glyphs.collect(), text)
}
