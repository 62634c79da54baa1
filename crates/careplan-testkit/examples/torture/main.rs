//! Kills the real platform at random instants while offices send, and looks for what was lost.
//!
//! Senders hand letters over and repeat each until the platform answers *accepted*, as clients do;
//! now and then they repeat one that was accepted and want the same receipt. Meanwhile the platform
//! is killed with SIGKILL and started again. At the end every accepted letter must be listed once,
//! fetchable, as it was sent and with its first receipt; nothing else may be listed; the audit
//! chain must hold. `cargo xtask torture` builds the platform and runs this.

mod random;
mod senders;
mod verdict;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use careplan_client::platform::Retry;
use careplan_testkit::courier::Courier;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::installation::Installation;
use careplan_testkit::members;
use clap::{Parser, ValueEnum};
use tempfile::TempDir;

use random::Random;
use senders::{Ledger, SENDERS};

const SENDING: (&str, &str) = ("9970000018", "43");
const RECEIVING: (&str, &str) = ("9970000026", "11");

#[derive(Parser)]
struct Arguments {
    /// The platform's binary.
    #[arg(long)]
    platform: PathBuf,
    /// How often it is killed.
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// On which database.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// Repeats an earlier run's instants.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = TempDir::with_prefix("careplan-torture-")?;
    let database = TestDatabase::fresh(match arguments.database {
        Database::Sqlite => Engine::Sqlite,
        Database::Postgres => Engine::Postgres,
    })
    .await;
    let run = torture(&arguments, &folder, &database).await;
    if run.is_err() {
        eprintln!("The platform's log is kept in {}", folder.keep().display());
    }
    database.remove().await;
    run
}

async fn torture(arguments: &Arguments, folder: &TempDir, database: &TestDatabase) -> anyhow::Result<()> {
    let seed = arguments.seed.unwrap_or_else(random::seed);
    let mut random = Random::new(seed);
    let home = folder.path().join("platform");
    let platform = Installation::new(&arguments.platform, &home, Some(database.url()), "")?;
    let mut running = platform.start().await?;
    let offices = members::join(&platform, folder.path(), &[SENDING, RECEIVING]).await?;
    let [sender, receiver] = offices.as_slice() else { anyhow::bail!("two offices join") };

    let ledger = Arc::new(Ledger::default());
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..SENDERS {
        let courier = Courier::of(sender, Retry::NEVER).await?;
        tasks.spawn(senders::send(courier, Random::new(seed ^ number), Arc::clone(&ledger)));
    }
    for kill in 1..=arguments.kills {
        // Not a wait for something: the instant of the kill is what is random.
        tokio::time::sleep(Duration::from_millis(random.below(700) + 20)).await;
        running.kill().await?;
        running = platform.start().await.with_context(|| format!("start after kill {kill}"))?;
    }
    ledger.stop();
    while let Some(ended) = tasks.join_next().await {
        ended?.context("a sender")?;
    }
    ensure!(ledger.repeats() > 0, "no request was ever lost: the kills came at idle times (seed {seed})");
    let receiver = Courier::of(receiver, Retry::DEFAULT).await?;
    verdict::pass(&receiver, &ledger).await.with_context(|| format!("seed {seed}"))?;
    let audit = platform.command(&["admin", "audit", "verify"]).await?;
    running.stop().await?;
    println!(
        "{} kills, {} letters accepted, {} requests lost and repeated: every accepted letter is fetchable, none is doubled. {}",
        arguments.kills,
        ledger.accepted().len(),
        ledger.repeats(),
        audit.lines().next_back().unwrap_or_default()
    );
    Ok(())
}
