//! Pages.
fn main() {}
