//! Drives the shipped platform with the client library and prints what it can do and what it costs.
//!
//! Nothing here fails on a figure. It fails when an answer is wrong: another status, no receipt, a
//! receipt that does not verify, a letter that is not as it was sent, a notice that never comes.
//! `cargo xtask load` builds the platform and runs this; `docs/performance.md` explains the figures.

mod envelope;
mod exchange;
mod figures;
mod handshakes;
mod letters;
mod listening;
mod listing;
mod process;
mod reading;
mod report;
mod sends;
mod sizes;
mod storage;
mod wire;
mod world;
mod yardstick;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use careplan_testkit::database::Engine;
use clap::{Parser, Subcommand};
use tempfile::TempDir;

use sizes::Sizes;

#[derive(Parser)]
#[command(about = "Load for a platform; started by `cargo xtask load`")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure.
    Run(Options),
    /// Be the yardstick. Started by `run`.
    Yardstick(yardstick::Options),
}

#[derive(clap::Args)]
struct Options {
    /// The platform's binary.
    #[arg(long)]
    platform: PathBuf,
    /// A folder on a real disk, for databases and keys.
    #[arg(long)]
    folder: PathBuf,
    /// Smaller and fewer rounds.
    #[arg(long)]
    quick: bool,
    /// Measure on SQLite.
    #[arg(long)]
    sqlite: bool,
    /// Measure on the PostgreSQL server that `CAREPLAN_TEST_POSTGRES` names; this is its process.
    #[arg(long, value_name = "PID")]
    postgres: Option<u32>,
}

/// Where one database's measurements take place.
struct Place<'a> {
    platform: &'a Path,
    folder: &'a Path,
    engine: Engine,
    postgres: Option<u32>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Yardstick(options) => yardstick::serve(&options).await,
        Task::Run(options) => run(&options).await,
    }
}

async fn run(options: &Options) -> anyhow::Result<()> {
    let began = Instant::now();
    let sizes = if options.quick { Sizes::QUICK } else { Sizes::FULL };
    println!("{}; {}.", process::description(), letters::now().strftime("%Y-%m-%d %H:%M UTC"));
    println!(
        "{} rounds of each, medians; letters with {} bytes of content. {}",
        sizes.rounds,
        letters::LETTER_BYTES,
        if options.quick { "Quick run: orders of magnitude only." } else { "Full run." }
    );
    let sqlite = options.sqlite.then_some(("SQLite", Engine::Sqlite, None));
    let postgres = options.postgres.map(|pid| ("PostgreSQL", Engine::Postgres, Some(pid)));
    for (name, engine, postgres) in sqlite.into_iter().chain(postgres) {
        eprintln!("{name}");
        let home = TempDir::with_prefix_in("run-", &options.folder)?;
        let place = Place { platform: &options.platform, folder: home.path(), engine, postgres };
        let figures = exchange::measure(&place, &sizes).await;
        if figures.is_err() {
            eprintln!("The platform's logs are kept in {}", home.keep().display());
        }
        println!("{}", report::database(name, &figures.with_context(|| format!("on {name}"))?, &sizes));
    }
    println!("Took {:.0} s.", began.elapsed().as_secs_f64());
    Ok(())
}
