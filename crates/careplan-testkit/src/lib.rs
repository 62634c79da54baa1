//! A whole exchange in one process, for tests only.
//!
//! * [`certificates`] — certificates that no honest authority would give us.
//! * [`courier`] — one office's hand at the wire.
//! * [`database`] — a fresh SQLite file or PostgreSQL database for a test.
//! * [`exchange`] — the platform in this process, over real TLS.
//! * [`installation`] — the shipped platform binary, started and killed.
//! * [`mod@line`] — an office's line, on which requests and answers get lost.
//! * [`members`] — offices that take part in an installation.
//! * [`office`] — an office's client in this process, step by step.
//! * [`s3`] — an S3-compatible server for blob tests.
//! * [`small_disk`] — a disk that can be full.

pub mod certificates;
pub mod courier;
pub mod database;
pub mod exchange;
pub mod installation;
pub mod line;
pub mod members;
pub mod office;
pub mod s3;
pub mod small_disk;
