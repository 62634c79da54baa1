//! How near the end of a certificate is, so that people are told in time.

use careplan_domain::Timestamp;
use careplan_domain::calendar::{day, last_day};
use jiff::SignedDuration;
use jiff::civil::Date;

/// Certificates renew themselves much earlier: one that is so near its end does not, and somebody has to look after it. A month is
/// enough for a letter with a new issue password.
const SOON_DAYS: i64 = 30;

/// How near the end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nobody needs to think of it.
    Far,
    /// It ends soon.
    Soon {
        /// Days after this one on which it still does; none on its last day.
        days: i64,
        /// The last day on which it does, in Japan.
        last: Date,
    },
    /// It opens no door any more.
    Past,
}

impl Ending {
    /// How near the end of what is valid up to and including an instant (RFC 5280 section 4.1.2.5) is.
    pub fn of(not_after: Timestamp, now: Timestamp) -> Self {
        if now > not_after {
            return Self::Past;
        }
        if not_after.duration_since(now) > SignedDuration::from_hours(SOON_DAYS * 24) {
            return Self::Far;
        }
        let last = last_day(not_after);
        let days = last.duration_since(day(now)).as_hours() / 24;
        Self::Soon { days: days.max(0), last }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn ending(not_after: &str, now: &str) -> Ending {
        Ending::of(not_after.parse().unwrap(), now.parse().unwrap())
    }

    #[test]
    fn it_is_soon_from_thirty_days_before_the_end_and_not_a_second_earlier() {
        let end = "2027-01-01T23:59:59+09:00";
        let last = date(2027, 1, 1);
        assert_eq!(ending(end, "2026-12-02T23:59:58+09:00"), Ending::Far);
        assert_eq!(ending(end, "2026-12-02T23:59:59+09:00"), Ending::Soon { days: 30, last });
        assert_eq!(ending(end, "2026-12-03T00:00:00+09:00"), Ending::Soon { days: 29, last });
        assert_eq!(ending(end, "2026-12-31T23:59:59+09:00"), Ending::Soon { days: 1, last });
        assert_eq!(ending(end, "2027-01-01T00:00:00+09:00"), Ending::Soon { days: 0, last });
    }

    #[test]
    fn it_does_in_its_last_second_and_is_past_in_the_next() {
        let end = "2027-01-01T00:00:00Z";
        let last = date(2027, 1, 1);
        assert_eq!(ending(end, end), Ending::Soon { days: 0, last });
        assert_eq!(ending(end, "2027-01-01T00:00:01Z"), Ending::Past);
    }

    #[test]
    fn what_ends_with_the_beginning_of_a_day_in_japan_does_not_last_into_it() {
        let end = "2027-01-01T00:00:00+09:00";
        let last = date(2026, 12, 31);
        assert_eq!(ending(end, "2026-12-30T12:00:00+09:00"), Ending::Soon { days: 1, last });
        assert_eq!(ending(end, end), Ending::Soon { days: 0, last });
    }
}
