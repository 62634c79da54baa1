//! The evidence of transmissions, checked with the `openssl` command and nothing of ours: the
//! commands are those that the README in the ZIP tells an inspector to run.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};
use zip::ZipArchive;

use super::office::Office;
use crate::command;

/// Writes and verifies the evidence of what an office sent.
pub(super) fn of(office: &Office, numbers: &[String]) -> anyhow::Result<Vec<String>> {
    let folder = office.folder().join("evidence");
    fs::create_dir_all(&folder)?;
    let written = numbers.iter().map(|number| {
        let file = folder.join(format!("{number}.zip"));
        office.tell("evidence", &[number, "--out", &file.to_string_lossy()])?;
        let proofs = verify(&file).with_context(|| format!("verify {}", file.display()))?;
        Ok(format!("証拠を確かめました ({proofs} proofs verified with openssl)  {}", file.display()))
    });
    written.collect()
}

/// Unpacks the ZIP beside itself and runs the commands of its README; returns how many.
fn verify(file: &Path) -> anyhow::Result<usize> {
    let folder = file.with_extension("");
    ZipArchive::new(File::open(file)?)?.extract(&folder)?;
    let readme = fs::read_dir(&folder)?.filter_map(Result::ok).map(|entry| entry.path());
    let readme = readme.into_iter().find(|path| path.to_string_lossy().contains("README"));
    let readme = fs::read_to_string(readme.context("the evidence has no README")?)?;
    let commands: Vec<&str> = readme
        .lines()
        .map(|line| line.trim().trim_start_matches("$ "))
        .filter(|line| line.starts_with("openssl cms -verify"))
        .collect();
    ensure!(!commands.is_empty(), "the README of the evidence names no openssl command");
    for line in &commands {
        command::output(Command::new("sh").args(["-c", line]).current_dir(&folder))?;
    }
    Ok(commands.len())
}
