//! Dates, times and quantities of a form, each written as the standard writes it.

use std::fmt;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::item::{ItemKind, ItemValue};
use crate::month::{YearMonth, digits, is_date, is_time};
use crate::name::NameMonth;

/// What stands in JSON for a value that says "not here": a supplement without a plan, a service without clock times.
const NONE: &str = "none";

/// Free text, with its line breaks.
pub type Text = String;

impl ItemValue for String {
    const KIND: ItemKind = ItemKind::Text;

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn text(&self) -> String {
        self.clone()
    }
}

/// A whole number; negative where a correction takes something back.
pub type Number = i64;

impl ItemValue for i64 {
    const KIND: ItemKind = ItemKind::Number;

    fn read(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        (unsigned.len() <= 18 && unsigned.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse().ok())?
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl ItemValue for Date {
    const KIND: ItemKind = ItemKind::Date;

    fn read(text: &str) -> Option<Self> {
        is_date(text.as_bytes()).then(|| Self::strptime("%Y%m%d", text).ok())?
    }

    fn text(&self) -> String {
        self.strftime("%Y%m%d").to_string()
    }
}

impl ItemValue for YearMonth {
    const KIND: ItemKind = ItemKind::Month;

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

/// The month of a supplement: `000000` beside a care plan.
pub type FormMonth = NameMonth;

impl ItemValue for NameMonth {
    const KIND: ItemKind = ItemKind::Month;

    fn read(text: &str) -> Option<Self> {
        if text == "000000" { Some(Self::Zero) } else { YearMonth::parse(text).map(Self::Month) }
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Serialize for NameMonth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Zero => serializer.serialize_str(NONE),
            Self::Month(month) => month.serialize(serializer),
        }
    }
}

/// The plan date of a supplement: `00000000` beside a use slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanDay {
    /// The supplement goes with a use slip and belongs to no plan.
    None,
    /// The date of the plan.
    On(Date),
}

impl ItemValue for PlanDay {
    const KIND: ItemKind = ItemKind::Date;

    fn read(text: &str) -> Option<Self> {
        if text == "00000000" { Some(Self::None) } else { <Date as ItemValue>::read(text).map(Self::On) }
    }

    fn text(&self) -> String {
        match self {
            Self::None => "00000000".to_owned(),
            Self::On(date) => date.text(),
        }
    }
}

impl Serialize for PlanDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_str(NONE),
            Self::On(date) => date.serialize(serializer),
        }
    }
}

/// A time of day in minutes since midnight, up to 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Minutes since midnight, at most 1440.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// The time so many minutes after midnight; `None` past 24:00.
    #[must_use]
    pub fn from_minutes(minutes: u16) -> Option<Self> {
        (minutes <= 24 * 60).then_some(Self(minutes))
    }
}

impl fmt::Display for TimeOfDay {
    /// `HH:MM`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl ItemValue for TimeOfDay {
    const KIND: ItemKind = ItemKind::Time;

    fn read(text: &str) -> Option<Self> {
        if !is_time(text.as_bytes()) && text != "2400" {
            return None;
        }
        let number = u16::try_from(digits(text.as_bytes())?).ok()?;
        Self::from_minutes(number / 100 * 60 + number % 100)
    }

    fn text(&self) -> String {
        format!("{:02}{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A time on a use slip: `9999` stands for a service without clock times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlipTime {
    /// At this time.
    At(TimeOfDay),
    /// The service has no clock times.
    Clockless,
}

impl ItemValue for SlipTime {
    const KIND: ItemKind = ItemKind::Time;

    fn read(text: &str) -> Option<Self> {
        if text == "9999" { Some(Self::Clockless) } else { TimeOfDay::read(text).map(Self::At) }
    }

    fn text(&self) -> String {
        match self {
            Self::At(time) => time.text(),
            Self::Clockless => "9999".to_owned(),
        }
    }
}

impl Serialize for SlipTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(time) => time.serialize(serializer),
            Self::Clockless => serializer.serialize_str(NONE),
        }
    }
}

