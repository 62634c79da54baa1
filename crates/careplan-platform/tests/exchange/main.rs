//! The platform's rooms on both databases: store, audit, mailbox, jobs, Office API.
#![expect(clippy::unwrap_used, reason = "tests")]

mod audit;
mod mailbox;
mod replicas;
mod store;
mod world;
