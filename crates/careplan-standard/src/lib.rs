//! The ministry's care plan data standard (ケアプランデータ連携標準仕様): bytes, records, checks.
//!
//! Care software exports plans and actuals as CSV files with speaking names. This crate reads them from bytes, sorts them into
//! the units that may travel together, and says what is wrong: where exactly, by which rule, and what to do about it. It reads
//! them into forms, compares these, and writes them as files again. It does no I/O, needs no clock, and never changes a byte of what
//! it was given.
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
//! # From files to what is different
//!
//! Forms are typed views of the files, read by [`read_forms`]. When actuals arrive, [`compare::compare_month`] lays them beside the plan; its
//! longer form [`compare::MonthComparer`] knows names, and who has reported:
//!
//! ```
//! use careplan_standard::compare::{MonthComparer, Verdict};
//! use careplan_standard::{Edition, SourceFile, read_forms};
//!
//! let planned = "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV";
//! let done = "UPJSK_202611_9970000026_11_9970000018_43_20261202164500.CSV";
//! let line = |day: &str, time: &str| {
//!     format!(
//!         "202407,990001,0009900013,20261025,202611,9970000018,\"\",244,,{day},,{time},1,111111,,,\"\",,9970000026,\"\",,0,,\r\n"
//!     )
//! };
//! let plan = [line("20261112", "1000,1030"), line("20261123", "1000,1030")].concat();
//! let actuals = line("20261112", "1030,1100");
//! let files = [SourceFile::new(planned, plan.as_bytes()), SourceFile::new(done, actuals.as_bytes())];
//! let forms = read_forms(Edition::v4_1(), &files).map_err(|findings| format!("{findings:?}"))?;
//!
//! let compared = MonthComparer::new().names(&forms.supplements).compare(&forms.plan, &forms.actuals);
//! assert_eq!((compared.totals.time_changed, compared.totals.not_done), (1, 1));
//! let rows = compared.rows();
//! assert_eq!((rows[1].day.as_str(), rows[1].verdict), ("11月23日（月）", Verdict::NotDone));
//! assert_eq!(rows[1].words.as_str(), "予定（10:00～10:30）に対する実績がありません");
//! # Ok::<(), String>(())
//! ```
//!
//! When a plan arrives anew, [`compare::diff_forms`] tells what changed in it, item by item:
//!
//! ```
//! use careplan_standard::compare::diff_forms;
//! use careplan_standard::form::{Form2Row, Forms, Item};
//!
//! let service = |frequency: &str| Form2Row {
//!     insurer_no: Item::read("990001"),
//!     insured_no: Item::read("0009900013"),
//!     need_no: Item::from(1),
//!     goal_no: Item::from(1),
//!     service_no: Item::from(1),
//!     service_content: Item::read("入浴の見守り"),
//!     frequency: Item::read(frequency),
//!     ..Form2Row::default()
//! };
//! let old = Forms { form2: vec![service("週２回")], ..Forms::default() };
//! let new = Forms { form2: vec![service("週３回")], ..Forms::default() };
//!
//! let diff = diff_forms(&old, &new);
//! assert!(diff.to_text().contains("頻度：「週２回」 → 「週３回」"));
//! assert!(!diff.masked().to_text().contains("週２回"));
//! ```
//!
//! # From forms to a file
//!
//! [`FormWriter`] writes forms as the standard has them. A character that MS932 lacks is refused with its place, or replaced and told where
//! that is asked for:
//!
//! ```
//! use careplan_standard::form::{Item, SlipLine};
//! use careplan_standard::{Characters, Edition, FileName, FormWriter};
//!
//! let name = FileName::parse("UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV")?;
//! let line = SlipLine { care_manager_name: Item::read("𠮷田　一郎"), ..SlipLine::default() };
//! let writer = || FormWriter::new(Edition::v4_1(), &name).ok_or("no layout");
//! let refused = writer()?.write(&[line.clone()]).err().ok_or("written")?;
//! assert_eq!((refused[0].code, refused[0].field_no), ("ENC-008", Some(7)));
//! let written = writer()?.characters(Characters::Normalise).write(&[line]).map_err(|_| "refused")?;
//! assert_eq!(written.replaced[0].code, "ENC-009");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What to know
//!
//! - **Severities.** [`Severity::Block`]: the receiver cannot or must not take the file. [`Severity::Warn`]: likely to fail elsewhere, or the
//!   rule rests on a reading of ours. [`Severity::Info`]: a leniency that was applied. A set of files is fit to send when
//!   [`sort_into_units`] put it into a unit and [`check_unit`] finds nothing that blocks.
//! - **Personal data.** A finding's `message` quotes values of the file. Log [`Finding::masked`], never the finding itself; `Debug` is masked.
//!   The same goes for results of [`compare`]: log what is `masked`, or the totals.
//! - **JSON** of forms, findings, comparisons and differences has the form of the schemas in `docs/schemas/` of the repository.
//! - **Places.** `record`, `line` and `column` count from 1, `column` in characters; `byte` counts from 0. A header row is a record.
//! - **Editions are data.** Layouts, code tables, units, conditions, keys, totals, relations and the confidence of every row stand in `editions/`; see
//!   [`Edition::from_tables`]. A rule that rests on a row marked as an inference warns and never blocks.
//! - **What can be read.** Checks and readers pass one gate: a file that [`read_forms`] refuses has a finding that blocks and says why. An empty
//!   file and one without records are refused, since read as a month without services they would mislead.
//! - **Limits** are the constants that end in `_MAX`; those of the checks that a caller may choose are gathered in [`Limits`].

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

mod check;
mod check_unit;
mod collector;
pub mod compare;
mod content;
mod edition;
mod excerpt;
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
mod writing;

pub use check::{SourceFile, check_file, check_file_within};
pub use check_unit::check_unit;
pub use content::{ContentKind, judge};
pub use edition::{
    Code, CodeTable, Confidence, Edition, EditionError, EditionTables, Field, Layout, OfficeRole, Required,
    Scheme, Shape, UnitMonth, UnitRule,
};
pub use excerpt::Excerpt;
pub use finding::{Finding, Severity};
#[doc(hidden)]
pub use fuzz::check_anything;
pub use limits::{
    FILE_BYTES_MAX, FINDINGS_MAX, FINDINGS_OF_A_RULE_MAX, Limits, OFFICES_OF_A_PERSON_MAX, RECORD_BYTES_MAX,
    RECORDS_MAX,
};
pub use month::{YearMonth, weekday_ja};
pub use name::{FileName, NAME_CHARS_MAX, NameFault, NameMonth, NamedOffice, Origin};
pub use prefix::Prefix;
pub use read::{Record, Records, StandardFile, read_forms};
pub use rules::{Rule, rules};
pub use sort::{Sorted, Unit, sort_into_units};
pub use unit_kind::UnitKind;
pub use write::{Characters, FormWriter, Unwritable, Written, unwritable};
