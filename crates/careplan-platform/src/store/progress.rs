//! How far an office has come on the way from its letter to its first exchange.

use careplan_domain::{OfficeNumber, Timestamp};

use super::values::millis;
use super::{Connected, StoreError, on};

// Whoever exchanged a letter that was acknowledged has come to the end of the way; one is enough.
const PROGRESS: &str = "select \
     (select count(*) from certificate c where c.office = $1 and c.revoked_at is null and c.not_before <= $2 and c.not_after >= $2), \
     (select count(*) from terminal t where t.office = $1 and t.retired_at is null and t.expires_at > $2), \
     (select count(*) from (select 1 from transmission where from_office = $1 and state in ('acknowledged', 'imported') limit 1) sent), \
     (select count(*) from (select 1 from transmission where to_office = $1 and state in ('acknowledged', 'imported') limit 1) got)";

pub(super) const STATEMENTS: &[&str] = &[PROGRESS];

/// What an office has by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Certificates of our authority that are good.
    pub certificates: u32,
    /// Terminals with a key.
    pub terminals: u32,
    /// A letter of it was acknowledged, or it acknowledged one.
    pub has_exchanged: bool,
}

/// How far an office has come at `now`.
///
/// # Errors
/// When the database cannot be reached.
pub async fn progress(
    db: &mut impl Connected,
    office: &OfficeNumber,
    now: Timestamp,
) -> Result<Progress, StoreError> {
    let (certificates, terminals, sent, received): (i64, i64, i64, i64) = on!(db, |c| {
        sqlx::query_as(PROGRESS).bind(office.as_str()).bind(millis(now)).fetch_one(&mut *c).await?
    });
    let few = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Progress {
        certificates: few(certificates),
        terminals: few(terminals),
        has_exchanged: sent + received > 0,
    })
}
