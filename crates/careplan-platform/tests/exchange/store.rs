//! The two databases say the same, and the server refuses a schema it does not know.

use std::collections::BTreeSet;

use careplan_platform::audit::{self, Actor, Entry};
use careplan_platform::store::{Marks, Store, StoreError, Tx, statements};
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::on_both_databases;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection};

use crate::world::execute;

on_both_databases! {
    async fn every_statement_can_be_prepared(database: TestDatabase) {
        let marks = match database.engine() {
            Engine::Sqlite => Marks::Bare,
            Engine::Postgres => Marks::Numbered,
        };
        let statements = statements(marks);
        assert!(statements.len() > 30, "the list of statements is complete");
        for text in statements {
            let sql = AssertSqlSafe(text.clone()).into_sql_str();
            let failure = match database.engine() {
                Engine::Sqlite => {
                    let mut c = SqliteConnection::connect(database.url()).await.unwrap();
                    c.prepare(sql).await.err()
                }
                Engine::Postgres => {
                    let mut c = PgConnection::connect(database.url()).await.unwrap();
                    c.prepare(sql).await.err()
                }
            };
            assert!(failure.is_none(), "{text}\n{failure:?}");
        }
    }

    async fn a_newer_schema_is_refused(database: TestDatabase) {
        let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
        store.check_schema().await.unwrap();
        execute(&database, "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
            select 9999, description, success, checksum, execution_time from _sqlx_migrations where version = 1".to_owned()).await;
        let refusal = store.check_schema().await.unwrap_err();
        assert!(matches!(refusal, StoreError::SchemaNewer { found: 9999, .. }), "{refusal}");
        assert!(refusal.to_string().contains("install the newer program"));
        assert!(matches!(store.migrate().await.unwrap_err(), StoreError::SchemaNewer { .. }));
    }

    async fn an_older_schema_is_refused_with_the_command_that_mends_it(database: TestDatabase) {
        let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
        execute(&database, "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)".to_owned()).await;
        let refusal = store.check_schema().await.unwrap_err();
        assert!(refusal.to_string().contains("careplan-platform migrate"), "{refusal}");
    }

    async fn a_schema_is_brought_up_to_date_once(database: TestDatabase) {
        let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        store.migrate().await.unwrap();
    }

    async fn a_transaction_that_is_dropped_never_happened(database: TestDatabase) {
        let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        append(&mut tx);
        assert_eq!(tx.head().seq, 1);
        drop(tx);
        assert_eq!(store.begin().await.unwrap().head().seq, 0);
    }
}

#[tokio::test]
async fn what_was_folded_is_in_the_file_itself() {
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    append(&mut tx);
    tx.commit().await.unwrap();
    let file = std::path::Path::new(database.url().trim_start_matches("sqlite:"));
    let alone = file.with_extension("alone");
    let rows = async || {
        // The file without its log, as a careless copy would take it.
        std::fs::copy(file, &alone).unwrap();
        let mut c = SqliteConnection::connect(&format!("sqlite://{}", alone.display())).await.unwrap();
        sqlx::query_scalar::<_, i64>("select count(*) from audit").fetch_one(&mut c).await.unwrap()
    };
    assert_eq!(rows().await, 0, "the log holds it");
    store.fold().await.unwrap();
    assert_eq!(rows().await, 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_and_its_log_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exchange.db");
    let store = Store::connect(&format!("sqlite:{}", file.display()).parse().unwrap()).await.unwrap();
    store.migrate().await.unwrap();
    for name in ["exchange.db", "exchange.db-wal", "exchange.db-shm"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

fn append(tx: &mut Tx) {
    let entry =
        Entry { actor: Actor::Platform, action: "test.nothing", subject: String::new(), detail: json!({}) };
    audit::append(tx, jiff::Timestamp::UNIX_EPOCH, entry);
}

/// Tables with their columns, types, nullability and keys; indexes with their definitions.
type Schema = BTreeSet<(String, String, String, bool)>;

const SQLITE_COLUMNS: &str = "select m.name, c.name, c.type, c.\"notnull\" = 1 from sqlite_master m, \
    pragma_table_info(m.name) c where m.type = 'table' and m.name not like '\\_%' escape '\\' \
    and m.name not like 'sqlite%'";
const POSTGRES_COLUMNS: &str = "select table_name::text, column_name::text, data_type::text, is_nullable = 'NO' \
    from information_schema.columns where table_schema = 'public' and table_name not like '\\_%'";
const SQLITE_INDEXES: &str = "select i.tbl_name, i.name, coalesce((select group_concat(k.name, ',') \
    from pragma_index_info(i.name) k), ''), l.\"unique\" = 1 from sqlite_master i, pragma_index_list(i.tbl_name) l \
    where i.type = 'index' and l.name = i.name and i.name not like 'sqlite%'";
const POSTGRES_INDEXES: &str = "select t.relname::text, i.relname::text, (select string_agg(a.attname, ',' order by k.n) \
    from unnest(x.indkey) with ordinality k (att, n) join pg_attribute a on a.attrelid = t.oid and a.attnum = k.att)::text, \
    x.indisunique from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid \
    join pg_namespace s on s.oid = t.relnamespace where s.nspname = 'public' and t.relname not like '\\_%' \
    and not exists (select 1 from pg_constraint c where c.conindid = i.oid)";

fn portable(rows: Vec<(String, String, String, bool)>) -> Schema {
    rows.into_iter()
        .map(|(table, column, kind, flag)| {
            let kind = match kind.to_lowercase().as_str() {
                "integer" | "bigint" => "number".to_owned(),
                "blob" | "bytea" => "bytes".to_owned(),
                other => other.to_owned(),
            };
            (table, column, kind, flag)
        })
        .collect()
}

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    let sqlite = TestDatabase::fresh(Engine::Sqlite).await;
    let postgres = TestDatabase::fresh(Engine::Postgres).await;
    let mut s = SqliteConnection::connect(sqlite.url()).await.unwrap();
    let mut p = PgConnection::connect(postgres.url()).await.unwrap();
    for (of_sqlite, of_postgres) in [(SQLITE_COLUMNS, POSTGRES_COLUMNS), (SQLITE_INDEXES, POSTGRES_INDEXES)] {
        let sqlite = portable(sqlx::query_as(of_sqlite).fetch_all(&mut s).await.unwrap());
        let postgres = portable(sqlx::query_as(of_postgres).fetch_all(&mut p).await.unwrap());
        assert!(sqlite.len() > 8);
        let differing: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
        assert!(differing.is_empty(), "{differing:#?}");
    }
    p.close().await.unwrap();
    postgres.remove().await;
}

#[tokio::test]
async fn lists_and_terms_are_found_by_index_and_never_sorted() {
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let mut c = SqliteConnection::connect(database.url()).await.unwrap();
    let paged = |text: &String| text.contains(" limit $") && text.contains("from transmission");
    let mut looked = 0;
    for text in statements(Marks::Bare).into_iter().filter(paged) {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(AssertSqlSafe(format!("explain query plan {text}")))
                .fetch_all(&mut c)
                .await
                .unwrap();
        let plan: Vec<_> = plan.into_iter().map(|(_, _, _, step)| step).collect();
        assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{text}\n{plan:?}");
        if text.contains("state in ('accepted', 'fetched')") && text.contains("inbox_seq >") {
            assert!(plan[0].contains("transmission_waiting"), "{plan:?}");
        }
        looked += 1;
    }
    assert!(looked >= 8, "{looked}");
}
