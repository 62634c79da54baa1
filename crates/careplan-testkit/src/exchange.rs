//! A whole platform in this process: the library that the binary starts, on a real port with real
//! TLS, with a clock moved by hand.
//!
//! It can crash (connections are cut, what was not durable is gone), stop in order, start again,
//! and hand over to another replica with keys of its own on the same database.

#![expect(clippy::expect_used, reason = "a fixture that cannot do its work fails the test")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use careplan_platform::admin::{Command, Desk};
use careplan_platform::clock::{Clock, Hand};
use careplan_platform::config::Config;
use careplan_platform::jobs;
use careplan_platform::platform::Platform;
use careplan_platform::serve::{self, Running};
use clap::Parser as _;
use tempfile::TempDir;

use crate::certificates::TestAuthority;
use crate::database::TestDatabase;
use crate::members::Credentials;
use crate::s3::S3Server;

/// The operator's command line.
#[derive(clap::Parser)]
struct Operator {
    #[command(subcommand)]
    command: Command,
}

/// A platform for one test.
pub struct Exchange {
    /// Held, because a SQLite file goes with its last holder; `None` where it is the platform's own.
    database: Option<TestDatabase>,
    shelf: String,
    further: String,
    folder: PathBuf,
    /// Holds the folder where it is the exchange's own.
    _own_folder: Option<TempDir>,
    port: u16,
    replica: u32,
    clock: Clock,
    hand: Hand,
    running: Option<Running>,
}

