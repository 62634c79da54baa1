//! Misses at a user ID, counted before anybody asks whose it is.
//!
//! Promise: what locks, until when and after which pause misses are forgotten is the same for the user ID of an account
//! and for one that is nobody's, so no number of tries tells which user IDs exist. They stand in the database,
//! in one table for both: a count in the memory of each replica would lock an unknown ID only after three misses at the
//! *same* replica, and two tables would part when one of them is swept. A text that is no user ID is not kept at
//! all: everybody can see that it is nobody's, and people type passwords into the wrong field.
//!
//! The table is bounded. A row costs whoever makes it a slow hash at one of the few places for hashing, is over after half
//! an hour without another miss, and is swept by the next miss of anybody: the four places of a replica make some 70,000 rows at most.
//! Who waits that long wins nothing: two misses and a pause are fewer tries than three and the lock.

use careplan_domain::{Timestamp, UserId};

use super::{Lock, LockRule};
use crate::store::misses::{self, Tried};
use crate::store::{StoreError, Tx};

/// Counts a miss at `now` after those `before`, when no lock held.
pub(super) async fn count(
    tx: &mut Tx,
    what: (Tried, &UserId),
    (before, rule): (Lock, LockRule),
    now: Timestamp,
) -> Result<Lock, StoreError> {
    let lock = before.after_miss(rule, now);
    misses::drop_over(tx, now).await?;
    // With the lock, if it is one.
    let forget_at = now.saturating_add(rule.duration).unwrap_or(Timestamp::MAX);
    misses::put(tx, what, lock, forget_at).await?;
    Ok(lock)
}
