//! The demo on trial: what a person sees of it, and that it can fail.
//!
//! Played as its own program, once as a person plays it, ended by Ctrl-C, and once with a received
//! file spoiled, which must not go unnoticed. Both must leave no program behind.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;

use crate::command;
use crate::programs::Programs;

/// Plays both.
pub(crate) fn both(programs: &Programs) -> anyhow::Result<()> {
    ended_by_ctrl_c(programs).context("the demo that a person ends")?;
    spoiled(programs).context("the demo with a spoiled file")
}

/// The demo on programs that are built, in a folder of ours.
fn demo(programs: &Programs, folder: &Path) -> Command {
    // Not by its path: building for the trial may have put a newer program there, or be about to.
    let mut demo = Command::new("/proc/self/exe");
    demo.arg("demo").arg("--folder").arg(folder);
    demo.arg("--platform").arg(&programs.platform).arg("--client").arg(&programs.client);
    demo.stdin(Stdio::null());
    demo
}

fn ended_by_ctrl_c(programs: &Programs) -> anyhow::Result<()> {
    let place = TempDir::with_prefix("careplan-trial-").context("make a temporary folder")?;
    let mut demo = demo(programs, place.path());
    // A terminal's Ctrl-C reaches the whole group: the demo and everything that it started.
    let mut child = demo.stdout(Stdio::piped()).process_group(0).spawn().context("start the demo")?;
    let group = format!("-{}", child.id());
    let mut said = String::new();
    for line in BufReader::new(child.stdout.take().context("the demo's output")?).lines() {
        let line = line?;
        if line.contains("Ctrl-C") {
            ensure!(!running_in(place.path())?.is_empty(), "nothing runs while the demo waits");
            command::output(Command::new("kill").args(["-s", "INT", "--", &group]))?;
        }
        said += &(line + "\n");
    }
    let status = child.wait()?;
    ensure!(status.code() == Some(0), "it ended with {status}:\n{said}");
    ensure!(said.contains("⑫") && said.contains("12/12 steps"), "it did not say all:\n{said}");
    nothing_runs_in(place.path())?;
    println!("Ctrl-C ended the demo in order, and nothing runs any more");
    Ok(())
}

fn spoiled(programs: &Programs) -> anyhow::Result<()> {
    let place = TempDir::with_prefix("careplan-trial-").context("make a temporary folder")?;
    let output = demo(programs, place.path()).args(["--headless", "--spoil"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(1), "it ended with {}:\n{said}", output.status);
    ensure!(said.contains("step 5/12") && said.contains("differs from what was sent"), "it said:\n{said}");
    nothing_runs_in(place.path())?;
    println!("A spoiled file ended the demo at the step that compares it");
    Ok(())
}

fn nothing_runs_in(folder: &Path) -> anyhow::Result<()> {
    match running_in(folder)?.as_slice() {
        [] => Ok(()),
        left => bail!("left running: {}", left.join("; ")),
    }
}

/// The command lines of programs that were given something in a folder.
fn running_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let folder = folder.canonicalize()?;
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").context("look at the processes")? {
        // One that ends meanwhile has no command line any more.
        let line = fs::read(process?.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        // The demo itself was given the folder, too: of interest is what it started.
        if line.contains(&*folder.to_string_lossy()) && !line.contains(" demo ") {
            found.push(line);
        }
    }
    Ok(found)
}
