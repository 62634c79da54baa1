//! A visit: what was planned, what came about, and the verdict.

use serde::Serialize;

use super::matching::Pair;
use super::shown::Shown;

/// Which of the two lists a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The plan (予定).
    Plan,
    /// The actuals (実績).
    Actuals,
}

impl Side {
    pub(super) fn ja(self) -> &'static str {
        match self {
            Self::Plan => "予定",
            Self::Actuals => "実績",
        }
    }
}

/// What became of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It took place as it was planned.
    AsPlanned,
    /// It took place on its day, otherwise than planned: see [`Visit::changes`].
    Changed,
    /// It was planned, and the office that reported has no actual for it.
    NotDone,
    /// It took place without being planned.
    Added,
    /// It is planned, and its office has not reported on this service type yet.
    NotReported,
}

/// In what a visit differs from its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Another time on the same day (サービス開始時刻・終了時刻).
    Time,
    /// Another count (サービス回数).
    Count,
    /// Other units (単位数). Not told where the actuals say 0 or nothing: the standard lets the sender leave units to be computed.
    Units,
}

/// A line of one of the two lists, as far as it differs from visit to visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Occasion {
    /// Which line of its list it is, from 1.
    pub line: usize,
    /// From when (サービス開始時刻).
    pub start: Shown,
    /// Until when (サービス終了時刻).
    pub end: Shown,
    /// How many times (サービス回数).
    pub count: Shown,
    /// Units (単位数).
    pub units: Shown,
}

impl Occasion {
    /// The time in words: `10:00～10:30`.
    #[must_use]
    pub fn time_words(&self) -> Shown {
        if self.start == self.end {
            return self.start.clone();
        }
        Shown::new(format!("{}～{}", self.start.as_str(), self.end.as_str()))
    }

    fn masked(&self) -> Self {
        Self {
            line: self.line,
            start: self.start.masked(),
            end: self.end.masked(),
            count: self.count.masked(),
            units: self.units.masked(),
        }
    }
}

/// One service on one day, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Visit {
    /// The day, `YYYY-MM-DD`.
    pub day: Shown,
    /// What became of it.
    pub verdict: Verdict,
    /// In what it differs; empty unless the verdict is [`Verdict::Changed`].
    pub changes: Vec<Change>,
    /// As planned.
    pub planned: Option<Occasion>,
    /// As it came about.
    pub actual: Option<Occasion>,
    /// The verdict in Japanese.
    pub words: Shown,
}

impl Visit {
    pub(super) fn new(day: Shown, (planned, actual): &Pair<'_>, is_reported: bool) -> Self {
        let mut changes = Vec::new();
        if let (Some(planned), Some(actual)) = (planned, actual) {
            let (before, after) = (planned.source, actual.source);
            if (planned.start, planned.end) != (actual.start, actual.end) {
                changes.push(Change::Time);
            }
            if before.times != after.times {
                changes.push(Change::Count);
            }
            let is_left_open = after.units.is_empty() || after.units.value() == Some(&0);
            if before.units != after.units && !is_left_open {
                changes.push(Change::Units);
            }
        }
        let verdict = match (planned, actual) {
            (Some(_), Some(_)) if changes.is_empty() => Verdict::AsPlanned,
            (Some(_), Some(_)) => Verdict::Changed,
            (Some(_), None) if !is_reported => Verdict::NotReported,
            (Some(_), None) => Verdict::NotDone,
            (None, _) => Verdict::Added,
        };
        let planned = planned.as_ref().map(super::line::Line::occasion);
        let actual = actual.as_ref().map(super::line::Line::occasion);
        Self { day, verdict, changes, planned, actual, words: Shown::default() }.worded()
    }

    fn worded(mut self) -> Self {
        let time = |it: &Option<Occasion>| it.as_ref().map(Occasion::time_words).unwrap_or_default();
        let (planned, actual) = (time(&self.planned), time(&self.actual));
        let (planned, actual) = (planned.as_str(), actual.as_str());
        self.words = Shown::new(match self.verdict {
            Verdict::AsPlanned => format!("予定どおり（{planned}）"),
            Verdict::Changed => {
                self.changes.iter().map(|change| self.change_words(*change)).collect::<Vec<_>>().join("、")
            }
            Verdict::NotDone => format!("予定（{planned}）に対する実績がありません"),
            Verdict::Added => format!("予定にない実績（{actual}）です"),
            Verdict::NotReported => format!("予定（{planned}）に対する実績は、まだ届いていません"),
        });
        self
    }

    fn change_words(&self, change: Change) -> String {
        let (what, text): (_, fn(&Occasion) -> Shown) = match change {
            Change::Time => ("時刻変更", Occasion::time_words),
            Change::Count => ("回数変更", |it| it.count.clone()),
            Change::Units => ("単位数変更", |it| it.units.clone()),
        };
        let told = |it: &Option<Occasion>| match it.as_ref().map(text).unwrap_or_default().as_str() {
            "" => "なし".to_owned(),
            text => text.to_owned(),
        };
        format!("{what}（{} → {}）", told(&self.planned), told(&self.actual))
    }

    pub(super) fn masked(&self) -> Self {
        Self {
            day: self.day.masked(),
            verdict: self.verdict,
            changes: self.changes.clone(),
            planned: self.planned.as_ref().map(Occasion::masked),
            actual: self.actual.as_ref().map(Occasion::masked),
            words: Shown::default(),
        }
        .worded()
    }
}
