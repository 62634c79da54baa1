//! Sheets of paper (帳票): one model of headings, tables and pictures, drawn as accessible HTML and as PDF.
//!
//! Promises: no I/O, no async, no clock. Values come in, text and bytes go out; the same values give the same bytes.
//!
//! # From a form to paper and screen
//!
//! A form says what it is made of – a table, its headers, what was filled in – and never where on the page that stands:
//!
//! ```
//! use careplan_sheet::{Align, Cell, Document, Row, Sheet, Table, TextSize, to_html, to_pdf};
//! use jiff::civil::date;
//!
//! // The numbers are shares of the width. Places that a cell of a row above takes are left out, as in HTML.
//! let services = Table::builder([4, 6, 2])
//!     .caption("サービスの内容")
//!     .size(TextSize::Small)
//!     .head(Row::new([Cell::head("事業所"), Cell::head("内容"), Cell::head("単位数")]))
//!     .row(Row::new([
//!         Cell::label("見本ヘルパーステーション").rows(2),
//!         Cell::data("入浴の見守り\n背中と足先の洗身"),
//!         Cell::data("396").align(Align::End),
//!     ]))
//!     .row(Row::new([Cell::data("掃除"), Cell::data("179").align(Align::End)]))
//!     .build()?;
//! let sheet = Sheet::new("居宅サービス計画書（２）").form_no("第２表").table(services);
//! let document = Document::new("居宅サービス計画書　見本 花子 様", date(2026, 11, 30)).sheet(sheet);
//!
//! let html = to_html(&document);
//! assert!(html.contains(r#"<th scope="row" rowspan="2" class="middle">見本ヘルパーステーション</th>"#));
//! let pdf = to_pdf(&document)?;
//! assert!(pdf.starts_with(b"%PDF-1.7"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What to know
//!
//! - **Nothing is cut.** Rows are as high as their text; tables flow over pages and repeat their head, and the need or the label on which a page
//!   goes on; a row that would leave much of a page empty is continued on the next.
//! - **Nothing is a box.** A letter that no embedded font has refuses the PDF ([`PaperFault::MissingGlyph`]), named with its form. HTML leaves it to
//!   the fonts of its reader and never fails.
//! - **Faults of forms are found when they are made.** [`TableBuilder::build`] refuses spans that do not fill the grid; [`Picture::jpeg`] refuses what
//!   is no picture. Text is taken as it comes.
//! - **Personal data.** Documents hold it, and `Debug` shows it. [`PaperFault`] tells one character and the number of a form, no more.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

mod fault;
mod font;
mod html;
mod page;
mod pdf;
mod sheet;

pub use fault::PaperFault;
pub use html::to_html;
pub use pdf::to_pdf;
pub use sheet::{
    Align, COLUMNS_MAX, Cell, Document, PICTURE_BYTES_MAX, Part, Picture, PictureFault, Row, Sheet, Table,
    TableBuilder, TableFault, TextSize,
};
