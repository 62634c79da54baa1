//! The world of one life, and how a step changes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use careplan_client::letter::Composed;
use careplan_client::state::SentState;
use careplan_domain::TransmissionId;
use careplan_envelope::DecryptionKey;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::exchange::Exchange;
use careplan_testkit::office::TestOffice;
use tempfile::TempDir;

use crate::step::{Step, Who};

/// Rounds of work until everything must have come to rest.
const ROUNDS_MAX: u32 = 80;

/// Looks after which what stands still was taken from an export folder.
const LOOKS_UNTIL_TAKEN: usize = 4;

/// The examples of the standard.
const STANDARD: &str = "../careplan-standard/examples";

/// What each office's care software writes, and the serial in its names.
const EXAMPLES: [(&str, &str); 2] =
    [("02_K2_use_slip", "20261025101500"), ("03_S1_actuals", "20261202164500")];

/// One life.
pub(crate) struct World {
    pub(crate) exchange: Exchange,
    pub(crate) members: Vec<TestOffice>,
    /// What was written into documents, by file name.
    pub(crate) documents: BTreeMap<String, Vec<u8>>,
    /// Letters handed over past the clients, with the receipts they got.
    pub(crate) raw: Vec<(Who, Composed, Vec<u8>)>,
    /// Poison among them: its end is known.
    pub(crate) poison: Vec<TransmissionId>,
    /// What care software wrote into export folders: the names of each set, and whether all of it is there.
    pub(crate) exported: Vec<(Who, Vec<String>)>,
    /// What care software took out of import folders, by file name.
    pub(crate) taken: BTreeMap<String, Vec<Vec<u8>>>,
    database: TestDatabase,
    _folder: TempDir,
}

impl World {
    /// A platform and two offices that are set up.
    pub(crate) async fn begin(engine: Engine) -> anyhow::Result<Self> {
        let database = TestDatabase::fresh(engine).await;
        let folder = TempDir::with_prefix("careplan-life-")?;
        let mut exchange =
            Exchange::start(&database, "[retention]\nunfetched_days = 30\nacknowledged_days = 10\n").await?;
        // Both replicas obtain their certificates now: TLS looks at the machine's clock, to which a
        // certificate issued after a jump is not valid yet.
        exchange.change_replica().await?;
        exchange.change_replica().await?;
        let mut members = Vec::new();
        for address in ["9970000018-43", "9970000026-11"] {
            let home = folder.path().join(address);
            let member = TestOffice::join(&exchange, home, address.parse()?).await?;
            member.share_folders().await?;
            members.push(member);
        }
        Ok(Self {
            exchange,
            members,
            documents: BTreeMap::new(),
            raw: Vec::new(),
            poison: Vec::new(),
            exported: Vec::new(),
            taken: BTreeMap::new(),
            database,
            _folder: folder,
        })
    }

    /// Ends it; the database is given back.
    pub(crate) async fn end(mut self) {
        drop(self.members);
        self.exchange.crash().await;
        self.database.remove().await;
    }

    /// Lets one step happen.
    pub(crate) async fn live(&mut self, step: &Step) -> anyhow::Result<()> {
        match step {
            Step::Send { who, large } => self.send(*who, *large).await,
            Step::Poison { who } => self.poison(*who).await,
            Step::Work { who, steps } => {
                let member = self.member(*who)?;
                member.renew().await;
                member.work(*steps).await.map(drop)
            }
            Step::Withdraw { which } => self.withdraw(*which).await,
            Step::Replay { which } => self.replay(*which).await,
            Step::Import { who } => self.member(*who)?.import().await,
            Step::Export { who, whole } => self.export(*who, *whole),
            Step::Look { who, times } => {
                for _ in 0..*times {
                    self.look(*who).await?;
                }
                Ok(())
            }
            Step::Take { who } => self.take(*who),
            Step::Lose { who, after, loss } => {
                self.member(*who)?.line().lose(*after, *loss);
                Ok(())
            }
            Step::PowerCut { who, point } => {
                self.member(*who)?.cut_power_at(Some(*point));
                Ok(())
            }
            Step::Crash => self.exchange.crash_and_start().await,
            Step::Restart => self.exchange.restart().await,
            Step::OtherReplica => self.exchange.change_replica().await,
            Step::Jump { hours } => {
                self.exchange.hand().advance(Duration::from_secs(u64::from(*hours) * 3600));
                Ok(())
            }
            Step::Jobs => self.exchange.run_jobs().await,
        }
    }

    fn member(&mut self, who: Who) -> anyhow::Result<&mut TestOffice> {
        self.members.get_mut(who).context("one of two offices")
    }

    async fn send(&mut self, who: Who, large: bool) -> anyhow::Result<()> {
        let name = format!("document-{}.pdf", self.documents.len());
        let filling = if large { 200_000 } else { 500 };
        let mut bytes = format!("%PDF-1.4\n{name}\n").into_bytes();
        bytes.resize(bytes.len() + filling, b'x');
        let to = self.members.get(1 - who).context("the other office")?.address();
        self.documents.insert(name.clone(), bytes.clone());
        self.member(who)?.send(to, &name, &bytes).await
    }

