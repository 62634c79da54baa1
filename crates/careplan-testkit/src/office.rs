//! An office's client in this process: the real one, step by step, over a line that can lose
//! things, with a power supply that a test can cut at any named point, a disk that can be full, a clock
//! that can be wrong, and shared folders that can be away.

#![expect(clippy::expect_used, reason = "a fixture that cannot do its work fails the test")]

mod mischief;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use careplan_client::desk::Desk;
use careplan_client::enrol::CertificateSource;
use careplan_client::folders::{ExportFolder, FolderSettings, Folders, ImportFolder, Mode, Shape};
use careplan_client::mishap::{Mishaps, Point};
use careplan_client::outbox::{DocumentOrder, SendOptions, gather, judge};
use careplan_client::partners::{Partners, Which};
use careplan_client::platform::Retry;
use careplan_client::reminders::{Order, RemindFault};
use careplan_client::staff::Actor;
use careplan_client::state::ReceivedState;
use careplan_client::{Clock, Engine, Office, OfficeFault, OfficeOptions, Step};
use careplan_domain::Address;
use careplan_protocol::Code;
use jiff::SignedDuration;
use tokio::sync::watch;

use crate::courier::Courier;
use crate::exchange::Exchange;
use crate::line::Line;
use mischief::{Mischief, Switch};

/// What the platform answers to an office that the operator stopped.
const SUSPENDED: &str = Code::OfficeSuspended.as_str();

/// How long the directory may take.
const PATIENCE: Duration = Duration::from_secs(9);

/// One of the two folders that are shared with care software.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedFolder {
    /// Where care software writes.
    Export,
    /// From where it takes.
    Import,
}

/// An office and its one terminal.
pub struct TestOffice {
    address: Address,
    line: Line,
    folder: PathBuf,
    clock: Clock,
    pc: Arc<Mischief>,
    /// Gone for the instant of a power cut.
    engine: Option<Engine>,
    /// The shared folders, once they were looked into; gone with the power.
    folders: Option<Folders>,
}

impl TestOffice {
    /// Joins the exchange: registered, licensed, set up.
    ///
    /// # Errors
    /// When it cannot be registered or set up.
    pub async fn join(exchange: &Exchange, folder: PathBuf, address: Address) -> anyhow::Result<Self> {
        Self::join_with(exchange, folder, address, None).await
    }

    /// The same with a certificate that the office has already.
    ///
    /// # Errors
    /// When it cannot be registered or set up.
    pub async fn join_with(
        exchange: &Exchange,
        folder: PathBuf,
        address: Address,
        certificate: Option<CertificateSource>,
    ) -> anyhow::Result<Self> {
        let shown = exchange.clock();
        let (line, pc) = (Line::default(), Arc::<Mischief>::default());
        let on_pc = Arc::clone(&pc);
        let clock = Clock::new(move || {
            let ahead = SignedDuration::from_secs(on_pc.clock_ahead.load(Ordering::SeqCst));
            let now = shown.now();
            now.checked_add(ahead).unwrap_or(now)
        });
        let mut member = Self { address, line, folder, clock, pc, engine: None, folders: None };
        fs::create_dir_all(member.folder.join("export"))?;
        let office = member.open().await?;
        let number = address.office.to_string();
        let credentials = exchange.register(&number, &[&address.service_type.to_string()]).await?;
        let mut order = credentials.order(&exchange.url())?;
        order.certificate = certificate.unwrap_or(order.certificate);
        office.set_up(&order).await?;
        member.engine = Some(office.engine()?);
        Ok(member)
    }

    async fn open(&self) -> anyhow::Result<Office> {
        let options = OfficeOptions {
            clock: self.clock.clone(),
            connector: self.line.connector(),
            retry: Retry::NEVER,
            mishaps: Mishaps::new(Switch(Arc::clone(&self.pc))),
            ..OfficeOptions::at(self.folder.join("client"))
        };
        Ok(Office::open(options).await?)
    }

    /// Its address.
    pub fn address(&self) -> Address {
        self.address
    }

    /// Its line to the platform.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// The client.
    ///
    /// # Panics
    /// When it could not be started again after a power cut.
    pub fn office(&self) -> &Office {
        self.engine.as_ref().map(Engine::office).expect("the client runs")
    }

    /// A hand at the wire, past outbox and inbox.
    ///
    /// # Errors
    /// When the client is not set up.
    pub async fn courier(&self) -> anyhow::Result<Courier> {
        Courier::of(self.office(), Retry::DEFAULT).await
    }

