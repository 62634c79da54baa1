//! Plan against actuals of a month.
//!
//! Promises: every line of the plan and of the actuals stands exactly once in the result; the order of the lines does not change
//! it. A line is called *not done* only where its office has reported on its service type, and *not reported* otherwise.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::line::{Comparable, Line, NotComparable, PersonKey, ServiceKey, month_of, read};
use super::matching::pair;
use super::result::{MonthComparison, PersonMonth, Presence, ServiceMonth};
use super::shown::{Names, Shown};
use super::visit::{Side, Visit};
use crate::form::{Item, OfficeNumber, SlipLine, Supplement};
use crate::month::YearMonth;
use crate::name::FileName;

/// Compares plan and actuals; the plain call, without names and for the offices that the actuals name. See [`MonthComparer`].
///
/// ```
/// use careplan_standard::compare::{Verdict, compare_month};
/// use careplan_standard::form::{Item, SlipLine};
///
/// let planned = |day: &str| SlipLine {
///     insurer_no: Item::read("990001"),
///     insured_no: Item::read("0009900013"),
///     service_office_no: Item::read("9970000026"),
///     service_code: Item::read("111111"),
///     service_date: Item::read(day),
///     start_time: Item::read("1000"),
///     end_time: Item::read("1030"),
///     times: Item::from(1),
///     ..SlipLine::default()
/// };
/// let later = SlipLine { start_time: Item::read("1030"), end_time: Item::read("1100"), ..planned("20261112") };
///
/// let compared = compare_month(&[planned("20261109"), planned("20261112")], &[planned("20261109"), later]);
/// let visits = &compared.persons[0].services[0].visits;
/// assert_eq!((visits[0].verdict, visits[1].verdict), (Verdict::AsPlanned, Verdict::Changed));
/// assert_eq!(visits[1].words.as_str(), "時刻変更（10:00～10:30 → 10:30～11:00）");
/// ```
#[must_use]
pub fn compare_month(plan: &[SlipLine], actuals: &[SlipLine]) -> MonthComparison {
    MonthComparer::new().compare(plan, actuals)
}

/// Compares the plan of a month with its actuals.
///
/// A plan holds the lines of all offices of a person, actuals those of one office and service type. Lines that nobody has reported on
/// yet are not *not done*; who has reported is read from the actuals, and can be said besides, for an office none of whose visits took place.
///
/// Lines are matched within a person (insurer and insured number), a service (office, service code, satellite, equipment codes,
/// discriminator) and a day. A visit that took place on another day is one visit not done and one added: the standard has nothing that
/// ties the two together, and a guess would be worse. The same goes for a person whose insurer was corrected in between.
#[derive(Debug, Clone, Default)]
pub struct MonthComparer {
    names: Names,
    reported: Reported,
}

/// Who has reported: offices with everything, or on a service type in a month.
#[derive(Debug, Clone, Default)]
struct Reported {
    offices: BTreeSet<String>,
    types: BTreeSet<(Option<YearMonth>, String, String)>,
}

impl Reported {
    fn holds(&self, month: Option<YearMonth>, service: &ServiceKey<'_>) -> bool {
        let office = service.office.as_str();
        self.offices.contains(office)
            || self.types.contains(&(month, office.to_owned(), service.code.service_type().to_owned()))
    }
}

impl MonthComparer {
    /// A comparer that takes who has reported from the actuals, and knows no names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows persons by the names that these supplements give.
    #[must_use]
    pub fn names(mut self, supplements: &[Supplement]) -> Self {
        self.names.add_supplements(supplements);
        self
    }

    /// These are all actuals of this office: what has none was not done.
    #[must_use]
    pub fn reported_by(mut self, office: &OfficeNumber) -> Self {
        self.reported.offices.insert(office.as_str().to_owned());
        self
    }

    /// The actuals are from the file of this name: its sender has reported on its service type in its month.
    #[must_use]
    pub fn reported_in(mut self, file: &FileName) -> Self {
        if let Some(crate::name::NameMonth::Month(month)) = file.month() {
            let sender = file.sender();
            self.reported.types.insert((
                Some(month),
                sender.number().to_owned(),
                sender.service_type().to_owned(),
            ));
        }
        self
    }

