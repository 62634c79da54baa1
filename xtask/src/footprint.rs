//! `cargo xtask footprint`: what the office client costs an old PC: how soon it is there, how much memory it holds when idle, how fast
//! its pages come – on the day it was set up, and after five years.
//!
//! The shipped client, optimised, with a platform on this machine. Figures are medians; they decide nothing.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::demo::{AtWork, Office, Platform};
use crate::town::{Invented, OFFICES};
use crate::{command, programs, stop};

/// Five years of an office with thirty partners.
const TRANSMISSIONS: &str = "200000";

/// Starts and page views that a median is taken of.
const TURNS: usize = 9;

/// After that nothing of the start is in the memory any more.
const UNTIL_IDLE: Duration = Duration::from_secs(15);

/// Pages that are looked at.
const PAGES: [&str; 6] = ["/", "/sent", "/received", "/search", "/partners", "/settings"];

/// Builds and measures.
pub(crate) fn run() -> anyhow::Result<()> {
    let (programs, five_years) = programs::optimised("five_years")?;
    let folder = TempDir::with_prefix("careplan-footprint-").context("make a temporary folder")?;
    let offices: Vec<&Invented> = OFFICES.iter().take(1).collect();
    let platform = Platform::start(&programs, &folder.path().join("platform"), &offices, "")?;
    let invented = OFFICES.first().context("there is an office")?;
    let letter = platform.letter_to(invented)?;
    platform.admin(&["licence", "grant", invented.number])?;
    let mut office = Office::set_up(&programs, invented, &folder.path().join("office"), &platform, &letter)?;
    println!(
        "{:<12}{:>14}{:>14}{:>14}   pages (ms): {}",
        "",
        "start (ms)",
        "idle (MiB)",
        "state (MiB)",
        PAGES.join(" ")
    );
    office = measure("new", office)?;
    command::output(Command::new(five_years).arg(office.data()).arg(TRANSMISSIONS))?;
    measure("five years", office)?;
    platform.stop()
}

fn measure(name: &str, office: Office) -> anyhow::Result<Office> {
    let state = fs::metadata(office.data().join("client.sqlite"))?.len() / (1 << 20);
    let mut starts = Vec::new();
    for _ in 0..TURNS {
        let begun = Instant::now();
        let client = office.run()?;
        starts.push(begun.elapsed());
        client.stop()?;
    }
    let at_work = AtWork::begin(office)?;
    at_work.be_somebody()?;
    stop::pause(UNTIL_IDLE);
    let idle = at_work.memory()? / 1024;
    let mut pages = Vec::new();
    for page in PAGES {
        let mut views = Vec::new();
        for _ in 0..TURNS {
            views.push(at_work.view(page)?);
        }
        pages.push(format!("{:.1}", median(&mut views).as_secs_f64() * 1000.0));
    }
    let start = median(&mut starts).as_millis();
    println!("{name:<12}{start:>14}{idle:>14}{state:>14}   {}", pages.join("  "));
    at_work.stop()
}

fn median(all: &mut [Duration]) -> Duration {
    all.sort();
    all.get(all.len() / 2).copied().unwrap_or_default()
}
