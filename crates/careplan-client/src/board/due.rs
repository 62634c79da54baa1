//! What is due between one partner and one user, and what of it is done.

use careplan_domain::ServiceMonth;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Line;
use super::cell::{CellState, Due, Lane, Side, Single, cells_of, is_deletion, is_live};

/// Actuals are looked for in the last three days of their month, when offices begin to report; before that nobody is late.
pub const ACTUALS_DUE_DAYS: i8 = 3;

/// The month before; the first month of the insurance has none and stays itself.
pub fn month_before(month: ServiceMonth) -> ServiceMonth {
    let number = month.as_number();
    let before = if number % 100 == 1 { number - 89 } else { number - 1 };
    ServiceMonth::from_number(before).unwrap_or(month)
}

/// The last day of a month; `None` at the end of the calendar.
pub fn last_day(month: ServiceMonth) -> Option<Date> {
    let number = month.as_number();
    let (year, month) = (i16::try_from(number / 100).ok()?, i8::try_from(number % 100).ok()?);
    Some(Date::new(year, month, 1).ok()?.last_of_month())
}

/// Whether actuals of a month are looked for on a day.
fn are_actuals_due(month: ServiceMonth, today: Date) -> bool {
    let begin = last_day(month).and_then(|last| last.checked_sub((ACTUALS_DUE_DAYS - 1).days()).ok());
    begin.is_none_or(|begin| today >= begin)
}

/// The lines between one partner and one user that count on one side.
#[derive(Debug, Default)]
pub(super) struct Between<'a> {
    lines: Vec<(Lane, &'a Line)>,
}

/// What counts of one lane in one month.
enum Standing {
    /// Nothing was ever there.
    Nothing,
    /// It was there and was taken back before it arrived.
    TakenBack,
    /// A deletion was the last word.
    Deleted([Single; 2]),
    /// It is there, or failed.
    There([Single; 2]),
}

impl Standing {
    /// Whether there is something that the rest of the month can be told by.
    fn is_there(&self) -> bool {
        matches!(self, Self::There(cells) if is_live(cells))
    }
}

impl<'a> Between<'a> {
    pub(super) fn push(&mut self, lane: Lane, line: &'a Line) {
        self.lines.push((lane, line));
    }

    /// The newest line of a lane in a month decides. One taken back on its way is as if it had not been, and so is a deletion
    /// that did not arrive.
    fn standing(&self, lane: Lane, month: ServiceMonth) -> Standing {
        let mut here: Vec<&Line> = self
            .lines
            .iter()
            .filter(|(of, line)| *of == lane && line.month == month)
            .map(|it| it.1)
            .collect();
        here.sort_by_key(|line| std::cmp::Reverse((line.at, line.id)));
        let was_there = !here.is_empty();
        for line in here {
            let Some(cells) = cells_of(line) else { continue };
            if !is_deletion(line.kind) {
                return Standing::There(cells);
            }
            if is_live(&cells) {
                return Standing::Deleted(cells);
            }
        }
        if was_there { Standing::TakenBack } else { Standing::Nothing }
    }

    /// The four cells of a month on a day.
    pub(super) fn cells(&self, side: Side, month: ServiceMonth, today: Date) -> [Single; 4] {
        let before = month_before(month);
        let (plan, actuals) = (self.standing(Lane::Plan, month), self.standing(Lane::Actuals, month));
        let plan_before = before != month && self.standing(Lane::Plan, before).is_there();
        let actuals_before = before != month && self.standing(Lane::Actuals, before).is_there();
        let open = |lane| if side.sends(lane) { CellState::Unsent } else { CellState::Missing };
        let plan_open = match plan {
            Standing::TakenBack => Single::open(open(Lane::Plan), Due::TakenBack),
            _ if plan_before => Single::open(open(Lane::Plan), Due::Before),
            _ => Single::NOT_DUE,
        };
        let is_late = are_actuals_due(month, today);
        let reason = match &plan {
            Standing::Deleted(_) => None,
            plan if plan.is_there() => Some(Due::Planned),
            // Who reported actuals last month does so again, also where the plan went another way.
            _ => (actuals_before && is_late).then_some(Due::Before),
        };
        let actuals_open = match (&actuals, reason) {
            (Standing::TakenBack, _) => Single::open(open(Lane::Actuals), Due::TakenBack),
            (_, None) => Single::NOT_DUE,
            (_, Some(due)) if is_late => Single::open(open(Lane::Actuals), due),
            (_, Some(due)) => Single::open(CellState::Upcoming, due),
        };
        let [plan, plan_taken] = filled(plan, plan_open);
        let [actuals, actuals_taken] = filled(actuals, actuals_open);
        [plan, plan_taken, actuals, actuals_taken]
    }
}

/// The two cells of a lane.
fn filled(standing: Standing, open: Single) -> [Single; 2] {
    match standing {
        Standing::There(cells) => cells,
        Standing::Deleted([first, _]) => [Single { state: CellState::Deleted, ..first }, Single::NOT_DUE],
        Standing::Nothing | Standing::TakenBack => [open, Single::NOT_DUE],
    }
}

#[cfg(test)]
mod tests {
    use CellState::{
        Acknowledged, Deleted, Expired, Imported, Missing, NotDue, NotImported, NotSent, Queued, Received,
        Refused, Sent, Unread, Unsent, Upcoming,
    };
    use jiff::civil::date;

    use super::super::line::made_up::{received, sent};
    use super::*;