    /// Compares.
    #[must_use]
    pub fn compare(&self, plan: &[SlipLine], actuals: &[SlipLine]) -> MonthComparison {
        let mut reported = self.reported.clone();
        for line in actuals {
            if let (Some(office), Some(code)) = (line.service_office_no.value(), line.service_code.value()) {
                let service_type = code.service_type().to_owned();
                reported.types.insert((month_of(line), office.as_str().to_owned(), service_type));
            }
        }
        let mut persons = Persons::new();
        let mut not_comparable = Vec::new();
        for (side, lines) in [(Side::Plan, plan), (Side::Actuals, actuals)] {
            for (source, number) in lines.iter().zip(1..) {
                match read(side, number, source, &self.names) {
                    Ok(line) => put(&mut persons, side, line),
                    Err(line) => not_comparable.push(*line),
                }
            }
        }
        let seen = present(&not_comparable);
        let persons = persons.into_iter().map(|(key, services)| {
            let person = self.names.person(key.insurer.as_str().to_owned(), key.insured.as_str().to_owned());
            let services: Vec<ServiceMonth> =
                services.into_iter().map(|(key, days)| service(&key, days, &reported)).collect();
            let seen = |side| seen.contains(&(side, person.insurer_no.as_str(), person.insured_no.as_str()));
            let presence = Presence::of(&services, seen(Side::Plan), seen(Side::Actuals));
            PersonMonth { person, presence, services }
        });
        let persons = persons.collect();
        not_comparable.sort_by_cached_key(NotComparable::order);
        let months: BTreeSet<YearMonth> = plan.iter().chain(actuals).filter_map(month_of).collect();
        MonthComparison::new(months.into_iter().collect(), persons, not_comparable)
    }
}

/// The lines of a day by side.
#[derive(Default)]
struct Day<'a> {
    plan: Vec<Line<'a>>,
    actual: Vec<Line<'a>>,
}

type Days<'a> = BTreeMap<Date, Day<'a>>;
type Persons<'a> = BTreeMap<PersonKey<'a>, BTreeMap<ServiceKey<'a>, Days<'a>>>;

fn put<'a>(persons: &mut Persons<'a>, side: Side, line: Comparable<'a>) {
    let days = persons.entry(line.person).or_default().entry(line.service).or_default();
    let day = days.entry(line.day).or_default();
    match side {
        Side::Plan => day.plan.push(line.line),
        Side::Actuals => day.actual.push(line.line),
    }
}

/// Whose lines stand where, of those that cannot be compared.
fn present(not_comparable: &[NotComparable]) -> BTreeSet<(Side, &str, &str)> {
    not_comparable
        .iter()
        .map(|it| (it.side, it.person.insurer_no.as_str(), it.person.insured_no.as_str()))
        .collect()
}

/// Names of an office and of a piece of equipment are shown as the plan writes them, else as the actuals do.
#[derive(Default)]
struct Naming<'a> {
    plan: Option<&'a str>,
    actuals: Option<&'a str>,
}

impl<'a> Naming<'a> {
    fn of(days: &'a Days<'_>, item: impl Fn(&SlipLine) -> &Item<String>) -> Shown {
        let mut naming = Naming::default();
        // The least of all spellings: the order of the lines must not matter.
        let least = |known: &mut Option<&'a str>, lines: &'a [Line<'_>]| {
            let texts = lines.iter().filter_map(|line| item(line.source).value()).map(String::as_str);
            *known = known.iter().copied().chain(texts.filter(|text| !text.is_empty())).min();
        };
        for day in days.values() {
            least(&mut naming.plan, &day.plan);
            least(&mut naming.actuals, &day.actual);
        }
        Shown::new(naming.plan.or(naming.actuals).unwrap_or_default())
    }
}

fn service(key: &ServiceKey<'_>, days: Days<'_>, reported: &Reported) -> ServiceMonth {
    let text = |text: Option<&String>| Shown::new(text.map(String::as_str).unwrap_or_default());
    let count = |lines: fn(&Day<'_>) -> i64| days.values().map(lines).fold(0, i64::saturating_add);
    let planned_count = count(|day| Line::count_of(&day.plan));
    let actual_count = count(|day| Line::count_of(&day.actual));
    let office_name = Naming::of(&days, |line| &line.service_office_name);
    let equipment_name = Naming::of(&days, |line| &line.equipment_name);
    let mut visits = Vec::new();
    for (date, day) in days {
        let shown = Shown::new(date.to_string());
        let is_reported = reported.holds(YearMonth::of(date), key);
        let pairs = pair(day.plan, day.actual);
        visits.extend(pairs.iter().map(|pair| Visit::new(shown.clone(), pair, is_reported)));
    }
    ServiceMonth {
        office_no: Shown::new(key.office.as_str()),
        office_name,
        service_code: Shown::new(key.code.as_str()),
        satellite_no: text(key.satellite),
        tais_code: text(key.tais),
        equipment_notice_code: text(key.notice),
        equipment_name,
        line_discriminator: Shown::new(key.discriminator.map(i64::to_string).unwrap_or_default()),
        planned_count,
        actual_count,
        visits,
    }
}
