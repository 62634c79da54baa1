//! The rules where a folder of the hostile corpus (`tests/hostile`) cannot show them: edges and limits, what passes, what is told
//! once, and what programs see.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod characters;
mod conditions;
mod fields;
mod files;
mod keys;
mod limits;
mod links;
mod masking;
mod names;
mod odd_rows;
mod sample;
mod sets;
#[path = "../support/mod.rs"]
mod support;
mod totals;
mod units;
