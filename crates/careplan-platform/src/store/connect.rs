//! Connections: SQLite has one that writes and a few that read, PostgreSQL has a pool of equals.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Postgres;
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};

use super::fold::Written;
use super::seats::{Seat, Seats};
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

/// Page of a new SQLite file. A letter of usual size fills three of them, where SQLite's default of
/// 4 KiB takes six and each page is written apart; at 16 KiB the indexes cost more than is saved.
const PAGE_BYTES: u32 = 8192;

/// When SQLite folds the write-ahead log into the file by itself (in pages): the backstop of
/// [`fold`](super::fold), and the rule for short-lived programs. Its default of 1,000 pages costs more
/// flushes than the commits themselves.
const WAL_PAGES: &str = "40000";

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
    Sqlite { read: Arc<Seats>, write: Arc<Seats>, fold: Arc<Seats>, written: Arc<Written> },
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
            Pools::Sqlite { read, .. } => Ok(Conn::Sqlite(read.take().await?)),
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
            Pools::Sqlite { read, write, fold, .. } => {
                fold.close().await;
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

async fn sqlite(path: &Path, readers: u32) -> Result<Pools, StoreError> {
    make_private(path).map_err(sqlx::Error::Io)?;
    let write = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS_KEPT)
        .page_size(PAGE_BYTES)
        .pragma("cache_size", SQLITE_CACHE)
        .pragma("wal_autocheckpoint", WAL_PAGES);
    let read = write.clone().create_if_missing(false).read_only(true);
    // The writers' queue is the group commit's; a second connection would only fight for the lock.
    let fold = Seats::new(write.clone(), 1, BUSY_TIMEOUT);
    let write = Seats::new(write, 1, BUSY_TIMEOUT);
    let read = Seats::new(read, readers, BUSY_TIMEOUT);
    // The writer first: it makes the file.
    drop(write.take().await?);
    drop(read.take().await?);
    Ok(Pools::Sqlite { read, write, fold, written: Arc::default() })
}

/// Makes the file for its owner only, wherever it lies; SQLite gives its log the same mode. A file
/// that is there is left as it is.
fn make_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// A connection for reading.
#[derive(Debug)]
pub enum Conn {
    /// To SQLite, read-only.
    Sqlite(Seat),
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
            Self::Sqlite(seat) => Link::Sqlite(seat.connection()),
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
