//! What a fresh Debian machine lacks: packages and cargo's tools are installed when missing.
//!
//! Promise: nothing is installed that is there already, and when it cannot be installed (neither
//! root nor sudo), one sentence says what to install by hand.

use std::process::Command;

use anyhow::{Context as _, bail};

use crate::command;

/// Installs Debian packages with apt-get, as root or with sudo that asks no password.
pub(crate) fn debian(packages: &[&str], what_for: &str) -> anyhow::Result<()> {
    let missing: Vec<&str> =
        packages.iter().copied().filter(|package| !command::succeeds("dpkg", &["-s", package])).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("Install by hand ({what_for}): apt-get install {}", missing.join(" "));
    if !command::succeeds("apt-get", &["--version"]) {
        bail!("This machine has no apt-get. {by_hand}");
    }
    apt(&["update", "-qq"]).with_context(|| by_hand.clone())?;
    let mut arguments = vec!["install", "-qq", "-y", "--no-install-recommends"];
    arguments.extend(&missing);
    apt(&arguments).context(by_hand)
}

/// Makes `cargo nextest` available; built from the registry only when it is missing.
pub(crate) fn nextest() -> anyhow::Result<()> {
    if command::succeeds("cargo-nextest", &["nextest", "--version"]) {
        return Ok(());
    }
    command::run(command::cargo().args(["install", "--locked", "cargo-nextest"]))
        .context("Install by hand: cargo install --locked cargo-nextest")
}

/// Runs a program as root, when we are root or sudo lets us without a password.
pub(crate) fn as_root(program: &str) -> anyhow::Result<Command> {
    if is_root() {
        return Ok(Command::new(program));
    }
    if command::succeeds("sudo", &["-n", "true"]) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", program]);
        return Ok(sudo);
    }
    bail!("`{program}` must run as root, and this user is not root and has no sudo without a password.")
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    command::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    command::run(as_root("apt-get")?.env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
}
