//! What has run its term: found by index, some at a time, and dropped.

use careplan_domain::{Timestamp, TransmissionId};

use super::transmissions::{Held, HeldRow, columns};
use super::values::millis;
use super::{Connected, ManyIds, StoreError, Tx, on};

const OVERDUE: &str = concat!(
    "select ",
    columns!(),
    " from transmission t where t.state in ('accepted', 'fetched') and t.deadline <= $1 \
     order by t.deadline limit $2"
);
const BYTES_OVER: &str = concat!(
    "select ",
    columns!(),
    " from transmission t where t.bytes_until is not null and t.shelf <> 'gone' and t.bytes_until <= $1 \
     order by t.bytes_until limit $2"
);
const PROOF_OVER: &str = concat!(
    "select ",
    columns!(),
    " from transmission t where t.accepted_at <= $1 and t.state not in ('accepted', 'fetched') \
     order by t.accepted_at limit $2"
);
static DROP_LETTERS: ManyIds = ManyIds::new("delete from letter where transmission in", "");
static MARK_GONE: ManyIds = ManyIds::new("update transmission set shelf = 'gone' where id in", "");
static DROP_EVENTS: ManyIds = ManyIds::new("delete from transmission_event where transmission in", "");
static DROP_RECEIPTS: ManyIds = ManyIds::new("delete from receipt where transmission in", "");
static DROP_ROWS: ManyIds = ManyIds::new("delete from transmission where id in", "");

pub(super) fn statements() -> Vec<String> {
    let many = [&DROP_LETTERS, &MARK_GONE, &DROP_EVENTS, &DROP_RECEIPTS, &DROP_ROWS];
    let many = many.map(|statement| statement.text(2).0.to_string());
    [OVERDUE, BYTES_OVER, PROOF_OVER].into_iter().map(str::to_owned).chain(many).collect()
}

/// Which term is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// The deadline of those that wait: they expire.
    Deadline,
    /// The term of the bytes.
    Bytes,
    /// The term of the proof: whoever was accepted before the given instant.
    Proof,
}

/// Some transmissions whose term is over at an instant.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn over(
    db: &mut impl Connected,
    term: Term,
    instant: Timestamp,
    limit: u32,
) -> Result<Vec<Held>, StoreError> {
    let text = match term {
        Term::Deadline => OVERDUE,
        Term::Bytes => BYTES_OVER,
        Term::Proof => PROOF_OVER,
    };
    let rows: Vec<HeldRow> = on!(db, |c| {
        sqlx::query_as(text).bind(millis(instant)).bind(i64::from(limit)).fetch_all(&mut *c).await?
    });
    rows.into_iter().map(Held::try_from).collect()
}

/// Drops the letters in rows, and marks the bytes of all as gone.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn drop_bytes(tx: &mut Tx, ids: &[TransmissionId]) -> Result<(), StoreError> {
    for statement in [&DROP_LETTERS, &MARK_GONE] {
        run(tx, statement, ids).await?;
    }
    Ok(())
}

/// Drops transmissions with their events and receipts.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn drop_proof(tx: &mut Tx, ids: &[TransmissionId]) -> Result<(), StoreError> {
    for statement in [&DROP_LETTERS, &DROP_EVENTS, &DROP_RECEIPTS, &DROP_ROWS] {
        run(tx, statement, ids).await?;
    }
    Ok(())
}

async fn run(tx: &mut Tx, statement: &ManyIds, ids: &[TransmissionId]) -> Result<(), StoreError> {
    for ids in ids.chunks(super::IN_LIST_MAX) {
        let ids = ManyIds::fill(ids.to_vec());
        let text = statement.text(ids.len());
        on!(tx, |c| {
            let mut query = sqlx::query(text);
            for id in &ids {
                query = query.bind(id.as_bytes().to_vec());
            }
            query.execute(&mut *c).await?;
        });
    }
    Ok(())
}
