//! The platform's rooms on both databases: store, audit, mailbox, jobs, Office API.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod audit;
mod blobs;
mod faults;
mod group_commit;
mod jobs;
mod mailbox;
mod office_api;
mod openapi;
mod replicas;
mod store;
mod world;
