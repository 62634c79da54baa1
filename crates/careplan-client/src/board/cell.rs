//! What stands in a cell.

use std::collections::BTreeSet;

use careplan_domain::{Timestamp, TransmissionId, UnitKind};

use super::{Line, LineState};
use crate::history::Direction;

/// Which of the two sides of a care plan this office is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Makes plans and gets actuals: 居宅介護支援 and its like.
    Planner,
    /// Gets plans and reports actuals.
    Provider,
}

/// Plans or actuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    Plan,
    Actuals,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Planner, Self::Provider];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Provider => "provider",
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Planner => "予定を送る側（居宅介護支援など）",
            Self::Provider => "実績を送る側（サービス事業所）",
        }
    }

    /// Whether this side sends what lies in a lane.
    pub(super) fn sends(self, lane: Lane) -> bool {
        (self == Self::Planner) == (lane == Lane::Plan)
    }

    /// The lane in which a line lies on this side; `None` for what went the other way.
    pub(super) fn lane(self, line: &Line) -> Option<Lane> {
        let lane = lane_of(line.kind)?;
        (self.sends(lane) == (line.state.direction() == Direction::Sent)).then_some(lane)
    }
}

fn lane_of(kind: UnitKind) -> Option<Lane> {
    use UnitKind::{K2, K4, S1, S2, Y4, Y7, Y8, Y9};
    match kind {
        K2 | K4 | Y4 | Y7 => Some(Lane::Plan),
        S1 | S2 | Y8 | Y9 => Some(Lane::Actuals),
        _ => None,
    }
}

/// Whether a kind takes back what lies in its lane.
pub(super) fn is_deletion(kind: UnitKind) -> bool {
    matches!(kind, UnitKind::K4 | UnitKind::Y7 | UnitKind::S2 | UnitKind::Y9)
}

/// The four columns of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The plan went out, or came.
    Plan,
    /// It was taken over by who got it.
    PlanTaken,
    /// The actuals came, or went out.
    Actuals,
    /// They were taken over by who got them.
    ActualsTaken,
}

impl Column {
    /// From left to right.
    pub const ALL: [Self; 4] = [Self::Plan, Self::PlanTaken, Self::Actuals, Self::ActualsTaken];

    /// The head.
    pub fn title_ja(self, side: Side) -> &'static str {
        match (self, side) {
            (Self::Plan, Side::Planner) => "予定を送信",
            (Self::Plan, Side::Provider) => "予定を受信",
            (Self::PlanTaken, Side::Planner) => "予定の受領（相手）",
            (Self::PlanTaken, Side::Provider) => "予定の取込",
            (Self::Actuals, Side::Planner) => "実績を受信",
            (Self::Actuals, Side::Provider) => "実績を送信",
            (Self::ActualsTaken, Side::Planner) => "実績の取込",
            (Self::ActualsTaken, Side::Provider) => "実績の受領（相手）",
        }
    }
}

/// Where something of a month stands. What a person must look at first comes first: a cell over several shows the first of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CellState {
    /// The platform refused it for good.
    NotSent,
    /// The partner refused it.
    Refused,
    /// Its time was over before anybody took it.
    Expired,
    /// It came and cannot be opened.
    Unopened,
    /// Due, and not sent.
    Unsent,
    /// Due, and not here.
    Missing,
    /// Sent, and not taken by the partner.
    Unread,
    /// Here, and not in the care software.
    NotImported,
    /// Sealed; the engine sends it.
    Queued,
    /// On its way in.
    Arriving,
    /// Actuals whose time has not come.
    Upcoming,
    /// Sent.
    Sent,
    /// Came.
    Received,
    /// Another terminal of this office took it.
    Elsewhere,
    /// The partner took it.
    Acknowledged,
    /// It is in the care software.
    Imported,
    /// It was taken back by a deletion.
    Deleted,
    /// Nothing says that anything is due.
    NotDue,
}

