//! Several replicas on one PostgreSQL.

use careplan_platform::mailbox::listen;
use careplan_platform::store::events;
use careplan_testkit::database::{Engine, TestDatabase};

use crate::world::{World, header, id, letter_of, office};

#[tokio::test]
async fn two_replicas_number_in_the_order_of_commits_and_share_receipts() {
    let database = TestDatabase::fresh(Engine::Postgres).await;
    let first = World::new(database.clone()).await;
    let second = World::replica(database.clone()).await;
    let letters: Vec<_> = (1..=60).map(|number| (id(number), letter_of(&id(number)))).collect();
    let send = async |world: &World, letters: Vec<(careplan_domain::TransmissionId, bytes::Bytes)>| {
        let mut receipts = Vec::new();
        for (id, letter) in letters {
            let done = world.submit(world.accept(header(id, &letter), &letter)).await.unwrap();
            receipts.push((id, done.receipt));
        }
        receipts.sort();
        receipts
    };
    let mut backwards = letters.clone();
    backwards.reverse();
    let (forth, back) = tokio::join!(send(&first, letters), send(&second, backwards));
    assert_eq!(forth, back);
    let mut conn = second.store.read().await.unwrap();
    let news = events::news(&mut conn, office("9970000026"), 0, 100).await.unwrap();
    assert_eq!(news.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=60).collect::<Vec<_>>());
    drop(conn);
    first.store.close().await;
    second.store.close().await;
    database.remove().await;
}

#[tokio::test]
async fn news_of_one_replica_wake_those_who_wait_at_another() {
    let database = TestDatabase::fresh(Engine::Postgres).await;
    let first = World::new(database.clone()).await;
    let second = World::replica(database.clone()).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let mut waiting = second.news.subscribe(office("9970000026"));
    let listening = tokio::spawn(listen(second.store.clone(), second.news.clone(), stop.clone()));
    // The line is up when it says: look.
    waiting.changed().await;
    first.send(id(1)).await;
    waiting.changed().await;
    stop.cancel();
    listening.await.unwrap();
    first.store.close().await;
    second.store.close().await;
    database.remove().await;
}
