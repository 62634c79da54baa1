//! What was taken from the export folder.

use std::path::PathBuf;

use careplan_domain::{Digest, Timestamp, TransmissionId};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteExecutor, SqliteRow};
use uuid::Uuid;

use super::{State, StateFault, commit, from_ms, read, read_count, read_some, to_ms};
use crate::history::{UnitOf, persons_digest};
use crate::outbox::OtherOfSerial;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, batch, root, name, files, taken_at, state, state_at, transmission, note, place, answered_at \
             from taken_set ",
            $rest
        )
    };
}

const UNANSWERED: &str = select!("where answered_at is null order by taken_at, id");
const BY_ID: &str = select!("where id = $1");
const PAGE: &str =
    select!("where ($1 is null or (taken_at, id) < ($1, $2)) order by taken_at desc, id desc limit $3");
const INSERT: &str = "insert into taken_set (id, batch, root, name, files, taken_at, state, state_at)
    values ($1, $2, $3, $4, $5, $6, 'taken', $6) on conflict (id) do nothing";
const SET_STATE: &str = "update taken_set set state = $2, state_at = $3,
    transmission = coalesce($4, transmission), note = $5 where id = $1 and answered_at is null";
const SET_PLACE: &str = "update taken_set set place = $2 where id = $1 and answered_at is null";
const ANSWERED: &str = "update taken_set set answered_at = $2 where id = $1 and answered_at is null";
/// Letters that are under way or arrived.
const SAME_SERIAL: &str =
    "select id, created_at, coalesce(unit = $5 and month is $6 and persons_sha256 = $7, 0) as same_unit
    from sent where sender = $1 and receiver = $2 and serial = $3
    and content_sha256 <> $4 and state in ('prepared', 'accepted', 'fetched', 'acknowledged', 'imported')
    order by id desc limit 1";

/// How far a set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenState {
    /// Its files were taken, nothing else.
    Taken,
    /// It lies in a draft, which a person looks at.
    Handed,
    /// It is in the outbox; the platform did not accept it yet.
    Sealed,
    /// The platform accepted it.
    Sent,
    /// It cannot be sent.
    Failed,
    /// Its files were taken away before it was sent.
    Gone,
}

impl TakenState {
    const ALL: [Self; 6] = [Self::Taken, Self::Handed, Self::Sealed, Self::Sent, Self::Failed, Self::Gone];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Handed => "handed",
            Self::Sealed => "sealed",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Gone => "gone",
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Taken => "送信の準備中",
            Self::Handed => "確認待ち",
            Self::Sealed => "送信待ち",
            Self::Sent => "送信済",
            Self::Failed => "送信できません",
            Self::Gone => "ファイルがなくなりました",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A set of files that was taken from the export folder.
#[derive(Clone, PartialEq, Eq)]
pub struct TakenSet {
    /// Its id, and the dispatch under which it is sent.
    pub id: Uuid,
    /// The draft it is handed to; `None` when it is sent without being looked at.
    pub batch: Option<Uuid>,
    /// The export folder.
    pub root: PathBuf,
    /// What its folder is called when it is answered.
    pub name: String,
    /// How many files it has.
    pub files: u32,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// How far it is.
    pub state: TakenState,
    /// Since when.
    pub state_at: Timestamp,
    /// Under which number it is sent.
    pub transmission: Option<TransmissionId>,
    /// What is told to the office; may quote what stands in the files.
    pub note: Option<String>,
    /// Where its files lie once it is answered, below the export folder.
    pub place: Option<String>,
    /// Since when they lie there.
    pub answered_at: Option<Timestamp>,
}

impl std::fmt::Debug for TakenSet {
    /// A note may quote what stands in the files.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TakenSet({}, {:?})", self.id, self.state)
    }
}

