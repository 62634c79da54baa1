//! `cargo xtask test`: everything that CI runs, in the order in which it fails fastest.
//!
//! Each stage is timed. The run stops at the first stage that fails and says which one it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tempfile::NamedTempFile;

use crate::postgres::{self, Postgres};
use crate::{browser, command, demo, fuzz, packages, programs, stop, torture};

/// What is run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only the tests whose name contains this text, and none of the other stages.
    #[arg(long)]
    filter: Option<String>,
    /// After everything else, run each fuzz target for a minute.
    #[arg(long, conflicts_with = "filter")]
    long: bool,
}

/// Names the file in which tests note that they were not run; the testkit knows it by the same name.
const NOT_RUN_VARIABLE: &str = "CAREPLAN_TESTS_NOT_RUN";

/// Notes of tests that were not run: a test that passes in silence proves nothing.
struct NotRun(NamedTempFile);

impl NotRun {
    fn new() -> anyhow::Result<Self> {
        let file = NamedTempFile::with_prefix("careplan-not-run-");
        Ok(Self(file.context("make a file for notes of tests that are not run")?))
    }

    /// Says which tests were not run, and why.
    fn tell(&self) -> anyhow::Result<()> {
        let notes = fs::read_to_string(self.0.path()).context("read the notes of tests not run")?;
        print!("{}", told(&notes));
        Ok(())
    }
}

/// Notes as a person reads them, each reason once.
fn told(notes: &str) -> String {
    let mut by_reason = BTreeMap::<&str, BTreeSet<&str>>::new();
    for line in notes.lines() {
        let (test, reason) = line.split_once('\t').unwrap_or((line, "no reason given"));
        by_reason.entry(reason).or_default().insert(test);
    }
    let mut told = String::new();
    for (reason, tests) in by_reason {
        told += &format!("\n== NOT RUN: {} ({reason})\n", tests.len());
        for test in tests {
            told += &format!("  {test}\n");
        }
    }
    told
}

type Stage<'a> = (&'static str, Box<dyn Fn() -> anyhow::Result<()> + 'a>);

/// Installs what is missing and runs all stages, or only the filtered tests.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let began = Instant::now();
    fetch()?;
    packages::nextest()?;
    packages::debian(
        &["openssl", "curl", "poppler-utils"],
        "the tests check proofs, enrolment and printed papers with programs that are not ours",
    )?;
    let server = Postgres::start()?;
    let url = server.url();
    let not_run = NotRun::new()?;
    if let Some(filter) = &options.filter {
        let outcome = tests(&url, Some(filter), &not_run);
        not_run.tell()?;
        return outcome;
    }
    let mut stages: Vec<Stage<'_>> = vec![
        ("format", Box::new(format)),
        ("clippy", Box::new(clippy)),
        ("tests", Box::new(|| tests(&url, None, &not_run))),
        ("doc tests", Box::new(|| doc_tests(&url))),
        ("documentation", Box::new(documentation)),
        ("dependency policy", Box::new(policy)),
        ("fuzz targets compile", Box::new(fuzz_targets)),
        ("torture", Box::new(|| torture::short(&programs::as_tested()?, &url))),
        ("browser", Box::new(|| browser::journeys(&programs::as_tested()?.shipped, None))),
        ("demo", Box::new(|| demo::headless(&programs::as_tested()?.shipped))),
        ("demo on trial", Box::new(|| demo::trial::both(&programs::as_tested()?.shipped))),
    ];
    if options.long {
        stages.push(("fuzzing", Box::new(fuzz::all)));
    }
    let mut times = vec![("PostgreSQL", began.elapsed())];
    for (name, stage) in &stages {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = stage().with_context(|| format!("stage `{name}` failed"));
        if outcome.is_err() {
            not_run.tell()?;
        }
        outcome?;
        anyhow::ensure!(!stop::asked(), "stopped by the user in stage `{name}`");
        times.push((name, start.elapsed()));
    }
    summary(&times, began.elapsed());
    not_run.tell()
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

fn tests(postgres_url: &str, filter: Option<&str>, not_run: &NotRun) -> anyhow::Result<()> {
    let mut nextest = command::cargo();
    nextest.args(["nextest", "run", "--workspace", "--locked", "--no-fail-fast"]).args(filter);
    nextest.env(NOT_RUN_VARIABLE, not_run.0.path());
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

/// They run with `--long`; here they only must compile. The shared target folder spares them most of the building.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_that_were_not_run_are_named_under_their_reason() {
        assert_eq!(told(""), "");
        assert_eq!(
            told("b\tno disk\na\tno disk\nb\tno disk\nc\tno line\n"),
            "\n== NOT RUN: 2 (no disk)\n  a\n  b\n\n== NOT RUN: 1 (no line)\n  c\n"
        );
    }
}
