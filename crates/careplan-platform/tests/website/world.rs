//! A small world for the site: a fresh database, a clock moved by hand, three invented offices, and the site itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::Router;
use careplan_domain::retention::Retention;
use careplan_domain::{OfficeNumber, Secret, Timestamp, UserId};
use careplan_envelope::Certificate;
use careplan_platform::admin::{Command, Desk};
use careplan_platform::billing::Billing;
use careplan_platform::blobs::Blobs;
use careplan_platform::caller::{Contacts, Standings};
use careplan_platform::clock::{Clock, Hand};
use careplan_platform::config::Config;
use careplan_platform::login::{Accounts, Hasher, IssuePasswords, LockRule, Session, Stage, Token};
use careplan_platform::mail::SiteUrl;
use careplan_platform::mailbox::Mailbox;
use careplan_platform::platform::Platform;
use careplan_platform::signer::{SignFault, Signer};
use careplan_platform::store::offices::{self, Registration};
use careplan_platform::store::{Store, Tx, accounts, sessions};
use careplan_platform::trust::{Trust, TrustInForce};
use careplan_platform::website::{self, Downloads, Website};
use careplan_testkit::certificates::TestAuthority;
use careplan_testkit::database::{Engine, TestDatabase};
use clap::Parser as _;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::browser::Browser;

pub const START: &str = "2026-11-01T00:00:00Z";
pub const URL: &str = "https://careplan.example.jp";
pub const USER: &str = "KJ999970000018";
pub const TEMPORARY: &str = "HIRAKEGOMA22";
pub const OWN: &str = "hirake goma hirake";
pub const MAIL: &str = "office@example.jp";

/// One package of the client, of 300,000 bytes.
const PACKAGES: &str = r#"
[[download]]
platform = "Windows"
file = "careplan-client-1.0.0-windows-x86_64.zip"
version = "1.0.0"
bytes = 300000
sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
signature_file = "careplan-client-1.0.0-windows-x86_64.zip.p7s"
note = "Windows 11（64ビット）"
"#;

pub fn office(number: &str) -> OfficeNumber {
    number.parse().unwrap()
}

/// 居宅介護支援: has an account.
pub fn manager() -> OfficeNumber {
    office("9970000018")
}

/// 訪問介護: has an account, too.
pub fn helper() -> OfficeNumber {
    office("9970000026")
}

#[derive(clap::Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

/// Nothing here needs the platform's signature, but whether there is one is shown.
#[derive(Default)]
pub struct Signature(AtomicBool);

impl Signature {
    pub fn is_there(&self, is_there: bool) {
        self.0.store(is_there, Ordering::Release);
    }
}

impl Signer for Signature {
    fn sign(&self, _: &[u8], _: Timestamp) -> Result<Vec<u8>, SignFault> {
        if self.0.load(Ordering::Acquire) { Ok(Vec::new()) } else { Err(SignFault::NotReady) }
    }
}

pub struct Site {
    pub database: TestDatabase,
    pub store: Store,
    pub clock: Clock,
    pub hand: Hand,
    pub hasher: Hasher,
    pub accounts: Accounts,
    pub authority: TestAuthority,
    pub platform: Arc<Platform>,
    pub router: Router,
    pub signature: Arc<Signature>,
    settings: String,
    folder: tempfile::TempDir,
}

impl Site {
    /// Offices 9970000018 and 9970000026 have letters with temporary passwords; 9970000034 is registered only.
    pub async fn with_letters(database: TestDatabase) -> Self {
        Self::under(database, "").await
    }

    /// The first two have chosen their own passwords.
    pub async fn new(database: TestDatabase) -> Self {
        let site = Self::with_letters(database).await;
        site.choose_own().await;
        site
    }

    /// With settings of its own; temporary passwords.
    pub async fn under(database: TestDatabase, settings: &str) -> Self {
        Self::reached_at(database, settings, URL).await
    }

    /// Reached under an address of its own.
    pub async fn reached_at(database: TestDatabase, settings: &str, url: &str) -> Self {
        let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
        let (clock, hand) = Clock::by_hand(START.parse().unwrap());
        let hasher = Hasher::new(4);
        let authority = TestAuthority::new("Test Root");
        let config = Config::from_text(settings).unwrap();
        let url = SiteUrl::parse(url).unwrap();
        let accounts = Accounts::new(&store, hasher.clone(), &config.login, &url);
        let folder = tempfile::tempdir().unwrap();
        let signature = Arc::new(Signature::default());
        signature.is_there(true);
        let root = Certificate::from_der(authority.root()).unwrap();
        let blobs = Blobs::folder(folder.path().to_owned()).await.unwrap();
        let platform = Arc::new(Platform {
            standings: Standings::start(store.clone()),
            contacts: Contacts::start(store.clone()),
            mailbox: Mailbox::start(store.clone(), clock.clone(), blobs, Retention::default()),
            issue_passwords: IssuePasswords::new(store.clone(), hasher.clone(), LockRule::default()),
            trust: Arc::new(TrustInForce::new(Trust::new(vec![root], Vec::new()).unwrap())),
            store: store.clone(),
            clock: clock.clone(),
            order_bell: Arc::default(),
            enrol_wait: Duration::ZERO,
            site_url: url.clone(),
            signer: signature.clone(),
        });
        let parts = (config.billing_room(&store, &url).unwrap(), url);
        let downloads = Downloads::listed(PACKAGES, folder.path().join("packages")).unwrap();
        let website = Website::new(platform.clone(), accounts.clone(), parts, config.website.behind_proxy)
            .with_downloads(downloads);
        let router = website::router(Arc::new(website));
        let settings = settings.to_owned();
        let site = Self {
            database,
            store,
            clock,
            hand,
            hasher,
            accounts,
            authority,
            platform,
            router,
            signature,
            settings,
            folder,
        };
        site.register().await;
        site
    }

