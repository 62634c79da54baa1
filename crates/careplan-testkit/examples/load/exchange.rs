//! Everything that is measured at one platform on one database.

use std::sync::Arc;

use anyhow::Context as _;
use careplan_client::platform::Handover;
use careplan_testkit::installation::Running;

use crate::Place;
use crate::figures::{Round, Times, medians};
use crate::process::{self, Machine, Server};
use crate::reading::Readers;
use crate::sends::{self, Pair, Target};
use crate::sizes::Sizes;
use crate::storage::Storage;
use crate::world::{self, Member};
use crate::yardstick::Yardstick;
use crate::{envelope, handshakes, letters, listening, listing};

/// What was found.
#[derive(Debug)]
pub(crate) struct Figures {
    /// For each number of senders: the medians of both, and the median of the rounds' ratios.
    pub(crate) sends: Vec<(usize, Pair, f64)>,
    /// The most memory the platform used up to the end of sending, in MiB.
    pub(crate) peak_mib: f64,
    /// For each number of readers.
    pub(crate) drains: Vec<(usize, Round)>,
    /// Whole cycles.
    pub(crate) cycles: Round,
    /// Handshakes of both.
    pub(crate) handshakes: Pair,
    /// From the sender's request to the receiver's event.
    pub(crate) notices: Times,
    /// Memory of a platform that has just started, in MiB.
    pub(crate) idle_mib: f64,
    /// Memory of an idle stream, in KiB.
    pub(crate) stream_kib: f64,
    /// Lists.
    pub(crate) listing: listing::Figures,
    /// Sealing and opening, without any server.
    pub(crate) envelope: envelope::Figures,
    /// Percent of all cores that other programs, and the host, used meanwhile.
    pub(crate) others: (f64, f64),
}

/// A running platform, the yardstick beside it, and who takes part.
struct Exchange {
    members: Arc<[Member]>,
    storage: Storage,
    running: Running,
    platform: Target,
    yardstick: (Yardstick, Target),
}

/// Measures everything on one database.
pub(crate) async fn measure(place: &Place<'_>, sizes: &Sizes) -> anyhow::Result<Figures> {
    let folder = place.folder.join("exchange");
    let storage = Storage::new(place, &folder).await?;
    say("offices join");
    let members = world::found(&storage.installation, &folder, sizes.offices).await?;
    let exchange = Exchange::start(place, storage, members).await?;
    let idle_mib = process::memory(exchange.platform.server.pid)?.0 / 1024.0;

    let (before, before_cpu) = (Machine::now()?, exchange.cpu()?);
    let mut sent = Vec::new();
    for (hands, each) in sizes.sends {
        sent.push(exchange.sends((hands, each), sizes.rounds).await?);
    }
    let peak_mib = process::memory(exchange.platform.server.pid)?.1 / 1024.0;
    let (drains, cycles) = exchange.reading(sizes).await?;
    let handshakes = exchange.handshakes(sizes).await?;
    say("notices");
    let address = exchange.platform.address;
    let notices = listening::notices(&exchange.members, address, sizes.notices).await?;
    let (after, used) = (Machine::now()?, exchange.cpu()?.saturating_sub(before_cpu));
    let (busy, stolen) = after.percent_since(before);
    let others = ((busy - after.percent_of(before, used)).max(0.0), stolen);

    let (members, stream_kib) = exchange.streams(sizes).await?;
    say("sealing and opening");
    let envelope = envelope::measure(&members, sizes.rounds, sizes.envelope)?;
    say("listing");
    let listing = listing::measure(place, sizes).await?;
    Ok(Figures {
        sends: sent,
        peak_mib,
        drains,
        cycles,
        handshakes,
        notices,
        idle_mib,
        stream_kib,
        listing,
        envelope,
        others,
    })
}

