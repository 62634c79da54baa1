//! The drawing for paper and for keeping: PDF/A-2a, that is, with fonts inside, readable in decades, and tagged with what each part is.
//!
//! Promises: the same document gives the same bytes; text can be searched, copied and read aloud, tables as tables. Hands out no
//! file that the writer's own check of PDF/A refuses.

mod draw;
mod rules;
mod tags;

use std::num::NonZeroU32;

use krilla::configure::{Archival, Configuration, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::{Document as Writer, SerializeSettings};

use crate::fault::PaperFault;
use crate::page::{Page, lay_out};
use crate::sheet::Document;

/// A span of a cell, if it is more than one place.
fn span(places: u16) -> Option<NonZeroU32> {
    NonZeroU32::new(u32::from(places)).filter(|places| places.get() > 1)
}

/// The document as PDF/A-2a.
///
/// # Errors
///
/// A character that no font of ours can draw, named with the form it stands in; a broken picture.
pub fn to_pdf(document: &Document) -> Result<Vec<u8>, PaperFault> {
    let pages = lay_out(document)?;
    let mut writer = Writer::new_with(settings()?);
    let mut leaves = tags::Leaves::default();
    for page in &pages {
        draw::page(&mut writer, document, page, &mut leaves)?;
    }
    writer.set_metadata(metadata(document));
    writer.set_outline(outline(document, &pages));
    writer.set_tag_tree(tags::tree(document, leaves));
    writer.finish().map_err(|error| fault(&error))
}

fn settings() -> Result<SerializeSettings, PaperFault> {
    let configuration: Configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .finish()
        .map_err(|error| PaperFault::Writer(format!("{error:?}")))?;
    Ok(SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() })
}

fn metadata(document: &Document) -> Metadata {
    let date = document.date;
    // PDF counts years from 0; a document older than that is not made.
    let year = u16::try_from(date.year()).unwrap_or_default();
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    Metadata::new()
        .title(document.title.clone())
        .language("ja".to_owned())
        .producer("careplan-sheet".to_owned())
        .creation_date(DateTime::new(year).month(part(date.month())).day(part(date.day())))
}

/// A bookmark for each sheet.
fn outline(document: &Document, pages: &[Page]) -> Outline {
    let mut outline = Outline::new();
    for (index, sheet) in document.sheets.iter().enumerate() {
        let Some(page) = pages.iter().position(|page| page.sheet == index) else { continue };
        let name = match &sheet.form_no {
            Some(form_no) => format!("{form_no} {}", sheet.title),
            None => sheet.title.clone(),
        };
        outline.push_child(OutlineNode::new(name, XyzDestination::new(page, Point::from_xy(0.0, 0.0))));
    }
    outline
}

fn fault(error: &KrillaError) -> PaperFault {
    PaperFault::Writer(match error {
        KrillaError::Validation(errors) => format!("{error}: {errors:?}"),
        _ => error.to_string(),
    })
}
