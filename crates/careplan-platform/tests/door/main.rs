//! The door: what a peer meets before anybody asks who it is.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod ending;
mod handshake;
mod limits;
mod reload;
mod world;
