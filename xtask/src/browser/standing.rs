//! Offices whose clients are set up and stand still: a journey starts and stops them itself.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde::Serialize;

use crate::demo::Office;
use crate::town::{Files, Invented, Month, User, actuals, use_slips, users};

/// Pairs, one for each journey between two offices.
const PAIRS: usize = 4;

/// Offices for journeys within one.
const ALONE: usize = 2;

/// Who is cared for in both months of a pair, and one more whose plan of the second is not written yet.
const USERS: usize = 4;

/// One client.
#[derive(Serialize)]
struct Client {
    /// `9970000018-43`.
    address: String,
    name: &'static str,
    data: PathBuf,
}

/// An office that makes plans, one that gives services, and what their care software wrote, each unit in a folder.
#[derive(Serialize)]
struct Pair {
    planner: Client,
    provider: Client,
    /// `YYYYMM`, a month that is over: its actuals are due on every day.
    month: String,
    /// The plans of the month before it, for everybody.
    plans_before: PathBuf,
    /// The plans of the month, for everybody but one.
    plans: PathBuf,
    /// The actuals of these plans. One user stayed away once.
    actuals: PathBuf,
}

/// What Node is told of them.
#[derive(Serialize)]
pub(super) struct Standing {
    pairs: Vec<Pair>,
    alone: Vec<Client>,
}

impl Standing {
    /// Sets up the clients and writes the files of their care software.
    pub(super) fn of(
        offices: &[&'static Invented],
        set_up: impl Fn(&'static Invented) -> anyhow::Result<Office>,
    ) -> anyhow::Result<Self> {
        let (planners, others): (Vec<_>, Vec<_>) =
            offices.iter().copied().partition(|office| office.service_type == "43");
        let (providers, alone) = others.split_at_checked(PAIRS).context("there are service offices")?;
        ensure!(planners.len() >= PAIRS && alone.len() >= ALONE, "the town has too few offices");
        let both = planners.iter().take(PAIRS).zip(providers);
        let pairs = both.map(|(planner, provider)| Pair::of(&set_up(planner)?, &set_up(provider)?));
        let alone = alone.iter().take(ALONE).map(|office| Ok(Client::of(&set_up(office)?)));
        Ok(Self {
            pairs: pairs.collect::<anyhow::Result<_>>()?,
            alone: alone.collect::<anyhow::Result<_>>()?,
        })
    }
}

impl Client {
    fn of(office: &Office) -> Self {
        Self { address: office.address(), name: office.invented().name, data: office.data() }
    }
}

impl Pair {
    fn of(planner: &Office, provider: &Office) -> anyhow::Result<Self> {
        let month = Month::of(jiff::Zoned::now().date()).before()?;
        let [from, to] = [planner.invented(), provider.invented()];
        let mut all = users(&[to]);
        all.truncate(USERS + 1);
        let planned: &[User] = all.get(..USERS).context("there are users")?;
        let write = |office: &Office, name: &str, files: &Files| {
            let folder = office.folder().join(name);
            put(&folder, files).with_context(|| format!("write {}", folder.display()))?;
            anyhow::Ok(folder)
        };
        Ok(Self {
            planner: Client::of(planner),
            provider: Client::of(provider),
            month: month.digits(),
            plans_before: write(planner, "plans-before", &use_slips([from, to], &all, month.before()?)?)?,
            plans: write(planner, "plans", &use_slips([from, to], planned, month)?)?,
            actuals: write(provider, "actuals", &actuals([to, from], planned, month)?)?,
        })
    }
}

fn put(folder: &Path, files: &Files) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
