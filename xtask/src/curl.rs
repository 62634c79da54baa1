//! `curl` as the other program: what it is given besides its address goes through its standard input, for command lines can be read by
//! everybody on the machine.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use anyhow::Context as _;

/// Runs `curl` with options, and with lines of its configuration that are not for every eye.
pub(crate) fn run(options: impl FnOnce(&mut Command), config: &str) -> anyhow::Result<Output> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--config", "-"]);
    options(&mut curl);
    let mut child = curl
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("start curl")?;
    child.stdin.take().context("curl reads what it is given")?.write_all(config.as_bytes())?;
    Ok(child.wait_with_output()?)
}
