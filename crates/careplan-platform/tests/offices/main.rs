//! Offices on both databases: log-in, directory, licences, terminals, operators' commands.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "tests")]

mod login;
mod world;
