//! What a partner can be reminded of: what is due from it, in the order of the columns.

use careplan_domain::calendar::day;
use careplan_protocol::manifest::ReminderKind;
use jiff::civil::Date;

use super::cell::{CellState, Column, Side, Single};

/// The column in which a kind of reminder is due; a side that never asks for it has none.
pub fn column_of(kind: ReminderKind, side: Side) -> Option<Column> {
    match (kind, side) {
        (ReminderKind::PlanUnread, Side::Planner) => Some(Column::PlanTaken),
        (ReminderKind::ActualsMissing, Side::Planner) => Some(Column::Actuals),
        (ReminderKind::PlanMissing, Side::Provider) => Some(Column::Plan),
        _ => None,
    }
}

/// What of the things of a row is due. Who was sent a plan today is not late with it.
pub(super) fn asks_of(side: Side, singles: &[[Single; 4]], today: Date) -> Vec<ReminderKind> {
    let is_due = |kind: &ReminderKind| {
        let Some(at) = column_of(*kind, side).map(Column::place) else { return false };
        let mut column = singles.iter().filter_map(|cells| cells.get(at));
        column.any(|single| match single.state {
            CellState::Missing => *kind != ReminderKind::PlanUnread,
            CellState::Unread => {
                *kind == ReminderKind::PlanUnread && single.at.is_some_and(|at| day(at) < today)
            }
            _ => false,
        })
    };
    ReminderKind::ALL.into_iter().filter(is_due).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn asks(side: Side, states: [CellState; 4]) -> Vec<ReminderKind> {
        let at = Some("2026-11-29T01:00:00Z".parse().unwrap());
        let due = states.map(|state| Single { state, at, ..Single::NOT_DUE });
        asks_of(side, &[[Single::NOT_DUE; 4], due], date(2026, 11, 30))
    }

    #[test]
    fn who_makes_plans_asks_for_a_look_at_them_and_for_actuals() {
        use CellState::{Acknowledged, Missing, NotDue, Received, Refused, Sent, Unopened, Unread, Upcoming};
        use ReminderKind::{ActualsMissing, PlanUnread};
        let asks = |states| asks(Side::Planner, states);
        assert_eq!(asks([Sent, Unread, Missing, NotDue]), [PlanUnread, ActualsMissing]);
        assert_eq!(asks([Sent, Acknowledged, Missing, NotDue]), [ActualsMissing]);
        assert_eq!(asks([Sent, Unread, Upcoming, NotDue]), [PlanUnread]);
        // What came to nothing is to be sent again, not to be reminded of.
        assert_eq!(asks([Sent, Refused, Unopened, NotDue]), []);
        assert_eq!(asks([Sent, Acknowledged, Received, Unread]), []);
        assert_eq!(asks([Missing, NotDue, NotDue, NotDue]), []);
    }

    #[test]
    fn who_gets_plans_asks_for_them() {
        use CellState::{Missing, NotDue, Received, Sent, Unread, Unsent};
        let asks = |states| asks(Side::Provider, states);
        assert_eq!(asks([Missing, NotDue, Unsent, NotDue]), [ReminderKind::PlanMissing]);
        assert_eq!(asks([Received, Unread, Missing, NotDue]), []);
        assert_eq!(asks([Received, NotDue, Sent, Unread]), []);
    }

    #[test]
    fn who_was_sent_a_plan_today_is_not_late_with_it() {
        let unread =
            |at: &str| Single { state: CellState::Unread, at: Some(at.parse().unwrap()), ..Single::NOT_DUE };
        let asks = |at: &str| {
            let cells = [Single::NOT_DUE, unread(at), Single::NOT_DUE, Single::NOT_DUE];
            asks_of(Side::Planner, &[cells], date(2026, 11, 30))
        };
        assert_eq!(asks("2026-11-29T14:59:59Z"), [ReminderKind::PlanUnread]);
        assert_eq!(asks("2026-11-29T15:00:00Z"), []);
    }
}
