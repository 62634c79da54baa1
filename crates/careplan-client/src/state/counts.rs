//! How much waits for somebody.

use sqlx::Row as _;

use super::{State, StateFault, read_count};

const COUNTS: &str = concat!(
    "select
    (select count(*) from received where state in ('written', 'acknowledged')
        and id not in (select transmission from reminder_received) and sender <> ",
    practice_partner!(),
    ") as to_import,
    (select count(*) from sent where state = 'prepared') as waiting,
    (select count(*) from sent where state in ('rejected', 'refused', 'expired')) as failed,
    (select count(*) from sent where state in ('accepted', 'fetched')) as unread"
);

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Received, and not taken over by the care software yet.
    pub to_import: u64,
    /// Sealed here, and not accepted by the platform yet.
    pub waiting: u64,
    /// Never accepted, refused by the receiver, or expired.
    pub failed: u64,
    /// Accepted, and not acknowledged by the receiver yet.
    pub unread: u64,
}

impl State {
    /// How much waits for somebody.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn counts(&self) -> Result<Counts, StateFault> {
        let row = sqlx::query(COUNTS).fetch_one(&self.pool).await?;
        let count = |name: &'static str| read_count(row.try_get(name)?, name);
        Ok(Counts {
            to_import: count("to_import")?,
            waiting: count("waiting")?,
            failed: count("failed")?,
            unread: count("unread")?,
        })
    }
}
