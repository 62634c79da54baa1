//! Texts of forms as a person reads them, and who they are about.
//!
//! Promises: what came out of a form is a [`Shown`]; `Debug` never prints one, and `masked` takes its text away. The places and counts
//! of a comparison are no personal data and stay.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::form::{DayFlags, Forms, Item, ItemKind, ItemValue, SlipTime, Supplement};
use crate::month::{YearMonth, weekday_ja};

/// What stands in place of a masked text.
const MASK: &str = "＊＊＊";

/// A text that came out of a form. Personal data: without `Display`, and masked in `Debug`.
///
/// Serialised as JSON it is a string, or `null` where nothing was written.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown(String);

impl Shown {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// An item as a person reads it: dates `YYYY-MM-DD`, times `HH:MM`, everything else as it was written.
    pub(super) fn item<T: ItemValue>(item: &Item<T>) -> Self {
        Self(readable(T::KIND, &item.text()))
    }

    /// The text; empty where nothing was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The mask in place of the text. Nothing stays nothing.
    #[must_use]
    pub fn masked(&self) -> Self {
        if self.0.is_empty() { self.clone() } else { Self(MASK.to_owned()) }
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_empty() { "-" } else { MASK })
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() { serializer.serialize_none() } else { serializer.serialize_str(&self.0) }
    }
}

/// The text of an item as a person reads it. What is no value of its kind is left alone.
pub(super) fn readable(kind: ItemKind, text: &str) -> String {
    let readable = match kind {
        ItemKind::Date => <Date as ItemValue>::read(text).map(|date| date.to_string()),
        ItemKind::Month => {
            YearMonth::parse(text).map(|month| format!("{:04}-{:02}", month.year(), month.month()))
        }
        ItemKind::Time => SlipTime::read(text).map(|time| match time {
            SlipTime::At(time) => time.to_string(),
            SlipTime::Clockless => "時刻なし".to_owned(),
        }),
        ItemKind::Days => DayFlags::read(text).map(|flags| {
            let days: Vec<String> = flags.days().map(|day| day.to_string()).collect();
            days.join("・") + "日"
        }),
        ItemKind::Text | ItemKind::Code | ItemKind::Number | ItemKind::Decimal => None,
    };
    readable.unwrap_or_else(|| text.to_owned())
}

/// A day as a person reads it: 11月12日（木）. What is no day is left alone.
pub(super) fn day_ja(day: &Shown) -> String {
    let Ok(date) = day.as_str().parse::<Date>() else {
        return day.as_str().to_owned();
    };
    let weekday = weekday_ja(date.weekday());
    format!("{}月{}日（{weekday}）", date.month(), date.day())
}

/// Who a line or form is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Person {
    /// Insurer number (保険者番号).
    pub insurer_no: Shown,
    /// Insured person's number (被保険者番号).
    pub insured_no: Shown,
    /// The name, where a form gives it.
    pub name: Shown,
}

impl Person {
    /// The person as a heading: by name where there is one, always with the numbers that tell persons apart.
    #[must_use]
    pub fn words(&self) -> Shown {
        let numbers = format!("保険者 {}・被保険者 {}", or_none(&self.insurer_no), or_none(&self.insured_no));
        Shown(if self.name.0.is_empty() { numbers } else { format!("{}（{numbers}）", self.name.0) })
    }

    pub(super) fn masked(&self) -> Self {
        Self {
            insurer_no: self.insurer_no.masked(),
            insured_no: self.insured_no.masked(),
            name: self.name.masked(),
        }
    }
}

fn or_none(text: &Shown) -> &str {
    if text.0.is_empty() { "なし" } else { &text.0 }
}

/// The names of persons, by insurer and insured number.
#[derive(Clone, Default)]
pub(super) struct Names(BTreeMap<(String, String), String>);

impl Names {
    /// Every name that forms give; the supplement's goes first.
    pub(super) fn of_forms(forms: &Forms) -> Self {
        let mut names = Self::default();
        names.add_supplements(&forms.supplements);
        for form in &forms.preventive_plans {
            names.add(&form.insurer_no, &form.insured_no, &form.user_name);
        }
        for form in &forms.basic_information {
            names.add(&form.insurer_no, &form.insured_no, &form.user_name);
        }
        names
    }

    pub(super) fn add_supplements(&mut self, supplements: &[Supplement]) {
        for form in supplements {
            self.add(&form.insurer_no, &form.insured_no, &form.user_name);
        }
    }

    fn add<A: ItemValue, B: ItemValue>(&mut self, insurer: &Item<A>, insured: &Item<B>, name: &Item<String>) {
        if let Some(name) = name.value() {
            self.0.entry((insurer.text(), insured.text())).or_insert_with(|| name.clone());
        }
    }

    /// Names of `other` for persons that have none here.
    pub(super) fn or(mut self, other: Self) -> Self {
        for (numbers, name) in other.0 {
            self.0.entry(numbers).or_insert(name);
        }
        self
    }

    pub(super) fn person(&self, insurer_no: String, insured_no: String) -> Person {
        let numbers = (insurer_no, insured_no);
        let name = self.0.get(&numbers).cloned().unwrap_or_default();
        Person { insurer_no: Shown(numbers.0), insured_no: Shown(numbers.1), name: Shown(name) }
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Names({} persons)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_made_readable_by_their_kind_and_left_alone_when_they_are_no_value() {
        assert_eq!(readable(ItemKind::Date, "20261112"), "2026-11-12");
        assert_eq!(readable(ItemKind::Month, "202611"), "2026-11");
        assert_eq!(readable(ItemKind::Time, "0930"), "09:30");
        assert_eq!(readable(ItemKind::Time, "9999"), "時刻なし");
        assert_eq!(readable(ItemKind::Days, &format!("101{}", "0".repeat(28))), "1・3日");
        for (kind, text) in [
            (ItemKind::Date, "00000000"),
            (ItemKind::Date, "20261131"),
            (ItemKind::Month, "未定"),
            (ItemKind::Time, "9:3"),
            (ItemKind::Text, "20261112"),
        ] {
            assert_eq!(readable(kind, text), text);
        }
    }

    #[test]
    fn days_have_their_weekday() {
        assert_eq!(day_ja(&Shown::new("2026-11-12")), "11月12日（木）");
        assert_eq!(day_ja(&Shown::new("2026-11-12").masked()), "＊＊＊");
    }
}
