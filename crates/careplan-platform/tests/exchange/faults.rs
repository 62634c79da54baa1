//! The database away for a while, the disk full: a clear answer, nothing lost, nothing doubled.

use std::sync::Arc;

use bytes::Bytes;
use careplan_platform::serve::edge::Times;
use careplan_platform::store::StoreError;
use careplan_protocol::office_api::TransmissionPage;
use careplan_protocol::routes;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::small_disk::SmallDisk;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::office_api::wire::Wire;
use crate::office_api::{Api, Client};
use crate::world::{World, execute, header, id, letter_of};

/// A line to PostgreSQL that can be cut.
struct Line {
    open: Arc<watch::Sender<bool>>,
    port: u16,
}

impl Line {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let open = Arc::new(watch::Sender::new(true));
        let state = open.clone();
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let mut open = state.subscribe();
                let server = server.clone();
                tokio::spawn(async move {
                    if !*open.borrow_and_update() {
                        return;
                    }
                    let mut far = TcpStream::connect(server).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = open.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { open, port }
    }
}

#[tokio::test]
async fn while_the_database_is_away_every_answer_is_503_and_afterwards_all_goes_on() {
    let database = TestDatabase::fresh(Engine::Postgres).await;
    let (rest, name) = database.url().rsplit_once('/').unwrap();
    let (login, server) = rest.rsplit_once('@').unwrap();
    let line = Line::to(server.to_owned()).await;
    let through = format!("{login}@127.0.0.1:{}/{name}", line.port);
    let api = Api::new_at(database.clone(), &through).await;
    let receipt = api.send(id(1)).await;

    line.open.send_replace(false);
    let letter = letter_of(&id(2));
    let away = api.sender.put_letter(&header(id(2), &letter), letter.clone()).await;
    let problem = away.problem();
    assert!(
        problem.starts_with("503 storage-unavailable") && problem.contains("データは失われていません"),
        "{problem}"
    );
    assert_eq!(away.header("retry-after"), "5");
    assert!(api.receiver.get("/v1/inbox").await.problem().starts_with("503 storage-unavailable"));

    line.open.send_replace(true);
    // The pool may hold dead connections; whoever asks again gets through.
    let mut sent = api.sender.put_letter(&header(id(2), &letter), letter.clone()).await;
    while sent.status == http::StatusCode::SERVICE_UNAVAILABLE {
        sent = api.sender.put_letter(&header(id(2), &letter), letter.clone()).await;
    }
    assert!(sent.status.is_success());
    let again = letter_of(&id(1));
    assert_eq!(api.sender.put_letter(&header(id(1), &again), again).await.body, receipt);
    assert_eq!(api.world.count("transmission").await, 2);
    api.world.store.close().await;
    database.remove().await;
}

#[tokio::test]
async fn a_connection_that_dies_under_a_commit_costs_nobody_an_answer() {
    let database = TestDatabase::fresh(Engine::Postgres).await;
    let world = World::new(database.clone()).await;
    let mut other = PgConnection::connect(database.url()).await.unwrap();
    let mut operator = PgConnection::connect(database.url()).await.unwrap();
    let mut held = other.begin().await.unwrap();
    sqlx::query("select last_seq from audit_head where id = 1 for update").execute(&mut *held).await.unwrap();
    let kill = async {
        // Whoever waits for the lock is the commit.
        let waiting = "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = current_database() and wait_event_type = 'Lock'";
        while sqlx::query(waiting).execute(&mut operator).await.unwrap().rows_affected() == 0 {
            tokio::task::yield_now().await;
        }
        held.rollback().await.unwrap();
    };
    let (done, ()) = tokio::join!(world.send(id(1)), kill);
    assert!(done.first);
    other.close().await.unwrap();
    operator.close().await.unwrap();
    world.store.close().await;
    database.remove().await;
}

#[tokio::test]
async fn a_full_disk_is_507_and_nothing_is_half_written() {
    let database = TestDatabase::fresh(Engine::Postgres).await;
    let api = Api::new(database.clone()).await;
    execute(
        &database,
        "create function full_disk() returns trigger language plpgsql as \
         $$ begin raise exception 'no space left on device' using errcode = '53100'; end $$; \
         create trigger full_disk before insert on audit execute function full_disk()"
            .to_owned(),
    )
    .await;
    let letter = letter_of(&id(1));
    let full = api.sender.put_letter(&header(id(1), &letter), letter.clone()).await;
    let problem = full.problem();
    assert!(
        problem.starts_with("507 storage-full") && problem.contains("データは失われていません"),
        "{problem}"
    );
    assert_eq!(api.world.count("transmission").await + api.world.count("mailbox").await, 0);
    execute(&database, "drop trigger full_disk on audit".to_owned()).await;
    assert_eq!(
        api.sender.put_letter(&header(id(1), &letter), letter).await.status,
        http::StatusCode::CREATED
    );
    api.world.store.close().await;
    database.remove().await;
}

/// Longer than what a socket takes by itself: whoever sends it must be read to the end.
const LONG_LETTER_BYTES: usize = 15 * 1024 * 1024;

#[tokio::test]
async fn a_full_shelf_is_told_also_to_who_is_still_sending() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("letters"), 32) else { return };
    let api = Api::with_shelf_at(TestDatabase::fresh(Engine::Sqlite).await, disk.path()).await;
    let wire = Wire::of(&api.sender, Times::default()).await;
    let letter = Bytes::from(vec![7; LONG_LETTER_BYTES]);
    let request = || Client::letter_request(&header(id(1), &letter));
    disk.fill();
    let full = wire.ask(request(), &letter).await;
    assert!(full.problem().starts_with("507 storage-full"), "{}", full.problem());
    assert!(full.has("retry-after: 5"));
    assert_eq!(std::fs::read_dir(disk.path().join("incoming")).unwrap().count(), 0);
    disk.make_room();
    assert_eq!(wire.ask(request(), &letter).await.status(), 201);
    assert_eq!(wire.ask(request(), &letter).await.status(), 200);
}

