//! Notices of the operations centre.

use super::values::{instant, millis};
use super::{Connected, StoreError, Tx, on};
use crate::notices::{Category, Notice, Words};

const NEXT: &str = "select coalesce(max(number), 0) + 1, coalesce(max(seq), 0) + 1 from notice";
const INSERT: &str = "insert into notice (number, seq, category, title, body, published_at, changed_at) \
     values ($1, $2, $3, $4, $5, $6, $7)";
const UPDATE: &str = "update notice set seq = $2, category = $3, title = $4, body = $5, changed_at = $6, \
     withdrawn_at = $7 where number = $1";
const ONE: &str = "select number, seq, category, title, body, published_at, changed_at, withdrawn_at \
     from notice where number = $1";
const SHOWN: &str = "select number, seq, category, title, body, published_at, changed_at, withdrawn_at \
     from notice where number < $1 and withdrawn_at is null order by number desc limit $2";
const ALL: &str = "select number, seq, category, title, body, published_at, changed_at, withdrawn_at \
     from notice where number < $1 order by number desc limit $2";
const CHANGED: &str = "select number, seq, category, title, body, published_at, changed_at, withdrawn_at \
     from notice where seq > $1 order by seq limit $2";

pub(super) const STATEMENTS: &[&str] = &[NEXT, INSERT, UPDATE, ONE, SHOWN, ALL, CHANGED];

type NoticeRow = (i64, i64, String, String, String, i64, i64, Option<i64>);

fn notice(row: NoticeRow) -> Result<Notice, StoreError> {
    let (number, seq, category, title, body, published_at, changed_at, withdrawn_at) = row;
    let category = Category::parse(&category).ok_or(StoreError::Corrupt("category of a notice"))?;
    let words = Words::new(category, &title, &body).map_err(|_| StoreError::Corrupt("words of a notice"))?;
    Ok(Notice {
        number,
        seq,
        words,
        published_at: instant(published_at)?,
        changed_at: instant(changed_at)?,
        withdrawn_at: withdrawn_at.map(instant).transpose()?,
    })
}

/// The number of the next notice, and that of the next change.
///
/// # Errors
/// When the database cannot be reached.
pub async fn next(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    Ok(on!(tx, |c| sqlx::query_as(NEXT).fetch_one(&mut *c).await?))
}

/// Records a notice.
///
/// # Errors
/// When the database cannot be reached; a conflict when one of its numbers was taken meanwhile.
pub async fn insert(tx: &mut Tx, notice: &Notice) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(INSERT).bind(notice.number).bind(notice.seq);
        let query = query.bind(notice.words.category.as_str()).bind(notice.words.title());
        let query = query.bind(notice.words.body()).bind(millis(notice.published_at));
        query.bind(millis(notice.changed_at)).execute(&mut *c).await?;
    });
    Ok(())
}

/// Records what a notice says now.
///
/// # Errors
/// As [`insert`].
pub async fn update(tx: &mut Tx, notice: &Notice) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(UPDATE).bind(notice.number).bind(notice.seq);
        let query = query.bind(notice.words.category.as_str()).bind(notice.words.title());
        let query = query.bind(notice.words.body()).bind(millis(notice.changed_at));
        query.bind(notice.withdrawn_at.map(millis)).execute(&mut *c).await?;
    });
    Ok(())
}

/// A notice, withdrawn or not.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn one(db: &mut impl Connected, number: i64) -> Result<Option<Notice>, StoreError> {
    let row: Option<NoticeRow> =
        on!(db, |c| sqlx::query_as(ONE).bind(number).fetch_optional(&mut *c).await?);
    row.map(notice).transpose()
}

/// Those that are shown, below a number, newest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn shown(db: &mut impl Connected, below: i64, limit: u32) -> Result<Vec<Notice>, StoreError> {
    let rows: Vec<NoticeRow> =
        on!(db, |c| sqlx::query_as(SHOWN).bind(below).bind(i64::from(limit)).fetch_all(&mut *c).await?);
    rows.into_iter().map(notice).collect()
}

/// All of them, withdrawn or not, below a number, newest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn all(db: &mut impl Connected, below: i64, limit: u32) -> Result<Vec<Notice>, StoreError> {
    let rows: Vec<NoticeRow> =
        on!(db, |c| sqlx::query_as(ALL).bind(below).bind(i64::from(limit)).fetch_all(&mut *c).await?);
    rows.into_iter().map(notice).collect()
}

/// Those that changed after a number of a change, withdrawn or not, in the order of their changes.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn changed(db: &mut impl Connected, after: i64, limit: u32) -> Result<Vec<Notice>, StoreError> {
    let rows: Vec<NoticeRow> =
        on!(db, |c| sqlx::query_as(CHANGED).bind(after).bind(i64::from(limit)).fetch_all(&mut *c).await?);
    rows.into_iter().map(notice).collect()
}
