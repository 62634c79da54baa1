//! Days and months in words, by the Japanese era and by the Western year.

use careplan_standard::YearMonth;
use careplan_standard::form::{DayFlags, FormMonth, Item, ItemValue, PlanDay};
use jiff::civil::{Date, date as day_of};

/// An era and its first day.
struct Era {
    name: &'static str,
    first: Date,
}

/// From the newest to the oldest.
///
/// 明治 counts from the first day of the year it was proclaimed in, as the rescript of that year says; until the end of 1872 months
/// were counted by the moon, but nobody whose plan is printed was born then. 大正 and 昭和 began on the day on which the era before ended.
const ERAS: [Era; 5] = [
    Era { name: "令和", first: day_of(2019, 5, 1) },
    Era { name: "平成", first: day_of(1989, 1, 8) },
    Era { name: "昭和", first: day_of(1926, 12, 25) },
    Era { name: "大正", first: day_of(1912, 7, 30) },
    Era { name: "明治", first: day_of(1868, 1, 25) },
];

/// The year of a day: the era's and what follows the whole in brackets.
fn year(day: Date) -> (String, String) {
    let western = format!("{}年", day.year());
    match ERAS.iter().find(|era| day >= era.first) {
        None => (western, String::new()),
        Some(era) => {
            let number = day.year() - era.first.year() + 1;
            let number = if number == 1 { "元".to_owned() } else { number.to_string() };
            (format!("{}{number}年", era.name), format!("（{western}）"))
        }
    }
}

/// `令和8年10月15日（2026年）`.
pub(crate) fn day(day: Date) -> String {
    let (year, western) = year(day);
    format!("{year}{}月{}日{western}", day.month(), day.day())
}

/// An item in words; one that could not be read as its text.
fn said<T: ItemValue>(item: &Item<T>, say: impl FnOnce(&T) -> String) -> String {
    item.value().map_or_else(|| item.text(), say)
}

/// A date in words.
pub(crate) fn date(item: &Item<Date>) -> String {
    said(item, |value| day(*value))
}

/// The date of the plan that a supplement goes with; nothing where it goes with a use slip.
pub(crate) fn plan_day(item: &Item<PlanDay>) -> String {
    said(item, |value| match value {
        PlanDay::On(date) => day(*date),
        PlanDay::None => String::new(),
    })
}

/// From a day to a day, `令和8年9月1日（2026年）～令和10年8月31日（2028年）`; nothing where both are empty.
pub(crate) fn period(from: &Item<Date>, to: &Item<Date>) -> String {
    if from.is_empty() && to.is_empty() { String::new() } else { format!("{}～{}", date(from), date(to)) }
}

/// `令和8年11月（2026年）`; the era is that of the month's first day.
fn month_of(month: YearMonth) -> String {
    let numbers = (i16::try_from(month.year()), i8::try_from(month.month()));
    let (Ok(western), Ok(number)) = numbers else {
        return month.to_string();
    };
    let (year, western) = year(day_of(western, number, 1));
    format!("{year}{number}月{western}")
}

/// A month in words.
pub(crate) fn month(item: &Item<YearMonth>) -> String {
    said(item, |value| month_of(*value))
}

/// The month of a supplement; nothing where it goes with a care plan.
pub(crate) fn form_month(item: &Item<FormMonth>) -> String {
    said(item, |value| match value {
        FormMonth::Month(month) => month_of(*month),
        FormMonth::Zero => String::new(),
    })
}

/// The days of a month, in order; none where the month is beyond the calendar.
pub(crate) fn days_of(month: YearMonth) -> Vec<Date> {
    let first = i16::try_from(month.year()).ok().zip(i8::try_from(month.month()).ok());
    let first = first.and_then(|(year, month)| Date::new(year, month, 1).ok());
    let day = |first: Date, number| Date::new(first.year(), first.month(), number).ok();
    first.map_or_else(Vec::new, |first| (1..=31).filter_map(|number| day(first, number)).collect())
}

/// The marked days of a month with runs drawn together: `1日～15日、20日`.
pub(crate) fn marked_days(item: &Item<DayFlags>) -> String {
    said(item, |flags| {
        let mut runs: Vec<(u8, u8)> = Vec::new();
        for day in flags.days() {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == day => *last = day,
                _ => runs.push((day, day)),
            }
        }
        let shown = runs.into_iter().map(|(first, last)| match last - first {
            0 => format!("{first}日"),
            _ => format!("{first}日～{last}日"),
        });
        shown.collect::<Vec<_>>().join("、")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said_of(text: &str) -> String {
        date(&Item::read(text))
    }

    #[test]
    fn eras_begin_on_their_exact_days() {
        for (day, words) in [
            ("20261015", "令和8年10月15日（2026年）"),
            ("20190501", "令和元年5月1日（2019年）"),
            ("20190430", "平成31年4月30日（2019年）"),
            ("19890108", "平成元年1月8日（1989年）"),
            ("19890107", "昭和64年1月7日（1989年）"),
            ("19261225", "昭和元年12月25日（1926年）"),
            ("19261224", "大正15年12月24日（1926年）"),
            ("19120730", "大正元年7月30日（1912年）"),
            ("19120729", "明治45年7月29日（1912年）"),
            ("18680125", "明治元年1月25日（1868年）"),
            ("18680124", "1868年1月24日"),
        ] {
            assert_eq!(said_of(day), words);
        }
    }

    #[test]
    fn what_is_no_date_keeps_its_text() {
        assert_eq!(said_of("20261131"), "20261131");
        assert_eq!(said_of(""), "");
        assert_eq!(period(&Item::read("20260901"), &Item::Empty), "令和8年9月1日（2026年）～");
        assert_eq!(period(&Item::Empty, &Item::Empty), "");
        assert_eq!(plan_day(&Item::read("00000000")), "");
        assert_eq!(form_month(&Item::read("000000")), "");
    }

    #[test]
    fn a_month_has_the_era_of_its_first_day() {
        assert_eq!(month(&Item::read("201905")), "令和元年5月（2019年）");
        assert_eq!(month(&Item::read("198901")), "昭和64年1月（1989年）");
        assert_eq!(month(&Item::read("202613")), "202613");
        assert_eq!(form_month(&Item::read("202611")), "令和8年11月（2026年）");
    }

    #[test]
    fn a_month_has_its_days() {
        let counts = ["202611", "202402", "202602", "190001", "299912"];
        let counts = counts.map(|text| YearMonth::parse(text).map(|month| days_of(month).len()));
        assert_eq!(counts, [Some(30), Some(29), Some(28), Some(31), Some(31)]);
    }

    #[test]
    fn runs_of_days_are_drawn_together() {
        assert_eq!(marked_days(&Item::from(DayFlags::of([1, 2, 3, 5, 30, 31]))), "1日～3日、5日、30日～31日");
        assert_eq!(marked_days(&Item::read("1101")), "1101");
    }
}
