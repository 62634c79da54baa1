//! A small world: a platform in memory, offices on folders, a clock moved by hand.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use careplan_client::enrol::{CertificateSource, Fingerprint, RootSource, SetupOrder, SetupReport};
use careplan_client::mishap::Mishaps;
use careplan_client::outbox::{DispatchReport, SendOptions};
use careplan_client::platform::Retry;
use careplan_client::{Clock, Engine, Office, OfficeFault, OfficeOptions, Step};
use careplan_domain::{Secret, Timestamp};
use jiff::SignedDuration;

use crate::exchange::{Exchange, ISSUE_PASSWORD, PASSWORD};

pub const SENDER: &str = "9970000018";
pub const RECEIVER: &str = "9970000026";

/// The examples of the standard.
pub fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../careplan-standard/examples")
}

pub struct World {
    pub folder: tempfile::TempDir,
    pub exchange: Exchange,
    seconds: Arc<AtomicI64>,
}

impl World {
    pub fn new() -> Self {
        let now: Timestamp = "2026-11-25T01:00:00Z".parse().unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            exchange: Exchange::new(now),
            seconds: Arc::new(AtomicI64::new(now.as_second())),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Moves all clocks.
    pub fn pass(&self, time: SignedDuration) {
        let second = self.seconds.fetch_add(time.as_secs(), Ordering::SeqCst) + time.as_secs();
        self.exchange.lock().now = Timestamp::from_second(second).unwrap();
    }

    pub fn options(&self, number: &str, mishaps: Mishaps) -> OfficeOptions {
        let seconds = self.seconds.clone();
        OfficeOptions {
            data: self.path(number),
            clock: Clock::new(move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap()),
            connector: Arc::new(self.exchange.clone()),
            retry: Retry::NEVER,
            store: None,
            mishaps,
        }
    }

    pub async fn open(&self, number: &str) -> Office {
        Office::open(self.options(number, Mishaps::default())).await.unwrap()
    }

    pub fn order(&self, number: &str) -> SetupOrder {
        let root = Fingerprint::of(&self.exchange.lock().authority.root);
        SetupOrder {
            platform: "https://127.0.0.1:9".into(),
            root: RootSource::Fingerprint(root),
            user_id: format!("KJ99{number}").parse().unwrap(),
            password: Secret::new(PASSWORD),
            certificate: CertificateSource::IssuePassword(Secret::new(ISSUE_PASSWORD)),
            service_types: Vec::new(),
            inbox: None,
        }
    }

    pub async fn set_up(&self, number: &str) -> Office {
        let office = self.open(number).await;
        let _: SetupReport = office.set_up(&self.order(number)).await.unwrap();
        office
    }

    /// Another terminal of an office that has one, set up now: a data folder and a key of its own,
    /// and the office's certificate.
    pub async fn other_terminal(&self, number: &str, mishaps: Mishaps) -> Result<Office, OfficeFault> {
        let data = self.path(&format!("{number}-2"));
        let keys = data.join("keys");
        std::fs::create_dir_all(&keys).unwrap();
        std::fs::copy(self.path(number).join("keys/office.pem"), keys.join("office.pem")).unwrap();
        let office = Office::open(OfficeOptions { data, ..self.options(number, mishaps) }).await?;
        let order = SetupOrder { certificate: CertificateSource::Present, ..self.order(number) };
        office.set_up(&order).await.unwrap();
        Ok(office)
    }

    /// Sender and receiver, set up.
    pub async fn two(&self) -> (Office, Office) {
        (self.set_up(SENDER).await, self.set_up(RECEIVER).await)
    }

    /// Writes a deletion of a plan (the smallest good unit) and gives its folder.
    pub fn small_unit(&self, serial: &str) -> PathBuf {
        self.small_unit_to(RECEIVER, serial)
    }

    /// The same to an office number as it stands in the file's name.
    pub fn small_unit_to(&self, number: &str, serial: &str) -> PathBuf {
        let folder = self.path(&format!("out-{serial}"));
        std::fs::create_dir_all(&folder).unwrap();
        let name = format!("DLT1KYO_{SENDER}_43_{number}_11_{serial}.CSV");
        std::fs::write(folder.join(name), b"202407,990001,0009900021,20261015\r\n").unwrap();
        folder
    }
}

pub async fn send(office: &Office, folder: &Path) -> DispatchReport {
    office.send_folder(folder, &SendOptions::default()).await.unwrap()
}

/// Steps of one kind until there is nothing to do now.
pub async fn drain(office: &Office) -> Vec<Step> {
    let mut engine = office.engine().unwrap();
    let mut steps = Vec::new();
    for kind in [0, 1, 2] {
        loop {
            let step = one(&mut engine, kind).await.unwrap();
            if step.is_idle() {
                break;
            }
            steps.push(step);
        }
    }
    steps
}

pub async fn one(engine: &mut Engine, kind: u8) -> Result<Step, OfficeFault> {
    match kind {
        0 => engine.step_outbox().await,
        1 => engine.step_inbox().await,
        _ => engine.step_news().await,
    }
}

/// Every file below a folder, as path below it and bytes.
pub fn files_below(folder: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    files
}
