//! The schema's versions: bringing a database up to date, and refusing one we do not know.

use sqlx::migrate::{MigrateError, Migrator};

use super::connect::Pools;
use super::{Link, Store, StoreError, directory, on};
use crate::store::Connected as _;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

const KNOWS_VERSIONS_SQLITE: &str =
    "select count(*) from sqlite_master where type = 'table' and name = '_sqlx_migrations'";
const KNOWS_VERSIONS_POSTGRES: &str = "select count(*) from information_schema.tables \
     where table_schema = current_schema() and table_name = '_sqlx_migrations'";
const VERSION: &str = "select coalesce(max(version), 0) from _sqlx_migrations where success";

impl Store {
    /// Brings the schema up to date. Replicas may do it at the same time.
    ///
    /// # Errors
    /// When a migration fails, or the schema is newer than this program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let result = match &self.pools {
            Pools::Sqlite { write, .. } => SQLITE.run(write.take().await?.connection()).await,
            Pools::Postgres(pool) => POSTGRES.run(pool).await,
        };
        match result {
            Ok(()) => {
                self.check_schema().await?;
                directory::fold_places(self).await
            }
            Err(MigrateError::VersionMissing(found)) => {
                Err(StoreError::SchemaNewer { found, known: known() })
            }
            Err(MigrateError::Execute(error)) => Err(error.into()),
            Err(error) => Err(StoreError::Migration(error)),
        }
    }

    /// Makes sure that the schema is the one this program was written for.
    ///
    /// # Errors
    /// When it is older or newer, or the database cannot be reached.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        let mut conn = self.read().await?;
        let tables: i64 = match conn.link() {
            Link::Sqlite(c) => sqlx::query_scalar(KNOWS_VERSIONS_SQLITE).fetch_one(c).await?,
            Link::Postgres(c) => sqlx::query_scalar(KNOWS_VERSIONS_POSTGRES).fetch_one(c).await?,
        };
        let found: i64 = match tables {
            0 => 0,
            _ => on!(&mut conn, |c| sqlx::query_scalar(VERSION).fetch_one(&mut *c).await?),
        };
        match found.cmp(&known()) {
            std::cmp::Ordering::Less => Err(StoreError::SchemaOlder { found, known: known() }),
            std::cmp::Ordering::Greater => Err(StoreError::SchemaNewer { found, known: known() }),
            std::cmp::Ordering::Equal => Ok(()),
        }
    }
}

/// The newest version that this program knows.
fn known() -> i64 {
    SQLITE.iter().map(|migration| migration.version).max().unwrap_or_default()
}
