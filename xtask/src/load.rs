//! `cargo xtask load`: what the platform can do on this machine, and what it costs.
//!
//! The work is done by an example of the testkit; here the optimised programs are built and a
//! durable PostgreSQL is started. `docs/performance.md` explains the figures.

use std::process::Command;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::postgres::{self, Postgres, REAL_DISK};
use crate::{command, programs};

/// How much load.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// One minute in place of eight: everything is tried, the figures are orders of magnitude.
    #[arg(long)]
    quick: bool,
    /// On which database.
    #[arg(long, value_enum, default_value_t = Database::Both)]
    database: Database,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Both,
}

/// Builds and measures.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let (shipped, load) = programs::optimised("load")?;
    let folder = tempfile::TempDir::with_prefix_in("careplan-load-", REAL_DISK);
    let folder = folder.with_context(|| format!("make a folder in {REAL_DISK}"))?;
    let mut run = Command::new(load);
    run.args(["run", "--platform"]).arg(shipped.platform).arg("--folder").arg(folder.path());
    // The fixtures' databases must lie there too, or SQLite would be durable in memory.
    run.env("TMPDIR", folder.path());
    if options.quick {
        run.arg("--quick");
    }
    if options.database != Database::Postgres {
        run.arg("--sqlite");
    }
    let server = (options.database != Database::Sqlite).then(Postgres::start_durable).transpose()?;
    if let Some(server) = &server {
        run.arg("--postgres").arg(server.pid()?.to_string());
        run.env(postgres::URL_VARIABLE, server.url());
    }
    command::run(&mut run).inspect_err(|_| {
        // The platform's log is in there.
        println!("What was measured on is kept in {}", folder.keep().display());
    })
}
