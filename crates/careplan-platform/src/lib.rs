//! The operations centre: Office API, authority, jobs.
//!
//! One library and one binary. A handler is always the same five steps: parse → authorise → load →
//! decide (in `careplan-domain`) → commit (row, audit line and job in one transaction). The
//! platform never looks inside a letter: it does not even depend on the crate that could.

pub mod admin;
pub mod audit;
pub mod authority;
pub mod billing;
pub mod blobs;
pub mod caller;
pub mod clock;
pub mod config;
pub mod directory;
pub mod jobs;
pub mod key_file;
pub mod licence;
pub mod login;
pub mod mail;
pub mod mailbox;
pub mod notices;
pub mod office_api;
pub mod papers;
pub mod platform;
pub mod reminders;
pub mod serve;
pub mod signer;
pub mod store;
pub mod telemetry;
pub mod terminals;
pub mod tls;
pub mod trust;
pub mod website;
