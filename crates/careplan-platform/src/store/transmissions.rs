//! Transmissions: the rows themselves, one at a time and many at once.

use careplan_domain::transmission::{Header, State, Transmission};
use careplan_domain::{Address, Digest, OfficeNumber, ServiceMonth, Timestamp, TransmissionId};

use super::values::{digest, instant, millis, number, parse};
use super::{Connected, ManyIds, Marks, StoreError, Table, Tx, Value, on};

macro_rules! columns {
    () => {
        "t.id, t.from_office, t.from_type, t.to_office, t.to_type, t.unit, t.month, t.files, \
         t.sealed_bytes, t.sealed_digest, t.replaces, t.fingerprint, t.accepted_at, t.deadline, \
         t.state, t.state_at, t.inbox_seq, t.sent_seq, t.shelf, t.bytes_until"
    };
}
pub(super) use columns;

const FIND: &str = concat!("select ", columns!(), " from transmission t where t.id = $1");
static FIND_MANY: ManyIds =
    ManyIds::new(concat!("select ", columns!(), " from transmission t where t.id in"), "");
static INSERT: Table = Table::new(
    "insert into transmission (id, from_office, from_type, to_office, to_type, unit, month, files, \
     sealed_bytes, sealed_digest, replaces, fingerprint, accepted_at, deadline, state, state_at, \
     inbox_seq, sent_seq, shelf, bytes_until) values",
    20,
    "",
);
static MOVE: ManyIds = ManyIds::new(
    "update transmission set state = $1, state_at = $2, bytes_until = coalesce($3, bytes_until) where id in",
    "",
);

pub(super) fn statements(marks: Marks) -> Vec<String> {
    let many = [FIND_MANY.text(2), INSERT.text(marks, 2), MOVE.text_after(3, 2)];
    [FIND.to_owned()].into_iter().chain(many.iter().map(|text| text.0.to_string())).collect()
}

/// Where the sealed bytes of a transmission are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// In table `letter`.
    Row,
    /// In the blob store.
    Blob,
    /// Dropped.
    Gone,
}

impl Shelf {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Blob => "blob",
            Self::Gone => "gone",
        }
    }

    /// What an operator reads.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Row => "データベース",
            Self::Blob => "封書の保管先",
            Self::Gone => "保存期限を過ぎて削除済み",
        }
    }

    fn parse(stored: &str) -> Result<Self, StoreError> {
        [Self::Row, Self::Blob, Self::Gone]
            .into_iter()
            .find(|shelf| shelf.as_str() == stored)
            .ok_or(StoreError::Corrupt("shelf"))
    }
}

/// A stored transmission.
#[derive(Debug, Clone)]
pub struct Held {
    /// What stands on its outside.
    pub header: Header,
    /// Of the certificate it was sent with.
    pub fingerprint: Digest,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it expires unless acknowledged.
    pub deadline: Timestamp,
    /// The newest event.
    pub state: State,
    /// When that happened.
    pub state_at: Timestamp,
    /// Its place in the receiver's inbox.
    pub inbox_seq: i64,
    /// Its place in the sender's list.
    pub sent_seq: i64,
    /// Where the bytes are.
    pub shelf: Shelf,
    /// When the bytes may be dropped; `None` while it waits.
    pub bytes_until: Option<Timestamp>,
}

