//! What the board is made of: plans and actuals of a month and the one before, as the history has them.

use std::collections::BTreeMap;
use std::fmt;

use careplan_domain::{OfficeNumber, ServiceMonth, Timestamp, TransmissionId, UnitKind};

use super::PersonKey;
use crate::history::{Direction, Person};
use crate::state::{ReceivedState, SentState};

/// Where a transmission stands, by its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// This office sent it.
    Sent(SentState),
    /// It came for this office.
    Received(ReceivedState),
}

impl LineState {
    /// Which way it went.
    pub fn direction(self) -> Direction {
        match self {
            Self::Sent(_) => Direction::Sent,
            Self::Received(_) => Direction::Received,
        }
    }
}

/// One transmission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub id: TransmissionId,
    /// With whom.
    pub partner: OfficeNumber,
    /// What kind.
    pub kind: UnitKind,
    /// About which month.
    pub month: ServiceMonth,
    /// When it was sealed, or accepted by the platform.
    pub at: Timestamp,
    /// Where it stands.
    pub state: LineState,
    /// Since when.
    pub state_at: Timestamp,
    /// About whom, as numbers of [`Lines::people`]; empty where nobody knows.
    pub persons: Vec<i64>,
}

/// The lines of two months, and the people in them.
#[derive(Clone, Default)]
pub struct Lines {
    /// In any order.
    pub lines: Vec<Line>,
    /// People by the number of their row. A person with two spellings has two rows.
    pub people: BTreeMap<i64, Person>,
}

impl Lines {
    /// The users of a line, each once; one `None` where it names nobody.
    pub(super) fn persons_of(&self, line: &Line) -> Vec<Option<PersonKey>> {
        let mut persons: Vec<_> =
            line.persons.iter().filter_map(|n| self.people.get(n)).map(PersonKey::of).map(Some).collect();
        persons.sort_unstable();
        persons.dedup();
        if persons.is_empty() { vec![None] } else { persons }
    }
}

/// Holds names of users.
impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lines({} lines, {} people)", self.lines.len(), self.people.len())
    }
}

/// Lines for tests of this room.
#[cfg(test)]
pub(super) mod made_up {
    use super::*;

    fn line(kind: &str, month: u32, state: LineState) -> Line {
        let at = "2026-11-20T01:00:00Z".parse().unwrap();
        Line {
            id: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
            partner: "9970000026".parse().unwrap(),
            kind: kind.parse().unwrap(),
            month: ServiceMonth::from_number(month).unwrap(),
            at,
            state,
            state_at: at,
            persons: vec![1],
        }
    }

    pub(in crate::board) fn sent(kind: &str, month: u32, state: &str) -> Line {
        line(kind, month, LineState::Sent(SentState::parse(state).unwrap()))
    }

    pub(in crate::board) fn received(kind: &str, month: u32, state: &str) -> Line {
        line(kind, month, LineState::Received(ReceivedState::parse(state).unwrap()))
    }
}