impl Exchange {
    async fn start(place: &Place<'_>, storage: Storage, members: Arc<[Member]>) -> anyhow::Result<Self> {
        let installation = &storage.installation;
        let running = installation.start().await?;
        let pid = running.pid().context("the platform ended")?;
        let server = Server { pid, database: place.postgres };
        let platform = Target { address: installation.office_api(), server, is_platform: true };
        let first = members.first().context("a member")?;
        let letter = letters::seal(&members, 0, &letters::files())?;
        let connection = first.connect(platform.address).await?;
        let receipt = connection.send(&letter.header, Handover::Body(letter.sealed)).await?;
        let identity = installation.data().join("keys/platform-server.pem");
        let yardstick = Yardstick::start(place.folder, &identity, first.root()?, &receipt).await?;
        let server = Server { pid: yardstick.pid()?, database: None };
        let target = Target { address: yardstick.address, server, is_platform: false };
        Ok(Self { members, storage, running, platform, yardstick: (yardstick, target) })
    }

    /// CPU time of us, the platform, its database and the yardstick so far.
    fn cpu(&self) -> anyhow::Result<std::time::Duration> {
        let servers = self.platform.server.cost()?.sum() + self.yardstick.1.server.cost()?.sum();
        Ok(process::own_cpu()? + servers)
    }

    async fn sends(
        &self,
        (hands, each): (usize, usize),
        rounds: usize,
    ) -> anyhow::Result<(usize, Pair, f64)> {
        say(&format!("{hands} senders"));
        let targets = (self.platform, self.yardstick.1);
        let mut pairs = Vec::new();
        for turn in 0..rounds {
            pairs.push(sends::compare(&self.members, targets, (hands, each), turn).await?);
        }
        let ratio = crate::figures::median(pairs.iter().map(|it| it.platform.rate / it.yardstick.rate));
        Ok((hands, both(&pairs), ratio))
    }

    async fn reading(&self, sizes: &Sizes) -> anyhow::Result<(Vec<(usize, Round)>, Round)> {
        let mut readers = Readers::new(&self.members, self.platform.address, self.platform.server);
        let mut drains = Vec::new();
        for (hands, each) in sizes.drains {
            say(&format!("{hands} readers"));
            let mut rounds = Vec::new();
            for _ in 0..sizes.rounds {
                rounds.push(readers.drain(hands, each).await?);
            }
            drains.push((hands, medians(&rounds)));
        }
        say("cycles");
        let mut rounds = Vec::new();
        let (pairs, each) = sizes.cycles;
        for _ in 0..sizes.rounds {
            let stacks = letters::prepare(&self.members, pairs, each).await?;
            rounds.push(readers.cycles(stacks).await?);
        }
        Ok((drains, medians(&rounds)))
    }

    async fn handshakes(&self, sizes: &Sizes) -> anyhow::Result<Pair> {
        say("handshakes");
        let mut pairs = Vec::new();
        for _ in 0..sizes.rounds {
            let platform = handshakes::round(&self.members, self.platform, sizes.handshakes).await?;
            let yardstick = handshakes::round(&self.members, self.yardstick.1, sizes.handshakes).await?;
            pairs.push(Pair { platform, yardstick });
        }
        Ok(both(&pairs))
    }

    /// Starts the platform anew, so that nothing is counted but the streams.
    async fn streams(self, sizes: &Sizes) -> anyhow::Result<(Arc<[Member]>, f64)> {
        say("idle streams");
        self.running.stop().await?;
        let running = self.storage.installation.start().await?;
        let pid = running.pid().context("the platform ended")?;
        let address = self.storage.installation.office_api();
        let kib = listening::idle_streams(&self.members, address, pid, sizes.streams).await?;
        running.stop().await?;
        self.storage.remove().await;
        Ok((self.members, kib))
    }
}

fn both(pairs: &[Pair]) -> Pair {
    let platform: Vec<Round> = pairs.iter().map(|it| it.platform).collect();
    let yardstick: Vec<Round> = pairs.iter().map(|it| it.yardstick).collect();
    Pair { platform: medians(&platform), yardstick: medians(&yardstick) }
}

/// What is going on, for who waits; the figures alone go to the standard output.
fn say(what: &str) {
    eprintln!("… {what}");
}
