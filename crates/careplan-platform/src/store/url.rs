//! Where the database is. A PostgreSQL URL may hold a password, so it is a secret.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use careplan_domain::Secret;

/// Why a text is no database URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a database URL begins with `sqlite:` and a path, or with `postgres://`")]
pub struct DatabaseUrlFault;

/// Where the database is.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// An SQLite file; it is made when it is not there.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, with its password.
    Postgres(Secret),
}

impl DatabaseUrl {
    /// The SQLite file when it is not there: whoever only looks must not make it.
    pub fn missing_file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) if !path.exists() => Some(path),
            Self::Sqlite(_) | Self::Postgres(_) => None,
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlFault;

    /// ```
    /// use careplan_platform::store::DatabaseUrl;
    /// assert!(matches!("sqlite:data/exchange.db".parse(), Ok(DatabaseUrl::Sqlite(_))));
    /// let url: DatabaseUrl = "postgres://me:hirakegoma@localhost/exchange".parse()?;
    /// assert!(!format!("{url:?}").contains("hirakegoma"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, DatabaseUrlFault> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(DatabaseUrlFault) } else { Ok(Self::Sqlite(path.into())) };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(Secret::new(text)));
        }
        Err(DatabaseUrlFault)
    }
}
