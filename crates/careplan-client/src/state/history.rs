//! Who is in what, where the copies lie, and what the staff marked.

use careplan_domain::{Digest, Timestamp, TransmissionId};
use sqlx::Row as _;

use super::{State, StateFault, Tx, commit, from_ms, read, to_ms};
use crate::history::{Direction, Note, Person, Seen, Who, persons_digest};

/// A person whose row is there keeps it.
const INSERT_PERSON: &str = "insert into person (insurer, insured, name, kana, search)
    values ($1, $2, $3, $4, $5) on conflict (insurer, insured, name, kana) do nothing";
const INSERT_PERSON_IN: &str = "insert into person_in (direction, transmission, person, at)
    select $1, $2, n, $3 from person where insurer = $4 and insured = $5 and name = $6 and kana = $7
    on conflict (direction, transmission, person) do nothing";
const PERSONS_OF: &str = "select insurer, insured, name, kana from person_in join person on n = person
    where direction = $1 and transmission = $2 order by n";
const KEPT: &str = "update received set copy = $2, persons_known = $3, persons_sha256 = $4 where id = $1";
const COPY_OF_SENT: &str = "select copy from sent where id = $1 and copy is not null";
const COPY_OF_RECEIVED: &str = "select copy from received where id = $1 and copy is not null";
const OLD_SENT: &str = "select id, copy from sent where copy is not null and created_at < $1
    order by created_at limit $2";
const OLD_RECEIVED: &str = "select id, copy from received where copy is not null and accepted_at < $1
    order by accepted_at limit $2";
const COUNT_OLD_SENT: &str = "select count(*) from sent where copy is not null and created_at < $1";
const COUNT_OLD_RECEIVED: &str = "select count(*) from received where copy is not null and accepted_at < $1";
const FORGET_SENT: &str = "update sent set copy = null where id = $1 and copy = $2";
const FORGET_RECEIVED: &str = "update received set copy = null where id = $1 and copy = $2";
const TO_LOOK_AT: &str = "select id from received where persons_known = 0 and folder is not null limit $1";
const SEEN: &str = "insert into seen (transmission, who, at) select $1, $2, $3
    where exists (select 1 from received where id = $1) on conflict (transmission, who) do nothing";
const FIRST_SEEN: &str = "update received set seen_at = $2 where id = $1 and seen_at is null";
const SEEN_BY: &str = "select who, at from seen where transmission = $1 order by at, who";
const ADD_NOTE: &str =
    "insert into note (direction, transmission, who, at, text) values ($1, $2, $3, $4, $5)";
const NOTES: &str = "select who, at, text from note where direction = $1 and transmission = $2 order by n";

/// What the history keeps of something that came.
#[derive(Debug, Clone)]
pub struct Kept<'a> {
    /// Where the copy of its files lies, below the shelf of what came; `None` when there is none.
    pub copy: Option<&'a str>,
    /// Who is in it; `None` when there is nothing to look at.
    pub persons: Option<&'a [Person]>,
    /// When the platform accepted it.
    pub accepted_at: Timestamp,
}