/// A number with two decimals, in hundredths: `10.00` yen a unit is 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hundredths(pub i64);

impl fmt::Display for Hundredths {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(out, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

impl ItemValue for Hundredths {
    const KIND: ItemKind = ItemKind::Decimal;

    fn read(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        if fraction.len() > 2 {
            return None;
        }
        let whole = i64::from(digits(whole.as_bytes())?);
        let part = i64::from(digits(fraction.as_bytes())?);
        Some(Self(whole * 100 + if fraction.len() == 1 { part * 10 } else { part }))
    }

    fn text(&self) -> String {
        self.to_string()
    }
}

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The days of a month that may be billed pro rata (日割対象日).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayFlags(u32);

impl DayFlags {
    /// The days that are marked, from 1.
    pub fn days(self) -> impl Iterator<Item = u8> {
        (1..=31).filter(move |day| self.0 >> (day - 1) & 1 == 1)
    }

    /// Marks these days; days beyond 31 are left out.
    #[must_use]
    pub fn of(days: impl IntoIterator<Item = u8>) -> Self {
        Self(
            days.into_iter()
                .filter(|day| (1..=31).contains(day))
                .fold(0, |flags, day| flags | 1 << (day - 1)),
        )
    }
}

impl ItemValue for DayFlags {
    const KIND: ItemKind = ItemKind::Days;

    fn read(text: &str) -> Option<Self> {
        if text.len() != 31 || !text.bytes().all(|byte| matches!(byte, b'0' | b'1')) {
            return None;
        }
        let marked = text.bytes().zip(1..).filter_map(|(byte, day)| (byte == b'1').then_some(day));
        Some(Self::of(marked))
    }

    fn text(&self) -> String {
        (0..31).map(|at| if self.0 >> at & 1 == 1 { '1' } else { '0' }).collect()
    }
}

impl Serialize for DayFlags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.days())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{BenefitRow, InsuredNumber, InsurerNumber, Item};

    fn is_read<T: ItemValue>(text: &str) -> bool {
        Item::<T>::read(text).value().is_some()
    }

    #[test]
    fn values_of_the_right_form_are_read_and_others_keep_their_text() {
        assert!(is_read::<Date>("20240229") && !is_read::<Date>("20230229"));
        assert!(
            is_read::<TimeOfDay>("2400") && !is_read::<TimeOfDay>("2401") && !is_read::<TimeOfDay>("9999")
        );
        assert!(is_read::<SlipTime>("9999") && !is_read::<SlipTime>("2500"));
        assert!(is_read::<InsuredNumber>("H000000001") && !is_read::<InsuredNumber>("H00000001"));
        assert!(is_read::<Number>("-12") && !is_read::<Number>("1.2") && !is_read::<Number>("-"));
        assert!(is_read::<Hundredths>("10.5") && !is_read::<Hundredths>("10.555"));
        assert!(is_read::<DayFlags>(&"1".repeat(31)) && !is_read::<DayFlags>(&"1".repeat(32)));
        assert_eq!(Item::<Date>::read("20230229").text(), "20230229");
        assert_eq!(Item::<Date>::read("  "), Item::Empty);
    }

    #[test]
    fn what_was_written_is_read_as_the_same() {
        for text in ["11AAAA", "999999", "A2EEEE", "11ZZZZ", "111111"] {
            assert_eq!(Item::<BenefitRow>::read(text).text(), text);
        }
        for hundredths in [0, 5, 1000, 1099] {
            let text = Hundredths(hundredths).text();
            assert_eq!(Item::read(&text).value(), Some(&Hundredths(hundredths)));
        }
    }

    #[test]
    fn no_value_is_shown_by_debug() {
        assert_eq!(format!("{:?}", Item::from("架空　花子".to_owned())), "＊＊＊");
        assert_eq!(format!("{:?}", InsurerNumber::parse("990001")), "Some(InsurerNumber(＊＊＊))");
    }
}
