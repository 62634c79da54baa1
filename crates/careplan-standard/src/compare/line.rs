//! A line of a use slip, read for comparing: whose it is, which service, which day and time.
//!
//! Promises: a line either has everything that a comparison needs, or says which items are missing. Nothing is guessed.

use jiff::civil::Date;

use super::shown::{Names, Person, Shown};
use super::visit::{Occasion, Side};
use crate::form::{
    Columns, InsuredNumber, InsurerNumber, Item, ItemKind, ItemValue, OfficeNumber, Outline, ServiceCode,
    SlipLine, SlipTime,
};
use crate::month::YearMonth;

/// Whose line it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PersonKey<'a> {
    pub(super) insurer: &'a InsurerNumber,
    pub(super) insured: &'a InsuredNumber,
}

/// Which service it is: lines of one key are the same service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ServiceKey<'a> {
    pub(super) office: &'a OfficeNumber,
    pub(super) code: &'a ServiceCode,
    pub(super) satellite: Option<&'a String>,
    pub(super) tais: Option<&'a String>,
    pub(super) notice: Option<&'a String>,
    pub(super) discriminator: Option<&'a i64>,
}

/// When it is, and how much.
pub(super) struct Line<'a> {
    /// Which line of the list it is, from 1.
    pub(super) number: usize,
    pub(super) source: &'a SlipLine,
    pub(super) start: SlipTime,
    pub(super) end: SlipTime,
    times: String,
    units: String,
}

impl<'a> Line<'a> {
    /// Lines of one day in the order of their times; equal only where the lines say the same.
    pub(super) fn order(&self) -> (SlipTime, SlipTime, &str, &str) {
        (self.start, self.end, &self.times, &self.units)
    }

    /// How far apart two lines are, in minutes of start and end together.
    pub(super) fn minutes_to(&self, other: &Self) -> u32 {
        minutes(self.start).abs_diff(minutes(other.start)) + minutes(self.end).abs_diff(minutes(other.end))
    }

    pub(super) fn occasion(&self) -> Occasion {
        Occasion {
            line: self.number,
            start: Shown::item(&self.source.start_time),
            end: Shown::item(&self.source.end_time),
            count: Shown::new(self.times.as_str()),
            units: Shown::new(self.units.as_str()),
        }
    }

    /// How many times the service is on these lines. A line without a readable number is one time.
    pub(super) fn count_of(lines: &[Self]) -> i64 {
        let counts = lines.iter().map(|line| line.source.times.value().copied().unwrap_or(1));
        counts.fold(0, i64::saturating_add)
    }
}

/// A service without clock times is far from every time of the day, and near another without.
fn minutes(time: SlipTime) -> u32 {
    const CLOCKLESS: u32 = 2 * 24 * 60;
    match time {
        SlipTime::At(time) => u32::from(time.minutes()),
        SlipTime::Clockless => CLOCKLESS,
    }
}

/// A line that can be compared.
pub(super) struct Comparable<'a> {
    pub(super) person: PersonKey<'a>,
    pub(super) service: ServiceKey<'a>,
    pub(super) day: Date,
    pub(super) line: Line<'a>,
}

/// A line that cannot be compared, because an item that says whose, what or when it is is empty or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct NotComparable {
    /// In which of the two lists it stands.
    pub side: Side,
    /// Which line of that list it is, from 1.
    pub line: usize,
    /// Whose it is, as far as it says.
    pub person: Person,
    /// The items that stand in the way.
    pub items: Vec<BlockingItem>,
    /// The same in Japanese.
    pub words: Shown,
}

/// An item without which a line cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct BlockingItem {
    /// Our name of the item.
    pub name: &'static str,
    /// The ministry's name of the item.
    pub name_ja: &'static str,
    /// What stands there.
    pub text: Shown,
}

impl NotComparable {
    fn new(side: Side, line: usize, person: Person, items: Vec<BlockingItem>) -> Self {
        let told: Vec<String> = items
            .iter()
            .map(|item| match item.text.as_str() {
                "" => format!("「{}」が空欄", item.name_ja),
                text => format!("「{}」が「{text}」", item.name_ja),
            })
            .collect();
        let words = format!(
            "{}の{line}行目は、{}のため比べられません。送り元で直してもらってください。",
            side.ja(),
            told.join("、")
        );
        Self { side, line, person, items, words: Shown::new(words) }
    }

