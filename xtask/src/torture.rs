//! `cargo xtask torture`: kills the real platform at random instants and looks for what was lost.
//!
//! The work is done by an example of the testkit; here the programs are built and the database is
//! started.

use std::process::Command;

use clap::ValueEnum;

use crate::command;
use crate::postgres::{self, Postgres};
use crate::programs::{self, AsTested};

/// How much torture.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often the platform is killed.
    #[arg(long, default_value_t = 20)]
    kills: u32,
    /// On which database; without it on both.
    #[arg(long, value_enum)]
    database: Option<Database>,
    /// Repeats the instants of an earlier run.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

/// Builds and tortures.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let built = programs::as_tested()?;
    let wanted = |it| options.database.is_none_or(|only| only == it);
    let server = wanted(Database::Postgres).then(Postgres::start).transpose()?;
    let url = server.as_ref().map(Postgres::url);
    for (database, name) in [(Database::Sqlite, "sqlite"), (Database::Postgres, "postgres")] {
        if wanted(database) {
            once(&built, options, (name, url.as_deref()))?;
        }
    }
    Ok(())
}

/// A short one on both databases, as a stage of `cargo xtask test`.
pub(crate) fn short(built: &AsTested, postgres_url: &str) -> anyhow::Result<()> {
    const KILLS: u32 = 5;
    let options = Options { kills: KILLS, database: None, seed: None };
    for name in ["sqlite", "postgres"] {
        once(built, &options, (name, Some(postgres_url)))?;
    }
    Ok(())
}

fn once(
    built: &AsTested,
    options: &Options,
    (database, postgres_url): (&str, Option<&str>),
) -> anyhow::Result<()> {
    let mut run = Command::new(&built.torture);
    run.arg("--platform").arg(&built.shipped.platform).args(["--database", database]);
    run.arg("--kills").arg(options.kills.to_string());
    if let Some(seed) = options.seed {
        run.arg("--seed").arg(seed.to_string());
    }
    if let Some(url) = postgres_url {
        run.env(postgres::URL_VARIABLE, url);
    }
    command::run(&mut run)
}
