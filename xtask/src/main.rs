//! Our scripts, in Rust: `cargo xtask test | demo | browser | screenshots | torture | load | footprint | postgres`.
//!
//! This crate stays small so that it builds in seconds. Everything that needs the exchange itself
//! is a program of `careplan-testkit` or one of the two shipped binaries, built and started here.

mod browser;
mod check;
mod child;
mod command;
mod curl;
mod demo;
mod footprint;
mod fuzz;
mod load;
mod packages;
mod postgres;
mod programs;
mod stop;
mod torture;
mod town;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Scripts of Careplan Exchange")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run everything that CI runs.
    Test(check::Options),
    /// Let two invented offices exchange a month of care plans through a real platform.
    Demo(demo::Options),
    /// Kill the real platform at random instants and look for what was lost.
    Torture(torture::Options),
    /// Measure what the platform can do on this machine, and what it costs.
    Load(load::Options),
    /// Measure what the office client costs a PC: start, memory, pages; new and after five years.
    Footprint,
    /// Walk the web site and the client's screens in a real browser, as people do.
    Browser(browser::Options),
    /// Take pictures of every page of the web site, large and small.
    Screenshots(browser::Pictures),
    /// Start a PostgreSQL server for tests, print its URL, and stop it on Ctrl-C.
    Postgres,
}

fn main() -> anyhow::Result<()> {
    stop::watch()?;
    match Arguments::parse().task {
        Task::Test(options) => check::run(&options),
        Task::Demo(options) => demo::run(&options),
        Task::Torture(options) => torture::run(&options),
        Task::Load(options) => load::run(&options),
        Task::Footprint => footprint::run(),
        Task::Browser(options) => browser::run(&options),
        Task::Screenshots(pictures) => browser::screenshots(&pictures),
        Task::Postgres => postgres::serve(),
    }
}
