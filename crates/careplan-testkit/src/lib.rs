//! A whole exchange in one process, for tests only.
//!
//! * [`database`] — a fresh SQLite file or PostgreSQL database for a test.
//! * [`s3`] — an S3-compatible server for blob tests.

pub mod database;
pub mod s3;
