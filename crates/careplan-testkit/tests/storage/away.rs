//! The database is away for a while: another process holds it longer than the platform waits.

use careplan_protocol::Code;
use careplan_protocol::receipt::ReceiptKind;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::exchange::Exchange;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::world::{IN_PARTS, LARGE, SMALL, World};

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_could_not_do_while_sqlite_was_held_they_do_afterwards_once() {
    let folder = TempDir::with_prefix("careplan-storage-").unwrap();
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let mut world = World::begin(Exchange::start(&database, "").await.unwrap(), folder.path()).await;
    world.post("before.pdf", SMALL).await;
    world.sender.work(10).await.unwrap();
    let before = world.accepted().await;
    world.post("posted.pdf", SMALL).await;
    world.post("posted-large.pdf", LARGE).await;
    world.post("posted-in-parts.pdf", IN_PARTS).await;

    let mut holder = SqliteConnection::connect(database.url()).await.unwrap();
    sqlx::query("begin immediate").execute(&mut holder).await.unwrap();
    assert!(!world.sender.work(1).await.unwrap(), "a letter was accepted while the database was held");
    let waiting = world.sender.office().state().all_sent().await.unwrap();
    let faults: Vec<_> = waiting.into_iter().filter_map(|sent| sent.fault).collect();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].code, Code::StorageUnavailable.as_str());
    assert!(faults[0].text.contains("データは失われていません"), "{}", faults[0].text);
    // Reading goes on all the same.
    assert_eq!(world.accepted().await, before);

    sqlx::query("rollback").execute(&mut holder).await.unwrap();
    world.later();
    let arrive = [
        ("before.pdf", SMALL),
        ("posted.pdf", SMALL),
        ("posted-large.pdf", LARGE),
        ("posted-in-parts.pdf", IN_PARTS),
    ];
    world.all_arrive(&arrive).await;
    let accepted = world.accepted().await;
    assert_eq!(accepted.len(), arrive.len());
    for id in accepted {
        let kinds = world.receipts(id).await.unwrap();
        assert_eq!(kinds, [ReceiptKind::Accepted, ReceiptKind::Acknowledged]);
    }
}
