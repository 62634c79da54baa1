//! Fills the data folder of a client with five years of an office: `five_years DATA TRANSMISSIONS`. Run by `cargo xtask footprint`.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a tool for measuring stops at the first fault")]

use std::path::PathBuf;

use clap::Parser;

#[path = "../../careplan-client/benches/history/made_up.rs"]
mod made_up;

#[derive(Parser)]
struct Arguments {
    data: PathBuf,
    transmissions: u64,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    made_up::fill(&arguments.data, arguments.transmissions).await;
}
