//! Licences: what operators grant and end, in whole days of the Japanese calendar.
//!
//! Promises: terms follow each other without overlap; they are ended, never removed. What an ended
//! licence means for letters is the gate's business (`careplan_domain::gate`).

mod application;

pub use application::{ApplicationFault, Applications, Reading, may_apply};

use careplan_domain::Timestamp;
use careplan_domain::calendar::day;
use careplan_domain::licence::LicenceTerm;
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan as _};

/// Years granted at once: the fee table ends with three (63,000 yen).
pub const YEARS_MAX: u8 = 3;

/// How far ahead a term may begin: it catches a mistyped year, and a second renewal in advance.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Why a term is not granted or ended. Said to operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LicenceFault {
    /// Not 1 to [`YEARS_MAX`].
    #[error("年数は1〜{YEARS_MAX}で指定してください。")]
    Years,
    /// The office has a term then.
    #[error(
        "指定された期間は、すでにある期間（{until}まで）と重なります。--from に{until}以後の日を指定するか、--from を省いてください。"
    )]
    Overlap {
        /// The day that one ends with its beginning.
        until: Date,
    },
    /// It would begin more than a year from now.
    #[error("期間の始まり（{from}）が1年以上先です。日付と、すでにある期間を確かめてください。")]
    TooFarAhead {
        /// The day it would begin.
        from: Date,
    },
    /// The day is over.
    #[error("過ぎた日にさかのぼって終わらせることはできません。今日以後の日を指定してください。")]
    DayIsOver,
    /// No term lasts longer than that.
    #[error("その日より後まで続く期間がありません。`licence show` で期間を確かめてください。")]
    NothingToEnd,
    /// Not a day of the calendar.
    #[error("日付が範囲の外です。")]
    Calendar,
}

/// The term to grant: from the beginning of `from`, or else right after the present terms, or else
/// from the beginning of today – where one was ended in the course of that day, right after it; for
/// whole years.
///
/// # Errors
/// [`LicenceFault`] by its variants.
pub fn new_term(
    terms: &[LicenceTerm],
    from: Option<Date>,
    years: u8,
    now: Timestamp,
) -> Result<LicenceTerm, LicenceFault> {
    if !(1..=YEARS_MAX).contains(&years) {
        return Err(LicenceFault::Years);
    }
    let last_end = terms.iter().map(|term| term.ends_at).filter(|end| *end > now).max();
    let starts_at = match (from, last_end) {
        (None, Some(end)) => end,
        (from, _) => {
            let first_day = from.unwrap_or_else(|| day(now));
            let ended_then =
                terms.iter().map(|term| term.ends_at).filter(|end| day(*end) == first_day && *end <= now);
            ended_then.max().unwrap_or(beginning(first_day)?)
        }
    };
    let last_day =
        day(starts_at).checked_add(i32::from(years).years()).map_err(|_| LicenceFault::Calendar)?;
    let term = LicenceTerm { starts_at, ends_at: beginning(last_day)? };
    let overlaps = |other: &&LicenceTerm| other.starts_at < term.ends_at && term.starts_at < other.ends_at;
    // Terms that were ended before they began cover nothing.
    let real = terms.iter().filter(|other| other.starts_at < other.ends_at);
    if let Some(other) = real.filter(overlaps).max_by_key(|other| other.ends_at) {
        return Err(LicenceFault::Overlap { until: day(other.ends_at) });
    }
    if starts_at.duration_since(now) > AHEAD_MAX {
        return Err(LicenceFault::TooFarAhead { from: day(starts_at) });
    }
    Ok(term)
}

/// The new end of each term that lasts longer than the beginning of the day `at` (or than now), by its
/// place in `terms`. A term that has not begun ends where it begins.
///
/// # Errors
/// [`LicenceFault::DayIsOver`], [`LicenceFault::NothingToEnd`].
pub fn ends(
    terms: &[LicenceTerm],
    at: Option<Date>,
    now: Timestamp,
) -> Result<Vec<(usize, Timestamp)>, LicenceFault> {
    let end = match at {
        None => now,
        Some(at) if at < day(now) => return Err(LicenceFault::DayIsOver),
        Some(at) => beginning(at)?.max(now),
    };
    let later = terms.iter().enumerate().filter(|(_, term)| term.ends_at > end.max(term.starts_at));
    let ends: Vec<_> = later.map(|(place, term)| (place, end.max(term.starts_at))).collect();
    if ends.is_empty() { Err(LicenceFault::NothingToEnd) } else { Ok(ends) }
}

