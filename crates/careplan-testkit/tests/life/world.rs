//! The world of one life, and how a step changes it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use careplan_client::OfficeFault;
use careplan_client::board::Side;
use careplan_client::letter::Composed;
use careplan_client::reminders::Order;
use careplan_domain::TransmissionId;
use careplan_envelope::DecryptionKey;
use careplan_protocol::Code;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::exchange::Exchange;
use careplan_testkit::office::{SharedFolder, TestOffice};
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::care_software::{LOOKS_UNTIL_TAKEN, NamedFile};
use crate::step::{How, Step, Who};

/// Rounds of work until everything must have come to rest.
const ROUNDS_MAX: u32 = 80;

/// The month that each office reminds the other of: the one of the plan, which may stay unread, and the next, of which there is no plan yet. Both are timely
/// for two years from then on; after that the examples need newer months.
const REMINDED_OF: [(Side, &str); 2] = [(Side::Planner, "202611"), (Side::Provider, "202612")];

/// One life.
pub(crate) struct World {
    pub(crate) exchange: Exchange,
    pub(crate) members: Vec<TestOffice>,
    /// What was written into documents, by file name; more than one where care software used a serial again.
    pub(crate) documents: BTreeMap<String, Vec<Vec<u8>>>,
    /// Letters handed over past the clients, with the receipts they got.
    pub(crate) raw: Vec<(Who, Composed, Vec<u8>)>,
    /// Poison among them: its end is known.
    pub(crate) poison: Vec<TransmissionId>,
    /// What care software wrote into export folders, set by set.
    pub(crate) exported: Vec<(Who, Vec<NamedFile>)>,
    /// Letters that remind, by their senders.
    pub(crate) reminders: Vec<(Who, TransmissionId)>,
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
        let mut world = Self {
            exchange,
            members,
            documents: BTreeMap::new(),
            raw: Vec::new(),
            poison: Vec::new(),
            exported: Vec::new(),
            reminders: Vec::new(),
            taken: BTreeMap::new(),
            database,
            _folder: folder,
        };
        // There is a plan to be read, to be answered, and to be reminded of.
        world.export(0, How::Whole).await?;
        for _ in 0..LOOKS_UNTIL_TAKEN {
            world.look(0).await?;
        }
        world.member(0)?.work(5).await?;
        Ok(world)
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
            Step::Export { who, how } => self.export(*who, *how).await,
            Step::ExportAgain { who, changed } => self.export_again(*who, *changed).await,
            Step::Share { who, which, is_there } => self.member(*who)?.share(*which, *is_there),
            Step::Remind { who } => self.remind(*who).await,
            Step::SecondClient { who } => self.member(*who)?.works_alone().await,
            Step::Disk { who, is_full } => {
                self.member(*who)?.fill_disk(*is_full);
                Ok(())
            }
            Step::Clock { who, ahead } => {
                self.member(*who)?.set_clock_ahead(SignedDuration::from_hours(i64::from(*ahead)));
                Ok(())
            }
            Step::Suspend { who, is_stopped } => self.suspend(*who, *is_stopped).await,
            Step::Away { hours } => self.away(*hours).await,
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

    pub(crate) fn member(&mut self, who: Who) -> anyhow::Result<&mut TestOffice> {
        self.members.get_mut(who).context("one of two offices")
    }

    async fn send(&mut self, who: Who, large: bool) -> anyhow::Result<()> {
        let name = format!("document-{}.pdf", self.documents.len());
        let filling = if large { 200_000 } else { 500 };
        let mut bytes = format!("%PDF-1.4\n{name}\n").into_bytes();
        bytes.resize(bytes.len() + filling, b'x');
        let to = self.members.get(1 - who).context("the other office")?.address();
        self.documents.entry(name.clone()).or_default().push(bytes.clone());
        self.member(who)?.send(to, &name, &bytes).await
    }

    async fn remind(&mut self, who: Who) -> anyhow::Result<()> {
        let partner = self.member(1 - who)?.address().office;
        let (side, month) = *REMINDED_OF.get(who).context("one of two offices")?;
        let member = self.member(who)?;
        let before = sent_by(member).await?;
        member.remind(&Order { partner, month: month.parse()?, side }).await?;
        let after = sent_by(member).await?;
        self.reminders.extend(after.difference(&before).map(|id| (who, *id)));
        Ok(())
    }

    async fn suspend(&mut self, who: Who, is_stopped: bool) -> anyhow::Result<()> {
        let number = self.member(who)?.address().office.to_string();
        let action = if is_stopped { "suspend" } else { "resume" };
        self.exchange.operate(&["office", action, &number]).await.map(drop)
    }

    async fn away(&mut self, hours: u8) -> anyhow::Result<()> {
        for member in &self.members {
            member.line().cut(true);
        }
        for _ in 0..hours.div_ceil(6) {
            self.exchange.hand().advance(Duration::from_secs(6 * 3600));
            for who in 0..self.members.len() {
                self.member(who)?.work(20).await?;
                self.look(who).await?;
            }
        }
        for member in &self.members {
            member.line().cut(false);
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
        // Too late, or never there: both are ordinary answers to a person.
        match self.member(who)?.office().withdraw(sent.header.id).await {
            Ok(_) | Err(OfficeFault::Platform(_) | OfficeFault::WrongState(..)) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
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
            Err(fault) if fault.is_transient() || fault.problem() == Some(Code::OfficeSuspended) => {}
            Err(fault) => bail!("a replay of {} was refused: {fault}", letter.header.id),
        }
        self.raw.push((who, letter, receipt));
        Ok(())
    }

    /// All faults end; everybody works until nothing is left to do; then every deadline passes.
    pub(crate) async fn settle(&mut self) -> anyhow::Result<()> {
        for who in 0..self.members.len() {
            self.suspend(who, false).await?;
            let member = self.member(who)?;
            member.line().mend();
            member.cut_power_at(None);
            member.fill_disk(false);
            member.set_clock_ahead(SignedDuration::ZERO);
            member.share(SharedFolder::Export, true)?;
            member.share(SharedFolder::Import, true)?;
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

async fn sent_by(member: &TestOffice) -> anyhow::Result<BTreeSet<TransmissionId>> {
    Ok(member.office().state().all_sent().await?.into_iter().map(|sent| sent.header.id).collect())
}
