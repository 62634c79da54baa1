//! 月次ボード: one month at a glance — who was sent the plan, who took it, whose actuals came, what is imported.
//!
//! Promises: what stands on the board is a pure function ([`board_of`]) of lines of the history, the address book and the day; it says
//! *due* only where the history gives a reason: a plan is due when there was one the month before, actuals when there is a plan. Names of
//! users reach no log and no `Debug`.
//!
//! ```text
//! care manager   予定を送信 ─► 受領   実績を受信 ─► 取込
//! service office 予定を受信 ─► 取込   実績を送信 ─► 受領
//! ```

mod cell;
mod compare;
mod due;
mod line;
mod rows;

use careplan_domain::{OfficeNumber, ServiceMonth, ServiceType, Timestamp, calendar};
use careplan_standard::Edition;

pub use cell::{Cell, CellState, Column, Due, Look, Side};
pub use compare::{Behind, COMPARED_MAX, CompareFault, Compared, Part, behind, compare};
pub use due::{ACTUALS_DUE_DAYS, last_day, month_before};
pub use line::{Line, LineState, Lines};
pub use rows::{Board, By, PersonKey, Row, Subject, View, board_of};

use crate::history::Person;
use crate::office::Office;
use crate::partners::{Partners, Wanted};
use crate::state::{State, StateFault};

/// The board of an office. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Boards {
    office: Office,
}

impl Office {
    /// The board.
    pub fn boards(&self) -> Boards {
        Boards { office: self.clone() }
    }
}

impl Boards {
    fn state(&self) -> &State {
        self.office.state()
    }

    /// What the board of a month is made of.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn lines(&self, month: ServiceMonth) -> Result<Lines, StateFault> {
        self.state().board_lines(month, month_before(month)).await
    }

    /// The board as it is asked for, of the lines of its month.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn board(&self, view: &View, lines: &Lines, now: Timestamp) -> Result<Board, StateFault> {
        let book = Partners::new(self.office.clone()).list(&Wanted::default()).await?;
        Ok(board_of(view, lines, &book, calendar::day(now)))
    }

    /// The side that this office is on: by what it exchanged around a month, which its lines say, else by its service types.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn side(&self, lines: &Lines) -> Result<Side, StateFault> {
        let settings = self.state().settings().await?;
        let types = settings.map(|settings| settings.service_types).unwrap_or_default();
        Ok(side_of(lines, &types))
    }

    /// Somebody by the number of one of the rows that the history has of them.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn person(&self, n: i64) -> Result<Option<Person>, StateFault> {
        self.state().person_numbered(n).await
    }

    /// The office itself; `None` before it is set up.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn own(&self) -> Result<Option<OfficeNumber>, StateFault> {
        Ok(self.state().settings().await?.map(|settings| settings.office()))
    }
}

/// The side of more lines; without any, that of the service types this terminal takes letters for.
fn side_of(lines: &Lines, types: &[ServiceType]) -> Side {
    let count = |side: Side| lines.lines.iter().filter(|line| side.lane(line).is_some()).count();
    let (planner, provider) = (count(Side::Planner), count(Side::Provider));
    match planner.cmp(&provider) {
        std::cmp::Ordering::Greater => Side::Planner,
        std::cmp::Ordering::Less => Side::Provider,
        std::cmp::Ordering::Equal if types.is_empty() || types.iter().any(is_planner) => Side::Planner,
        std::cmp::Ordering::Equal => Side::Provider,
    }
}

/// Whether offices of a type make plans, as the standard's table of office types says.
fn is_planner(service_type: &ServiceType) -> bool {
    let table = Edition::newest().code_table("OFFICE_TYPE");
    table.is_some_and(|table| table.codes().iter().any(|code| code.code() == Some(service_type.as_str())))
}

#[cfg(test)]
mod tests {
    use super::line::made_up::{received, sent};
    use super::*;

    #[test]
    fn who_sends_plans_is_a_care_manager_and_who_gets_them_a_service_office() {
        let types = |codes: &[&str]| codes.iter().map(|code| code.parse().unwrap()).collect::<Vec<_>>();
        let of = |lines: Vec<Line>| Lines { lines, ..Lines::default() };
        let (plan_out, plan_in) = (sent("K2", 202_611, "accepted"), received("K2", 202_611, "acknowledged"));
        assert_eq!(side_of(&of(vec![plan_out.clone()]), &types(&["11"])), Side::Planner);
        assert_eq!(side_of(&of(vec![plan_in.clone()]), &types(&["43"])), Side::Provider);
        assert_eq!(side_of(&of(vec![sent("S1", 202_611, "accepted")]), &[]), Side::Provider);
        for (codes, side) in [
            (&["43"][..], Side::Planner),
            (&["46", "11"], Side::Planner),
            (&["11"], Side::Provider),
            (&[], Side::Planner),
        ] {
            assert_eq!(side_of(&Lines::default(), &types(codes)), side, "{codes:?}");
            assert_eq!(side_of(&of(vec![plan_out.clone(), plan_in.clone()]), &types(codes)), side);
        }
    }
}
