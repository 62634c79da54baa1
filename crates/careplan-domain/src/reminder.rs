//! When somebody is reminded of an end that comes near: a licence's, a certificate's.

use jiff::civil::Date;

/// Days before the end of a licence on which its office is reminded.
pub const LICENCE_DAYS: [u16; 3] = [60, 30, 7];

/// Days before the end of a certificate on which its office is reminded. 90, because renewing takes weeks where paper is involved.
pub const CERTIFICATE_DAYS: [u16; 3] = [90, 30, 7];

/// Which of these reminders is due: the latest one whose day has come. Days on which nobody looked are not made up for one by one.
/// None after the last day: it is too late for a reminder then.
///
/// ```
/// use careplan_domain::reminder::{LICENCE_DAYS, due};
/// use jiff::civil::date;
///
/// let last = date(2027, 3, 31);
/// assert_eq!(due(&LICENCE_DAYS, last, date(2027, 1, 29)), None);
/// assert_eq!(due(&LICENCE_DAYS, last, date(2027, 1, 30)), Some(60));
/// assert_eq!(due(&LICENCE_DAYS, last, date(2027, 3, 25)), Some(7));
/// assert_eq!(due(&LICENCE_DAYS, last, date(2027, 4, 1)), None);
/// ```
#[must_use]
pub fn due(days: &[u16], last: Date, today: Date) -> Option<u16> {
    let left = today.until(last).ok()?.get_days();
    days.iter().copied().filter(|before| (0..=i32::from(*before)).contains(&left)).min()
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn each_reminder_is_due_from_its_day_to_the_day_of_the_next() {
        let last = date(2027, 3, 31);
        for (left, expected) in [
            (91, None),
            (90, Some(90)),
            (31, Some(90)),
            (30, Some(30)),
            (8, Some(30)),
            (7, Some(7)),
            (0, Some(7)),
            (-1, None),
        ] {
            let today = last.checked_sub(i64::from(left).days()).unwrap();
            assert_eq!(due(&CERTIFICATE_DAYS, last, today), expected, "{left} days left");
        }
    }
}
