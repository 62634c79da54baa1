//! The screens, asked as browsers ask them, over a platform in memory.
#![expect(unreachable_pub, clippy::panic, clippy::unwrap_used, reason = "tests")]
#![expect(clippy::result_large_err, reason = "a problem is an answer here, and speed does not matter")]

#[expect(dead_code, reason = "the tests of the office use the rest of it")]
#[path = "../office/authority.rs"]
mod authority;
#[path = "../office/exchange.rs"]
mod exchange;
#[expect(dead_code, reason = "the tests of the office use the rest of it")]
#[path = "../office/memory_store.rs"]
mod memory_store;
#[path = "../office/telephone.rs"]
mod telephone;
#[expect(dead_code, reason = "the tests of the office use the rest of it")]
#[path = "../office/world.rs"]
mod world;

mod backup;
mod board;
mod browser;
mod certificate;
mod documents;
mod folders;
mod guard;
mod lan;
mod lists;
mod log_in;
mod noted;
mod notices;
mod partners;
mod preview;
mod receiving;
mod reminders;
mod reports;
mod routes;
mod sending;
mod settings;
mod staff;
mod versions;
mod waiting;
mod wizard;
