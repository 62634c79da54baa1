//! A compared month for people: text for a terminal, rows for a table.

use std::fmt::Write as _;

use serde::Serialize;

use super::result::{MonthComparison, PersonMonth, Presence, ServiceMonth};
use super::shown::{Shown, day_ja};
use super::visit::{Occasion, Verdict};

/// A visit as a row of a table, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VisitRow {
    /// Who.
    pub person: Shown,
    /// Where and what.
    pub service: Shown,
    /// The day: 11月12日（木）.
    pub day: Shown,
    /// The planned time; nothing where there is none.
    pub planned: Shown,
    /// The actual time; nothing where there is none.
    pub actual: Shown,
    /// What became of it, to filter and colour by.
    pub verdict: Verdict,
    /// The same in Japanese.
    pub words: Shown,
}

impl MonthComparison {
    /// Every visit as a row of a table, in the order of persons, services and days.
    #[must_use]
    pub fn rows(&self) -> Vec<VisitRow> {
        let time = |it: &Option<Occasion>| it.as_ref().map(Occasion::time_words).unwrap_or_default();
        let mut rows = Vec::new();
        for person in &self.persons {
            let words = person.person.words();
            for service in &person.services {
                let service_words = service.words();
                rows.extend(service.visits.iter().map(|visit| VisitRow {
                    person: words.clone(),
                    service: service_words.clone(),
                    day: Shown::new(day_ja(&visit.day)),
                    planned: time(&visit.planned),
                    actual: time(&visit.actual),
                    verdict: visit.verdict,
                    words: visit.words.clone(),
                }));
            }
        }
        rows
    }

    /// The comparison for a terminal, in Japanese: what differs in full, what is as planned in numbers.
    ///
    /// Holds personal data; of a [`masked`](Self::masked) comparison it holds none.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let months: Vec<String> =
            self.months.iter().map(|month| format!("{}年{}月", month.year(), month.month())).collect();
        // cannot fail, here and below: a String takes everything.
        let _ = writeln!(text, "{}の予定と実績", months.join("・"));
        self.put_totals(&mut text);
        for person in &self.persons {
            put_person(&mut text, person);
        }
        if !self.not_comparable.is_empty() {
            text.push_str("\n比べられない行\n");
        }
        for line in &self.not_comparable {
            let _ = writeln!(text, "  {}：{}", line.person.words().as_str(), line.words.as_str());
        }
        text
    }

    fn put_totals(&self, text: &mut String) {
        let it = &self.totals;
        let _ = writeln!(
            text,
            "予定どおり {}件・変更 {}件（時刻 {}・回数 {}・単位数 {}）・実績なし {}件・予定なし {}件",
            it.as_planned,
            it.changed,
            it.time_changed,
            it.count_changed,
            it.units_changed,
            it.not_done,
            it.added
        );
        if it.not_reported > 0 {
            let _ = writeln!(text, "実績がまだ届いていない予定 {}件", it.not_reported);
        }
        if it.not_comparable_in_plan + it.not_comparable_in_actuals > 0 {
            let _ = writeln!(
                text,
                "比べられない行 予定 {}件・実績 {}件",
                it.not_comparable_in_plan, it.not_comparable_in_actuals
            );
        }
    }
}

fn put_person(text: &mut String, person: &PersonMonth) {
    let presence = match person.presence {
        Presence::Both => "",
        Presence::PlanOnly => "　予定だけがあり、実績がありません",
        Presence::ActualsOnly => "　実績だけがあり、予定がありません",
        Presence::NotReported => "　実績がまだ届いていません",
    };
    let _ = writeln!(text, "\n{}{presence}", person.person.words().as_str());
    for service in &person.services {
        put_service(text, service);
    }
}

fn put_service(text: &mut String, service: &ServiceMonth) {
    let is_awaited = service.visits.iter().all(|visit| visit.verdict == Verdict::NotReported);
    let actual = if is_awaited {
        "まだ届いていません".to_owned()
    } else {
        format!("{}回", service.actual_count)
    };
    let _ = writeln!(text, "  {}　予定 {}回・実績 {actual}", service.words().as_str(), service.planned_count);
    for visit in &service.visits {
        if !matches!(visit.verdict, Verdict::AsPlanned | Verdict::NotReported) {
            let _ = writeln!(text, "    {}　{}", day_ja(&visit.day), visit.words.as_str());
        }
    }
}
