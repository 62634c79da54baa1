//! The client as it runs all day: sending and receiving, the shared folders, the screens and the local API, in one process.
//!
//! Promises: the screens are there from the first second, also before the client is set up; sending and receiving begin as soon as it
//! is; a stop ends everything in order. Whoever wants to know where it listens finds that in `ports.json` of the data folder.

mod hub;
mod shared_folders;
mod start_code;
pub(crate) mod start_page;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use careplan_login::{HashFault, Hasher};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use hub::{Condition, Hub, Line};
pub use start_code::StartCode;

use crate::agent::{self, Watcher};
use crate::files::{self, FileFault, Privacy};
use crate::keys::KeysFault;
use crate::lan;
use crate::local_api::LocalApi;
use crate::office::{Engine, Office, OfficeFault, Step};
use crate::platform::{PlatformFault, TransportFault};
use crate::screen::{ListenFault, Listening, Screen, listen};
use crate::staff::Staff;
use crate::state::StateFault;
use crate::{desk, notices, partners, safe};

/// Passwords that are hashed at the same time: people of one office log in one after another.
const HASHES_MAX: usize = 2;

/// How often it is looked whether the client was set up meanwhile, or whether the engine is free.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How long a key that is missing is left alone: card readers are slow, and so are people.
const KEY_AGAIN: Duration = Duration::from_secs(5);

/// Where it says which ports it has.
pub(crate) const PORTS: &str = "ports.json";

/// Why the client cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServiceFault {
    /// The port of the screens.
    #[error(transparent)]
    Listen(#[from] ListenFault),
    /// The office.
    #[error(transparent)]
    Office(#[from] OfficeFault),
    /// A file.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The system gave no randomness.
    #[error("乱数を用意できません。パソコンを再起動し、続くときはサポートへ連絡してください。")]
    Randomness(#[from] HashFault),
}

impl From<StateFault> for ServiceFault {
    fn from(fault: StateFault) -> Self {
        Self::Office(fault.into())
    }
}

/// What other programs on this PC may know of the running client.
#[derive(Debug, Serialize)]
struct Ports {
    screen: String,
}

/// A client that listens already and does nothing yet.
pub struct Service {
    office: Office,
    hub: Hub,
    staff: Staff,
    listening: Listening,
}

impl Service {
    /// Takes the port and says where it is.
    ///
    /// # Errors
    /// [`ServiceFault`].
    pub async fn prepare(office: Office, port: u16) -> Result<Self, ServiceFault> {
        let listening = listen(port).await?;
        let hub = Hub::new(office.options().clock.clone());
        let staff = Staff::new(office.state().clone(), Hasher::new(HASHES_MAX));
        let service = Self { office, hub, staff, listening };
        service.tell_ports()?;
        // It leads to the port of the run before.
        start_page::remove(service.data())?;
        Ok(service)
    }

    fn tell_ports(&self) -> Result<(), FileFault> {
        let ports = Ports { screen: self.address() };
        let path = self.data().join(PORTS);
        let bytes = serde_json::to_vec_pretty(&ports).unwrap_or_default();
        files::replace(&path, &bytes, Privacy::Private, self.office.mishaps())
    }

    fn data(&self) -> &Path {
        &self.office.options().data
    }

    /// What is typed into a browser on this PC.
    pub fn address(&self) -> String {
        self.listening.doors().address()
    }

    /// Whether nobody has an account yet. Then there is a code with which the first manager makes one; `careplan-client open` knows it,
    /// and no output that may become a log.
    ///
    /// # Errors
    /// [`ServiceFault`].
    pub async fn awaits_first_manager(&self) -> Result<bool, ServiceFault> {
        let is_empty = self.staff.is_empty().await?;
        if is_empty {
            StartCode::obtain(self.data(), self.office.mishaps())?;
        }
        Ok(is_empty)
    }

    /// What changes are told to.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Runs until told to stop.
    ///
    /// # Errors
    /// [`ServiceFault`] when this computer cannot work. The platform's troubles are told and overcome.
    pub async fn run(self, watcher: &mut dyn Watcher, stop: CancellationToken) -> Result<(), ServiceFault> {
        let Self { office, hub, staff, listening } = self;
        let doors = listening.doors();
        let local_api = LocalApi::new(office.clone(), hub.clone(), doors.clone(), stop.clone());
        let (standing, shared_over) = watch::channel(lan::Standing::Off);
        let screen = Screen::new(office.clone(), staff, hub.clone(), doors)
            .stopping(stop.clone())
            .telling(shared_over);
        let shared = (screen.clone(), local_api.clone());
        let mut beside = JoinSet::new();
        // The desk of the screens: one draft is sent at a time.
        beside.spawn(desk::keep_sending(screen.desk().clone(), hub.clone(), stop.clone()));
        beside.spawn(lan::keep_open(office.clone(), shared, standing, stop.clone()));
        let screens = tokio::spawn(listening.serve(Arc::new(screen), Arc::new(local_api), stop.clone()));
        beside.spawn(partners::keep_fresh(office.clone(), stop.clone()));
        beside.spawn(notices::keep_fresh(office.clone(), hub.clone(), stop.clone()));
        beside.spawn(shared_folders::look_after(office.clone(), hub.clone(), stop.clone()));
        beside.spawn(safe::keep_safe(office.clone(), stop.clone()));
        let worked = work(&office, &mut Both(hub, watcher), &stop).await;
        stop.cancel();
        if let Ok(Err(error)) = screens.await {
            tracing::error!(%error, "the screens ended");
        }
        // One that ended in a panic is no reason to leave the others behind.
        while beside.join_next().await.is_some() {}
        worked
    }
}

/// Sends and receives, as soon as the client is set up.
async fn work(office: &Office, watcher: &mut Both<'_>, stop: &CancellationToken) -> Result<(), ServiceFault> {
    loop {
        if stop.is_cancelled() {
            return Ok(());
        }
        let wait = match engine(office).await {
            Ok(engine) => return Ok(agent::run(engine, watcher, stop.clone()).await?),
            Err(OfficeFault::NotSetUp | OfficeFault::Busy) => LOOK_EVERY,
            // A card is put in, a certificate is installed again: nothing here has to be started anew for that.
            Err(fault) if is_missing_key(&fault) => {
                watcher.trouble(&fault, fault.code());
                KEY_AGAIN
            }
            Err(fault) => return Err(fault.into()),
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Whether the office's key is in a store that does not give it now.
fn is_missing_key(fault: &OfficeFault) -> bool {
    match fault {
        OfficeFault::Keys(fault) => matches!(fault, KeysFault::Store(_)),
        OfficeFault::Platform(fault) => matches!(fault, PlatformFault::Transport(TransportFault::Key)),
        _ => false,
    }
}

/// The engine, once there is something to drive.
async fn engine(office: &Office) -> Result<Engine, OfficeFault> {
    office.link().await?;
    office.engine()
}

/// Tells the screens and whoever runs the program.
struct Both<'a>(Hub, &'a mut dyn Watcher);

impl Watcher for Both<'_> {
    fn step(&mut self, step: &Step) {
        self.0.step(step);
        self.1.step(step);
    }

    fn quiet(&mut self) {
        self.0.quiet();
        self.1.quiet();
    }

    fn renewed(&mut self) {
        self.0.renewed();
        self.1.renewed();
    }

    fn trouble(&mut self, fault: &dyn std::fmt::Display, code: &str) {
        self.0.trouble(fault, code);
        self.1.trouble(fault, code);
    }
}
