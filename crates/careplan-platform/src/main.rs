//! The operations centre: Office API, authority, jobs.
fn main() {}