impl Exchange {
    /// Starts a platform on a fresh database. `further` is TOML that is added to its settings. The
    /// clock begins with the present time, because TLS clients look at their own clocks.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(database: &TestDatabase, further: &str) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("careplan-exchange-")?;
        let path = folder.path().to_owned();
        let shelf = format!("folder = {:?}", path.join("letters"));
        Self::begin((path, Some(folder)), Some(database.clone()), shelf, further).await
    }

    /// Starts a platform whose large letters lie on an S3 server.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn on_s3(database: &TestDatabase, s3: &S3Server) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("careplan-exchange-")?;
        let (path, secret) = (folder.path().to_owned(), folder.path().join("s3.secret"));
        std::fs::write(&secret, S3Server::SECRET_KEY)?;
        let shelf = format!(
            "kind = \"s3\"\nbucket = {:?}\nregion = {:?}\nendpoint = {:?}\nallow_http = true\n\
             access_key_id = {:?}\nsecret_access_key_file = {secret:?}",
            S3Server::BUCKET,
            S3Server::REGION,
            s3.endpoint(),
            S3Server::ACCESS_KEY,
        );
        Self::begin((path, Some(folder)), Some(database.clone()), shelf, "").await
    }

    /// Starts a platform that keeps everything in one folder, as it does without any settings:
    /// SQLite, the letters (in `letters`), and all keys.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn embedded(folder: &Path, further: &str) -> anyhow::Result<Self> {
        let shelf = format!("folder = {:?}", folder.join("letters"));
        Self::begin((folder.to_owned(), None), None, shelf, further).await
    }

    async fn begin(
        (folder, own_folder): (PathBuf, Option<TempDir>),
        database: Option<TestDatabase>,
        shelf: String,
        further: &str,
    ) -> anyhow::Result<Self> {
        let (clock, hand) = Clock::by_hand(Clock::system().now());
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut exchange = Self {
            database,
            shelf,
            further: further.to_owned(),
            folder,
            _own_folder: own_folder,
            port,
            replica: 1,
            clock,
            hand,
            running: None,
        };
        exchange.run().await?;
        Ok(exchange)
    }

    /// `https://localhost:PORT`, the same after every start.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// The clock of everybody in this exchange.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Moves the clock.
    pub fn hand(&self) -> &Hand {
        &self.hand
    }

    /// What the handlers of the running replica share.
    ///
    /// # Panics
    /// While it is crashed.
    pub fn platform(&self) -> &Platform {
        self.running().platform()
    }

    /// The root certificate, in DER.
    ///
    /// # Panics
    /// While it is crashed.
    pub fn root_der(&self) -> Vec<u8> {
        self.running().root().der().to_vec()
    }

    /// The authority's key in the wrong hands.
    pub fn stolen_authority(&self) -> TestAuthority {
        TestAuthority::stolen(&self.folder.join("ca.key"), &self.folder.join("ca.pem"))
    }

    /// The process is gone in an instant.
    pub async fn crash(&mut self) {
        drop(self.running.take());
    }

    /// Gone in an instant, and started again.
    ///
    /// # Errors
    /// When it does not start again.
    pub async fn crash_and_start(&mut self) -> anyhow::Result<()> {
        self.crash().await;
        self.run().await
    }

    /// Stopped in order, and started again.
    ///
    /// # Errors
    /// When it does not come to its end in time, or does not start again.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop().await?;
        self.run().await
    }

    /// Stopped in order.
    ///
    /// # Errors
    /// When it does not come to its end in time.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(running) = self.running.take() {
            ensure!(running.stop().await, "the platform did not come to its end in time");
        }
        Ok(())
    }

    /// This replica is gone; another one, with keys of its own, serves from the same database.
    ///
    /// # Errors
    /// When the other one does not start.
    pub async fn change_replica(&mut self) -> anyhow::Result<()> {
        self.crash().await;
        self.replica = 3 - self.replica;
        self.run().await
    }

    /// Registers an office with the service types it runs, grants it a licence from this year's
    /// first day, and issues its first credentials.
    ///
    /// # Errors
    /// When one of the commands fails.
    pub async fn register(&self, number: &str, service_types: &[&str]) -> anyhow::Result<Credentials> {
        let file = self.folder.join(format!("{number}.csv"));
        let header = "number,name,kana,prefecture,address,service_types";
        let (types, prefecture) = (service_types.join(" "), &number[..2]);
        let office = format!("{number},練習事業所{number},レンシュウ,{prefecture},練習県練習市1-1,{types}");
        std::fs::write(&file, format!("{header}\n{office}\n"))?;
        self.operate(&["offices", "import", &file.to_string_lossy()]).await?;
        let from = careplan_domain::calendar::day(self.clock.now()).first_of_year().to_string();
        self.operate(&["licence", "grant", number, "--from", &from, "--years", "3"]).await?;
        Credentials::read(&self.operate(&["credentials", "issue", number, "--json"]).await?)
    }

    /// Runs `careplan-platform admin …` as an operator would, at this exchange's time; returns what
    /// it printed.
    ///
    /// # Errors
    /// What the command says.
    pub async fn operate(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let words = std::iter::once("admin").chain(arguments.iter().copied());
        let operator = Operator::try_parse_from(words)?;
        let (mut out, mut progress) = (Vec::new(), Vec::new());
        let config = Config::from_text(&self.settings(self.replica, self.port))?;
        let mut desk = Desk {
            store: self.platform().store.clone(),
            clock: self.clock.clone(),
            operator: "testkit".to_owned(),
            login: config.login.clone(),
            billing: config
                .billing_room(&self.platform().store, &config.site_url(config.website.listen.port())?)?,
            out: &mut out,
            progress: &mut progress,
        };
        operator.command.run_at(&mut desk).await?;
        Ok(String::from_utf8(out)?)
    }

    /// Does everything that the platform does periodically, now.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn run_jobs(&self) -> anyhow::Result<()> {
        let (platform, now) = (self.running().platform(), self.clock.now());
        for task in jobs::PERIODIC {
            task.run(platform, now).await.with_context(|| format!("the task {}", task.name()))?;
        }
        Ok(())
    }

    /// Walks the audit chain.
    ///
    /// # Errors
    /// When it does not hold.
    pub async fn verify_audit(&self) -> anyhow::Result<()> {
        self.operate(&["audit", "verify"]).await.map(drop)
    }

    /// One more replica on the same database and shelf, with keys and a port of its own.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn beside(&self) -> anyhow::Result<Beside> {
        let config = Config::from_text(&self.settings(BESIDE, 0))?;
        Ok(Beside(serve::start(config, self.clock.clone()).await?))
    }

    async fn run(&mut self) -> anyhow::Result<()> {
        let config = Config::from_text(&self.settings(self.replica, self.port))?;
        // A replica that was just cut off may still let go of its port and its folder.
        let mut tries = 0;
        let running = loop {
            match serve::start(config.clone(), self.clock.clone()).await {
                Ok(running) => break running,
                Err(error) if tries == RELEASE_TRIES_MAX => return Err(error).context("start the platform"),
                Err(_) => tokio::time::sleep(RELEASE_LOOK_EVERY).await,
            }
            tries += 1;
        };
        self.running = Some(running);
        Ok(())
    }

    /// Replicas share the authority's key and the shelf for large letters, nothing else.
    fn settings(&self, replica: u32, port: u16) -> String {
        let at = |name: &str| self.folder.join(name);
        let replica = at(&format!("replica-{replica}"));
        format!(
            "data_dir = {:?}\n{}\n[office_api]\nlisten = \"127.0.0.1:{}\"\n[website]\nlisten = \"127.0.0.1:0\"\n[operators]\nlisten = \"127.0.0.1:0\"\n\
             [database]\nurl = {:?}\n[blobs]\n{}\n[authority]\nkey_file = {:?}\ncertificate_file = {:?}\n",
            replica,
            "",
            port,
            self.database.as_ref().map_or("", TestDatabase::url),
            self.shelf,
            at("ca.key"),
            at("ca.pem"),
        ) + &self.further
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the platform runs")
    }
}

/// The number of the replica beside the two that take turns.
const BESIDE: u32 = 3;

/// A replica that runs at the same time as the exchange's own.
pub struct Beside(Running);

impl Beside {
    /// `https://localhost:PORT`.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.0.ports().office_api.port())
    }

    /// Stopped in order.
    ///
    /// # Errors
    /// When it does not come to its end in time.
    pub async fn stop(self) -> anyhow::Result<()> {
        ensure!(self.0.stop().await, "the replica did not come to its end in time");
        Ok(())
    }
}

/// Tries until port and folder of a replica that was cut off are free.
const RELEASE_TRIES_MAX: u32 = 100;
const RELEASE_LOOK_EVERY: Duration = Duration::from_millis(20);
