//! The office's client: sends and receives care plans, keeps keys and proofs, checks files before
//! they go and after they came.
//!
//! One promise governs everything here: **a kill at any instant loses nothing and sends nothing
//! twice, and no byte reaches the inbox folder before its letter was verified.** State is one
//! SQLite file; what is sent is stored sealed before the first attempt and repeated byte for byte;
//! what came is acknowledged only after its files are durable. A kill is the same as dropping the
//! futures of this library and opening [`Office`] again on the same folder.
//!
//! * [`Office`] is the door: open it on a data folder, [`enrol`] it once, then send and receive.
//! * [`Engine`] takes bounded steps (`step_outbox`, `step_inbox`, `step_news`); one process at a time holds it.
//! * [`agent`] runs the engine for good; the commands of `careplan-client` are thin around both.

pub mod address_book;
pub mod agent;
pub mod board;
pub mod clock;
pub mod commands;
pub mod desk;
pub mod echo;
pub mod enrol;
pub mod evidence;
pub mod files;
pub mod folders;
pub mod history;
pub mod inbox;
pub mod keys;
pub mod lan;
pub mod letter;
pub mod local_api;
pub mod mishap;
pub mod notices;
mod office;
pub mod outbox;
pub mod partners;
pub mod platform;
pub mod resident;
pub mod safe;
pub mod screen;
pub mod service;
pub mod staff;
pub mod state;
pub mod trust;
mod way_out;
pub mod wizard;

pub use clock::Clock;
pub use office::{Engine, Link, Office, OfficeFault, OfficeOptions, Step};
