//! A small world for tests: a fresh database, a clock moved by hand, and two invented offices.

use std::time::Duration;

use bytes::Bytes;
use careplan_domain::licence::LicenceTerm;
use careplan_domain::transmission::{Header, State};
use careplan_domain::{Digest, OfficeNumber, Timestamp, TransmissionId, UnitKind};
use careplan_envelope::{Certificate, SigningKey, sha256};
use careplan_platform::admin::{BillingCommand, Command, Desk};
use careplan_platform::billing::Billing;
use careplan_platform::clock::{Clock, Hand};
use careplan_platform::config::Config;
use careplan_platform::login::{Hasher, IssuePasswords, LockRule, Passwords};
use careplan_platform::mail::SiteUrl;
use careplan_platform::store::certificates::{CertificateRow, insert_certificate};
use careplan_platform::store::events::{self, Event};
use careplan_platform::store::offices::{self, Registration};
use careplan_platform::store::receipts::{self, StoredReceipt};
use careplan_platform::store::transmissions::{self, Held, Shelf};
use careplan_platform::store::{Store, Tx, letters, licences};
use careplan_protocol::receipt::ReceiptKind;
use careplan_testkit::certificates::{TestAuthority, TestIdentity, Validity};
use careplan_testkit::database::{Engine, TestDatabase};
use clap::Parser as _;
use rustls_pki_types::CertificateDer;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

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

#[derive(clap::Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Parser)]
struct BillingLine {
    #[command(subcommand)]
    command: BillingCommand,
}

pub struct World {
    pub database: TestDatabase,
    pub store: Store,
    pub clock: Clock,
    pub hand: Hand,
    pub hasher: Hasher,
    pub authority: TestAuthority,
}

