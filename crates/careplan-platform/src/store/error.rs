//! What can go wrong between us and the database, sorted by what the caller can do about it.

use std::io::ErrorKind;

use sqlx::Error;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or is too busy: the same request may succeed later (503).
    #[error("the database cannot be reached")]
    Unavailable(#[source] Error),
    /// No room is left on the database's disk (507).
    #[error("the disk of the database is full")]
    Full(#[source] Error),
    /// The database refused a statement: a defect of this program or of the schema (500).
    #[error("the database refused a statement")]
    Statement(#[source] Error),
    /// A stored value is not what the schema promises (500).
    #[error("a stored {0} cannot be read")]
    Corrupt(&'static str),
    /// The schema belongs to a newer program.
    #[error("the database has schema version {found}, this program knows {known}: install the newer program")]
    SchemaNewer {
        /// What the database says.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// The schema was not brought up to date.
    #[error(
        "the database has schema version {found}, this program needs {known}: run `careplan-platform migrate`"
    )]
    SchemaOlder {
        /// What the database says; 0 for an empty one.
        found: i64,
        /// What this build needs.
        known: i64,
    },
    /// A migration failed.
    #[error("the schema could not be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
}

/// SQLite: SQLITE_FULL, and SQLITE_IOERR_SHMSIZE (no room for the index of the log, which the first
/// connection makes). PostgreSQL: disk_full.
const FULL: &[&str] = &["13", "4874", "53100"];

/// SQLite: SQLITE_BUSY and its extended codes, SQLITE_LOCKED. PostgreSQL: too_many_connections,
/// statement and lock timeouts, admin and crash shutdown, starting up, read-only (a standby).
const LATER: &[&str] = &[
    "5", "261", "517", "773", "6", "53300", "53400", "57014", "55P03", "57P01", "57P02", "57P03", "57P05",
    "25006", "25P03",
];

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match &error {
            Error::Database(answer) => {
                let code = answer.code();
                match code.as_deref() {
                    Some(code) if FULL.contains(&code) => Self::Full(error),
                    Some(code) if LATER.contains(&code) || is_connection_class(code) => {
                        Self::Unavailable(error)
                    }
                    _ => Self::Statement(error),
                }
            }
            Error::Io(io) if io.kind() == ErrorKind::StorageFull => Self::Full(error),
            Error::Io(_)
            | Error::Tls(_)
            | Error::Protocol(_)
            | Error::PoolTimedOut
            | Error::PoolClosed
            | Error::WorkerCrashed => Self::Unavailable(error),
            _ => Self::Statement(error),
        }
    }
}

/// PostgreSQL's class 08 (connection exception) and SQLite's SQLITE_IOERR family (10 and n·256+10)
/// and SQLITE_CANTOPEN (14): the disk or the network below the database is away.
fn is_connection_class(code: &str) -> bool {
    if code.len() == 5 && code.starts_with("08") {
        return true;
    }
    code.len() < 5 && code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 10 | 14))
}

impl StoreError {
    /// Whether a row with this key is there already.
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Statement(Error::Database(answer)) => answer.is_unique_violation(),
            _ => false,
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_))
    }
}