fn beginning(day: Date) -> Result<Timestamp, LicenceFault> {
    careplan_domain::calendar::beginning(day).ok_or(LicenceFault::Calendar)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn term(starts_at: &str, ends_at: &str) -> LicenceTerm {
        LicenceTerm { starts_at: at(starts_at), ends_at: at(ends_at) }
    }

    /// Half past eight in the morning of the 22nd, in Japan.
    fn now() -> Timestamp {
        at("2026-11-22T08:30:00+09:00")
    }

    #[test]
    fn a_first_term_begins_with_today_in_japan_and_lasts_whole_years() {
        let first = new_term(&[], None, 1, now()).unwrap();
        assert_eq!(first, term("2026-11-22T00:00:00+09:00", "2027-11-22T00:00:00+09:00"));
        let leap = new_term(&[], Some(date(2024, 2, 29)), 1, now()).unwrap();
        assert_eq!(leap.ends_at, at("2025-02-28T00:00:00+09:00"));
    }

    #[test]
    fn a_term_that_ended_in_the_course_of_today_is_followed_at_once() {
        let ended = term("2026-04-01T00:00:00+09:00", "2026-11-22T08:10:00+09:00");
        let next = term("2026-11-22T08:10:00+09:00", "2027-11-22T00:00:00+09:00");
        assert_eq!(new_term(&[ended], None, 1, now()), Ok(next));
        assert_eq!(new_term(&[ended], Some(date(2026, 11, 22)), 1, now()), Ok(next));
        let tomorrow = new_term(&[ended], Some(date(2026, 11, 23)), 1, now()).unwrap();
        assert_eq!(tomorrow.starts_at, at("2026-11-23T00:00:00+09:00"));
    }

    #[test]
    fn a_renewal_follows_the_present_term() {
        let present = term("2026-04-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00");
        let next = new_term(&[present], None, 3, now()).unwrap();
        assert_eq!(next, term("2027-04-01T00:00:00+09:00", "2030-04-01T00:00:00+09:00"));
        let again = new_term(&[present, next], None, 1, now());
        assert_eq!(again, Err(LicenceFault::TooFarAhead { from: date(2030, 4, 1) }));
    }

    #[test]
    fn one_to_three_years_are_granted_at_once() {
        for years in [0, YEARS_MAX + 1] {
            assert_eq!(new_term(&[], None, years, now()), Err(LicenceFault::Years));
        }
        assert!(new_term(&[], None, YEARS_MAX, now()).is_ok());
    }

    #[test]
    fn a_term_begins_at_most_a_year_and_a_day_ahead() {
        assert!(new_term(&[], Some(date(2027, 11, 23)), 1, now()).is_ok());
        let ahead = new_term(&[], Some(date(2027, 11, 24)), 1, now());
        assert_eq!(ahead, Err(LicenceFault::TooFarAhead { from: date(2027, 11, 24) }));
        assert!(new_term(&[], Some(date(9999, 12, 31)), 1, now()).is_err());
    }

    #[test]
    fn terms_may_touch_and_not_overlap() {
        let present = term("2026-04-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00");
        assert!(new_term(&[present], Some(date(2027, 4, 1)), 1, now()).is_ok());
        assert!(new_term(&[present], Some(date(2025, 4, 1)), 1, now()).is_ok());
        let overlap = new_term(&[present], Some(date(2027, 3, 31)), 1, now()).unwrap_err();
        assert_eq!(
            overlap.to_string(),
            "指定された期間は、すでにある期間（2027-04-01まで）と重なります。--from に2027-04-01以後の日を指定するか、--from を省いてください。"
        );
    }

    #[test]
    fn a_licence_ends_now_or_at_the_beginning_of_a_day_to_come() {
        let terms = [
            term("2026-04-01T00:00:00+09:00", "2027-04-01T00:00:00+09:00"),
            term("2027-04-01T00:00:00+09:00", "2028-04-01T00:00:00+09:00"),
        ];
        assert_eq!(ends(&terms, None, now()), Ok(vec![(0, now()), (1, terms[1].starts_at)]));
        assert_eq!(ends(&terms, Some(date(2026, 11, 22)), now()), ends(&terms, None, now()));
        assert_eq!(ends(&terms, Some(date(2026, 11, 21)), now()), Err(LicenceFault::DayIsOver));
        let later = ends(&terms, Some(date(2027, 10, 1)), now());
        assert_eq!(later, Ok(vec![(1, at("2027-10-01T00:00:00+09:00"))]));
        assert_eq!(ends(&terms, Some(date(2028, 4, 1)), now()), Err(LicenceFault::NothingToEnd));
        assert_eq!(ends(&[], None, now()), Err(LicenceFault::NothingToEnd));
    }
}
