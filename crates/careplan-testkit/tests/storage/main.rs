//! Storage that is full or away, seen from both ends: a clear answer, nothing half-written, and all
//! goes on when there is room again.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod away;
mod client;
mod platform;
mod world;