    /// Where it stands among others, whatever the order of the lines was.
    pub(super) fn order(&self) -> impl Ord + use<> {
        let texts: Vec<_> = self.items.iter().map(|item| (item.name, item.text.clone())).collect();
        (self.side, self.person.insurer_no.clone(), self.person.insured_no.clone(), texts, self.line)
    }

    pub(super) fn masked(&self) -> Self {
        let items = self.items.iter().map(|item| BlockingItem { text: item.text.masked(), ..item.clone() });
        Self::new(self.side, self.line, self.person.masked(), items.collect())
    }
}

/// Reads a line of one side.
pub(super) fn read<'a>(
    side: Side,
    number: usize,
    source: &'a SlipLine,
    names: &Names,
) -> Result<Comparable<'a>, Box<NotComparable>> {
    let mut blocking = Vec::new();
    let insurer = needed("insurer_no", &source.insurer_no, &mut blocking);
    let insured = needed("insured_no", &source.insured_no, &mut blocking);
    let office = needed("service_office_no", &source.service_office_no, &mut blocking);
    let code = needed("service_code", &source.service_code, &mut blocking);
    let day = needed("service_date", &source.service_date, &mut blocking);
    let start = needed("start_time", &source.start_time, &mut blocking);
    let end = needed("end_time", &source.end_time, &mut blocking);
    let satellite = readable_or_empty("satellite_no", &source.satellite_no, &mut blocking);
    let tais = readable_or_empty("tais_code", &source.tais_code, &mut blocking);
    let notice = readable_or_empty("equipment_notice_code", &source.equipment_notice_code, &mut blocking);
    let discriminator = readable_or_empty("line_discriminator", &source.line_discriminator, &mut blocking);
    if let (Some(insurer), Some(insured), Some(office), Some(code)) = (insurer, insured, office, code)
        && let (Some(day), Some(start), Some(end)) = (day, start, end)
        && blocking.is_empty()
    {
        return Ok(Comparable {
            person: PersonKey { insurer, insured },
            service: ServiceKey { office, code, satellite, tais, notice, discriminator },
            day: *day,
            line: Line {
                number,
                source,
                start: *start,
                end: *end,
                times: source.times.text(),
                units: source.units.text(),
            },
        });
    }
    let person = names.person(source.insurer_no.text(), source.insured_no.text());
    Err(Box::new(NotComparable::new(side, number, person, blocking)))
}

/// The value of an item that a comparison cannot do without.
fn needed<'a, T: ItemValue>(
    name: &'static str,
    item: &'a Item<T>,
    blocking: &mut Vec<BlockingItem>,
) -> Option<&'a T> {
    if item.is_empty() {
        blocking.push(blocking_item(name, item));
    }
    readable_or_empty(name, item, blocking)
}

/// The value of an item that may be empty; one that cannot be read stands in the way.
fn readable_or_empty<'a, T: ItemValue>(
    name: &'static str,
    item: &'a Item<T>,
    blocking: &mut Vec<BlockingItem>,
) -> Option<&'a T> {
    // An empty text in quotes is read as nothing; so is one of spaces alone.
    let is_blank = T::KIND == ItemKind::Text && item.text().trim().is_empty();
    if let Item::Unread(_) = item {
        blocking.push(blocking_item(name, item));
    }
    item.value().filter(|_| !is_blank)
}

fn blocking_item<T: ItemValue>(name: &'static str, item: &Item<T>) -> BlockingItem {
    let outline = SlipLine::outline();
    let name_ja = match &outline {
        Outline::Group(members) => members.iter().find(|member| member.name == name),
        Outline::Item(_) | Outline::Times(..) => None,
    };
    BlockingItem { name, name_ja: name_ja.map_or(name, |member| member.name_ja), text: Shown::item(item) }
}

/// The month a line belongs to: that of its day, else the one it names.
pub(super) fn month_of(line: &SlipLine) -> Option<YearMonth> {
    let by_day = line.service_date.value().and_then(|day| YearMonth::of(*day));
    by_day.or_else(|| line.target_month.value().copied())
}
