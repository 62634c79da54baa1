//! A whole exchange in one process, for tests only.
//!
//! * [`certificates`] — certificates that no honest authority would give us.
//! * [`courier`] — one office's hand at the wire.
//! * [`database`] — a fresh SQLite file or PostgreSQL database for a test.
//! * [`installation`] — the shipped platform binary, started and killed.
//! * [`members`] — offices that take part in an installation.
//! * [`s3`] — an S3-compatible server for blob tests.

pub mod certificates;
pub mod courier;
pub mod database;
pub mod installation;
pub mod members;
pub mod s3;
