//! A small world for tests: three offices, a mailbox on a fresh database, a clock moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use careplan_domain::retention::Retention;
use careplan_domain::transmission::Header;
use careplan_domain::{Digest, OfficeNumber, Timestamp, TransmissionId, UnitKind};
use careplan_envelope::sha256;
use careplan_platform::clock::{Clock, Hand};
use careplan_platform::mailbox::{
    Accept, Done, HandIn, News, Operation, Outcome, SealedBytes, Statement, Writer, platform_receipt,
};
use careplan_platform::signer::{SignFault, Signer};
use careplan_platform::store::{Store, transmissions};
use careplan_protocol::receipt::ReceiptKind;
use careplan_testkit::database::{Engine, TestDatabase};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

pub(crate) const START: &str = "2026-11-01T00:00:00Z";

/// Signs by writing a number and the content: no two signatures are alike.
#[derive(Default)]
pub(crate) struct CountingSigner(AtomicU64);

impl Signer for CountingSigner {
    fn sign(&self, content: &[u8], _: Timestamp) -> Result<Vec<u8>, SignFault> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        Ok([format!("signature {number} ").as_bytes(), content].concat())
    }
}

pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) hand: Hand,
    pub(crate) news: News,
    pub(crate) writer: Writer,
    pub(crate) signer: Arc<CountingSigner>,
}

impl World {
    /// Offices 9970000018 (43), 9970000026 (11, 15) and 9970000034 (43), all licensed for 2026.
    pub(crate) async fn new(database: TestDatabase) -> Self {
        let url = database.url().to_owned();
        Self::new_at(database, &url).await
    }

    /// The same, reached by another address.
    pub(crate) async fn new_at(database: TestDatabase, url: &str) -> Self {
        for (number, service_types) in
            [("9970000018", &["43"][..]), ("9970000026", &["11", "15"]), ("9970000034", &["43"])]
        {
            add_office(&database, number, service_types).await;
        }
        Self::replica_at(database, url).await
    }

    /// Another replica of the same world, with a clock of its own.
    pub(crate) async fn replica(database: TestDatabase) -> Self {
        let url = database.url().to_owned();
        Self::replica_at(database, &url).await
    }

    /// The same, reached by another address.
    pub(crate) async fn replica_at(database: TestDatabase, url: &str) -> Self {
        let store = Store::connect(&url.parse().unwrap()).await.unwrap();
        store.check_schema().await.unwrap();
        let (clock, hand) = Clock::by_hand(START.parse().unwrap());
        let news = News::default();
        let writer = Writer::start(store.clone(), news.clone(), clock.clone(), Retention::default());
        Self { database, store, clock, hand, news, writer, signer: Arc::default() }
    }

    pub(crate) fn accept(&self, header: Header, letter: &Bytes) -> Operation {
        let at = self.clock.now();
        let deadline = Retention::default().deadline(at);
        let statement = Statement { kind: ReceiptKind::Accepted, at, deadline: Some(deadline), reason: None };
        let receipt = platform_receipt(&*self.signer, &header, statement).unwrap();
        Operation::Accept(Box::new(Accept {
            header,
            fingerprint: Digest([1; 32]),
            sealed: SealedBytes::Row(letter.clone()),
            receipt,
            at,
            deadline,
            uploaded: false,
        }))
    }

    pub(crate) async fn submit(&self, operation: Operation) -> Outcome {
        self.writer.submit(operation).await.unwrap()
    }

    /// Sends a letter from 9970000018 to 9970000026.
    pub(crate) async fn send(&self, id: TransmissionId) -> Done {
        let letter = letter_of(&id);
        self.submit(self.accept(header(id, &letter), &letter)).await.unwrap()
    }

    pub(crate) async fn fetch(&self, id: TransmissionId) -> Outcome {
        self.submit(Operation::Fetch { id, by: office("9970000026") }).await
    }

