//! Days in Japan: what a term, a due date and a run are counted in.
//!
//! Promises: an instant and a day mean the same on every machine; no clock is asked.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::{Offset, TimeZone};

/// Japan's time zone: nine hours ahead, without daylight saving since 1952, so no table is needed.
pub fn japan() -> TimeZone {
    TimeZone::fixed(Offset::constant(9))
}

/// An instant as a day in Japan.
///
/// ```
/// use careplan_domain::calendar::day;
/// assert_eq!(day("2026-11-22T15:00:00Z".parse()?).to_string(), "2026-11-23");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn day(instant: Timestamp) -> Date {
    japan().to_datetime(instant).date()
}

/// The first instant of a day in Japan; none at the very ends of the calendar.
pub fn beginning(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(japan()).ok()?.timestamp())
}

/// The last day of what ends at an instant: one that ends with the beginning of a day does not last into it.
///
/// ```
/// use careplan_domain::calendar::last_day;
/// assert_eq!(last_day("2026-11-23T00:00:00+09:00".parse()?).to_string(), "2026-11-22");
/// assert_eq!(last_day("2026-11-23T08:30:00+09:00".parse()?).to_string(), "2026-11-23");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn last_day(ends_at: Timestamp) -> Date {
    day(ends_at.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(ends_at))
}

/// A day as it is told to people.
///
/// ```
/// use careplan_domain::calendar::spoken;
/// assert_eq!(spoken(jiff::civil::date(2026, 11, 22)), "2026年11月22日（日）");
/// ```
pub fn spoken(day: Date) -> String {
    let weekday = match day.weekday() {
        Weekday::Monday => '月',
        Weekday::Tuesday => '火',
        Weekday::Wednesday => '水',
        Weekday::Thursday => '木',
        Weekday::Friday => '金',
        Weekday::Saturday => '土',
        Weekday::Sunday => '日',
    };
    format!("{}年{}月{}日（{weekday}）", day.year(), day.month(), day.day())
}

/// A day of eight digits `YYYYMMDD`, as it stands in files.
pub fn compact(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from, to| text.get(from..to);
    Date::new(part(0, 4)?.parse().ok()?, part(4, 6)?.parse().ok()?, part(6, 8)?.parse().ok()?).ok()
}

/// The eight digits of a day.
pub fn digits(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_japan() {
        let midnight = beginning(date(2026, 11, 22)).unwrap();
        assert_eq!(midnight.to_string(), "2026-11-21T15:00:00Z");
        assert_eq!(day(midnight), date(2026, 11, 22));
    }

    #[test]
    fn a_day_of_eight_digits_is_a_day_of_the_calendar() {
        assert_eq!(compact("20261122"), Some(date(2026, 11, 22)));
        assert_eq!(digits(date(2026, 11, 2)), "20261102");
        for bad in ["20260230", "2026112", "202611222", "+0261122", "２０２６１", ""] {
            assert_eq!(compact(bad), None, "{bad}");
        }
    }
}
