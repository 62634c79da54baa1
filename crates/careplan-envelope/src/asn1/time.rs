//! Times in certificates and messages, as `jiff` timestamps.

use der::asn1::{GeneralizedTime, UtcTime};
use der::{Decode, Tag};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::read::{Element, Malformed};
use super::write::Part;

/// The first year that a UTCTime cannot say (RFC 5280 section 4.1.2.5).
const GENERALIZED_FROM_YEAR: i16 = 2050;

/// Reads a UTCTime or GeneralizedTime in the DER form with seconds and `Z`.
///
/// `99991231235959Z`, which means “no end”, lies a few hours behind the last instant that
/// [`Timestamp`] knows; such times become that last instant.
pub(crate) fn read(element: Element<'_>) -> Result<Timestamp, Malformed> {
    let since_epoch = match element.tag {
        Tag::UtcTime => UtcTime::from_der(element.raw)?.to_unix_duration(),
        Tag::GeneralizedTime => GeneralizedTime::from_der(element.raw)?.to_unix_duration(),
        _ => return Err(Malformed),
    };
    let seconds = i64::try_from(since_epoch.as_secs())?;
    Ok(Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX))
}

/// UTCTime up to 2049, GeneralizedTime from 2050; fractions of a second are dropped.
///
/// Times before 1970, which no message of ours carries, are refused.
pub(crate) fn write(at: Timestamp) -> Result<Part<'static>, Malformed> {
    let civil = at.to_zoned(TimeZone::UTC).datetime();
    if civil.year() < 1970 {
        return Err(Malformed);
    }
    let text = |years: String| {
        format!(
            "{years}{:02}{:02}{:02}{:02}{:02}Z",
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second()
        )
        .into_bytes()
    };
    if civil.year() < GENERALIZED_FROM_YEAR {
        Ok(Part::Owned(Tag::UtcTime, text(format!("{:02}", civil.year() % 100))))
    } else {
        Ok(Part::Owned(Tag::GeneralizedTime, text(format!("{:04}", civil.year()))))
    }
}