    /// The power goes the next time the client passes this point.
    pub fn cut_power_at(&self, point: Option<Point>) {
        *self.pc.armed.lock().unwrap_or_else(PoisonError::into_inner) = point;
    }

    /// Takes all room from the client, or gives it back.
    pub fn fill_disk(&self, is_full: bool) {
        self.pc.is_disk_full.store(is_full, Ordering::SeqCst);
    }

    /// Sets its clock so far ahead of everybody else's, or behind where it is negative.
    pub fn set_clock_ahead(&self, ahead: SignedDuration) {
        self.pc.clock_ahead.store(ahead.as_secs(), Ordering::SeqCst);
    }

    /// Takes a shared folder away, with what lies in it, or brings it back.
    ///
    /// # Errors
    /// When the client made another one in the place of one that is away.
    pub fn share(&self, which: SharedFolder, is_there: bool) -> anyhow::Result<()> {
        let place = match which {
            SharedFolder::Export => self.export_folder(),
            SharedFolder::Import => self.import_folder(),
        };
        let away = place.with_extension("away");
        let is_away = away.exists();
        if is_there && is_away {
            ensure!(!place.exists(), "{} was made anew while it was away", place.display());
            fs::rename(away, place)?;
        } else if !is_there && !is_away {
            fs::rename(place, away)?;
        }
        Ok(())
    }

    /// Another program on the same data folder may look, and not work.
    ///
    /// # Errors
    /// When it may.
    pub async fn works_alone(&self) -> anyhow::Result<()> {
        let second = self.open().await?;
        let engine = second.engine().map(drop);
        second.close().await;
        ensure!(
            matches!(engine, Err(OfficeFault::Busy)),
            "a second client works on the same folder: {engine:?}"
        );
        Ok(())
    }

    /// Reminds a partner, as somebody does on the board. Nothing due and a platform that is away are no failures.
    ///
    /// # Errors
    /// When the client itself fails.
    pub async fn remind(&mut self, order: &Order) -> anyhow::Result<()> {
        let pc = Arc::clone(&self.pc);
        let office = self.office().clone();
        let (book, reminders, by) = (Partners::new(office.clone()), office.reminders(), Actor::default());
        let remind = async {
            // As the client does by itself from time to time: only who is known to have joined is reminded.
            let _ = book.refresh(Which::All, PATIENCE).await;
            reminders.remind(order, &by).await
        };
        let reminded = tokio::select! {
            biased;
            () = pc.struck.notified() => None,
            reminded = remind => Some(reminded),
        };
        drop((book, reminders, office));
        match reminded {
            None => self.start_again().await,
            Some(Err(RemindFault::Office(fault))) if !fault.is_transient() && fault.code() != SUSPENDED => {
                Err(fault.into())
            }
            Some(_) => Ok(()),
        }
    }

    /// The power is cut now, and comes back.
    async fn start_again(&mut self) -> anyhow::Result<()> {
        self.folders = None;
        self.engine = None;
        self.engine = Some(self.open().await?.engine()?);
        Ok(())
    }

    /// Writes a document and sends it, as a person does. A platform that is away is no failure.
    ///
    /// # Errors
    /// When the client itself fails.
    pub async fn send(&mut self, to: Address, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.join("export").join(name);
        fs::write(&path, bytes)?;
        let files = gather(&[path])?;
        let judged = judge(&files);
        let order = DocumentOrder { from: self.address, to, month: None };
        let options = SendOptions { documents: Some(order), ..SendOptions::default() };
        let office = self.office().clone();
        let pc = Arc::clone(&self.pc);
        let cut = tokio::select! {
            biased;
            () = pc.struck.notified() => true,
            sent = office.send_files(&files, &judged, &options, |_| {}) => { drop(sent); false }
        };
        drop(office);
        if cut { self.start_again().await } else { Ok(()) }
    }

    /// Takes up to `steps` steps in each direction; says whether any of them did something.
    ///
    /// # Errors
    /// When the client itself fails; a broken line is no failure.
    pub async fn work(&mut self, steps: u8) -> anyhow::Result<bool> {
        let mut moved = false;
        for part in [Part::Outbox, Part::Inbox, Part::News] {
            for _ in 0..steps {
                match self.step(part).await? {
                    Some(step) if step.is_idle() => break,
                    // That one waits for its time; the others go on.
                    Some(Step::Later(..)) => {}
                    Some(_) => moved = true,
                    // Power cut or broken line: what comes next is another part's turn.
                    None => break,
                }
            }
        }
        Ok(moved)
    }