    async fn register(&self) {
        let offices = [
            registration("9970000018", "さくら居宅介護支援事業所", "サクラキョタクカイゴシエン", "43"),
            registration("9970000026", "ひまわり訪問介護", "ヒマワリホウモンカイゴ", "11 15"),
            registration("9970000034", "すみれデイサービス", "スミレデイサービス", "15"),
        ];
        let hash = self.hasher.hash(Secret::new(TEMPORARY)).await.unwrap();
        // Offices are written at the end of their transaction.
        self.change(async |tx, now| offices::put(tx, &offices, now).await.unwrap()).await;
        self.change(async |tx, now| {
            accounts::put_account(tx, &manager(), &hash, now).await.unwrap();
            accounts::put_account(tx, &helper(), &hash, now).await.unwrap();
        })
        .await;
    }

    async fn choose_own(&self) {
        let hash = self.hasher.hash(Secret::new(OWN)).await.unwrap();
        self.change(async |tx, now| {
            for office in [manager(), helper()] {
                accounts::set_password(tx, &UserId::of(&office), &hash, now).await.unwrap();
            }
        })
        .await;
    }

    /// The first office confirmed its address.
    pub async fn with_mail(&self) {
        let (user, mail) = (UserId::of(&manager()), MAIL.parse().unwrap());
        self.change(async |tx, now| accounts::set_mail(tx, &user, &mail, now).await.unwrap()).await;
    }

    /// The folder of the client's packages.
    pub fn packages(&self) -> PathBuf {
        self.folder.path().join("packages")
    }

    /// One change in one transaction.
    pub async fn change(&self, change: impl AsyncFnOnce(&mut Tx, Timestamp)) {
        let mut tx = self.store.begin().await.unwrap();
        change(&mut tx, self.clock.now()).await;
        tx.commit().await.unwrap();
    }

    /// A browser that nobody used yet.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// A browser in which an office is logged in so far.
    pub async fn browser_at(&self, office: OfficeNumber, stage: Stage) -> Browser {
        let now = self.clock.now();
        let token = Token::fresh().unwrap();
        let session = Session {
            id: Uuid::now_v7(),
            user_id: UserId::of(&office),
            stage,
            opened_at: now,
            seen_at: now,
            ends_at: now + Duration::from_secs(12 * 3600),
            browser: "Windows の Edge".to_owned(),
            address: "192.0.2.7".to_owned(),
        };
        self.change(async |tx, _| sessions::insert(tx, &session, token.digest()).await.unwrap()).await;
        self.browser().with_token(token.expose())
    }

    /// A browser in which the first office may do everything.
    pub async fn logged_in(&self) -> Browser {
        self.browser_at(manager(), Stage::Full).await
    }

    /// Does what the jobs do: answers those who asked for a mail.
    pub async fn answer_asked(&self) {
        self.accounts.links.answer_asked(self.clock.now()).await.unwrap();
    }

    /// The path of the link in the newest mail.
    pub async fn link(&self) -> String {
        let body = self.texts("select body from mail order by queued_at desc, id desc").await.remove(0);
        body.lines().find_map(|line| line.trim().strip_prefix(URL)).unwrap().to_owned()
    }

    /// Charges, under the world's settings.
    pub fn billing(&self) -> Billing {
        let site = SiteUrl::parse("https://careplan.example.jp").unwrap();
        Config::from_text(&self.settings).unwrap().billing_room(&self.store, &site).unwrap()
    }

    /// Runs `admin …` at the world's clock; the result is what it says, or why not.
    pub async fn admin(&self, arguments: &[&str]) -> Result<String, String> {
        let line =
            Line::try_parse_from(std::iter::once(&"admin").chain(arguments)).map_err(|it| it.to_string())?;
        let (mut out, mut progress) = (Vec::new(), Vec::new());
        let mut desk = Desk {
            store: self.store.clone(),
            clock: self.clock.clone(),
            operator: "uketsuke".to_owned(),
            login: Config::from_text(&self.settings).unwrap().login,
            billing: self.billing(),
            out: &mut out,
            progress: &mut progress,
        };
        let done = line.command.run_at(&mut desk).await;
        let said = String::from_utf8(out).unwrap() + &String::from_utf8(progress).unwrap();
        done.map(|()| said.clone()).map_err(|error| format!("{said}{error:#}"))
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
}

fn registration(number: &str, name: &str, kana: &str, service_types: &str) -> Registration {
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

/// An authenticator app: reads the letters of the secret as a person would, and shows codes.
pub struct App(Vec<u8>);

impl App {
    pub fn scan(letters: &str) -> Self {
        let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
        for letter in letters.bytes() {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|it| *it == letter).unwrap();
            held = (held << 5) | u32::try_from(value).unwrap();
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from((held >> bits) & 255).unwrap());
            }
        }
        Self(bytes)
    }

    pub fn shows(&self, now: Timestamp) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &(now.as_second() / 30).to_be_bytes());
        let offset = usize::from(tag.as_ref()[19] & 15);
        let four: [u8; 4] = tag.as_ref()[offset..offset + 4].try_into().unwrap();
        format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
    }
}
