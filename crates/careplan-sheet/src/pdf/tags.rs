//! The tags of a PDF: the model once more, this time holding on to what was drawn of it.
//!
//! Promises: whoever listens to the PDF hears the sheets in their order, tables with their headers, and pictures by their words; a cell
//! that flows over two pages is one cell. Page numbers, rules and repeated heads are not read.

use std::collections::HashMap;
use std::num::NonZeroU16;

use krilla::tagging::{Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};

use super::span;
use crate::page::Place;
use crate::sheet::{Block, Cell, CellKind, Document, Part, Sheet, Table};

/// What was drawn of each part of the model.
#[derive(Default)]
pub(super) struct Leaves(HashMap<(usize, Place), Vec<Identifier>>);

impl Leaves {
    /// Notes something drawn.
    pub(super) fn add(&mut self, sheet: usize, place: Place, leaf: Identifier) {
        self.0.entry((sheet, place)).or_default().push(leaf);
    }

    /// A tag around what was drawn of a part.
    fn tag(&mut self, kind: impl Into<TagKind>, sheet: usize, place: Place) -> Node {
        let leaves = self.0.remove(&(sheet, place)).unwrap_or_default();
        TagGroup::with_children(kind, leaves.into_iter().map(Node::Leaf).collect()).into()
    }
}

/// The tree of tags.
pub(super) fn tree(document: &Document, mut leaves: Leaves) -> TagTree {
    let sheets = document.sheets.iter().enumerate();
    let sections = sheets.map(|(index, sheet)| Node::Group(section(index, sheet, &mut leaves)));
    TagTree::from(sections.collect::<Vec<Node>>()).with_lang(Some("ja".to_owned()))
}

fn section(index: usize, sheet: &Sheet, leaves: &mut Leaves) -> TagGroup {
    let mut section = TagGroup::new(Tag::Section);
    if sheet.letterhead.is_some() {
        section.push(leaves.tag(Tag::P, index, Place::To));
        section.push(leaves.tag(Tag::P, index, Place::From));
    }
    if sheet.form_no.is_some() {
        section.push(leaves.tag(Tag::P, index, Place::FormNo));
    }
    section.push(leaves.tag(heading(NonZeroU16::MIN, &sheet.title), index, Place::Title));
    for (number, block) in sheet.blocks.iter().enumerate() {
        let place = Place::Block(number);
        section.push(match block {
            Block::Heading(text) => {
                leaves.tag(heading(NonZeroU16::MIN.saturating_add(1), text), index, place)
            }
            Block::Paragraph(_) => leaves.tag(Tag::P, index, place),
            Block::Picture(picture) => leaves.tag(Tag::Figure(Some(picture.alt.clone())), index, place),
            Block::Table(content) => table(index, number, content, leaves).into(),
        });
    }
    if sheet.note.is_some() {
        section.push(leaves.tag(Tag::P, index, Place::Note));
    }
    section
}

fn heading(level: NonZeroU16, text: &str) -> TagKind {
    Tag::Hn(level, Some(text.to_owned())).into()
}

fn table(sheet: usize, block: usize, table: &Table, leaves: &mut Leaves) -> TagGroup {
    let mut group = TagGroup::new(Tag::Table);
    if table.caption.is_some() {
        group.push(leaves.tag(Tag::Caption, sheet, Place::Caption(block)));
    }
    for (part, kind) in [(Part::Head, TagKind::from(Tag::THead)), (Part::Body, Tag::TBody.into())] {
        let mut rows: Vec<TagGroup> = table.rows(part).iter().map(|_| TagGroup::new(Tag::TR)).collect();
        for (number, placed) in table.placed(part).iter().enumerate() {
            if let Some(row) = rows.get_mut(placed.row) {
                row.push(leaves.tag(cell(placed.cell), sheet, Place::Cell(block, part, number)));
            }
        }
        if !rows.is_empty() {
            group.push(TagGroup::with_children(kind, rows.into_iter().map(Node::Group).collect()));
        }
    }
    group
}

fn cell(cell: &Cell) -> TagKind {
    let (cols, rows) = (span(cell.cols), span(cell.rows));
    match cell.kind {
        CellKind::Data => Tag::TD.with_col_span(cols).with_row_span(rows).into(),
        CellKind::RowHeader => Tag::TH(TableHeaderScope::Row).with_col_span(cols).with_row_span(rows).into(),
        CellKind::ColumnHeader => {
            Tag::TH(TableHeaderScope::Column).with_col_span(cols).with_row_span(rows).into()
        }
    }
}
