//! A mark on a record: enough to read it again, in few bytes.
//!
//! Checks that must remember many records keep marks instead of values; what a finding quotes is read again from the file.

use crate::place::{Locator, Place};
use crate::scan::{RawField, RawRecord, Scanner};

/// Where a record begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    start: usize,
    record: u32,
    line: u32,
}

impl Mark {
    /// Numbers beyond four billion stay there; no file within the limits has so many.
    pub(crate) fn new(start: usize, record: u64, line: u64) -> Self {
        let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Self { start, record: small(record), line: small(line) }
    }

    /// The record's number in the file, from 1.
    pub(crate) fn record(self) -> u32 {
        self.record
    }

    /// The fields of the record.
    pub(crate) fn fields(self, bytes: &[u8]) -> Vec<RawField<'_>> {
        let mut record = RawRecord::new();
        Scanner::new(bytes, self.start).next(&mut record);
        record.fields
    }

    /// The place of the record.
    pub(crate) fn place(self, bytes: &[u8]) -> Place {
        self.place_of(bytes, self.start)
    }

    /// The place of a byte in the record.
    pub(crate) fn place_of(self, bytes: &[u8], byte: usize) -> Place {
        let mut locator = Locator::new(bytes, 0);
        locator.enter(u64::from(self.record), self.start, u64::from(self.line));
        locator.place(byte)
    }
}
