//! What happened to transmissions, in an order that applications can follow. Triggers write it (migration 0006).

use careplan_domain::{Timestamp, TransmissionId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{State, StateFault, from_ms, read};

const AFTER: &str = "select seq, at, direction, transmission, state from api_event
    where seq > $1 order by seq limit $2";
/// The sequence remembers the newest number, also where its event is gone.
const BOUNDS: &str = "select (select min(seq) from api_event) as oldest,
    coalesce((select seq from sqlite_sequence where name = 'api_event'), 0) as newest";

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// `sent` or `received`.
    pub direction: String,
    /// To which transmission.
    pub transmission: TransmissionId,
    /// The state it has since.
    pub state: String,
}

/// Which events are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventBounds {
    /// The oldest one; `None` when there is none.
    pub oldest: Option<i64>,
    /// The newest that ever was; 0 before the first.
    pub newest: i64,
}

impl State {
    /// Events after a place, oldest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn events(&self, after: i64, limit: u32) -> Result<Vec<Event>, StateFault> {
        let rows = sqlx::query(AFTER).bind(after).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        rows.iter().map(event).collect()
    }

    /// Which events are known.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn event_bounds(&self) -> Result<EventBounds, StateFault> {
        let row = sqlx::query(BOUNDS).fetch_one(&self.pool).await?;
        Ok(EventBounds { oldest: row.try_get("oldest")?, newest: row.try_get("newest")? })
    }
}

fn event(row: &SqliteRow) -> Result<Event, StateFault> {
    Ok(Event {
        seq: row.try_get("seq")?,
        at: from_ms(row.try_get("at")?, "at")?,
        direction: row.try_get("direction")?,
        transmission: read(row.try_get("transmission")?, "transmission")?,
        state: row.try_get("state")?,
    })
}
