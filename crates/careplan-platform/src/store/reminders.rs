//! Ends that come near, and who was told of them.

use careplan_domain::{OfficeNumber, Timestamp};
use jiff::civil::Date;

use super::values::{instant, millis, parse};
use super::{Connected, StoreError, Tx, on};
use crate::mail::MailAddress;

/// The last term of an office, unless it is renewed automatically or was cancelled: who cancelled knows.
const LICENCES: &str = "select t.office, a.mail, max(t.ends_at) from licence_term t \
     join account a on a.office = t.office and a.mail is not null \
     left join licence_plan p on p.office = t.office \
     where t.starts_at < t.ends_at and (p.plan is null or p.plan = 'by_hand') group by t.office, a.mail \
     having max(t.ends_at) > $1 and max(t.ends_at) <= $2 order by t.office";
/// The certificate of an office that is valid longest: clients renew theirs by themselves, and an older one does not matter then.
const CERTIFICATES: &str = "select c.office, a.mail, max(c.not_after) from certificate c \
     join account a on a.office = c.office and a.mail is not null \
     where c.profile = 'office' and c.revoked_at is null group by c.office, a.mail \
     having max(c.not_after) > $1 and max(c.not_after) <= $2 order by c.office";
const NOTE: &str = "insert into reminder (kind, office, last_day, days_before, sent_at) values ($1, $2, $3, $4, $5) \
     on conflict (kind, office, last_day, days_before) do nothing";

pub(super) const STATEMENTS: &[&str] = &[LICENCES, CERTIFICATES, NOTE];

/// What ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The last term of a licence.
    Licence,
    /// The certificate of an office that is valid longest.
    Certificate,
}

impl Kind {
    /// The stable name, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Certificate => "certificate",
        }
    }
}

/// An end that comes near, of an office that has a mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Whose.
    pub office: OfficeNumber,
    /// Where it is told.
    pub mail: MailAddress,
    /// The first instant after it.
    pub at: Timestamp,
}

/// The ends of a kind after an instant and up to another.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn ends(
    db: &mut impl Connected,
    kind: Kind,
    (after, until): (Timestamp, Timestamp),
) -> Result<Vec<End>, StoreError> {
    let query = match kind {
        Kind::Licence => LICENCES,
        Kind::Certificate => CERTIFICATES,
    };
    let rows: Vec<(String, String, i64)> = on!(db, |c| {
        sqlx::query_as(query).bind(millis(after)).bind(millis(until)).fetch_all(&mut *c).await?
    });
    let end = |(office, mail, at): (String, String, i64)| {
        Ok(End {
            office: parse(&office, "office number")?,
            mail: parse(&mail, "mail address")?,
            at: instant(at)?,
        })
    };
    rows.into_iter().map(end).collect()
}

/// Notes a reminder; false when it was sent before.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn note(
    tx: &mut Tx,
    (kind, office): (Kind, &OfficeNumber),
    (last, days): (Date, u16),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(NOTE).bind(kind.as_str()).bind(office.as_str()).bind(last.to_string());
        query.bind(i64::from(days)).bind(millis(now)).execute(&mut *c).await?.rows_affected()
    });
    Ok(rows == 1)
}