#[tokio::test]
async fn a_full_disk_of_sqlite_is_told_from_other_faults() {
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
    sqlx::query("pragma max_page_count = 1").execute(&mut connection).await.unwrap();
    let filler = "insert into lease (name, owner, until) values ('a', hex(zeroblob(1000000)), 0)";
    let error = sqlx::query(filler).execute(&mut connection).await.unwrap_err();
    assert!(matches!(StoreError::from(error), StoreError::Full(_)));
    let error = sqlx::query("select nonsense").execute(&mut connection).await.unwrap_err();
    assert!(matches!(StoreError::from(error), StoreError::Statement(_)));
}

#[tokio::test]
async fn while_another_process_holds_sqlite_sending_is_503_reading_goes_on_and_nothing_is_lost() {
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let api = Api::new(database.clone()).await;
    let receipt = api.send(id(1)).await;
    let mut holder = SqliteConnection::connect(database.url()).await.unwrap();
    sqlx::query("begin immediate").execute(&mut holder).await.unwrap();

    // Waits as long as the platform waits for another process, and then says so.
    let letter = Bytes::from(vec![7; 100_000]);
    let away = api.sender.put_letter(&header(id(2), &letter), letter.clone()).await;
    let problem = away.problem();
    assert!(
        problem.starts_with("503 storage-unavailable") && problem.contains("データは失われていません"),
        "{problem}"
    );
    assert_eq!(away.header("retry-after"), "5");
    let listed: TransmissionPage = api.receiver.get(routes::INBOX).await.json();
    assert_eq!(listed.transmissions.iter().map(|entry| entry.id).collect::<Vec<_>>(), [id(1)]);

    sqlx::query("rollback").execute(&mut holder).await.unwrap();
    api.world.hand.advance(std::time::Duration::from_secs(5));
    let sent = api.sender.put_letter(&header(id(2), &letter), letter.clone()).await;
    assert_eq!(sent.status, http::StatusCode::CREATED);
    assert_eq!(api.sender.put_letter(&header(id(2), &letter), letter).await.body, sent.body);
    let again = letter_of(&id(1));
    assert_eq!(api.sender.put_letter(&header(id(1), &again), again).await.body, receipt);
    assert_eq!(api.world.count("transmission").await, 2);
    assert_eq!(api.world.count("receipt").await, 2);
}

#[tokio::test]
async fn while_the_shelf_is_away_large_letters_are_503_and_afterwards_all_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (shelf, away) = (folder.path().join("letters"), folder.path().join("unmounted"));
    let api = Api::with_shelf_at(TestDatabase::fresh(Engine::Sqlite).await, &shelf).await;
    let before = Bytes::from(vec![6; 100_000]);
    let receipt = api.sender.put_letter(&header(id(1), &before), before.clone()).await.body;

    std::fs::rename(&shelf, &away).unwrap();
    let letter = Bytes::from(vec![7; 100_000]);
    let refused = api.sender.put_letter(&header(id(2), &letter), letter.clone()).await;
    assert!(refused.problem().starts_with("503 storage-unavailable"), "{}", refused.problem());
    assert_eq!(refused.header("retry-after"), "5");
    let path = routes::with(routes::LETTER, id(1));
    let refused = api.receiver.get(&path).await;
    assert!(refused.problem().starts_with("503 storage-unavailable"), "{}", refused.problem());

    std::fs::rename(&away, &shelf).unwrap();
    assert_eq!(api.receiver.get(&path).await.body, before);
    let sent = api.sender.put_letter(&header(id(2), &letter), letter.clone()).await;
    assert_eq!(sent.status, http::StatusCode::CREATED);
    assert_eq!(api.sender.put_letter(&header(id(2), &letter), letter).await.body, sent.body);
    assert_eq!(api.sender.put_letter(&header(id(1), &before), before).await.body, receipt);
    assert_eq!(api.world.count("transmission").await, 2);
}