impl CellState {
    /// Every state, what must be looked at first coming first.
    pub const ALL: [Self; 18] = [
        Self::NotSent,
        Self::Refused,
        Self::Expired,
        Self::Unopened,
        Self::Unsent,
        Self::Missing,
        Self::Unread,
        Self::NotImported,
        Self::Queued,
        Self::Arriving,
        Self::Upcoming,
        Self::Sent,
        Self::Received,
        Self::Elsewhere,
        Self::Acknowledged,
        Self::Imported,
        Self::Deleted,
        Self::NotDue,
    ];

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::NotSent => "送信できません",
            Self::Refused => "受領不可",
            Self::Expired => "期限切れ",
            Self::Unopened => "開けません",
            Self::Unsent => "未送信",
            Self::Missing => "未受信",
            Self::Unread => "相手未読",
            Self::NotImported => "未取込",
            Self::Queued => "送信待ち",
            Self::Arriving => "受信中",
            Self::Upcoming => "これから",
            Self::Sent => "送信済",
            Self::Received => "受信済",
            Self::Elsewhere => "ほかの端末",
            Self::Acknowledged => "受領済",
            Self::Imported => "取込済",
            Self::Deleted => "削除済",
            Self::NotDue => "－",
        }
    }
}

/// Why something is due that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// It was there and was taken back.
    TakenBack,
    /// There is a plan of this month.
    Planned,
    /// There was one the month before.
    Before,
}

impl Due {
    /// The reason in a few words.
    pub fn reason_ja(self) -> &'static str {
        match self {
            Self::TakenBack => "取下げの後です",
            Self::Planned => "予定があります",
            Self::Before => "前の月にありました",
        }
    }
}

/// What of a board is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// 未送信: what this office still has to send.
    Unsent,
    /// 相手未読: what the partner did not take.
    Unread,
    /// 未受信: what did not come.
    Missing,
}

impl Look {
    /// All.
    pub const ALL: [Self; 3] = [Self::Unsent, Self::Unread, Self::Missing];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsent => "unsent",
            Self::Unread => "unread",
            Self::Missing => "missing",
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Unsent => "未送信",
            Self::Unread => "相手未読",
            Self::Missing => "未受信",
        }
    }

    /// Whether a state is one of these. What failed is still to be done.
    pub fn holds(self, state: CellState) -> bool {
        match self {
            Self::Unsent => matches!(state, CellState::Unsent | CellState::NotSent),
            Self::Unread => matches!(state, CellState::Unread | CellState::Refused | CellState::Expired),
            Self::Missing => matches!(state, CellState::Missing | CellState::Unopened),
        }
    }
}

/// One thing between one partner and one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Single {
    pub(super) state: CellState,
    pub(super) at: Option<Timestamp>,
    pub(super) of: Option<(Direction, TransmissionId)>,
    /// Only of what is not there.
    pub(super) due: Option<Due>,
}

impl Single {
    pub(super) const NOT_DUE: Self = Self { state: CellState::NotDue, at: None, of: None, due: None };

    /// What is not there.
    pub(super) const fn open(state: CellState, due: Due) -> Self {
        Self { state, due: Some(due), ..Self::NOT_DUE }
    }
}

/// The two cells of a line: whether it went or came, and whether it was taken over. `None` for what was taken back on its way.
pub(super) fn cells_of(line: &Line) -> Option<[Single; 2]> {
    use careplan_domain::transmission::State as Life;

    use crate::state::{ReceivedState as In, SentState as Out};
    let of = Some((line.state.direction(), line.id));
    let first = |state| Single { state, at: Some(line.at), of, due: None };
    let then = |state| Single { state, at: Some(line.state_at), of, due: None };
    let cells = match line.state {
        LineState::Sent(Out::Life(Life::Withdrawn)) | LineState::Received(In::Withdrawn) => return None,
        LineState::Sent(Out::Prepared) => [first(CellState::Queued), Single::NOT_DUE],
        LineState::Sent(Out::Rejected) => [then(CellState::NotSent), Single::NOT_DUE],
        LineState::Sent(Out::Life(life)) => {
            let taken = match life {
                Life::Acknowledged => CellState::Acknowledged,
                Life::Imported => CellState::Imported,
                Life::Refused => CellState::Refused,
                Life::Expired => CellState::Expired,
                Life::Accepted | Life::Fetched | Life::Withdrawn => CellState::Unread,
            };
            [first(CellState::Sent), then(taken)]
        }
        LineState::Received(In::Listed | In::Verified) => [first(CellState::Arriving), Single::NOT_DUE],
        LineState::Received(In::Written | In::Acknowledged) => {
            [first(CellState::Received), then(CellState::NotImported)]
        }
        LineState::Received(In::Importing | In::Imported) => {
            [first(CellState::Received), then(CellState::Imported)]
        }
        LineState::Received(In::LeftAlone | In::Elsewhere) => {
            [first(CellState::Received), then(CellState::Elsewhere)]
        }
        LineState::Received(In::SetAside | In::Refused) => [then(CellState::Unopened), Single::NOT_DUE],
        LineState::Received(In::Expired) => [then(CellState::Expired), Single::NOT_DUE],
    };
    Some(cells)
}

