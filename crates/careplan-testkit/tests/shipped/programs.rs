//! Where cargo put the shipped programs.

use std::path::PathBuf;

/// The platform.
pub(crate) fn platform() -> PathBuf {
    built("careplan-platform")
}

/// The client.
pub(crate) fn client() -> PathBuf {
    built("careplan-client")
}

/// Programs lie one folder above the tests of the same build.
fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().and_then(|deps| deps.parent()).unwrap().join(name);
    assert!(
        program.exists(),
        "{} is not there; `cargo build --workspace --bins` builds it",
        program.display()
    );
    program
}
