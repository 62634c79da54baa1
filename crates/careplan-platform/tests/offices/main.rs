//! Offices on both databases: log-in, directory, licences, terminals, operators' commands.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "tests")]

mod account;
mod admin;
mod api;
mod directory;
mod foreign;
mod licence;
mod login;
mod standings;
mod terminals;
mod world;
