//! The lines of the monthly board: plans and actuals of two months, and who is in them.

use std::collections::{BTreeMap, BTreeSet};

use careplan_domain::{ServiceMonth, TransmissionId, UnitKind};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{ReceivedState, SentState, State, StateFault, from_ms, read, read_count};
use crate::board::{Line, LineState, Lines};
use crate::history::{Direction, Person};

/// Plans, actuals and their deletions.
macro_rules! units {
    () => {
        "('K2', 'K4', 'Y4', 'Y7', 'S1', 'S2', 'Y8', 'Y9')"
    };
}

const SENT: &str = concat!(
    "select id, substr(receiver, 1, 10) as office, unit, month, created_at as at, state, state_at
    from sent indexed by sent_by_month where month in ($1, $2) and unit in ",
    units!(),
    " and receiver <> ",
    practice_partner!()
);
const RECEIVED: &str = concat!(
    "select id, substr(sender, 1, 10) as office, unit, month, accepted_at as at, state, state_at
    from received indexed by received_by_month where month in ($1, $2) and unit in ",
    units!(),
    " and sender <> ",
    practice_partner!()
);
const IN_SENT: &str = concat!(
    "select transmission, person from sent indexed by sent_by_month cross join person_in
    on direction = 'sent' and transmission = id where month in ($1, $2) and unit in ",
    units!(),
    " and receiver <> ",
    practice_partner!()
);
const IN_RECEIVED: &str = concat!(
    "select transmission, person from received indexed by received_by_month cross join person_in
    on direction = 'received' and transmission = id where month in ($1, $2) and unit in ",
    units!(),
    " and sender <> ",
    practice_partner!()
);
/// All of them: an office has a few hundred in many years.
const PEOPLE: &str = "select n, insurer, insured, name, kana from person";
const PERSON: &str = "select insurer, insured, name, kana from person where n = $1";

impl State {
    /// Plans and actuals of two months.
    pub(crate) async fn board_lines(
        &self,
        month: ServiceMonth,
        before: ServiceMonth,
    ) -> Result<Lines, StateFault> {
        let (month, before) = (i64::from(month.as_number()), i64::from(before.as_number()));
        let mut lines = Vec::new();
        for (direction, select, select_in) in
            [(Direction::Sent, SENT, IN_SENT), (Direction::Received, RECEIVED, IN_RECEIVED)]
        {
            let mut persons = BTreeMap::<String, Vec<i64>>::new();
            let get = sqlx::query(select_in).bind(month).bind(before);
            for row in get.fetch_all(&self.pool).await? {
                persons.entry(row.try_get("transmission")?).or_default().push(row.try_get("person")?);
            }
            let get = sqlx::query(select).bind(month).bind(before);
            for row in get.fetch_all(&self.pool).await? {
                let id: &str = row.try_get("id")?;
                lines.push(line(&row, (direction, read(id, "id")?), persons.remove(id).unwrap_or_default())?);
            }
        }
        let wanted: BTreeSet<i64> = lines.iter().flat_map(|line| line.persons.iter().copied()).collect();
        let mut people = BTreeMap::new();
        for row in sqlx::query(PEOPLE).fetch_all(&self.pool).await? {
            let n: i64 = row.try_get("n")?;
            if wanted.contains(&n) {
                people.insert(n, super::history::person(&row)?);
            }
        }
        Ok(Lines { lines, people })
    }

    /// Somebody by the number of their row.
    pub(crate) async fn person_numbered(&self, n: i64) -> Result<Option<Person>, StateFault> {
        let row = sqlx::query(PERSON).bind(n).fetch_optional(&self.pool).await?;
        row.as_ref().map(super::history::person).transpose()
    }
}

fn line(
    row: &SqliteRow,
    (direction, id): (Direction, TransmissionId),
    persons: Vec<i64>,
) -> Result<Line, StateFault> {
    let state: &str = row.try_get("state")?;
    let state = match direction {
        Direction::Sent => SentState::parse(state).map(LineState::Sent),
        Direction::Received => ReceivedState::parse(state).map(LineState::Received),
    };
    let month = ServiceMonth::from_number(read_count(row.try_get("month")?, "month")?);
    Ok(Line {
        id,
        partner: read(row.try_get("office")?, "office")?,
        kind: read::<UnitKind>(row.try_get("unit")?, "unit")?,
        month: month.map_err(|_| StateFault::Damaged("month"))?,
        at: from_ms(row.try_get("at")?, "at")?,
        state: state.ok_or(StateFault::Damaged("state"))?,
        state_at: from_ms(row.try_get("state_at")?, "state_at")?,
        persons,
    })
}
