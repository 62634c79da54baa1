//! The fixture itself: every test gets a database of its own with the whole schema.

#![expect(clippy::unwrap_used, reason = "tests")]

use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::on_both_databases;
use sqlx::Connection as _;

on_both_databases! {
    async fn a_fresh_database_has_the_schema_and_nothing_in_it(database: TestDatabase) {
        assert_eq!(offices(&database).await, 0);
    }

    async fn two_databases_share_nothing(database: TestDatabase) {
        let other = TestDatabase::fresh(database.engine()).await;
        assert_ne!(other.url(), database.url());
        add_office(&database).await;
        assert_eq!((offices(&database).await, offices(&other).await), (1, 0));
        other.remove().await;
    }
}

const COUNT: &str = "select count(*) from office";
const ADD: &str = "insert into office (number, name, kana, prefecture, address, status, registered_at)
    values ('9970000018', 'n', 'k', '99', 'a', 'active', 0)";

async fn offices(database: &TestDatabase) -> i64 {
    match database.engine() {
        Engine::Sqlite => sqlx::query_scalar(COUNT).fetch_one(&mut sqlite(database).await).await.unwrap(),
        Engine::Postgres => sqlx::query_scalar(COUNT).fetch_one(&mut postgres(database).await).await.unwrap(),
    }
}

async fn add_office(database: &TestDatabase) {
    match database.engine() {
        Engine::Sqlite => drop(sqlx::query(ADD).execute(&mut sqlite(database).await).await.unwrap()),
        Engine::Postgres => drop(sqlx::query(ADD).execute(&mut postgres(database).await).await.unwrap()),
    }
}

async fn sqlite(database: &TestDatabase) -> sqlx::SqliteConnection {
    sqlx::SqliteConnection::connect(database.url()).await.unwrap()
}

async fn postgres(database: &TestDatabase) -> sqlx::PgConnection {
    sqlx::PgConnection::connect(database.url()).await.unwrap()
}
