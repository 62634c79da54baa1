//! The result of comparing a month: persons, their services, the visits, and what it all adds up to.

use serde::Serialize;

use super::line::NotComparable;
use super::shown::{Person, Shown};
use super::visit::{Change, Side, Verdict, Visit};
use crate::month::YearMonth;

/// The plan of a month beside its actuals.
///
/// Serialised as JSON it has the form of `docs/schemas/compare.schema.json`.
///
/// **Personal data.** Only [`masked`](Self::masked) comparisons and [`totals`](Self::totals) may reach a log. `Debug` is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MonthComparison {
    /// The months that the lines belong to; more than one is a sign of the wrong files.
    pub months: Vec<YearMonth>,
    /// How many there are of what.
    pub totals: Totals,
    /// All persons who have a line that can be compared, by insurer and insured number.
    pub persons: Vec<PersonMonth>,
    /// Lines that cannot be compared.
    pub not_comparable: Vec<NotComparable>,
}

/// How many visits there are of what. No personal data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Visits as planned.
    pub as_planned: usize,
    /// Visits that took place otherwise than planned.
    pub changed: usize,
    /// Of these, at another time.
    pub time_changed: usize,
    /// Of these, with another count.
    pub count_changed: usize,
    /// Of these, with other units.
    pub units_changed: usize,
    /// Visits planned and not done.
    pub not_done: usize,
    /// Visits done and not planned.
    pub added: usize,
    /// Planned visits of offices that have not reported yet.
    pub not_reported: usize,
    /// Persons for whom the offices that reported have no actuals.
    pub persons_in_plan_only: usize,
    /// Persons without a plan.
    pub persons_in_actuals_only: usize,
    /// Lines of the plan that cannot be compared.
    pub not_comparable_in_plan: usize,
    /// Lines of the actuals that cannot be compared.
    pub not_comparable_in_actuals: usize,
}

/// A person's month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PersonMonth {
    /// Who it is.
    pub person: Person,
    /// Whether the person stands in both lists.
    pub presence: Presence,
    /// The services, by office and service code.
    pub services: Vec<ServiceMonth>,
}

/// In which of the two lists a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// In both.
    Both,
    /// In the plan only, also for offices that have reported.
    PlanOnly,
    /// In the actuals only.
    ActualsOnly,
    /// In the plan, for offices only that have not reported yet.
    NotReported,
}

impl Presence {
    /// `in_plan` and `in_actuals`: there are lines that cannot be compared.
    pub(super) fn of(services: &[ServiceMonth], in_plan: bool, in_actuals: bool) -> Self {
        let mut visits = services.iter().flat_map(|service| &service.visits);
        let is_done = in_actuals || visits.clone().any(|visit| visit.actual.is_some());
        let is_planned = in_plan || visits.clone().any(|visit| visit.planned.is_some());
        match (is_planned, is_done) {
            (true, true) => Self::Both,
            (false, _) => Self::ActualsOnly,
            (true, false) if visits.all(|visit| visit.verdict == Verdict::NotReported) => Self::NotReported,
            (true, false) => Self::PlanOnly,
        }
    }
}

/// A person's month of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServiceMonth {
    /// The office (サービス事業者コード).
    pub office_no: Shown,
    /// Its name (サービス事業所名).
    pub office_name: Shown,
    /// The service code (サービスコード).
    pub service_code: Shown,
    /// The satellite (サテライト枝番).
    pub satellite_no: Shown,
    /// Equipment: its code (TAISコード).
    pub tais_code: Shown,
    /// Equipment: its code where it has no other (福祉用具届出コード).
    pub equipment_notice_code: Shown,
    /// Equipment: its name (用具名称).
    pub equipment_name: Shown,
    /// Tells lines of equal equipment apart (明細判別コード).
    pub line_discriminator: Shown,
    /// Times planned; a line without a readable count is one.
    pub planned_count: i64,
    /// Times done.
    pub actual_count: i64,
    /// Every visit, by day and time.
    pub visits: Vec<Visit>,
}

impl ServiceMonth {
    /// The service as a heading: where, what, which equipment.
    #[must_use]
    pub fn words(&self) -> Shown {
        let mut words = format!(
            "{}（{}）サービスコード {}",
            self.office_name.as_str(),
            self.office_no.as_str(),
            self.service_code.as_str()
        );
        for (what, text) in [
            ("サテライト", &self.satellite_no),
            ("TAISコード", &self.tais_code),
            ("届出コード", &self.equipment_notice_code),
            ("明細", &self.line_discriminator),
            ("", &self.equipment_name),
        ] {
            if !text.as_str().is_empty() {
                words.extend(["・", what, if what.is_empty() { "" } else { " " }, text.as_str()]);
            }
        }
        Shown::new(words)
    }

    fn masked(&self) -> Self {
        Self {
            office_no: self.office_no.clone(),
            office_name: self.office_name.masked(),
            service_code: self.service_code.masked(),
            satellite_no: self.satellite_no.masked(),
            tais_code: self.tais_code.masked(),
            equipment_notice_code: self.equipment_notice_code.masked(),
            equipment_name: self.equipment_name.masked(),
            line_discriminator: self.line_discriminator.masked(),
            planned_count: self.planned_count,
            actual_count: self.actual_count,
            visits: self.visits.iter().map(Visit::masked).collect(),
        }
    }
}

impl MonthComparison {
    /// Whether everything that was reported took place as planned, and everything could be compared.
    #[must_use]
    pub fn is_as_planned(&self) -> bool {
        let Totals { changed, not_done, added, not_comparable_in_plan, not_comparable_in_actuals, .. } =
            self.totals;
        changed + not_done + added + not_comparable_in_plan + not_comparable_in_actuals == 0
    }

    pub(super) fn new(
        months: Vec<YearMonth>,
        persons: Vec<PersonMonth>,
        not_comparable: Vec<NotComparable>,
    ) -> Self {
        let mut totals = Totals::default();
        for person in &persons {
            totals.persons_in_plan_only += usize::from(person.presence == Presence::PlanOnly);
            totals.persons_in_actuals_only += usize::from(person.presence == Presence::ActualsOnly);
            for visit in person.services.iter().flat_map(|service| &service.visits) {
                totals.add(visit);
            }
        }
        for line in &not_comparable {
            match line.side {
                Side::Plan => totals.not_comparable_in_plan += 1,
                Side::Actuals => totals.not_comparable_in_actuals += 1,
            }
        }
        Self { months, totals, persons, not_comparable }
    }

    /// The same without anything that stood in a form, except months, office numbers and counts.
    #[must_use]
    pub fn masked(&self) -> Self {
        let persons = self.persons.iter().map(|person| PersonMonth {
            person: person.person.masked(),
            presence: person.presence,
            services: person.services.iter().map(ServiceMonth::masked).collect(),
        });
        Self {
            months: self.months.clone(),
            totals: self.totals,
            persons: persons.collect(),
            not_comparable: self.not_comparable.iter().map(NotComparable::masked).collect(),
        }
    }
}

impl Totals {
    fn add(&mut self, visit: &Visit) {
        match visit.verdict {
            Verdict::AsPlanned => self.as_planned += 1,
            Verdict::Changed => self.changed += 1,
            Verdict::NotDone => self.not_done += 1,
            Verdict::Added => self.added += 1,
            Verdict::NotReported => self.not_reported += 1,
        }
        for change in &visit.changes {
            match change {
                Change::Time => self.time_changed += 1,
                Change::Count => self.count_changed += 1,
                Change::Units => self.units_changed += 1,
            }
        }
    }
}
