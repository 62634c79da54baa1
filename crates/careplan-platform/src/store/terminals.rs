//! Terminals and the keys they announced.

use careplan_domain::{Digest, OfficeNumber, Timestamp};
use uuid::Uuid;

use super::values::{digest, instant, millis, number};
use super::{Connected, StoreError, Tx, on};

const ONE: &str = "select announcement, fingerprint, issued_at, expires_at, retired_at from terminal where office = $1 and id = $2";
const OTHERS: &str = "select count(*) from terminal \
     where office = $1 and id <> $2 and retired_at is null and expires_at > $3";
const PUT: &str = "insert into terminal \
     (office, id, announcement, fingerprint, issued_at, expires_at, published_at, retired_at) \
     values ($1, $2, $3, $4, $5, $6, $7, null) \
     on conflict (office, id) do update set announcement = excluded.announcement, \
     fingerprint = excluded.fingerprint, issued_at = excluded.issued_at, expires_at = excluded.expires_at, \
     published_at = excluded.published_at, retired_at = null";
const RETIRE: &str =
    "update terminal set retired_at = $1 where office = $2 and id = $3 and retired_at is null";
const KEYS: &str = "select t.id, t.announcement, c.serial is not null \
     from terminal t left join certificate c on c.fingerprint = t.fingerprint \
     where t.office = $1 and t.retired_at is null and t.expires_at > $2 \
     and c.revoked_at is null and (c.not_after is null or c.not_after >= $2) order by t.id";

const OF_OFFICE: &str = "select id, announcement, fingerprint, issued_at, expires_at, retired_at, published_at, seen_at \
     from terminal where office = $1 \
     order by case when seen_at > published_at then seen_at else published_at end desc, id limit $2";
const HEARD_OF: &str = "update terminal set seen_at = $1 \
     where office = $2 and fingerprint = $3 and retired_at is null and (seen_at is null or seen_at < $1)";

pub(super) const STATEMENTS: &[&str] = &[ONE, OTHERS, PUT, RETIRE, KEYS, OF_OFFICE, HEARD_OF];

/// Terminals of an office that a page shows: those in use, and what it had in some years.
const LISTED_MAX: i64 = 200;

/// A terminal with its newest announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// CMS SignedData.
    pub announcement: Vec<u8>,
    /// Of the certificate that signed it.
    pub fingerprint: Digest,
    /// When the announcement was made, in its own words.
    pub issued_at: Timestamp,
    /// From then on it must not be used.
    pub expires_at: Timestamp,
    /// Since when the terminal is no longer in use.
    pub retired_at: Option<Timestamp>,
}

/// An announcement to seal to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Which terminal.
    pub terminal: Uuid,
    /// CMS SignedData.
    pub announcement: Vec<u8>,
    /// It was signed with a certificate of our own authority, which is neither revoked nor expired.
    pub is_signed_with_own: bool,
}

/// A terminal in the list of its office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Chosen by the terminal.
    pub id: Uuid,
    /// With its newest announcement.
    pub terminal: Terminal,
    /// When that arrived here.
    pub published_at: Timestamp,
    /// The newest request with its certificate that was noted.
    pub seen_at: Option<Timestamp>,
}

/// A request that came with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// From whom.
    pub office: OfficeNumber,
    /// SHA-256 of the certificate.
    pub fingerprint: Digest,
    /// When.
    pub at: Timestamp,
}

impl Listed {
    /// When it was heard of last: its announcement was a request, too.
    pub fn last_contact(&self) -> Timestamp {
        self.seen_at.map_or(self.published_at, |seen| seen.max(self.published_at))
    }

    /// Whether letters are sealed to it at `now`, as far as its announcement goes.
    pub fn is_in_use(&self, now: Timestamp) -> bool {
        self.terminal.retired_at.is_none() && now < self.terminal.expires_at
    }
}

type TerminalRow = (Vec<u8>, Vec<u8>, i64, i64, Option<i64>);

