//! Many operations in one transaction, and what happens to those for whom there is no place.

use std::pin::Pin;

use careplan_platform::mailbox::{OPERATIONS_QUEUED_MAX, Outcome, WriteFault};
use careplan_testkit::database::{Engine, TestDatabase};
use futures_util::FutureExt as _;
use http::StatusCode;
use sqlx::{Connection as _, PgConnection};

use crate::office_api::Api;
use crate::world::{World, header, id, letter_of};

/// A test's hand on the lock of the audit's head, which every commit takes.
struct Lock {
    holder: PgConnection,
    watcher: PgConnection,
}

impl Lock {
    async fn take(database: &TestDatabase) -> Self {
        let mut holder = PgConnection::connect(database.url()).await.unwrap();
        sqlx::raw_sql("begin; select last_seq from audit_head where id = 1 for update")
            .execute(&mut holder)
            .await
            .unwrap();
        Self { holder, watcher: PgConnection::connect(database.url()).await.unwrap() }
    }

    /// Returns when a commit waits for the lock: what is submitted from now on gathers behind it.
    async fn is_waited_for(&mut self) {
        let waiting = "select count(*) from pg_stat_activity \
             where datname = current_database() and wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut self.watcher).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
    }

    async fn let_go(mut self) -> PgConnection {
        sqlx::raw_sql("rollback").execute(&mut self.holder).await.unwrap();
        self.holder.close().await.unwrap();
        self.watcher
    }
}

type Submitted<'a> = Pin<Box<dyn Future<Output = Result<Outcome, WriteFault>> + Send + 'a>>;

/// Submits a letter and begins to wait for its answer, which does not come while the lock is held.
fn submit(world: &World, number: u64) -> Result<Submitted<'_>, WriteFault> {
    let letter = letter_of(&id(number));
    let operation = world.accept(header(id(number), &letter), &letter);
    let mut submitted: Submitted<'_> = Box::pin(world.writer.submit(operation));
    match (&mut submitted).now_or_never() {
        None => Ok(submitted),
        Some(Err(fault)) => Err(fault),
        Some(Ok(outcome)) => panic!("answered while the lock is held: {outcome:?}"),
    }
}

async fn all_accepted(submitted: Vec<Submitted<'_>>) {
    for answer in submitted {
        assert!(answer.await.unwrap().unwrap().first);
    }
}

#[tokio::test]
async fn sends_that_wait_together_share_one_commit_of_at_most_64() {
    let database = TestDatabase::fresh(Engine::Postgres).await;
    let world = World::new(database.clone()).await;
    let mut lock = Lock::take(&database).await;
    let mut submitted = vec![submit(&world, 1).unwrap()];
    lock.is_waited_for().await;
    submitted.extend((2..=66).map(|number| submit(&world, number).unwrap()));
    let mut connection = lock.let_go().await;
    all_accepted(submitted).await;
    // PostgreSQL writes into each row which transaction made it.
    let shared = "select count(*) from transmission group by xmin order by min(inbox_seq)";
    let shared: Vec<i64> = sqlx::query_scalar(shared).fetch_all(&mut connection).await.unwrap();
    assert_eq!(shared, [1, 64, 1]);
    connection.close().await.unwrap();
    world.store.close().await;
    database.remove().await;
}

#[tokio::test]
async fn a_full_queue_is_told_at_once_and_who_waits_in_it_is_served() {
    let database = TestDatabase::fresh(Engine::Postgres).await;
    let api = Api::new(database.clone()).await;
    let world = &api.world;
    let mut lock = Lock::take(&database).await;
    let mut submitted = vec![submit(world, 0).unwrap()];
    lock.is_waited_for().await;
    let most = u64::try_from(OPERATIONS_QUEUED_MAX).unwrap();
    submitted.extend((1..=most).map(|number| submit(world, number).unwrap()));
    let Err(WriteFault::Busy) = submit(world, most + 1) else { panic!("there was one more place") };
    let letter = letter_of(&id(most + 1));
    let busy = api.sender.put_letter(&header(id(most + 1), &letter), letter.clone()).await;
    let problem = busy.problem();
    assert!(
        problem.starts_with("503 storage-unavailable") && problem.contains("データは失われていません"),
        "{problem}"
    );
    assert_eq!(busy.header("retry-after"), "5");

    lock.let_go().await.close().await.unwrap();
    all_accepted(submitted).await;
    assert_eq!(world.count("transmission").await, i64::try_from(most).unwrap() + 1);
    let sent = api.sender.put_letter(&header(id(most + 1), &letter), letter).await;
    assert_eq!(sent.status, StatusCode::CREATED);
    world.store.close().await;
    database.remove().await;
}
