//! The ministry's care plan data standard (ケアプランデータ連携標準仕様): bytes, records, checks.
//!
//! Care software exports plans and actuals as CSV files with speaking names. This crate reads them from bytes, sorts them into
//! the units that may travel together, and says what is wrong: where exactly, by which rule, and what to do about it. It does no
//! I/O, needs no clock, and never changes a byte.
//!
//! # From a heap of files to a verdict
//!
//! ```
//! use careplan_standard::{Edition, Severity, SourceFile, UnitKind, check_unit, sort_into_units};
//!
//! // Bytes as they lie in the export folder. All of this is MS932, which agrees with ASCII here.
//! let deletion = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";
//! let files = [
//!     SourceFile::new(deletion, b"202407,990001,0009900021,202611\r\n202407,990001,H00990002,202611\r\n"),
//!     SourceFile::new("signed plan.pdf", b"%PDF-1.7\n"),
//! ];
//! let edition = Edition::v4_1();
//!
//! let sorted = sort_into_units(edition, &files);
//! assert_eq!(sorted.attachments, [1]);
//! let unit = &sorted.units[0];
//! assert_eq!(unit.kind, UnitKind::K4);
//! assert_eq!(unit.receiver.number(), "9970000026");
//!
//! let findings = check_unit(edition, &files, unit);
//! let finding = &findings[0];
//! assert_eq!((finding.code, finding.severity), ("FIELD-002", Severity::Block));
//! assert_eq!((finding.record, finding.line, finding.column, finding.field_no), (Some(2), Some(2), Some(15), Some(3)));
//! assert_eq!(
//!     finding.message,
//!     "2件目（2行目）の項目3「被保険者番号」の値「H00990002」が正しい形ではありません。",
//! );
//! # Ok::<(), ()>(())
//! ```
//!
//! # What to know
//!
//! - **Severities.** [`Severity::Block`]: the receiver cannot or must not take the file. [`Severity::Warn`]: likely to fail elsewhere, or the
//!   rule rests on a reading of ours. [`Severity::Info`]: a leniency that was applied. A set of files is fit to send when
//!   [`sort_into_units`] put it into a unit and [`check_unit`] finds nothing that blocks.
//! - **Personal data.** A finding's `message` quotes values of the file. Log [`Finding::masked`], never the finding itself; `Debug` is masked.
//! - **Places.** `record`, `line` and `column` count from 1, `column` in characters; `byte` counts from 0. A header row is a record.
//! - **Editions are data.** Layouts, code tables, units and the confidence of every row stand in `editions/`; see [`Edition::from_tables`].
//! - **Limits** are the constants that end in `_MAX`, gathered in [`Limits`].

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

mod check;
mod check_unit;
mod collector;
mod content;
mod edition;
mod finding;
pub mod form;
mod fuzz;
mod limits;
mod mark;
mod month;
mod ms932;
mod name;
mod place;
mod prefix;
mod read;
mod rules;
mod scan;
mod scheme;
mod sort;
mod unit_kind;
mod write;

pub use check::{SourceFile, check_file, check_file_within};
pub use check_unit::check_unit;
pub use content::{ContentKind, judge};
pub use edition::{
    Code, CodeTable, Confidence, Edition, EditionError, EditionTables, Field, Layout, OfficeRole, Required,
    Scheme, Shape, UnitMonth, UnitRule,
};
pub use finding::{Finding, Severity};
#[doc(hidden)]
pub use fuzz::check_anything;
pub use limits::{
    FILE_BYTES_MAX, FINDINGS_MAX, FINDINGS_OF_A_RULE_MAX, Limits, OFFICES_OF_A_PERSON_MAX, RECORD_BYTES_MAX,
    RECORDS_MAX,
};
pub use month::YearMonth;
pub use name::{FileName, NAME_CHARS_MAX, NameFault, NameMonth, NamedOffice};
pub use prefix::Prefix;
pub use read::{Record, Records, StandardFile, read_forms};
pub use rules::{Rule, rules};
pub use sort::{Sorted, Unit, sort_into_units};
pub use unit_kind::UnitKind;
pub use write::{Characters, FormWriter, Unwritable, Written, unwritable};
