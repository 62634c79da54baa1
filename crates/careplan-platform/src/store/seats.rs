//! Connections to SQLite: each is a thread with the file open, handed from user to user.
//!
//! Not sqlx's pool. That one takes a connection back in a task of its own, which first asks it whether
//! it still lives: right for a server far away, but for a file it doubled the cost of a read, and
//! who wanted to write next waited until that task had had its turn behind the requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Error, Sqlite};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

const ROLLBACK: &str = "rollback";

/// So many places; a connection is opened when the first one sits down on each.
#[derive(Debug)]
pub(super) struct Seats {
    options: SqliteConnectOptions,
    free: Mutex<Vec<SqliteConnection>>,
    places: Arc<Semaphore>,
    count: u32,
    patience: Duration,
}

/// A connection in use; free again when dropped.
#[derive(Debug)]
pub struct Seat {
    /// `None` only while it is dropped.
    connection: Option<SqliteConnection>,
    home: Arc<Seats>,
    _place: OwnedSemaphorePermit,
}

/// A connection with an open transaction, which never happened unless it is committed.
#[derive(Debug)]
pub(super) struct OpenTransaction(Option<Seat>);

impl Seats {
    /// `patience` is how long one waits for a place.
    pub(super) fn new(options: SqliteConnectOptions, count: u32, patience: Duration) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(count as usize));
        Arc::new(Self { options, free: Mutex::default(), places, count, patience })
    }

    /// The next place, in the order of asking.
    pub(super) async fn take(self: &Arc<Self>) -> Result<Seat, Error> {
        let place = timeout(self.patience, self.places.clone().acquire_owned()).await;
        let _place = place.map_err(|_| Error::PoolTimedOut)?.map_err(|_| Error::PoolClosed)?;
        let free = self.free().pop();
        let connection = match free {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        Ok(Seat { connection: Some(connection), home: self.clone(), _place })
    }

    /// Closes all, after those in use came back.
    pub(super) async fn close(&self) {
        let all = self.places.acquire_many(self.count).await;
        self.places.close();
        drop(all);
        let free = std::mem::take(&mut *self.free());
        for connection in free {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "the database was not closed in good order");
            }
        }
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// The connection.
    #[expect(clippy::expect_used, reason = "it is taken out when this is dropped, and not before")]
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("a seat in use has its connection")
    }

    /// Closes it by and by instead of giving it back: nobody knows in what state it is.
    fn discard(mut self) {
        self.connection = None;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.home.free().push(connection);
        }
    }
}

impl OpenTransaction {
    /// A connection on which a transaction is about to begin.
    pub(super) fn on(seat: Seat) -> Self {
        Self(Some(seat))
    }

    /// The connection.
    #[expect(clippy::expect_used, reason = "it is taken out by the end, which takes the whole")]
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        self.0.as_mut().expect("an open transaction has its seat").connection()
    }

    /// Makes it durable; `commit` ends the transaction with its last statement.
    pub(super) async fn commit(mut self, commit: Query<'_, Sqlite, SqliteArguments>) -> Result<(), Error> {
        commit.execute(self.connection()).await?;
        self.0 = None;
        Ok(())
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        let Some(mut seat) = self.0.take() else { return };
        let Ok(runtime) = Handle::try_current() else { return seat.discard() };
        runtime.spawn(async move {
            // Whatever was asked last is done by then: a connection works in order.
            if sqlx::query(ROLLBACK).execute(seat.connection()).await.is_err() {
                // Usually because SQLite undid it by itself; the next user shall not find out.
                seat.discard();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    fn seats(count: u32, patience: Duration) -> Arc<Seats> {
        Seats::new(SqliteConnectOptions::from_str("sqlite::memory:").unwrap(), count, patience)
    }

    fn patient(count: u32) -> Arc<Seats> {
        seats(count, Duration::from_secs(30))
    }

    #[tokio::test]
    async fn a_place_is_free_again_when_its_user_leaves() {
        let seats = seats(2, Duration::from_millis(10));
        let (first, _second) = (seats.take().await.unwrap(), seats.take().await.unwrap());
        assert!(matches!(seats.take().await, Err(Error::PoolTimedOut)));
        drop(first);
        seats.take().await.unwrap();
    }

    #[tokio::test]
    async fn a_dropped_transaction_is_undone_before_the_next_user_sits_down() {
        let patient = patient(1);
        let mut seat = patient.take().await.unwrap();
        sqlx::query("create table t (a integer)").execute(seat.connection()).await.unwrap();
        let mut open = OpenTransaction::on(seat);
        for statement in ["begin immediate", "insert into t (a) values (1)"] {
            sqlx::query(statement).execute(open.connection()).await.unwrap();
        }
        drop(open);
        let mut seat = patient.take().await.unwrap();
        let rows: i64 =
            sqlx::query_scalar("select count(*) from t").fetch_one(seat.connection()).await.unwrap();
        assert_eq!(rows, 0);
        sqlx::query("begin immediate").execute(seat.connection()).await.unwrap();
    }

    #[tokio::test]
    async fn a_transaction_that_the_database_ended_leaves_its_connection_behind() {
        let patient = patient(1);
        let mut seat = patient.take().await.unwrap();
        sqlx::query("create temp table t (a integer)").execute(seat.connection()).await.unwrap();
        // Nothing is open: the rollback fails, as after an error at which SQLite rolls back by itself.
        drop(OpenTransaction::on(seat));
        let mut seat = patient.take().await.unwrap();
        let error = sqlx::query("select a from t").execute(seat.connection()).await.unwrap_err();
        assert!(
            error.to_string().contains("no such table"),
            "a new connection, which knows nothing of the old one: {error}"
        );
    }

    #[tokio::test]
    async fn after_closing_there_is_no_place() {
        let seats = patient(1);
        drop(seats.take().await.unwrap());
        seats.close().await;
        assert!(matches!(seats.take().await, Err(Error::PoolClosed)));
    }
}
