//! A whole exchange in one process, for tests only.
//!
//! * [`certificates`] — certificates that no honest authority would give us.
//! * [`database`] — a fresh SQLite file or PostgreSQL database for a test.
//! * [`installation`] — the shipped platform binary, started and killed.
//! * [`s3`] — an S3-compatible server for blob tests.

pub mod certificates;
pub mod database;
pub mod installation;
pub mod s3;