impl State {
    /// Records that the files of a set were taken.
    pub(crate) async fn store_taken(&self, set: &TakenSet) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(INSERT)
            .bind(set.id.to_string())
            .bind(set.batch.map(|batch| batch.to_string()))
            .bind(set.root.to_str().ok_or(StateFault::Damaged("root"))?)
            .bind(&set.name)
            .bind(i64::from(set.files))
            .bind(to_ms(set.taken_at))
            .execute(&mut *tx)
            .await?;
        commit(tx).await
    }

    /// The sets that are not answered, oldest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn unanswered_sets(&self) -> Result<Vec<TakenSet>, StateFault> {
        sqlx::query(UNANSWERED).fetch_all(&self.pool).await?.iter().map(taken_set).collect()
    }

    /// One set.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn taken_set(&self, id: Uuid) -> Result<Option<TakenSet>, StateFault> {
        let row = sqlx::query(BY_ID).bind(id.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(taken_set).transpose()
    }

    /// Sets newest first, from behind one of them on.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn taken_sets(
        &self,
        after: Option<&TakenSet>,
        limit: u32,
    ) -> Result<Vec<TakenSet>, StateFault> {
        let page = sqlx::query(PAGE)
            .bind(after.map(|set| to_ms(set.taken_at)))
            .bind(after.map(|set| set.id.to_string()))
            .bind(i64::from(limit));
        page.fetch_all(&self.pool).await?.iter().map(taken_set).collect()
    }

    /// Moves a set on, and keeps what is told about it.
    pub(crate) async fn taken_went(
        &self,
        id: Uuid,
        (state, at): (TakenState, Timestamp),
        transmission: Option<TransmissionId>,
        note: Option<&str>,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(SET_STATE)
            .bind(id.to_string())
            .bind(state.as_str())
            .bind(to_ms(at))
            .bind(transmission.map(|id| id.to_string()))
            .bind(note)
            .execute(&mut *tx)
            .await?;
        commit(tx).await
    }

    /// Says where the files of a set are going to lie; `None` when others took that place.
    pub(crate) async fn place_taken(&self, id: Uuid, place: Option<&str>) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(SET_PLACE).bind(id.to_string()).bind(place).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// The files of a set lie where it is answered.
    pub(crate) async fn taken_answered(&self, id: Uuid, at: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(ANSWERED).bind(id.to_string()).bind(to_ms(at)).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// What else of the same serial was sent between the same two.
    pub(crate) async fn sent_otherwise(
        &self,
        unit: &UnitOf<'_>,
        serial: &str,
        content: &Digest,
    ) -> Result<Option<OtherOfSerial>, StateFault> {
        sent_otherwise(&self.pool, unit, (serial, content)).await
    }
}

/// The same as it stands in a transaction.
pub(super) async fn sent_otherwise(
    from: impl SqliteExecutor<'_>,
    unit: &UnitOf<'_>,
    (serial, content): (&str, &Digest),
) -> Result<Option<OtherOfSerial>, StateFault> {
    let row = sqlx::query(SAME_SERIAL)
        .bind(unit.from.to_string())
        .bind(unit.to.to_string())
        .bind(serial)
        .bind(content.to_string())
        .bind(unit.kind.as_str())
        .bind(unit.month.map(|month| i64::from(month.as_number())))
        .bind(persons_digest(unit.persons).as_ref().map(Digest::to_string))
        .fetch_optional(from)
        .await?;
    row.map(|row| {
        Ok(OtherOfSerial {
            id: read(row.try_get("id")?, "id")?,
            at: from_ms(row.try_get("created_at")?, "created_at")?,
            is_same_unit: row.try_get("same_unit")?,
        })
    })
    .transpose()
}

fn taken_set(row: &SqliteRow) -> Result<TakenSet, StateFault> {
    let root: String = row.try_get("root")?;
    let answered_at: Option<i64> = row.try_get("answered_at")?;
    Ok(TakenSet {
        id: read(row.try_get("id")?, "id")?,
        batch: read_some(row.try_get("batch")?, "batch")?,
        root: root.into(),
        name: row.try_get("name")?,
        files: read_count(row.try_get("files")?, "files")?,
        taken_at: from_ms(row.try_get("taken_at")?, "taken_at")?,
        state: TakenState::parse(row.try_get("state")?).ok_or(StateFault::Damaged("state"))?,
        state_at: from_ms(row.try_get("state_at")?, "state_at")?,
        transmission: read_some(row.try_get("transmission")?, "transmission")?,
        note: row.try_get("note")?,
        place: row.try_get("place")?,
        answered_at: answered_at.map(|at| from_ms(at, "answered_at")).transpose()?,
    })
}
