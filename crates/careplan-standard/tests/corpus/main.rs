//! The hostile corpus: export folders with one fault each, in `tests/hostile/`, and what is said about them.
//!
//! A folder is named for its fault and holds its files exactly as they would lie in an export folder. Beside it, in
//! `tests/snapshots/hostile/`, stands what sorting and checking say, as a person reads it. What is too large for a repository is built
//! while the tests run ([`huge`]).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod fault;
mod folders;
mod huge;
mod inferences;
mod pages;
#[path = "../support/mod.rs"]
mod support;
mod words;
