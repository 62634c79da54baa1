//! The certificate authority on both databases: orders, crashes, revocation lists, its home.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod home;
mod lists;
mod orders;
mod own;
mod world;
