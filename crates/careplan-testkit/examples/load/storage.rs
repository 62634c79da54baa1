//! The database of one platform: the embedded one that the platform makes by itself, or a fresh one
//! of the PostgreSQL server.

use std::path::Path;

use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::installation::Installation;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use crate::Place;

/// The embedded database's file in the platform's data folder.
const EMBEDDED_FILE: &str = "exchange.db";

/// A platform that is not started, and its database.
pub(crate) struct Storage {
    /// The platform.
    pub(crate) installation: Installation,
    postgres: Option<TestDatabase>,
}

impl Storage {
    /// Writes the settings of a platform into `folder`: the defaults, but for PostgreSQL's address.
    pub(crate) async fn new(place: &Place<'_>, folder: &Path) -> anyhow::Result<Self> {
        let postgres = match place.engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(TestDatabase::fresh(Engine::Postgres).await),
        };
        let url = postgres.as_ref().map(TestDatabase::url);
        Ok(Self { installation: Installation::new(place.platform, folder, url, "")?, postgres })
    }

    /// Which database it is.
    pub(crate) fn engine(&self) -> Engine {
        self.postgres.as_ref().map_or(Engine::Sqlite, TestDatabase::engine)
    }

    /// Runs statements while the platform stands still.
    pub(crate) async fn execute(&self, statements: &[String]) -> anyhow::Result<()> {
        match &self.postgres {
            None => embedded(&self.installation.data().join(EMBEDDED_FILE), statements).await,
            Some(database) => postgres(database.url(), statements).await,
        }
    }

    /// Removes a database of the server; the embedded one goes with its folder.
    pub(crate) async fn remove(self) {
        if let Some(database) = self.postgres {
            database.remove().await;
        }
    }
}

async fn embedded(file: &Path, statements: &[String]) -> anyhow::Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false);
    let mut connection = options.connect().await?;
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut connection).await?;
    }
    // As after a night: nothing waits in the write-ahead log.
    sqlx::raw_sql("pragma wal_checkpoint(truncate)").execute(&mut connection).await?;
    Ok(connection.close().await?)
}

async fn postgres(url: &str, statements: &[String]) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut connection).await?;
    }
    // What autovacuum does in its time.
    sqlx::raw_sql("vacuum analyze transmission").execute(&mut connection).await?;
    Ok(connection.close().await?)
}
