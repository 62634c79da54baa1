//! Connections: SQLite has one that writes and a few that read, PostgreSQL has a pool.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqliteSynchronous,
};
use sqlx::{Connection as _, Postgres, Sqlite};

use super::{DatabaseUrl, StoreError};

/// SQLite readers. Reads are short and mostly answered from memory; more connections only cost
/// memory.
const SQLITE_READERS: u32 = 4;

/// PostgreSQL connections of one replica: one writes at a time, the others read.
const POSTGRES_CONNECTIONS: u32 = 12;

/// How long a request waits for a connection before it is answered with 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long SQLite waits for another process (an `admin` command) to finish writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A write-ahead log of 32 MiB before it is folded into the file (in pages of 4 KiB): under load
/// a fold every 4 MiB, SQLite's default, costs more flushes than the commits themselves.
const WAL_PAGES: &str = "8000";

/// Page cache of one SQLite connection, in KiB (negative by SQLite's convention). It is taken
/// only as far as pages are touched.
const SQLITE_CACHE: &str = "-8192";

/// Prepared statements kept per connection: ours are constants, there are about a hundred.
const STATEMENTS_KEPT: usize = 256;

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) pools: Pools,
}

#[derive(Debug, Clone)]
pub(super) enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

impl Store {
    /// Opens the database; an SQLite file is made when it is not there. Says nothing about the
    /// schema: follow with [`migrate`](Self::migrate) or [`check_schema`](Self::check_schema).
    ///
    /// # Errors
    /// When it cannot be opened or reached.
    pub async fn connect(url: &DatabaseUrl) -> Result<Self, StoreError> {
        Self::connect_with(url, None).await
    }

    /// As [`connect`](Self::connect), with so many connections (SQLite: readers) at most.
    ///
    /// # Errors
    /// When it cannot be opened or reached.
    pub async fn connect_with(url: &DatabaseUrl, connections: Option<u32>) -> Result<Self, StoreError> {
        let pools = match url {
            DatabaseUrl::Sqlite(path) => sqlite(path, connections.unwrap_or(SQLITE_READERS)).await?,
            DatabaseUrl::Postgres(url) => {
                let options = PgConnectOptions::from_str(url.expose())?
                    .application_name("careplan-platform")
                    .statement_cache_capacity(STATEMENTS_KEPT)
                    // A lost replica must not hold the chain's lock: the server ends what stands still.
                    .options([("statement_timeout", "20s"), ("idle_in_transaction_session_timeout", "20s")]);
                let pool = PoolOptions::<Postgres>::new()
                    .max_connections(connections.unwrap_or(POSTGRES_CONNECTIONS))
                    .acquire_timeout(ACQUIRE_TIMEOUT);
                Pools::Postgres(pool.connect_with(options).await?)
            }
        };
        Ok(Self { pools })
    }

    /// A connection for reading. On SQLite it cannot write.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        match &self.pools {
            Pools::Sqlite { read, .. } => Ok(Conn::Sqlite(read.acquire().await?)),
            Pools::Postgres(pool) => Ok(Conn::Postgres(pool.acquire().await?)),
        }
    }

    /// Whether several replicas can share this database.
    pub fn is_shared(&self) -> bool {
        matches!(self.pools, Pools::Postgres(_))
    }

    /// Closes every connection, after those in use came back.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

async fn sqlite(path: &Path, readers: u32) -> Result<Pools, StoreError> {
    let write = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS_KEPT)
        .pragma("cache_size", SQLITE_CACHE)
        .pragma("wal_autocheckpoint", WAL_PAGES);
    let read = write.clone().create_if_missing(false).read_only(true);
    // The writer's queue is the group commit's; a second connection would only fight for the lock.
    let write = pool(1).connect_with(write).await?;
    let read = pool(readers).connect_with(read).await?;
    Ok(Pools::Sqlite { read, write })
}

fn pool(connections: u32) -> PoolOptions<Sqlite> {
    PoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(BUSY_TIMEOUT)
        .after_release(|connection, _| Box::pin(is_out_of_transaction(connection)))
}

/// Whether a connection can be used again. When the disk is full or fails, SQLite ends a transaction
/// by itself; the driver still counts it as open, its own rollback fails, and no other transaction
/// could ever begin: such a connection is closed.
async fn is_out_of_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback that was only begun is done before the answer to this.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// A connection for reading.
#[derive(Debug)]
pub enum Conn {
    /// To SQLite, read-only.
    Sqlite(PoolConnection<Sqlite>),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

/// A borrowed connection of either driver, as `on!` takes it apart.
#[derive(Debug)]
pub enum Link<'a> {
    /// To SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// To PostgreSQL.
    Postgres(&'a mut PgConnection),
}

/// Anything that leads to a database: functions that only read take `&mut impl Connected`, so
/// that they serve inside and outside a transaction; functions that write take a
/// [`Tx`](super::Tx).
pub trait Connected: Send {
    /// The connection.
    fn link(&mut self) -> Link<'_>;
}

impl Connected for Conn {
    fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection) => Link::Postgres(connection),
        }
    }
}

impl Connected for Link<'_> {
    fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection) => Link::Postgres(connection),
        }
    }
}
