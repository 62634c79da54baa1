//! One replica: what surrounds a request, start, reload, stop; in process and as a program.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod command_line;
mod edge;
mod process;
mod reload;
mod start;
mod world;
