//! Forgetting what is over: sessions past their end, links that nobody will present any more, misses.

use careplan_domain::Timestamp;

use super::links::REMEMBERED;
use crate::store::{Store, StoreError, links, misses, sessions};

/// Forgets it; returns how many things.
///
/// # Errors
/// When the database cannot be reached.
pub async fn sweep_logins(store: &Store, now: Timestamp) -> Result<usize, StoreError> {
    let mut tx = store.begin().await?;
    let before = now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
    let dropped = sessions::drop_ended(&mut tx, now).await?
        + links::drop_expired(&mut tx, before).await?
        + misses::drop_over(&mut tx, now).await?;
    if dropped > 0 {
        tx.commit().await?;
    }
    Ok(usize::try_from(dropped).unwrap_or(usize::MAX))
}
