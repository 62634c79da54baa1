//! Values of the domain as columns, and back. A column that does not read back is
//! [`StoreError::Corrupt`], never a default.

use careplan_domain::{Digest, Timestamp};

use super::StoreError;

/// An instant as milliseconds UTC.
pub fn millis(instant: Timestamp) -> i64 {
    instant.as_millisecond()
}

/// The instant of a column.
///
/// # Errors
/// When it lies outside the calendar.
pub fn instant(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::Corrupt("time"))
}

/// The digest of a column.
///
/// # Errors
/// When it has not 32 bytes.
pub fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes.try_into().map(Digest).map_err(|_| StoreError::Corrupt("digest"))
}

/// A value that is stored as its text: office numbers, service types, units.
///
/// # Errors
/// When the text is no such value; `what` says which.
pub fn parse<T: std::str::FromStr>(text: &str, what: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(what))
}

/// A number that is stored as a signed one.
///
/// # Errors
/// When it does not fit; `what` says which.
pub fn number<T: TryFrom<i64>>(stored: i64, what: &'static str) -> Result<T, StoreError> {
    T::try_from(stored).map_err(|_| StoreError::Corrupt(what))
}
