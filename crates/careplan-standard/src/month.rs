//! A service month (対象年月), the unit in which plans and actuals travel.
//!
//! Promises: a [`YearMonth`] exists only for a month of the calendar, in the Western era, year 1900 to 2999.

use std::fmt;

use jiff::civil::Weekday;

/// A month of a year, written `YYYYMM`.
///
/// ```
/// use careplan_standard::YearMonth;
///
/// let month = YearMonth::parse("202611").ok_or("no month")?;
/// assert_eq!((month.year(), month.month()), (2026, 11));
/// assert_eq!(month.to_string(), "202611");
/// assert_eq!(YearMonth::parse("202613"), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth {
    year: u16,
    month: u8,
}

impl YearMonth {
    /// Reads six digits `YYYYMM`; `None` when they name no month between January 1900 and December 2999.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::from_bytes(text.as_bytes())
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != 6 {
            return None;
        }
        let number = digits(bytes)?;
        let (year, month) = (number / 100, number % 100);
        if !(1900..=2999).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        Some(Self { year: u16::try_from(year).ok()?, month: u8::try_from(month).ok()? })
    }

    /// The month a day lies in; `None` outside 1900 to 2999.
    pub(crate) fn of(day: jiff::civil::Date) -> Option<Self> {
        let year = u16::try_from(day.year()).ok().filter(|year| (1900..=2999).contains(year))?;
        Some(Self { year, month: u8::try_from(day.month()).ok()? })
    }

    /// The year of the Western calendar.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// How many days the month has.
    pub(crate) fn days(self) -> Option<u8> {
        let (year, month) = (i16::try_from(self.year).ok()?, i8::try_from(self.month).ok()?);
        let first = jiff::civil::Date::new(year, month, 1).ok()?;
        u8::try_from(first.days_in_month()).ok()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}{:02}", self.year, self.month)
    }
}

impl serde::Serialize for YearMonth {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A day of the week in one letter, as on the forms of the standard: 月.
#[must_use]
pub fn weekday_ja(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    }
}

/// The number that up to nine ASCII digits write; `None` for anything else.
pub(crate) fn digits(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 9 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(bytes.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}

/// Whether eight digits `YYYYMMDD` name a day of the calendar, year 1800 to 2999.
pub(crate) fn is_date(bytes: &[u8]) -> bool {
    let (Some(year), Some(month), Some(day)) = (
        bytes.get(0..4).and_then(digits),
        bytes.get(4..6).and_then(digits),
        bytes.get(6..8).and_then(digits),
    ) else {
        return false;
    };
    let (Ok(year), Ok(month), Ok(day)) = (i16::try_from(year), i8::try_from(month), i8::try_from(day)) else {
        return false;
    };
    bytes.len() == 8 && (1800..=2999).contains(&year) && jiff::civil::Date::new(year, month, day).is_ok()
}

/// Whether four digits `HHMM` name a minute between 00:00 and 23:59.
pub(crate) fn is_time(bytes: &[u8]) -> bool {
    bytes.len() == 4
        && bytes.get(0..2).and_then(digits).is_some_and(|hour| hour < 24)
        && bytes.get(2..4).and_then(digits).is_some_and(|minute| minute < 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_end_at_23_59() {
        let times =
            ["0000", "2359", "2360", "2400", "123", "12:0", "01234"].map(|text| is_time(text.as_bytes()));
        assert_eq!(times, [true, true, false, false, false, false, false]);
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        let dates = [
            "20240229", "20261130", "18000101", "29991231", "20260229", "20261131", "17991231", "30000101",
            "2026111",
        ];
        let real = dates.map(|text| is_date(text.as_bytes()));
        assert_eq!(real, [true, true, true, true, false, false, false, false, false]);
    }

    #[test]
    fn months_lie_between_1900_and_2999() {
        let months = ["190001", "299912", "189912", "300001", "202600", "202613", "2026 1", "２０２６"];
        let real = months.map(|text| YearMonth::parse(text).is_some());
        assert_eq!(real, [true, true, false, false, false, false, false, false]);
    }
}