    const MONTH: u32 = 202_611;
    const BEFORE: u32 = 202_610;

    /// The states of the four cells; later lines are newer.
    fn on(side: Side, today: Date, lines: &[Line]) -> [CellState; 4] {
        let mut lines = lines.to_vec();
        for (n, line) in (0..).zip(&mut lines) {
            line.at += jiff::SignedDuration::from_hours(n);
        }
        let mut between = Between::default();
        for line in &lines {
            if let Some(lane) = side.lane(line) {
                between.push(lane, line);
            }
        }
        let month = ServiceMonth::from_number(MONTH).unwrap();
        between.cells(side, month, today).map(|cell| cell.state)
    }

    fn planner(lines: &[Line]) -> [CellState; 4] {
        on(Side::Planner, date(2026, 11, 30), lines)
    }

    #[test]
    fn a_plan_is_followed_from_the_queue_to_the_care_software_of_the_partner() {
        for (state, cells) in [
            ("prepared", [Queued, NotDue]),
            ("rejected", [NotSent, NotDue]),
            ("accepted", [Sent, Unread]),
            ("fetched", [Sent, Unread]),
            ("acknowledged", [Sent, Acknowledged]),
            ("imported", [Sent, Imported]),
            ("refused", [Sent, Refused]),
            ("expired", [Sent, Expired]),
        ] {
            assert_eq!(planner(&[sent("K2", MONTH, state)])[..2], cells, "{state}");
        }
        assert_eq!(
            planner(&[sent("K2", MONTH, "accepted"), received("S1", MONTH, "acknowledged")]),
            [Sent, Unread, Received, NotImported]
        );
    }

    #[test]
    fn the_columns_of_a_service_office_are_mirrored() {
        let lines = [received("K2", MONTH, "imported"), sent("S1", MONTH, "fetched")];
        let cells = on(Side::Provider, date(2026, 11, 30), &lines);
        assert_eq!(cells, [Received, Imported, Sent, Unread]);
        assert_eq!(planner(&lines), [NotDue; 4]);
        let cells = on(Side::Provider, date(2026, 11, 30), &[received("Y4", BEFORE, "imported")]);
        assert_eq!(cells, [Missing, NotDue, NotDue, NotDue]);
        let cells = on(Side::Provider, date(2026, 11, 30), &[received("K2", MONTH, "written")]);
        assert_eq!(cells, [Received, NotImported, Unsent, NotDue]);
    }

    #[test]
    fn a_plan_is_due_after_one_of_the_month_before_and_not_after_its_deletion() {
        assert_eq!(planner(&[sent("K2", BEFORE, "imported")]), [Unsent, NotDue, NotDue, NotDue]);
        assert_eq!(planner(&[sent("K2", BEFORE, "rejected")]), [NotDue; 4]);
        let deleted = [sent("K2", BEFORE, "imported"), sent("K4", BEFORE, "accepted")];
        assert_eq!(planner(&deleted), [NotDue; 4]);
    }

    #[test]
    fn the_newest_line_decides_and_what_was_taken_back_counts_for_nothing() {
        let plan = |state| sent("K2", MONTH, state);
        assert_eq!(planner(&[plan("imported"), plan("accepted")])[..2], [Sent, Unread]);
        assert_eq!(planner(&[plan("imported"), plan("withdrawn")])[..2], [Sent, Imported]);
        assert_eq!(planner(&[plan("withdrawn")]), [Unsent, NotDue, NotDue, NotDue]);
    }

    #[test]
    fn a_deletion_that_arrives_ends_what_is_due_and_one_that_does_not_changes_nothing() {
        let [plan, deletion] = [sent("K2", MONTH, "imported"), sent("K4", MONTH, "accepted")];
        assert_eq!(planner(&[plan.clone(), deletion.clone()]), [Deleted, NotDue, NotDue, NotDue]);
        let refused = sent("K4", MONTH, "refused");
        assert_eq!(planner(&[plan.clone(), refused]), [Sent, Imported, Missing, NotDue]);
        assert_eq!(planner(&[plan.clone(), deletion, plan]), [Sent, Imported, Missing, NotDue]);
    }

    #[test]
    fn actuals_are_looked_for_from_the_third_last_day_of_their_month_on() {
        let lines = [sent("K2", MONTH, "acknowledged")];
        for (today, state) in
            [(date(2026, 11, 27), Upcoming), (date(2026, 11, 28), Missing), (date(2026, 12, 10), Missing)]
        {
            assert_eq!(on(Side::Planner, today, &lines)[2], state, "{today}");
        }
        let lines = [received("S1", BEFORE, "imported")];
        for (today, state) in [(date(2026, 11, 27), NotDue), (date(2026, 11, 28), Missing)] {
            assert_eq!(on(Side::Planner, today, &lines)[2], state, "{today}");
        }
        assert_eq!(planner(&[sent("K2", MONTH, "prepared")])[2], Missing);
        assert_eq!(planner(&[sent("K2", MONTH, "refused")])[2], NotDue);
    }

    #[test]
    fn months_end_where_the_calendar_says() {
        let month = |number| ServiceMonth::from_number(number).unwrap();
        assert_eq!(month_before(month(202_701)), month(202_612));
        assert_eq!(month_before(month(202_612)), month(202_611));
        assert_eq!(month_before(month(200_004)), month(200_004));
        assert_eq!(last_day(month(202_802)), Some(date(2028, 2, 29)));
    }
}