/// One terminal of an office.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn find(
    db: &mut impl Connected,
    office: &OfficeNumber,
    terminal: &Uuid,
) -> Result<Option<Terminal>, StoreError> {
    let row: Option<TerminalRow> = on!(db, |c| {
        let query = sqlx::query_as(ONE).bind(office.as_str()).bind(&terminal.as_bytes()[..]);
        query.fetch_optional(&mut *c).await?
    });
    row.map(|(announcement, fingerprint, issued_at, expires_at, retired_at)| {
        Ok(Terminal {
            announcement,
            fingerprint: digest(&fingerprint)?,
            issued_at: instant(issued_at)?,
            expires_at: instant(expires_at)?,
            retired_at: retired_at.map(instant).transpose()?,
        })
    })
    .transpose()
}

/// The terminals of an office, the one that was heard of last first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn of_office(db: &mut impl Connected, office: &OfficeNumber) -> Result<Vec<Listed>, StoreError> {
    type Row = (Vec<u8>, Vec<u8>, Vec<u8>, i64, i64, Option<i64>, i64, Option<i64>);
    let rows: Vec<Row> = on!(db, |c| {
        sqlx::query_as(OF_OFFICE).bind(office.as_str()).bind(LISTED_MAX).fetch_all(&mut *c).await?
    });
    rows.into_iter()
        .map(|(id, announcement, fingerprint, issued_at, expires_at, retired_at, published_at, seen_at)| {
            Ok(Listed {
                id: Uuid::from_slice(&id).map_err(|_| StoreError::Corrupt("terminal"))?,
                terminal: Terminal {
                    announcement,
                    fingerprint: digest(&fingerprint)?,
                    issued_at: instant(issued_at)?,
                    expires_at: instant(expires_at)?,
                    retired_at: retired_at.map(instant).transpose()?,
                },
                published_at: instant(published_at)?,
                seen_at: seen_at.map(instant).transpose()?,
            })
        })
        .collect()
}

/// How many other terminals of an office are in use at `now`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn others_in_use(
    db: &mut impl Connected,
    office: &OfficeNumber,
    terminal: &Uuid,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let count: i64 = on!(db, |c| {
        let query = sqlx::query_scalar(OTHERS).bind(office.as_str()).bind(&terminal.as_bytes()[..]);
        query.bind(millis(now)).fetch_one(&mut *c).await?
    });
    number(count, "number of terminals")
}

/// Stores the newest announcement of a terminal; one that was retired is in use again.
///
/// # Errors
/// When there is no such office, or the database cannot be reached.
pub async fn put(
    tx: &mut Tx,
    office: &OfficeNumber,
    terminal: &Uuid,
    new: &Terminal,
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(PUT)
            .bind(office.as_str())
            .bind(&terminal.as_bytes()[..])
            .bind(&new.announcement)
            .bind(&new.fingerprint.as_bytes()[..])
            .bind(millis(new.issued_at))
            .bind(millis(new.expires_at))
            .bind(millis(now))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}

/// Takes a terminal out of use; `false` when it was not in use.
///
/// # Errors
/// When the database cannot be reached.
pub async fn retire(
    tx: &mut Tx,
    office: &OfficeNumber,
    terminal: &Uuid,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = on!(tx, |c| {
        let query = sqlx::query(RETIRE).bind(millis(now)).bind(office.as_str());
        query.bind(&terminal.as_bytes()[..]).execute(&mut *c).await?.rows_affected()
    });
    Ok(changed == 1)
}

/// Notes that the terminals with a certificate were heard of; never an earlier instant than before.
///
/// # Errors
/// When the database cannot be reached.
pub async fn heard_of(tx: &mut Tx, contact: &Contact) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(HEARD_OF).bind(millis(contact.at)).bind(contact.office.as_str());
        query.bind(&contact.fingerprint.as_bytes()[..]).execute(&mut *c).await?;
    });
    Ok(())
}

/// The announcements of an office that are in use at `now`, without those signed with a
/// certificate of our authority that it revoked or that has expired since.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn keys(
    db: &mut impl Connected,
    office: &OfficeNumber,
    now: Timestamp,
) -> Result<Vec<Key>, StoreError> {
    let rows: Vec<(Vec<u8>, Vec<u8>, bool)> = on!(db, |c| {
        sqlx::query_as(KEYS).bind(office.as_str()).bind(millis(now)).fetch_all(&mut *c).await?
    });
    rows.into_iter()
        .map(|(terminal, announcement, is_signed_with_own)| {
            let terminal = Uuid::from_slice(&terminal).map_err(|_| StoreError::Corrupt("terminal"))?;
            Ok(Key { terminal, announcement, is_signed_with_own })
        })
        .collect()
}