/// Whether a line reached, or may still reach, its receiver.
pub(super) fn is_live(cells: &[Single; 2]) -> bool {
    use CellState::{Expired, NotSent, Refused, Unopened};
    cells.iter().all(|cell| !matches!(cell.state, NotSent | Refused | Expired | Unopened))
}

/// A cell of a row: one thing, or several of which the first to look at is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Where it stands; of several, what must be looked at first.
    pub state: CellState,
    /// The day of it; of several in that state, the latest.
    pub at: Option<Timestamp>,
    /// How many are in that state.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// Whether anything was exchanged.
    pub is_there: bool,
    /// The one transmission behind it, when there is exactly one.
    pub one: Option<(Direction, TransmissionId)>,
    /// Why it is due, when it is not there.
    pub due: Option<Due>,
}

impl Cell {
    /// Puts several together.
    pub(super) fn over(singles: &[Single]) -> Self {
        let due = || singles.iter().filter(|it| it.state != CellState::NotDue);
        let state = due().map(|it| it.state).min().unwrap_or(CellState::NotDue);
        let shown = || due().filter(|it| it.state == state);
        let behind: BTreeSet<_> = due().map(|it| it.of).collect();
        Self {
            state,
            at: shown().filter_map(|it| it.at).max(),
            count: shown().count(),
            of: due().count(),
            is_there: due().any(|it| it.of.is_some() && it.state != CellState::Deleted),
            one: if behind.len() == 1 { behind.into_iter().next().flatten() } else { None },
            due: shown().find_map(|it| it.due),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_states_stand_in_the_order_in_which_they_are_looked_at() {
        assert!(CellState::ALL.is_sorted());
        let labels: BTreeSet<_> = CellState::ALL.iter().map(|it| it.label_ja()).collect();
        assert_eq!(labels.len(), CellState::ALL.len());
    }

    #[test]
    fn a_cell_over_several_shows_the_first_to_look_at_and_how_many_of_all() {
        let at = |text: &str| Some(text.parse().unwrap());
        let id = |n: u8| {
            Some((Direction::Sent, format!("01920000-0000-7000-8000-00000000000{n}").parse().unwrap()))
        };
        let single = |state, day: &str, n| Single { state, at: at(day), of: id(n), due: None };
        let [one, two, three] = [
            single(CellState::Unread, "2026-11-20T00:00:00Z", 1),
            single(CellState::Unread, "2026-11-22T00:00:00Z", 2),
            single(CellState::Imported, "2026-11-23T00:00:00Z", 3),
        ];
        let cell = Cell::over(&[three, one, two, Single::NOT_DUE]);
        assert_eq!((cell.state, cell.count, cell.of, cell.one), (CellState::Unread, 2, 3, None));
        assert_eq!(cell.at, at("2026-11-22T00:00:00Z"));
        assert_eq!(Cell::over(&[one, one]).one, id(1));
        assert_eq!(Cell::over(&[one, Single::open(CellState::Unsent, Due::Before)]).one, None);
        assert_eq!(Cell::over(&[]).state, CellState::NotDue);
    }
}