impl World {
    /// Nobody is registered yet.
    pub async fn empty(database: TestDatabase) -> Self {
        let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
        store.check_schema().await.unwrap();
        let (clock, hand) = Clock::by_hand(START.parse().unwrap());
        Self {
            database,
            store,
            clock,
            hand,
            hasher: Hasher::new(4),
            authority: TestAuthority::new("Test Root"),
        }
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

    /// Charges, under the world's settings.
    pub fn billing(&self) -> Billing {
        let site = SiteUrl::parse("https://careplan.example.jp").unwrap();
        Config::from_text("").unwrap().billing_room(&self.store, &site).unwrap()
    }

    /// Runs `billing …` at the world's clock; the result is what it says, or why not.
    pub async fn bill(&self, arguments: &[&str]) -> Result<String, String> {
        let line = std::iter::once(&"billing").chain(arguments);
        let line = BillingLine::try_parse_from(line).map_err(|it| it.to_string())?;
        self.at_desk(async |desk| line.command.run_at(desk).await).await
    }

    /// Runs `admin …` at the world's clock; the result is what it says, or why not.
    pub async fn admin(&self, arguments: &[&str]) -> Result<String, String> {
        let line =
            Line::try_parse_from(std::iter::once(&"admin").chain(arguments)).map_err(|it| it.to_string())?;
        self.at_desk(async |desk| line.command.run_at(desk).await).await
    }

    async fn at_desk(
        &self,
        work: impl AsyncFnOnce(&mut Desk<'_>) -> anyhow::Result<()>,
    ) -> Result<String, String> {
        let (mut out, mut progress) = (Vec::new(), Vec::new());
        let mut desk = Desk {
            store: self.store.clone(),
            clock: self.clock.clone(),
            operator: "uketsuke".to_owned(),
            login: Config::from_text("").unwrap().login,
            billing: self.billing(),
            out: &mut out,
            progress: &mut progress,
        };
        let done = work(&mut desk).await;
        let said = String::from_utf8(out).unwrap() + &String::from_utf8(progress).unwrap();
        done.map(|()| said.clone()).map_err(|error| format!("{said}{error:#}"))
    }

    /// As [`admin`](Self::admin) with `--json`.
    pub async fn admin_json(&self, arguments: &[&str]) -> serde_json::Value {
        let said = self.admin(&[arguments, &["--json"]].concat()).await.unwrap();
        serde_json::from_str(&said).unwrap()
    }

    /// The authority begins its work: its root stands in the record of certificates.
    pub async fn found_authority(&self) -> Certificate {
        let root = Certificate::from_der(self.authority.root()).unwrap();
        self.record(&root, "authority", None).await;
        root
    }

    /// A certificate of the authority for an office, on record.
    pub async fn certify(&self, office: OfficeNumber) -> Certificate {
        self.member(office).await.certificate
    }

    /// An office with a certificate of the authority, on record, and its key.
    pub async fn member(&self, office: OfficeNumber) -> Member {
        let member = Member::new(&self.authority.office(office.as_str(), Validity::Good));
        self.record(&member.certificate, "office", Some(office)).await;
        member
    }

    /// A licence for 2026, by the Japanese calendar.
    pub async fn license(&self, office: OfficeNumber) {
        let (starts_at, ends_at) =
            ("2026-01-01T00:00:00+09:00".parse().unwrap(), "2027-01-01T00:00:00+09:00".parse().unwrap());
        self.change(async |tx, now| {
            licences::grant(tx, &office, LicenceTerm { starts_at, ends_at }, now).await.unwrap();
        })
        .await;
    }

    /// A transmission from 9970000018 to 9970000026 with its letter and first receipt; its id.
    pub async fn transmit(&self, letter: &'static str) -> String {
        let id: TransmissionId = "01920000-0000-7000-8000-000000000001".parse().unwrap();
        let letter = Bytes::from_static(letter.as_bytes());
        self.change(async |tx, at| {
            let held = Held {
                header: Header {
                    id,
                    from: "9970000018-43".parse().unwrap(),
                    to: "9970000026-11".parse().unwrap(),
                    unit: UnitKind::K2,
                    month: Some("202611".parse().unwrap()),
                    files: 3,
                    sealed_bytes: letter.len() as u64,
                    sealed_digest: Digest(sha256(&letter)),
                    replaces: None,
                },
                fingerprint: Digest([1; 32]),
                accepted_at: at,
                deadline: at + Duration::from_secs(3600),
                state: State::Accepted,
                state_at: at,
                inbox_seq: 1,
                sent_seq: 1,
                shelf: Shelf::Row,
                bytes_until: None,
            };
            transmissions::insert(tx, vec![held]).unwrap();
            letters::insert(tx, vec![(id, letter)]);
            let event = Event { transmission: id, state: State::Accepted, at, office: helper(), seq: 1 };
            events::insert(tx, vec![event]);
            let (kind, signed) = (ReceiptKind::Accepted, b"receipt".to_vec());
            receipts::insert(tx, vec![StoredReceipt { transmission: id, kind, signed, at }]);
        })
        .await;
        id.to_string()
    }

    /// Records a certificate as issued.
    pub async fn record(&self, certificate: &Certificate, profile: &str, office: Option<OfficeNumber>) {
        let row = CertificateRow {
            serial: *certificate.serial(),
            fingerprint: Digest(certificate.fingerprint()),
            profile: profile.to_owned(),
            office,
            der: certificate.der().to_vec(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            issued_at: self.clock.now(),
            revoked_at: None,
            reason: None,
        };
        self.change(async |tx, _| insert_certificate(tx, &row).await.unwrap()).await;
    }

    /// Runs a statement of a test.
    pub async fn execute(&self, statement: &str) {
        let statement = AssertSqlSafe(statement.to_owned());
        match self.database.engine() {
            Engine::Sqlite => {
                let mut c = SqliteConnection::connect(self.database.url()).await.unwrap();
                sqlx::raw_sql(statement).execute(&mut c).await.unwrap();
            }
            Engine::Postgres => {
                let mut c = PgConnection::connect(self.database.url()).await.unwrap();
                sqlx::raw_sql(statement).execute(&mut c).await.unwrap();
            }
        }
    }

    /// `action subject` of every audit row, oldest first.
    pub async fn audited(&self) -> Vec<String> {
        self.texts("select action || ' ' || subject from audit order by seq").await
    }

    /// The texts that a query of a test finds.
    pub async fn texts(&self, query: &'static str) -> Vec<String> {
        match self.database.engine() {
            Engine::Sqlite => {
                let mut c = SqliteConnection::connect(self.database.url()).await.unwrap();
                sqlx::query_scalar(query).fetch_all(&mut c).await.unwrap()
            }
            Engine::Postgres => {
                let mut c = PgConnection::connect(self.database.url()).await.unwrap();
                sqlx::query_scalar(query).fetch_all(&mut c).await.unwrap()
            }
        }
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &'static str) -> usize {
        self.texts(match table {
            "job" => "select kind from job",
            "login_link" => "select purpose from login_link",
            "mail" => "select kind from mail order by queued_at, id",
            "session" => "select stage from session",
            other => panic!("no query for {other}"),
        })
        .await
        .len()
    }
}

/// An office with its certificate and key.
pub struct Member {
    pub certificate: Certificate,
    pub chain: Vec<Certificate>,
    pub presented: Vec<CertificateDer<'static>>,
    pub key: SigningKey,
}

impl Member {
    pub fn new(identity: &TestIdentity) -> Self {
        let chain: Vec<_> = identity.chain.iter().map(|it| Certificate::from_der(it).unwrap()).collect();
        Self {
            certificate: chain[0].clone(),
            chain: chain[1..].to_vec(),
            presented: identity.chain.clone(),
            key: SigningKey::from_pkcs8(identity.key.secret_der()).unwrap(),
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