impl Held {
    /// What decisions need to know of it.
    pub fn transmission(&self) -> Transmission {
        Transmission {
            from: self.header.from,
            to: self.header.to,
            state: self.state,
            deadline: self.deadline,
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct HeldRow {
    id: Vec<u8>,
    from_office: String,
    from_type: String,
    to_office: String,
    to_type: String,
    unit: String,
    month: Option<i64>,
    files: i64,
    sealed_bytes: i64,
    sealed_digest: Vec<u8>,
    replaces: Option<Vec<u8>>,
    fingerprint: Vec<u8>,
    accepted_at: i64,
    deadline: i64,
    state: String,
    state_at: i64,
    inbox_seq: i64,
    sent_seq: i64,
    shelf: String,
    bytes_until: Option<i64>,
}

impl TryFrom<HeldRow> for Held {
    type Error = StoreError;

    fn try_from(row: HeldRow) -> Result<Self, StoreError> {
        let month = |number: i64| {
            let number = self::number(number, "service month")?;
            ServiceMonth::from_number(number).map_err(|_| StoreError::Corrupt("service month"))
        };
        let header = Header {
            id: id(&row.id)?,
            from: address(&row.from_office, &row.from_type)?,
            to: address(&row.to_office, &row.to_type)?,
            unit: parse(&row.unit, "unit kind")?,
            month: row.month.map(month).transpose()?,
            files: number(row.files, "number of files")?,
            sealed_bytes: number(row.sealed_bytes, "size")?,
            sealed_digest: digest(&row.sealed_digest)?,
            replaces: row.replaces.as_deref().map(id).transpose()?,
        };
        Ok(Self {
            header,
            fingerprint: digest(&row.fingerprint)?,
            accepted_at: instant(row.accepted_at)?,
            deadline: instant(row.deadline)?,
            state: state(&row.state)?,
            state_at: instant(row.state_at)?,
            inbox_seq: row.inbox_seq,
            sent_seq: row.sent_seq,
            shelf: Shelf::parse(&row.shelf)?,
            bytes_until: row.bytes_until.map(instant).transpose()?,
        })
    }
}

pub(super) fn id(stored: &[u8]) -> Result<TransmissionId, StoreError> {
    TransmissionId::from_slice(stored).map_err(|_| StoreError::Corrupt("transmission id"))
}

pub(super) fn state(stored: &str) -> Result<State, StoreError> {
    State::parse(stored).ok_or(StoreError::Corrupt("state"))
}

fn address(office: &str, service_type: &str) -> Result<Address, StoreError> {
    let office: OfficeNumber = parse(office, "office number")?;
    Ok(Address { office, service_type: parse(service_type, "service type")? })
}

/// One transmission.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn find(db: &mut impl Connected, id: &TransmissionId) -> Result<Option<Held>, StoreError> {
    let row: Option<HeldRow> =
        on!(db, |c| sqlx::query_as(FIND).bind(&id.as_bytes()[..]).fetch_optional(&mut *c).await?);
    row.map(Held::try_from).transpose()
}

/// Those of the transmissions that exist.
///
/// # Errors
/// As [`find`].
pub async fn find_many(db: &mut impl Connected, ids: Vec<TransmissionId>) -> Result<Vec<Held>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ManyIds::fill(ids);
    let text = FIND_MANY.text(ids.len());
    let rows: Vec<HeldRow> = on!(db, |c| {
        let mut query = sqlx::query_as(text);
        for id in &ids {
            query = query.bind(id.as_bytes().to_vec());
        }
        query.fetch_all(&mut *c).await?
    });
    rows.into_iter().map(Held::try_from).collect()
}

/// Stores new transmissions when the transaction commits. It fails when an id or a number exists already.
///
/// # Errors
/// When a size is none.
pub fn insert(tx: &mut Tx, rows: Vec<Held>) -> Result<(), StoreError> {
    let rows: Vec<_> = rows.into_iter().map(columns_of).collect::<Result<_, _>>()?;
    tx.insert(INSERT.rows(rows));
    Ok(())
}

fn columns_of(held: Held) -> Result<[Value; 20], StoreError> {
    let header = held.header;
    Ok([
        header.id.as_bytes().to_vec().into(),
        header.from.office.to_string().into(),
        header.from.service_type.to_string().into(),
        header.to.office.to_string().into(),
        header.to.service_type.to_string().into(),
        header.unit.as_str().into(),
        header.month.map(|month| i64::from(month.as_number())).into(),
        i64::from(header.files).into(),
        i64::try_from(header.sealed_bytes).map_err(|_| StoreError::Corrupt("size"))?.into(),
        header.sealed_digest.0.to_vec().into(),
        header.replaces.map(|id| id.as_bytes().to_vec()).into(),
        held.fingerprint.0.to_vec().into(),
        millis(held.accepted_at).into(),
        millis(held.deadline).into(),
        held.state.as_str().into(),
        millis(held.state_at).into(),
        held.inbox_seq.into(),
        held.sent_seq.into(),
        held.shelf.as_str().into(),
        held.bytes_until.map(millis).into(),
    ])
}

/// A change that many transmissions make together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// What happened.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// When the bytes may be dropped, if that is decided now.
    pub bytes_until: Option<Timestamp>,
}

/// Moves transmissions to a new state.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn move_many(tx: &mut Tx, change: Move, ids: Vec<TransmissionId>) -> Result<(), StoreError> {
    for ids in ids.chunks(super::IN_LIST_MAX) {
        let ids = ManyIds::fill(ids.to_vec());
        let text = MOVE.text_after(3, ids.len());
        on!(tx, |c| {
            let mut query = sqlx::query(text)
                .bind(change.state.as_str())
                .bind(millis(change.at))
                .bind(change.bytes_until.map(millis));
            for id in &ids {
                query = query.bind(id.as_bytes().to_vec());
            }
            query.execute(&mut *c).await?;
        });
    }
    Ok(())
}
