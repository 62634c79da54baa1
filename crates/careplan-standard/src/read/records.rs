//! The records of one file, as they lie in it.

use std::borrow::Cow;
use std::fmt;

use crate::check::{SourceFile, check_file, is_header, looks_like_a_header, text_start};
use crate::edition::{Edition, Layout};
use crate::finding::{Finding, Severity};
use crate::limits::Limits;
use crate::ms932::{self, Fault};
use crate::name::FileName;
use crate::scan::{RawRecord, Scanner};

/// A file that can be taken apart: its name is one of the standard, its characters are MS932, it has records, and every one has the
/// items of its layout, within the limits of the checks. What the items hold is for [`check_file`] to judge.
pub struct StandardFile<'e, 'f> {
    edition: &'e Edition,
    name: FileName,
    layout: &'e Layout,
    bytes: &'f [u8],
    start: usize,
}

impl<'e, 'f> StandardFile<'e, 'f> {
    /// Opens a file.
    ///
    /// ```
    /// use careplan_standard::{Edition, SourceFile, StandardFile};
    ///
    /// let name = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";
    /// let source = SourceFile::new(name, b"202407,990001,\"0009900021\",202611\n");
    /// let file = StandardFile::open(Edition::v4_1(), &source).map_err(|findings| findings.len());
    /// let file = file.map_err(|count| format!("{count} findings"))?;
    /// let record = file.records().next().ok_or("no record")?;
    /// assert_eq!(record.text(3).as_deref(), Some("0009900021"));
    /// assert_eq!(record.bytes(), source.bytes.trim_ascii_end());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The findings that block, when the file cannot be taken apart.
    pub fn open(edition: &'e Edition, source: &SourceFile<'f>) -> Result<Self, Vec<Finding>> {
        Self::opened(edition, source).ok_or_else(|| {
            let mut findings = check_file(edition, source);
            findings.retain(|finding| finding.severity == Severity::Block);
            findings
        })
    }

    fn opened(edition: &'e Edition, source: &SourceFile<'f>) -> Option<Self> {
        let name = FileName::parse(source.name).ok()?;
        let layout = edition.layout(name.prefix())?;
        let limits = Limits::default();
        let start = text_start(source, &limits).ok()?;
        let file = Self { edition, name, layout, bytes: source.bytes, start };
        let mut count: u64 = 0;
        for record in file.records() {
            count += 1;
            let fits = record.raw.quote_fault.is_none()
                && record.raw.field_count == layout.fields().len()
                && !looks_like_a_header(edition, layout, &record.raw)
                && record.bytes.len() <= limits.record_bytes_max
                && !ms932::faults(record.bytes).iter().any(|found| found.fault == Fault::Malformed);
            if !fits || count > limits.records_max {
                return None;
            }
        }
        (count > 0).then_some(file)
    }

    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &FileName {
        &self.name
    }

    /// What its items are.
    #[must_use]
    pub fn layout(&self) -> &'e Layout {
        self.layout
    }

    /// The records in order, without a header row and blank lines.
    #[must_use]
    pub fn records(&self) -> Records<'e, 'f> {
        Records {
            edition: self.edition,
            layout: self.layout,
            bytes: self.bytes,
            scanner: Scanner::new(self.bytes, self.start),
            number: 0,
        }
    }
}

impl fmt::Debug for StandardFile<'_, '_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("StandardFile").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Goes through the records of a file.
pub struct Records<'e, 'f> {
    edition: &'e Edition,
    layout: &'e Layout,
    bytes: &'f [u8],
    scanner: Scanner<'f>,
    number: u64,
}

impl fmt::Debug for Records<'_, '_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Records").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<'f> Iterator for Records<'_, 'f> {
    type Item = Record<'f>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut raw = RawRecord::new();
        while self.scanner.next(&mut raw) {
            if raw.is_blank() || raw.is_end_sign() {
                continue;
            }
            self.number += 1;
            if self.number == 1 && is_header(self.edition, self.layout, &raw) {
                continue;
            }
            let bytes = self.bytes.get(raw.start..raw.end).unwrap_or_default();
            return Some(Record { number: self.number, bytes, raw });
        }
        None
    }
}

/// One row of data, borrowed from the bytes of its file.
pub struct Record<'f> {
    number: u64,
    bytes: &'f [u8],
    raw: RawRecord<'f>,
}

impl<'f> Record<'f> {
    /// Which record of the file, from 1. A header row counts.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The line it begins on, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.raw.line
    }

    /// All bytes of the row without its line break, as they lie in the file.
    #[must_use]
    pub fn bytes(&self) -> &'f [u8] {
        self.bytes
    }

    /// The bytes of an item, counted from 1, without the quotes around it; doubled quotes are made single.
    #[must_use]
    pub fn item(&self, number: u16) -> Option<Cow<'f, [u8]>> {
        let index = usize::from(number).checked_sub(1)?;
        self.raw.fields.get(index).map(|field| field.value())
    }

    /// The text of an item, counted from 1.
    #[must_use]
    pub fn text(&self, number: u16) -> Option<String> {
        let item = self.item(number)?;
        ms932::text(&item).map(Cow::into_owned)
    }
}

impl fmt::Debug for Record<'_> {
    /// Shows the place only.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Record")
            .field("number", &self.number)
            .field("line", &self.raw.line)
            .finish_non_exhaustive()
    }
}
