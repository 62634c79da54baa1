//! The door: what a peer meets before anybody asks who it is.
#![expect(clippy::unwrap_used, reason = "tests")]

mod ending;
mod handshake;
mod limits;
mod reload;
mod world;
