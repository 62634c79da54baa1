//! Care plans as printed forms (帳票): the sheets of the ministry, made of the typed forms of the standard, to be drawn as HTML and as PDF.
//!
//! Promises: no I/O, no async, no clock. Values come in, sheets go out; every item of a form is on its sheet. How sheets are drawn is the
//! business of [`careplan_sheet`], whose names are here too.
//!
//! ```
//! use careplan_paper::{ServiceNames, document, to_html, to_pdf};
//! use careplan_standard::{Edition, SourceFile, read_forms};
//!
//! let edition = Edition::v4_1();
//! let name = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV";
//! let files = [SourceFile::new(name, b"202407,990001,0009900021,20261015\r\n")];
//! let forms = read_forms(edition, &files).map_err(|findings| format!("{} findings", findings.len()))?;
//!
//! let printed = document(edition, &forms, &ServiceNames::default(), jiff::civil::date(2026, 11, 30))?;
//! assert!(to_html(&printed).contains("<h2 id=\"sheet-1\">削除情報</h2>"));
//! assert!(to_pdf(&printed)?.starts_with(b"%PDF-1.7"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Personal data.** Documents hold it, and `Debug` shows it. [`PaperFault`] tells one character and the number of a form, no more.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

mod comparison;
mod forms;
mod words;

pub use careplan_sheet::{
    Align, COLUMNS_MAX, Cell, Document, PICTURE_BYTES_MAX, PaperFault, Part, Picture, PictureFault, Row,
    Sheet, Table, TableBuilder, TableFault, TextSize, to_html, to_pdf,
};
pub use comparison::{differences, month_comparison};
pub use forms::document;
pub use words::{SERVICE_NAMES_MAX, ServiceNames, ServiceNamesFault};
