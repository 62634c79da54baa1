//! PostgreSQL's notifications: which offices have news, told by the replica that committed.

use careplan_domain::OfficeNumber;
use sqlx::postgres::PgListener;

use super::connect::Pools;
use super::tx::CHANNEL;
use super::{Store, StoreError};

/// An open line.
pub struct Listener(PgListener);

impl Listener {
    /// Opens a line to a shared database.
    ///
    /// # Errors
    /// When the database cannot be reached, or is not shared.
    pub async fn open(store: &Store) -> Result<Self, StoreError> {
        let Pools::Postgres(pool) = &store.pools else {
            return Err(StoreError::Unavailable(sqlx::Error::PoolClosed));
        };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// The offices of the next notification; `None` when the line was down and is up again, so
    /// that some may have been missed.
    ///
    /// # Errors
    /// When the line is down and stays so.
    pub async fn next(&mut self) -> Result<Option<Vec<OfficeNumber>>, StoreError> {
        let notification = self.0.try_recv().await?;
        Ok(notification.map(|it| it.payload().split(',').filter_map(|office| office.parse().ok()).collect()))
    }
}
