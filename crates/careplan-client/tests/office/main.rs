//! The client against a platform in memory.
#![expect(unreachable_pub, clippy::panic, reason = "tests")]

mod authority;
mod exchange;
mod world;

mod commands;
mod exchanging;
mod hostile_letters;
mod killed_anywhere;
mod lost_on_the_way;
mod poison;
mod receivers_keys;
mod setting_up;