    /// A unit of the standard's examples under a serial of its own.
    fn export(&mut self, who: Who, whole: bool) -> anyhow::Result<()> {
        let (example, serial) = EXAMPLES.get(who).context("one of two offices")?;
        let number = self.exported.len();
        let own = format!("202611{:02}{:06}", 1 + number / 60, number % 60);
        let mut files = Vec::new();
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(STANDARD).join(example))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().replace(serial, &own);
            files.push((name, fs::read(entry.path())?));
        }
        files.sort();
        if !whole && files.len() > 1 {
            files.pop();
        }
        let folder = self.member(who)?.export_folder();
        for (name, bytes) in &files {
            fs::write(folder.join(name), bytes)?;
        }
        self.exported.push((who, files.iter().map(|(name, _)| name.clone()).collect()));
        self.documents.extend(files);
        Ok(())
    }

    async fn look(&mut self, who: Who) -> anyhow::Result<bool> {
        self.exchange.hand().advance(Duration::from_secs(3));
        self.member(who)?.look_into_folders().await
    }

    /// Takes what a person sees: nothing that is hidden, and no notes of ours.
    fn take(&mut self, who: Who) -> anyhow::Result<()> {
        let folder = self.member(who)?.import_folder();
        for partner in fs::read_dir(folder)? {
            let partner = partner?;
            let is_hidden = partner.file_name().to_string_lossy().starts_with('.');
            if is_hidden || !partner.file_type()?.is_dir() {
                continue;
            }
            for file in fs::read_dir(partner.path())? {
                let (path, name) =
                    (file.as_ref().map(fs::DirEntry::path), file.as_ref().map(fs::DirEntry::file_name));
                if let (Ok(path), Ok(name)) = (path, name) {
                    let bytes = fs::read(&path)?;
                    fs::remove_file(&path)?;
                    self.taken.entry(name.to_string_lossy().into_owned()).or_default().push(bytes);
                }
            }
        }
        Ok(())
    }

    /// Sealed to a key that nobody has.
    async fn poison(&mut self, who: Who) -> anyhow::Result<()> {
        let (from, to) = (self.member(who)?.address(), self.member(1 - who)?.address());
        let courier = self.member(who)?.courier().await?;
        let nobody = DecryptionKey::generate_p256()?.terminal_public_key()?;
        let letter = courier.compose((from, to), &[nobody], ("poison.pdf", b"%PDF-1.4 poison".to_vec()))?;
        // A lost answer leaves it open whether it was accepted: then it is no letter of this list.
        if let Ok(receipt) = courier.send(&letter).await {
            self.poison.push(letter.header.id);
            self.raw.push((who, letter, receipt));
        }
        Ok(())
    }

    async fn withdraw(&mut self, which: usize) -> anyhow::Result<()> {
        let mut letters = Vec::new();
        for (who, member) in self.members.iter().enumerate() {
            letters.extend(member.office().state().all_sent().await?.into_iter().map(|sent| (who, sent)));
        }
        if letters.is_empty() {
            return Ok(());
        }
        let (who, sent) = letters.swap_remove(which % letters.len());
        if matches!(sent.state, SentState::Life(_)) {
            // Too late, or the line is broken: both are ordinary answers to a person.
            let _ = self.member(who)?.office().withdraw(sent.header.id).await;
        }
        Ok(())
    }

    /// Only letters past the clients are replayed by hand; clients replay theirs when answers get lost.
    async fn replay(&mut self, which: usize) -> anyhow::Result<()> {
        if self.raw.is_empty() {
            return Ok(());
        }
        let (who, letter, receipt) = self.raw.swap_remove(which % self.raw.len());
        let courier = self.member(who)?.courier().await?;
        match courier.send(&letter).await {
            Ok(again) => ensure!(again == receipt, "{} got another receipt when replayed", letter.header.id),
            Err(fault) if fault.is_transient() => {}
            Err(fault) => bail!("a replay of {} was refused: {fault}", letter.header.id),
        }
        self.raw.push((who, letter, receipt));
        Ok(())
    }

    /// All faults end; everybody works until nothing is left to do; then every deadline passes.
    pub(crate) async fn settle(&mut self) -> anyhow::Result<()> {
        for member in &self.members {
            member.line().mend();
            member.cut_power_at(None);
        }
        self.come_to_rest().await?;
        self.exchange.hand().advance(Duration::from_secs(31 * 24 * 3600));
        self.exchange.run_jobs().await?;
        self.come_to_rest().await
    }

    async fn come_to_rest(&mut self) -> anyhow::Result<()> {
        let mut quiet = 0;
        for _ in 0..ROUNDS_MAX {
            let mut moved = false;
            for member in &mut self.members {
                member.renew().await;
                moved |= member.work(100).await?;
            }
            for who in 0..self.members.len() {
                for _ in 0..LOOKS_UNTIL_TAKEN {
                    moved |= self.look(who).await?;
                }
            }
            // Tries that failed come due again after hours at most.
            self.exchange.hand().advance(Duration::from_secs(6 * 3600));
            quiet = if moved { 0 } else { quiet + 1 };
            if quiet == 3 {
                return Ok(());
            }
        }
        bail!("the offices do not come to rest in {ROUNDS_MAX} rounds")
    }
}
