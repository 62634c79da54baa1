//! Mails that wait. A row is gone when its mail came to its end.

use careplan_domain::Timestamp;
use uuid::Uuid;

use super::values::{instant, millis, parse};
use super::{Connected, StoreError, Tx, on};
use crate::mail::Mail;

const INSERT: &str = "insert into mail (id, recipient, kind, subject, body, useless_at, queued_at) \
     values ($1, $2, $3, $4, $5, $6, $7)";
const FIND: &str = "select recipient, kind, subject, body, useless_at, queued_at from mail where id = $1";
const DROP: &str = "delete from mail where id = $1";

pub(super) const STATEMENTS: &[&str] = &[INSERT, FIND, DROP];

/// Puts a mail down.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn insert(tx: &mut Tx, id: Uuid, mail: &Mail, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(INSERT).bind(&id.as_bytes()[..]).bind(mail.to.expose()).bind(&mail.kind);
        let query = query.bind(&mail.subject).bind(&mail.body).bind(mail.useless_at.map(millis));
        query.bind(millis(now)).execute(&mut *c).await?;
    });
    Ok(())
}

type MailRow = (String, String, String, String, Option<i64>, i64);

/// A mail, and since when it waits.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn find(db: &mut impl Connected, id: Uuid) -> Result<Option<(Mail, Timestamp)>, StoreError> {
    let row: Option<MailRow> =
        on!(db, |c| sqlx::query_as(FIND).bind(&id.as_bytes()[..]).fetch_optional(&mut *c).await?);
    row.map(|(recipient, kind, subject, body, useless_at, queued_at)| {
        let useless_at = useless_at.map(instant).transpose()?;
        let to = parse(&recipient, "mail address")?;
        Ok((Mail { to, kind, subject, body, useless_at }, instant(queued_at)?))
    })
    .transpose()
}

/// Forgets a mail.
///
/// # Errors
/// When the database cannot be reached.
pub async fn drop(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(DROP).bind(&id.as_bytes()[..]).execute(&mut *c).await?;
    });
    Ok(())
}
