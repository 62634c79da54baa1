//! What the licence gate needs to know of offices, for many offices in one statement.

use std::collections::HashMap;

use careplan_domain::gate::{OfficeStatus, Standing};
use careplan_domain::licence::{LicenceState, LicenceTerm};
use careplan_domain::{OfficeNumber, ServiceType, Timestamp};

use super::values::{instant, parse};
use super::{Connected, ManyIds, StoreError, on};

pub(super) static STANDINGS: ManyIds = ManyIds::new(
    "select o.number, o.status, s.service_type, t.starts_at, t.ends_at, m.last_seq from office o \
     left join office_service s on s.office = o.number \
     left join licence_term t on t.office = o.number \
     left join mailbox m on m.office = o.number \
     where o.number in",
    "",
);

/// An office as the gate and the counters see it.
#[derive(Debug, Clone)]
pub struct OfficeStanding {
    /// Whether the operator lets it take part.
    pub status: OfficeStatus,
    /// Every licence term it was granted.
    pub terms: Vec<LicenceTerm>,
    /// The service types it runs.
    pub service_types: Vec<ServiceType>,
    /// The newest number of its inbox, sent list and news; 0 before the first.
    pub last_seq: i64,
}

impl OfficeStanding {
    /// The standing of one of its addresses at an instant.
    pub fn standing(&self, service_type: ServiceType, now: Timestamp) -> Standing {
        Standing {
            status: self.status,
            licence: LicenceState::at(&self.terms, now),
            runs_service_type: self.service_types.contains(&service_type),
        }
    }
}

type Row = (String, String, Option<String>, Option<i64>, Option<i64>, Option<i64>);

/// The standings of those of `offices` that exist.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn standings(
    db: &mut impl Connected,
    offices: Vec<OfficeNumber>,
) -> Result<HashMap<OfficeNumber, OfficeStanding>, StoreError> {
    let mut found = HashMap::new();
    if offices.is_empty() {
        return Ok(found);
    }
    let offices = ManyIds::fill(offices);
    let text = STANDINGS.text(offices.len());
    let rows: Vec<Row> = on!(db, |c| {
        let mut query = sqlx::query_as(text);
        for office in &offices {
            query = query.bind(office.as_str().to_owned());
        }
        query.fetch_all(&mut *c).await?
    });
    for (number, status, service_type, starts_at, ends_at, last_seq) in rows {
        let status = self::status(&status)?;
        let office = found.entry(parse(&number, "office number")?).or_insert_with(|| OfficeStanding {
            status,
            terms: Vec::new(),
            service_types: Vec::new(),
            last_seq: last_seq.unwrap_or_default(),
        });
        if let Some(service_type) = service_type {
            let service_type = parse(&service_type, "service type")?;
            if !office.service_types.contains(&service_type) {
                office.service_types.push(service_type);
            }
        }
        if let (Some(starts_at), Some(ends_at)) = (starts_at, ends_at) {
            let term = LicenceTerm { starts_at: instant(starts_at)?, ends_at: instant(ends_at)? };
            if !office.terms.contains(&term) {
                office.terms.push(term);
            }
        }
    }
    Ok(found)
}

/// The status of a stored name.
///
/// # Errors
/// When it is none.
pub fn status(stored: &str) -> Result<OfficeStatus, StoreError> {
    match stored {
        "active" => Ok(OfficeStatus::Active),
        "suspended" => Ok(OfficeStatus::Suspended),
        _ => Err(StoreError::Corrupt("office status")),
    }
}
