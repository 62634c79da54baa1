//! Limits of the checks, in one place.

/// One CSV file. A hundred offices' month of use slips is about 70 MiB; what is larger was not exported by care software.
pub const FILE_BYTES_MAX: usize = 100 * 1024 * 1024;

/// Records of one CSV file: 100 times a large office's month (200 users with 30 services) is 600,000.
pub const RECORDS_MAX: u64 = 1_000_000;

/// One record. The longest texts of a plan are some kilobytes; a record beyond a megabyte is an unclosed quote.
pub const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// Findings reported for one file. A person reads the first few; the rest is counted.
pub const FINDINGS_MAX: usize = 500;

/// Findings reported for one rule and item of a file, so that one fault in every row does not hide the others.
pub const FINDINGS_OF_A_RULE_MAX: usize = 50;

/// Offices and service types of one person and month of form 7. A person uses a handful; of one with more, whose rows would
/// have to be searched longer and longer, the sums are not compared.
pub const OFFICES_OF_A_PERSON_MAX: usize = 64;

/// The limits a check obeys.
///
/// ```
/// use careplan_standard::{Limits, RECORDS_MAX};
///
/// let limits = Limits { records_max: 10, ..Limits::default() };
/// assert!(limits.records_max < RECORDS_MAX);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`FILE_BYTES_MAX`].
    pub file_bytes_max: usize,
    /// See [`RECORDS_MAX`].
    pub records_max: u64,
    /// See [`RECORD_BYTES_MAX`].
    pub record_bytes_max: usize,
    /// See [`FINDINGS_MAX`].
    pub findings_max: usize,
    /// See [`FINDINGS_OF_A_RULE_MAX`].
    pub findings_of_a_rule_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes_max: FILE_BYTES_MAX,
            records_max: RECORDS_MAX,
            record_bytes_max: RECORD_BYTES_MAX,
            findings_max: FINDINGS_MAX,
            findings_of_a_rule_max: FINDINGS_OF_A_RULE_MAX,
        }
    }
}
