//! A whole exchange in one process, for tests only.
//!
//! * [`database`] — a fresh SQLite file or PostgreSQL database for a test.

pub mod database;
