//! Two replicas by configuration: one PostgreSQL database, one bucket, nothing else in common.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use careplan_client::letter::Composed;
use careplan_client::platform::{
    Answer, Connector as _, Handover, Listening, Platform, PlatformFault, Request, Retry, ServerTrust,
    Transport, TransportFault, WireConnector,
};
use careplan_domain::Address;
use careplan_domain::transmission::State;
use careplan_protocol::Code;
use careplan_protocol::receipt::ReceiptKind;
use careplan_testkit::courier::Courier;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::exchange::{Beside, Exchange};
use careplan_testkit::office::TestOffice;
use careplan_testkit::s3::S3Server;
use futures_util::future::BoxFuture;
use tempfile::TempDir;
use tokio::time::timeout;

/// Far beyond what anything here takes: reached only when something hangs.
const HANG: Duration = Duration::from_secs(60);

/// Letters for a row of the database and for the bucket.
const SMALL: usize = 500;
const LARGE: usize = 200_000;

struct World {
    exchange: Exchange,
    beside: Beside,
    sender: Courier,
    receiver: Courier,
    way: (Address, Address),
    _folder: TempDir,
}

impl World {
    /// Both offices are set up at the first replica.
    async fn begin(database: &TestDatabase, s3: &S3Server) -> Self {
        let folder = TempDir::with_prefix("careplan-replicas-").unwrap();
        let exchange = Exchange::on_s3(database, s3).await.unwrap();
        let beside = exchange.beside().await.unwrap();
        let join = async |address: &str| {
            TestOffice::join(&exchange, folder.path().join(address), address.parse().unwrap()).await.unwrap()
        };
        let (sender, receiver) = (join("9970000018-43").await, join("9970000026-11").await);
        let way = (sender.address(), receiver.address());
        let sender = Courier::of(sender.office(), Retry::NEVER).await.unwrap();
        let receiver = Courier::of(receiver.office(), Retry::NEVER).await.unwrap();
        Self { exchange, beside, sender, receiver, way, _folder: folder }
    }

    async fn compose(&self, bytes: usize) -> Composed {
        let keys = self.sender.keys_of(&self.way.1).await.unwrap();
        let mut document = b"%PDF-1.4\n".to_vec();
        document.resize(bytes, b'x');
        self.sender.compose(self.way, &keys, ("plan.pdf", document)).unwrap()
    }

    /// An office's line to the second replica.
    fn at_the_second(&self, office: &Courier) -> Platform {
        Platform::new(self.line(&self.beside.url(), office), Retry::NEVER)
    }

    fn line(&self, url: &str, office: &Courier) -> Arc<dyn Transport> {
        let trust = ServerTrust::Root(self.exchange.root_der());
        WireConnector.connect(url, &trust, Some(office.identity())).unwrap()
    }

    async fn end(self, database: TestDatabase) {
        let Self { mut exchange, beside, sender, receiver, .. } = self;
        drop((sender, receiver));
        beside.stop().await.unwrap();
        exchange.stop().await.unwrap();
        database.remove().await;
    }
}

async fn send(platform: &Platform, letter: &Composed) -> Result<Vec<u8>, PlatformFault> {
    platform.send(&letter.header, Handover::Body(letter.sealed.clone())).await
}

/// A line that remembers what the last answer said about coming back.
struct Noting(Arc<dyn Transport>, Mutex<Option<String>>);

impl Transport for Noting {
    fn exchange(&self, request: Request) -> BoxFuture<'_, Result<Answer, TransportFault>> {
        Box::pin(async move {
            let answer = self.0.exchange(request).await?;
            *self.1.lock().unwrap() = answer.header("retry-after").map(str::to_owned);
            Ok(answer)
        })
    }

    fn listen(&self, request: Request) -> BoxFuture<'_, Result<Listening, TransportFault>> {
        self.0.listen(request)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_replica_took_the_other_tells_serves_and_proves() {
    let database = TestDatabase::fresh(Engine::Postgres).await;
    let s3 = S3Server::start().await;
    let world = World::begin(&database, &s3).await;
    let receiver = world.at_the_second(&world.receiver);
    let mut news = receiver.listen(0).await.unwrap();
    let letter = world.compose(LARGE).await;
    let receipt = send(world.sender.platform(), &letter).await.unwrap();
    assert_eq!(s3.objects(), 1);

    let event = timeout(HANG, news.next()).await.expect("no news of the letter").unwrap().unwrap();
    assert_eq!((event.transmission, event.state), (letter.header.id, State::Accepted));
    let fetched = receiver.letter(letter.header.id, letter.header.sealed_bytes).await.unwrap();
    assert!(fetched == letter.sealed, "another letter came back");
    let second = world.at_the_second(&world.sender);
    assert_eq!(send(&second, &letter).await.unwrap(), receipt);
    assert_eq!(second.receipt(letter.header.id, ReceiptKind::Accepted).await.unwrap(), Some(receipt));
    assert_eq!(s3.objects(), 1);
    drop(news);
    world.end(database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_bucket_is_away_large_letters_are_told_to_come_back_and_small_ones_pass() {
    let database = TestDatabase::fresh(Engine::Postgres).await;
    let mut s3 = S3Server::start().await;
    let world = World::begin(&database, &s3).await;
    let (large, small) = (world.compose(LARGE).await, world.compose(SMALL).await);
    s3.stop();
    let line = Arc::new(Noting(world.line(&world.exchange.url(), &world.sender), Mutex::default()));
    let away = send(&Platform::new(line.clone(), Retry::NEVER), &large).await.unwrap_err();
    let PlatformFault::Problem(problem) = away else { panic!("no answer: {away}") };
    assert_eq!((problem.code, problem.status), (Code::StorageUnavailable, 503), "{problem}");
    assert!(problem.to_string().contains("データは失われていません"), "{problem}");
    assert_eq!(line.1.lock().unwrap().as_deref(), Some("5"));
    let small_receipt = send(world.sender.platform(), &small).await.unwrap();
    assert_eq!(send(&world.at_the_second(&world.sender), &small).await.unwrap(), small_receipt);

    s3.start_again().await;
    let receipt = send(world.sender.platform(), &large).await.unwrap();
    assert_eq!(send(&world.at_the_second(&world.sender), &large).await.unwrap(), receipt);
    let receiver = world.at_the_second(&world.receiver);
    let fetched = receiver.letter(large.header.id, large.header.sealed_bytes).await.unwrap();
    assert!(fetched == large.sealed, "another letter came back");
    world.end(database).await;
}
