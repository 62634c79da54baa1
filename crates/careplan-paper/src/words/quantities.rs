//! Numbers and times of day in words.

use careplan_standard::form::{Item, Number, SlipTime, TimeOfDay};

/// A number with its thousands set apart.
pub(crate) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number in words.
pub(crate) fn amount(item: &Item<Number>) -> String {
    item.value().map_or_else(|| item.text(), |number| thousands(*number))
}

/// A number with its unit behind it; nothing where the item is empty.
pub(crate) fn amount_of(item: &Item<Number>, unit: &str) -> String {
    if item.is_empty() { String::new() } else { format!("{}{unit}", amount(item)) }
}

/// `9:30`.
fn clock(time: TimeOfDay) -> String {
    format!("{}:{:02}", time.minutes() / 60, time.minutes() % 60)
}

/// A time of day.
pub(crate) fn time(item: &Item<TimeOfDay>) -> String {
    item.value().map_or_else(|| item.text(), |time| clock(*time))
}

/// From a time to a time; one time where both are the same, nothing where both are empty.
pub(crate) fn times(start: &Item<TimeOfDay>, end: &Item<TimeOfDay>) -> String {
    span(time(start), time(end))
}

/// The times of a service on a use slip.
pub(crate) fn slip_times(start: &Item<SlipTime>, end: &Item<SlipTime>) -> String {
    span(slip_time(start), slip_time(end))
}

fn slip_time(item: &Item<SlipTime>) -> String {
    match item.value() {
        None => item.text(),
        Some(SlipTime::At(time)) => clock(*time),
        Some(SlipTime::Clockless) => "時刻なし".to_owned(),
    }
}

fn span(start: String, end: String) -> String {
    if start == end { start } else { format!("{start}～{end}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let numbers = [0, 999, 1_000, 12_345, 1_234_567, -1_000, i64::MIN];
        let words = ["0", "999", "1,000", "12,345", "1,234,567", "-1,000", "-9,223,372,036,854,775,808"];
        assert_eq!(numbers.map(thousands), words);
        assert_eq!(amount_of(&Item::read("19705"), "単位"), "19,705単位");
        assert_eq!(amount_of(&Item::Empty, "単位"), "");
    }

    #[test]
    fn times_are_from_to_and_services_without_a_clock_say_so() {
        let slip = |start, end| slip_times(&Item::read(start), &Item::read(end));
        assert_eq!(slip("0930", "1000"), "9:30～10:00");
        assert_eq!(slip("9999", "9999"), "時刻なし");
        assert_eq!(slip("1000", "25xx"), "10:00～25xx");
        assert_eq!(times(&Item::read("0630"), &Item::read("0630")), "6:30");
        assert_eq!(times(&Item::read("2200"), &Item::read("2400")), "22:00～24:00");
        assert_eq!(times(&Item::Empty, &Item::Empty), "");
    }
}
