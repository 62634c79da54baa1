//! A fresh, migrated database for a test: a SQLite file, or a database of a real PostgreSQL server.
//!
//! The server comes from `cargo xtask test` (or `cargo xtask postgres`), which names it in
//! `CAREPLAN_TEST_POSTGRES`. The schema is applied once per server to a template, which every test
//! clones. Promise: a test that cannot have its database fails and says how to run it; it is never
//! skipped in silence.

#![expect(clippy::expect_used, clippy::panic, reason = "a fixture that cannot do its work fails the test")]

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// Names the PostgreSQL server for tests.
pub const POSTGRES_VARIABLE: &str = "CAREPLAN_TEST_POSTGRES";

/// What a test says that does not find its server.
const HOW_TO_RUN: &str = "CAREPLAN_TEST_POSTGRES is not set: this test needs a PostgreSQL server. \
    Run everything with `cargo xtask test`, or start a server in another terminal with \
    `cargo xtask postgres` and export the line it prints.";

/// Only one test at a time may make the template.
const TEMPLATE_LOCK: i64 = 0x0063_6172_6570_6c61;

static SQLITE: Migrator = sqlx::migrate!("../careplan-platform/migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../careplan-platform/migrations/postgres");

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file: the embedded default.
    Sqlite,
    /// A server: scale-out.
    Postgres,
}

/// A database of one test. Clones are the same database.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    engine: Engine,
    url: String,
    /// Holds the SQLite file; gone with the last clone.
    folder: Option<Arc<TempDir>>,
}

impl TestDatabase {
    /// Makes a fresh database with the platform's schema.
    ///
    /// # Panics
    /// When it cannot: the message says how to run the test.
    pub async fn fresh(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => fresh_sqlite().await,
            Engine::Postgres => fresh_postgres().await,
        }
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// URL for the platform's configuration: `sqlite:/…` or `postgres://…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Removes a PostgreSQL database, whoever is still connected. A SQLite file goes with the
    /// last clone.
    ///
    /// # Panics
    /// When the server is gone.
    pub async fn remove(self) {
        if self.engine == Engine::Postgres {
            let mut server = connect(&server_url()).await;
            let name = self.url.rsplit('/').next().unwrap_or_default();
            execute(&mut server, format!("drop database if exists {name} with (force)")).await;
        }
        drop(self.folder);
    }
}

/// Runs one test body on a fresh database, and removes the database also when the body fails.
/// [`on_both_databases!`](crate::on_both_databases) calls it.
///
/// # Panics
/// When the body does, or the database cannot be made.
pub fn on<B, F>(engine: Engine, body: B)
where
    B: FnOnce(TestDatabase) -> F,
    F: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("start a runtime for the test");
    let database = runtime.block_on(TestDatabase::fresh(engine));
    let test = body(database.clone());
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test)));
    runtime.block_on(database.remove());
    if let Err(failure) = ended {
        resume_unwind(failure);
    }
}

/// One test body, run on both databases under the names `name::sqlite` and `name::postgres`.
///
/// ```
/// careplan_testkit::on_both_databases! {
///     /// The body is an async function that takes the database.
///     async fn a_new_database_has_an_address(database: TestDatabase) {
///         assert!(database.url().contains(':'));
///     }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$about:meta])* async fn $name:ident($database:ident : TestDatabase) $body:block)+) => { $(
        $(#[$about])*
        async fn $name($database: $crate::database::TestDatabase) $body

        mod $name {
            #[test]
            fn sqlite() {
                $crate::database::on($crate::database::Engine::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::database::on($crate::database::Engine::Postgres, super::$name);
            }
        }
    )+ };
}

async fn fresh_sqlite() -> TestDatabase {
    let folder = TempDir::with_prefix("careplan-test-").expect("make a temporary folder");
    let file = folder.path().join("careplan.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut connection = options.connect().await.expect("create a SQLite file");
    SQLITE.run(&mut connection).await.expect("apply the SQLite schema");
    connection.close().await.expect("close the SQLite file");
    let url = format!("sqlite:{}", file.display());
    TestDatabase { engine: Engine::Sqlite, url, folder: Some(Arc::new(folder)) }
}

async fn fresh_postgres() -> TestDatabase {
    let server_url = server_url();
    let mut server = connect(&server_url).await;
    let template = template(&mut server, &server_url).await;
    let name = format!("careplan_test_{}", Uuid::now_v7().simple());
    execute(&mut server, format!("create database {name} template {template}")).await;
    TestDatabase { engine: Engine::Postgres, url: sibling(&server_url, &name), folder: None }
}

/// The template with today's schema; its name tells the schema, so that a server that runs for
/// days never gives out an old one.
async fn template(server: &mut PgConnection, server_url: &str) -> String {
    let name = format!("careplan_template_{:016x}", schema_mark());
    if exists(server, &name).await {
        return name;
    }
    sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *server).await.expect("lock");
    if !exists(server, &name).await {
        // Under another name until it is complete: a test that is killed leaves no half schema.
        let draft = format!("careplan_draft_{}", Uuid::now_v7().simple());
        execute(server, format!("create database {draft}")).await;
        let mut connection = connect(&sibling(server_url, &draft)).await;
        POSTGRES.run(&mut connection).await.expect("apply the PostgreSQL schema");
        connection.close().await.expect("leave the template");
        execute(server, format!("alter database {draft} rename to {name}")).await;
    }
    sqlx::query("select pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(server).await.expect("unlock");
    name
}

async fn exists(server: &mut PgConnection, name: &str) -> bool {
    let found: Option<i32> = sqlx::query_scalar("select 1 from pg_database where datname = $1")
        .bind(name)
        .fetch_optional(server)
        .await
        .expect("look for the template");
    found.is_some()
}

/// A number that changes when the schema does (FNV-1a over the migrations' checksums).
fn schema_mark() -> u64 {
    let checksums = POSTGRES.iter().flat_map(|migration| migration.checksum.iter());
    checksums.fold(0xcbf2_9ce4_8422_2325, |mark, byte| {
        (mark ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

async fn connect(url: &str) -> PgConnection {
    match PgConnection::connect(url).await {
        Ok(connection) => connection,
        Err(error) => panic!("PostgreSQL for tests cannot be reached ({error}). {HOW_TO_RUN}"),
    }
}

async fn execute(connection: &mut PgConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await
        .expect("run a statement of the fixture");
}

/// Another database of the same server.
fn sibling(server_url: &str, name: &str) -> String {
    let (server, _) = server_url.rsplit_once('/').unwrap_or((server_url, ""));
    format!("{server}/{name}")
}

#[expect(clippy::disallowed_methods, reason = "the one place of the fixture that reads the environment")]
fn server_url() -> String {
    std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| panic!("{HOW_TO_RUN}"))
}
