//! Comparing: plan against actuals, old forms against new ones.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod diff;
mod diff_properties;
mod diff_steps;
mod month;
mod month_edges;
mod month_properties;
mod sample;
#[path = "../support/mod.rs"]
mod support;
