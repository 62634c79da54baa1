//! What happened to transmissions: their history, and the news of the offices concerned.

use careplan_domain::transmission::State;
use careplan_domain::{OfficeNumber, Timestamp, TransmissionId};

use super::transmissions::{id, state};
use super::values::{instant, millis};
use super::{Connected, Marks, StoreError, Table, Tx, on};

static INSERT: Table =
    Table::new("insert into transmission_event (transmission, state, at, office, seq) values", 5, "");
static COUNTERS: Table = Table::new(
    "insert into mailbox (office, last_seq) values",
    2,
    "on conflict (office) do update set last_seq = excluded.last_seq",
);
const HISTORY: &str = "select state, at from transmission_event where transmission = $1";
const NEWS: &str = "select seq, state, transmission, at from transmission_event \
     where office = $1 and seq > $2 order by seq limit $3";
const LAST_SEQ: &str = "select last_seq from mailbox where office = $1";

pub(super) fn statements(marks: Marks) -> Vec<String> {
    let single = [HISTORY, NEWS, LAST_SEQ].map(str::to_owned);
    single
        .into_iter()
        .chain([INSERT.text(marks, 2), COUNTERS.text(marks, 2)].map(|text| text.0.to_string()))
        .collect()
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// To which transmission.
    pub transmission: TransmissionId,
    /// What.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Whose news it is: the other party.
    pub office: OfficeNumber,
    /// Its place in that office's news.
    pub seq: i64,
}

/// Stores events when the transaction commits. It fails when the same thing happened already.
pub fn insert(tx: &mut Tx, rows: Vec<Event>) {
    let row = |event: Event| {
        [
            event.transmission.as_bytes().to_vec().into(),
            event.state.as_str().into(),
            millis(event.at).into(),
            event.office.to_string().into(),
            event.seq.into(),
        ]
    };
    tx.insert(INSERT.rows(rows.into_iter().map(row)));
}

/// Sets the counters of offices when the transaction commits.
pub fn set_counters(tx: &mut Tx, rows: impl IntoIterator<Item = (OfficeNumber, i64)>) {
    let rows = rows.into_iter().map(|(office, last_seq)| [office.to_string().into(), last_seq.into()]);
    tx.insert(COUNTERS.rows(rows));
}

/// The history of a transmission, oldest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn history(
    db: &mut impl Connected,
    id: &TransmissionId,
) -> Result<Vec<(State, Timestamp)>, StoreError> {
    let rows: Vec<(String, i64)> =
        on!(db, |c| sqlx::query_as(HISTORY).bind(&id.as_bytes()[..]).fetch_all(&mut *c).await?);
    let mut history: Vec<(State, Timestamp)> = rows
        .into_iter()
        .map(|(stored, at)| Ok((state(&stored)?, instant(at)?)))
        .collect::<Result<_, StoreError>>()?;
    // A life only goes forward, and states are in its order; clocks of replicas may differ.
    history.sort_unstable_by_key(|(state, _)| *state);
    Ok(history)
}

/// News of an office after a place, oldest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn news(
    db: &mut impl Connected,
    office: OfficeNumber,
    after: i64,
    limit: u32,
) -> Result<Vec<Event>, StoreError> {
    let rows: Vec<(i64, String, Vec<u8>, i64)> = on!(db, |c| {
        let query = sqlx::query_as(NEWS).bind(office.as_str()).bind(after).bind(i64::from(limit));
        query.fetch_all(&mut *c).await?
    });
    rows.into_iter()
        .map(|(seq, stored, transmission, at)| {
            let transmission = id(&transmission)?;
            Ok(Event { transmission, state: state(&stored)?, at: instant(at)?, office, seq })
        })
        .collect()
}

/// The newest number of an office's inbox, sent list and news; 0 before the first.
///
/// # Errors
/// When the database cannot be reached.
pub async fn last_seq(db: &mut impl Connected, office: &OfficeNumber) -> Result<i64, StoreError> {
    let last_seq: Option<i64> =
        on!(db, |c| sqlx::query_scalar(LAST_SEQ).bind(office.as_str()).fetch_optional(&mut *c).await?);
    Ok(last_seq.unwrap_or_default())
}