    async fn step(&mut self, part: Part) -> anyhow::Result<Option<Step>> {
        let pc = Arc::clone(&self.pc);
        let engine = self.engine.as_mut().context("an engine")?;
        let step = async {
            match part {
                Part::Outbox => engine.step_outbox().await,
                Part::Inbox => engine.step_inbox().await,
                Part::News => engine.step_news().await,
            }
        };
        let done = tokio::select! {
            biased;
            () = pc.struck.notified() => None,
            done = step => Some(done),
        };
        match done {
            None => self.start_again().await.map(|()| None),
            Some(Ok(step)) => Ok(Some(step)),
            // Who is stopped by the operator is told so, and tries again later.
            Some(Err(fault)) if fault.is_transient() || fault.code() == SUSPENDED => Ok(None),
            Some(Err(fault)) => Err(fault.into()),
        }
    }

    /// Renews certificate and announcement when due; a broken line is tried again later.
    pub async fn renew(&mut self) {
        let pc = Arc::clone(&self.pc);
        let office = self.office().clone();
        tokio::select! {
            biased;
            () = pc.struck.notified() => {}
            _ = office.renew() => {}
        }
    }

    /// Answers what came, as the practice partner does; a power cut in between is over when this returns.
    ///
    /// # Errors
    /// When the client itself fails.
    pub async fn answer(&mut self) -> anyhow::Result<()> {
        let pc = Arc::clone(&self.pc);
        let office = self.office().clone();
        let cut = tokio::select! {
            biased;
            () = pc.struck.notified() => true,
            answered = office.answer_what_came(|_| {}) => { answered?; false }
        };
        drop(office);
        if cut { self.start_again().await } else { Ok(()) }
    }

    /// The care software takes over everything that was acknowledged.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn import(&self) -> anyhow::Result<()> {
        for received in self.office().state().all_received().await? {
            if received.state == ReceivedState::Acknowledged {
                self.office().mark_imported(received.header.id).await?;
            }
        }
        Ok(())
    }

    /// Shares two folders with the care software: what is exported is sent after the check, what comes is written for the import.
    ///
    /// # Errors
    /// When the folders cannot be made or chosen.
    pub async fn share_folders(&self) -> anyhow::Result<()> {
        for folder in [self.export_folder(), self.import_folder()] {
            fs::create_dir_all(folder)?;
        }
        let settings = FolderSettings {
            export: Some(ExportFolder { folder: self.export_folder(), mode: Mode::AfterCheck }),
            import: Some(ImportFolder {
                folder: self.import_folder(),
                shape: Shape::ByPartner,
                since: self.office().now(),
            }),
        };
        Ok(self.office().choose_folders(&settings, "yamada").await?)
    }

    /// Where its care software writes.
    pub fn export_folder(&self) -> PathBuf {
        self.folder.join("shared-export")
    }

    /// From where its care software takes.
    pub fn import_folder(&self) -> PathBuf {
        self.folder.join("shared-import")
    }

    /// One look into the shared folders; says whether anything went on.
    ///
    /// # Errors
    /// When the client itself fails.
    pub async fn look_into_folders(&mut self) -> anyhow::Result<bool> {
        if self.folders.is_none() {
            let office = self.office();
            let desk = Arc::new(Desk::new(office.clone()));
            self.folders = Some(office.folders(desk, watch::Sender::default())?);
        }
        let pc = Arc::clone(&self.pc);
        let folders = self.folders.as_mut().context("the folders were taken")?;
        let done = tokio::select! {
            biased;
            () = pc.struck.notified() => None,
            done = folders.step() => Some(done),
        };
        match done {
            None => self.start_again().await.map(|()| true),
            Some(events) => Ok(!events?.is_empty()),
        }
    }

    /// Every file below a folder: how often its name occurs, and its bytes.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files_below(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<Vec<u8>>>> {
        let mut found = BTreeMap::new();
        collect(folder, &mut found)?;
        Ok(found)
    }

    /// Every file in the inbox folder: how often its name occurs, and its bytes.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn inbox(&self) -> anyhow::Result<BTreeMap<String, Vec<Vec<u8>>>> {
        Self::files_below(&self.folder.join("client").join("inbox"))
    }
}

#[derive(Clone, Copy)]
enum Part {
    Outbox,
    Inbox,
    News,
}

fn collect(folder: &Path, found: &mut BTreeMap<String, Vec<Vec<u8>>>) -> anyhow::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), found)?;
        } else {
            let name = entry.file_name().to_string_lossy().into_owned();
            found.entry(name).or_default().push(fs::read(entry.path())?);
        }
    }
    Ok(())
}
