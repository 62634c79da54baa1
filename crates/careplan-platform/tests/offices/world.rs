//! A small world for tests: a fresh database, a clock moved by hand, and two invented offices.

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_platform::clock::{Clock, Hand};
use careplan_platform::login::{Hasher, IssuePasswords, LockRule, Passwords};
use careplan_platform::store::offices::{self, Registration};
use careplan_platform::store::{Store, Tx};
use careplan_testkit::database::{Engine, TestDatabase};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

pub const START: &str = "2026-11-01T00:00:00Z";

pub fn office(number: &str) -> OfficeNumber {
    number.parse().unwrap()
}

/// 居宅介護支援.
pub fn manager() -> OfficeNumber {
    office("9970000018")
}

/// 訪問介護.
pub fn helper() -> OfficeNumber {
    office("9970000026")
}

pub struct World {
    pub database: TestDatabase,
    pub store: Store,
    pub clock: Clock,
    pub hand: Hand,
    pub hasher: Hasher,
}

impl World {
    /// Nobody is registered yet.
    pub async fn empty(database: TestDatabase) -> Self {
        let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
        store.check_schema().await.unwrap();
        let (clock, hand) = Clock::by_hand(START.parse().unwrap());
        Self { database, store, clock, hand, hasher: Hasher::new(4) }
    }

    /// Offices 9970000018 (43) and 9970000026 (11, 15), without licence and account.
    pub async fn new(database: TestDatabase) -> Self {
        let world = Self::empty(database).await;
        world
            .register(&[
                registration("9970000018", "さくら居宅介護支援事業所", "サクラキョタクカイゴシエン", "43"),
                registration("9970000026", "ひまわり訪問介護", "ヒマワリホウモンカイゴ", "11 15"),
            ])
            .await;
        world
    }

    pub async fn register(&self, offices: &[Registration]) {
        let mut tx = self.store.begin().await.unwrap();
        offices::put(&mut tx, offices, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// One change in one transaction.
    pub async fn change(&self, change: impl AsyncFnOnce(&mut Tx, Timestamp)) {
        let mut tx = self.store.begin().await.unwrap();
        change(&mut tx, self.clock.now()).await;
        tx.commit().await.unwrap();
    }

    pub fn passwords(&self) -> Passwords {
        Passwords::new(self.store.clone(), self.hasher.clone(), LockRule::default())
    }

    pub fn issue_passwords(&self) -> IssuePasswords {
        IssuePasswords::new(self.store.clone(), self.hasher.clone(), LockRule::default())
    }

    /// `action subject` of every audit row, oldest first.
    pub async fn audited(&self) -> Vec<String> {
        const ROWS: &str = "select action || ' ' || subject from audit order by seq";
        match self.database.engine() {
            Engine::Sqlite => {
                let mut c = SqliteConnection::connect(self.database.url()).await.unwrap();
                sqlx::query_scalar(ROWS).fetch_all(&mut c).await.unwrap()
            }
            Engine::Postgres => {
                let mut c = PgConnection::connect(self.database.url()).await.unwrap();
                sqlx::query_scalar(ROWS).fetch_all(&mut c).await.unwrap()
            }
        }
    }
}

pub fn registration(number: &str, name: &str, kana: &str, service_types: &str) -> Registration {
    let number = office(number);
    Registration {
        number,
        name: name.to_owned(),
        kana: kana.to_owned(),
        prefecture: number.prefecture().to_owned(),
        address: "例示県見本市1-2-3".to_owned(),
        service_types: service_types.split(' ').map(|it| it.parse().unwrap()).collect(),
    }
}
