//! The directory: which offices are there, and which of them can be written to now.
//!
//! Names, places and service types of offices are public in Japan, and that an office has joined is, too: it is what
//! others must know before they join, and the official system publishes it as well.

mod fold;
mod register;

pub use fold::{fold, fold_place};
pub use register::{BATCH_OFFICES, Changes, changes, register};

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_protocol::office_api::{OfficeEntry, OfficePage};

use crate::store::directory::{self, Found, Search};
use crate::store::{Connected, StoreError, offices};

/// A page of offices in the order of their numbers.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn page(
    db: &mut impl Connected,
    search: &Search,
    now: Timestamp,
) -> Result<OfficePage, StoreError> {
    // One more than asked for tells whether there is a next page.
    let one_more = Search { limit: search.limit.saturating_add(1), ..search.clone() };
    let mut found = directory::search(db, &one_more, now).await?;
    let more = found.len() > search.limit as usize;
    found.truncate(search.limit as usize);
    let next = found.last().filter(|_| more).map(|office| office.number);
    Ok(OfficePage { offices: entries(db, found).await?, next })
}

/// One office; `None` when it is not registered.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn entry(
    db: &mut impl Connected,
    office: &OfficeNumber,
    now: Timestamp,
) -> Result<Option<OfficeEntry>, StoreError> {
    let found = directory::one(db, office, now).await?;
    Ok(entries(db, found.into_iter().collect()).await?.pop())
}

async fn entries(db: &mut impl Connected, found: Vec<Found>) -> Result<Vec<OfficeEntry>, StoreError> {
    let numbers: Vec<OfficeNumber> = found.iter().map(|office| office.number).collect();
    let mut service_types = offices::service_types(db, &numbers).await?;
    let entry = |office: Found| OfficeEntry {
        number: office.number,
        name: office.name,
        kana: office.kana,
        prefecture: office.prefecture,
        address: office.address,
        service_types: service_types.remove(&office.number).unwrap_or_default(),
        joined: office.joined,
    };
    Ok(found.into_iter().map(entry).collect())
}
