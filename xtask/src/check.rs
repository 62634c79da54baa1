//! `cargo xtask test`: everything that CI runs, in the order in which it fails fastest.
//!
//! Each stage is timed. The run stops at the first stage that fails and says which one it was.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::postgres::{self, Postgres};
use crate::{command, demo, packages, programs, stop, torture};

/// What is run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only the tests whose name contains this text, and none of the other stages.
    #[arg(long)]
    filter: Option<String>,
}

type Stage<'a> = (&'static str, Box<dyn Fn() -> anyhow::Result<()> + 'a>);

/// Installs what is missing and runs all stages, or only the filtered tests.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let began = Instant::now();
    fetch()?;
    packages::nextest()?;
    packages::debian(
        &["openssl", "curl"],
        "the tests check proofs and enrolment with programs that are not ours",
    )?;
    let server = Postgres::start()?;
    let url = server.url();
    if let Some(filter) = &options.filter {
        return tests(&url, Some(filter));
    }
    let stages: Vec<Stage<'_>> = vec![
        ("format", Box::new(format)),
        ("clippy", Box::new(clippy)),
        ("tests", Box::new(|| tests(&url, None))),
        ("doc tests", Box::new(|| doc_tests(&url))),
        ("documentation", Box::new(documentation)),
        ("dependency policy", Box::new(policy)),
        ("fuzz targets compile", Box::new(fuzz_targets)),
        ("torture", Box::new(|| torture::short(&programs::as_tested()?, &url))),
        ("demo", Box::new(|| demo::headless(&programs::as_tested()?.shipped))),
        ("demo on trial", Box::new(|| demo::trial::both(&programs::as_tested()?.shipped))),
    ];
    let mut times = vec![("PostgreSQL", began.elapsed())];
    for (name, stage) in &stages {
        println!("\n== {name}");
        let start = Instant::now();
        stage().with_context(|| format!("stage `{name}` failed"))?;
        anyhow::ensure!(!stop::asked(), "stopped by the user in stage `{name}`");
        times.push((name, start.elapsed()));
    }
    summary(&times, began.elapsed());
    Ok(())
}

/// Brings every dependency, also those of other platforms, which are never built here: the policy
/// test reads the licences of all of them, without a network.
fn fetch() -> anyhow::Result<()> {
    command::run(command::cargo().args(["fetch", "--locked"]))
}

fn format() -> anyhow::Result<()> {
    command::run(command::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> anyhow::Result<()> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    command::run(command::cargo().args(arguments))
}

fn documentation() -> anyhow::Result<()> {
    let mut doc = command::cargo();
    doc.args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings");
    command::run(&mut doc)
}

fn tests(postgres_url: &str, filter: Option<&str>) -> anyhow::Result<()> {
    let mut nextest = command::cargo();
    nextest.args(["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]).args(filter);
    command::run(nextest.env(postgres::URL_VARIABLE, postgres_url))
}

fn doc_tests(postgres_url: &str) -> anyhow::Result<()> {
    let mut test = command::cargo();
    test.args(["test", "--workspace", "--doc", "--locked", "--quiet"]);
    command::run(test.env(postgres::URL_VARIABLE, postgres_url))
}

/// The arrows between our crates and the forbidden ones are a test of the testkit; here are the
/// licences and sources of everything, where `cargo deny` is installed.
fn policy() -> anyhow::Result<()> {
    if !command::succeeds("cargo-deny", &["--version"]) {
        println!("cargo-deny is not installed: only our own policy test ran (tests/policy of the testkit).");
        return Ok(());
    }
    command::run(Command::new("cargo-deny").args(["--offline", "check", "bans", "licenses", "sources"]))
}

/// They run with a nightly compiler (`cargo +nightly fuzz run csv`); here they only must compile.
/// The shared target folder spares them most of the building.
fn fuzz_targets() -> anyhow::Result<()> {
    command::run(command::cargo().args([
        "check",
        "--locked",
        "--manifest-path=fuzz/Cargo.toml",
        "--target-dir=target",
    ]))
}

fn summary(times: &[(&str, Duration)], total: Duration) {
    println!("\n== Everything passed");
    for (name, time) in times {
        println!("{:>8.1} s  {name}", time.as_secs_f64());
    }
    println!("{:>8.1} s  in all", total.as_secs_f64());
}