    pub(crate) async fn hand_in(&self, id: TransmissionId, kind: ReceiptKind) -> Outcome {
        let signed = format!("{kind} of {id}").into_bytes();
        self.submit(Operation::HandIn(HandIn { id, by: office("9970000026"), kind, signed })).await
    }

    pub(crate) async fn withdraw(&self, id: TransmissionId) -> Outcome {
        let letter = letter_of(&id);
        let at = self.clock.now();
        let statement = Statement { kind: ReceiptKind::Withdrawn, at, deadline: None, reason: None };
        let receipt = platform_receipt(&*self.signer, &header(id, &letter), statement).unwrap();
        self.submit(Operation::Withdraw { id, by: office("9970000018"), receipt, at }).await
    }

    pub(crate) async fn held(&self, id: &TransmissionId) -> transmissions::Held {
        let mut conn = self.store.read().await.unwrap();
        transmissions::find(&mut conn, id).await.unwrap().unwrap()
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        number(&self.database, format!("select count(*) from {table}")).await
    }
}

pub(crate) fn office(number: &str) -> OfficeNumber {
    number.parse().unwrap()
}

pub(crate) fn id(number: u64) -> TransmissionId {
    format!("01920000-0000-7000-8000-{number:012x}").parse().unwrap()
}

pub(crate) fn letter_of(id: &TransmissionId) -> Bytes {
    Bytes::from(format!("the sealed letter {id}").into_bytes())
}

pub(crate) fn header(id: TransmissionId, letter: &Bytes) -> Header {
    Header {
        id,
        from: "9970000018-43".parse().unwrap(),
        to: "9970000026-11".parse().unwrap(),
        unit: UnitKind::K2,
        month: Some("202611".parse().unwrap()),
        files: 3,
        sealed_bytes: letter.len() as u64,
        sealed_digest: Digest(sha256(letter)),
        replaces: None,
    }
}

/// An office with service types and a licence for the year 2026.
pub(crate) async fn add_office(database: &TestDatabase, number: &str, service_types: &[&str]) {
    let mut script = format!(
        "insert into office (number, name, kana, prefecture, address, status, registered_at) \
         values ('{number}', '練習事業所', 'レンシュウ', '99', '練習市', 'active', 0);\n"
    );
    for service_type in service_types {
        script += &format!(
            "insert into office_service (office, service_type) values ('{number}', '{service_type}');\n"
        );
    }
    script += &format!(
        "insert into licence_term (id, office, starts_at, ends_at, granted_at) \
         values ({}, '{number}', 1767193200000, 1798729200000, 0);",
        bytes_literal(database, &sha256(number.as_bytes())[..16])
    );
    execute(database, script).await;
}

pub(crate) fn bytes_literal(database: &TestDatabase, bytes: &[u8]) -> String {
    match database.engine() {
        Engine::Sqlite => format!("x'{}'", hex::encode(bytes)),
        Engine::Postgres => format!("'\\x{}'", hex::encode(bytes)),
    }
}

/// Runs statements behind the platform's back.
pub(crate) async fn execute(database: &TestDatabase, script: String) {
    match database.engine() {
        Engine::Sqlite => {
            let mut c = SqliteConnection::connect(database.url()).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut c).await.unwrap();
            c.close().await.unwrap();
        }
        Engine::Postgres => {
            let mut c = PgConnection::connect(database.url()).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut c).await.unwrap();
            c.close().await.unwrap();
        }
    }
}

/// Asks for a number behind the platform's back.
pub(crate) async fn number(database: &TestDatabase, query: String) -> i64 {
    match database.engine() {
        Engine::Sqlite => {
            let mut c = SqliteConnection::connect(database.url()).await.unwrap();
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut c).await.unwrap()
        }
        Engine::Postgres => {
            let mut c = PgConnection::connect(database.url()).await.unwrap();
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut c).await.unwrap()
        }
    }
}