/// Stores who is in a transmission of a time.
pub(super) async fn store_persons(
    tx: &mut Tx,
    (direction, id, at): (Direction, TransmissionId, Timestamp),
    persons: &[Person],
) -> Result<(), StateFault> {
    for person in persons {
        sqlx::query(INSERT_PERSON)
            .bind(&person.insurer)
            .bind(&person.insured_number)
            .bind(&person.name)
            .bind(&person.kana)
            .bind(person.search_text())
            .execute(&mut **tx)
            .await?;
        sqlx::query(INSERT_PERSON_IN)
            .bind(direction.as_str())
            .bind(id.to_string())
            .bind(to_ms(at))
            .bind(&person.insurer)
            .bind(&person.insured_number)
            .bind(&person.name)
            .bind(&person.kana)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

pub(super) async fn store_received_copy(
    tx: &mut Tx,
    id: TransmissionId,
    kept: &Kept<'_>,
) -> Result<(), StateFault> {
    let persons = kept.persons.unwrap_or_default();
    sqlx::query(KEPT)
        .bind(id.to_string())
        .bind(kept.copy)
        .bind(if kept.persons.is_some() { 1 } else { 2 })
        .bind(persons_digest(persons).as_ref().map(Digest::to_string))
        .execute(&mut **tx)
        .await?;
    store_persons(tx, (Direction::Received, id, kept.accepted_at), persons).await
}

impl State {
    /// What the history keeps of something that came before there was one.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_kept(&self, id: TransmissionId, kept: &Kept<'_>) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        store_received_copy(&mut tx, id, kept).await?;
        commit(tx).await
    }

    /// What came before there was a history, and was not looked at yet.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn received_to_look_at(&self, limit: u32) -> Result<Vec<TransmissionId>, StateFault> {
        let ids: Vec<String> =
            sqlx::query_scalar(TO_LOOK_AT).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        ids.iter().map(|id| read(id, "id")).collect()
    }

    /// Who is in a transmission.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn persons_in(
        &self,
        id: TransmissionId,
        direction: Direction,
    ) -> Result<Vec<Person>, StateFault> {
        let get = sqlx::query(PERSONS_OF).bind(direction.as_str()).bind(id.to_string());
        get.fetch_all(&self.pool).await?.iter().map(person).collect()
    }

    /// Where the copy of a transmission's files lies below its shelf.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn copy_of(
        &self,
        id: TransmissionId,
        direction: Direction,
    ) -> Result<Option<String>, StateFault> {
        let get = match direction {
            Direction::Sent => COPY_OF_SENT,
            Direction::Received => COPY_OF_RECEIVED,
        };
        Ok(sqlx::query_scalar(get).bind(id.to_string()).fetch_optional(&self.pool).await?)
    }

    /// Copies of transmissions from before a time, oldest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn copies_before(
        &self,
        direction: Direction,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TransmissionId, String)>, StateFault> {
        let get = match direction {
            Direction::Sent => OLD_SENT,
            Direction::Received => OLD_RECEIVED,
        };
        let rows = sqlx::query(get).bind(to_ms(before)).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((read(row.try_get("id")?, "id")?, row.try_get("copy")?))).collect()
    }

    /// How many copies there are of transmissions from before a time.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn count_copies_before(
        &self,
        direction: Direction,
        before: Timestamp,
    ) -> Result<u64, StateFault> {
        let count = match direction {
            Direction::Sent => COUNT_OLD_SENT,
            Direction::Received => COUNT_OLD_RECEIVED,
        };
        let count: i64 = sqlx::query_scalar(count).bind(to_ms(before)).fetch_one(&self.pool).await?;
        Ok(count.unsigned_abs())
    }

    /// A copy is gone from this computer.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn forget_copy(
        &self,
        id: TransmissionId,
        direction: Direction,
        copy: &str,
    ) -> Result<(), StateFault> {
        let forget = match direction {
            Direction::Sent => FORGET_SENT,
            Direction::Received => FORGET_RECEIVED,
        };
        let mut tx = self.begin().await?;
        sqlx::query(forget).bind(id.to_string()).bind(copy).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// Somebody read something that came; the first time counts.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_seen(&self, id: TransmissionId, who: &Who, at: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let seen = sqlx::query(SEEN).bind(id.to_string()).bind(who.as_str()).bind(to_ms(at));
        seen.execute(&mut *tx).await?;
        sqlx::query(FIRST_SEEN).bind(id.to_string()).bind(to_ms(at)).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// Who read something that came, in the order in which they did.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn seen_by(&self, id: TransmissionId) -> Result<Vec<Seen>, StateFault> {
        let rows = sqlx::query(SEEN_BY).bind(id.to_string()).fetch_all(&self.pool).await?;
        let seen = rows.iter().map(|row| {
            Ok(Seen { who: read(row.try_get("who")?, "who")?, at: from_ms(row.try_get("at")?, "at")? })
        });
        seen.collect()
    }

    /// Adds a note.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_note(
        &self,
        id: TransmissionId,
        direction: Direction,
        note: &Note,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(ADD_NOTE)
            .bind(direction.as_str())
            .bind(id.to_string())
            .bind(note.who.as_str())
            .bind(to_ms(note.at))
            .bind(&note.text)
            .execute(&mut *tx)
            .await?;
        commit(tx).await
    }

    /// The notes on a transmission, oldest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn notes(&self, id: TransmissionId, direction: Direction) -> Result<Vec<Note>, StateFault> {
        let get = sqlx::query(NOTES).bind(direction.as_str()).bind(id.to_string());
        let rows = get.fetch_all(&self.pool).await?;
        let note = rows.iter().map(|row| {
            Ok(Note {
                who: read(row.try_get("who")?, "who")?,
                at: from_ms(row.try_get("at")?, "at")?,
                text: row.try_get("text")?,
            })
        });
        note.collect()
    }
}

pub(super) fn person(row: &sqlx::sqlite::SqliteRow) -> Result<Person, StateFault> {
    Ok(Person {
        insurer: row.try_get("insurer")?,
        insured_number: row.try_get("insured")?,
        name: row.try_get("name")?,
        kana: row.try_get("kana")?,
    })
}
