//! `cargo xtask test --long`: each fuzz target for a minute, from what the examples, the hostile corpus and earlier runs left.
//!
//! The targets are libFuzzer programs. What `cargo fuzz` would do, the compiler that runs us does with a few flags: neither that
//! tool nor a nightly compiler is needed. Without the address sanitizer: our code has no `unsafe`, and a wrong answer or a panic
//! is what we look for. Inputs that were found go to `target/fuzz/grown/`; those worth keeping are committed under `fuzz/corpus/`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::{command, programs, stop};

/// How long each target runs.
const SECONDS: u32 = 60;

/// A target that needs more is leaking.
const MEMORY_MIB: u32 = 2048;

/// One input takes milliseconds; one that takes this long is a finding.
const SECONDS_OF_AN_INPUT: u32 = 20;

/// The instruments by which libFuzzer sees where an input leads, as `cargo fuzz` sets them.
const INSTRUMENTS: [&str; 7] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebug-assertions",
];

/// Targets that take files of the standard, one, several or two heaps, as `fuzz/src/lib.rs` reads them.
const OF_ONE_FILE: [&str; 2] = ["csv", "forms"];
const OF_SEVERAL_FILES: [&str; 1] = ["unit"];
const OF_TWO_HEAPS: [&str; 2] = ["compare", "diff"];
const OF_A_NAME: [&str; 1] = ["file_name"];

/// Where the export folders lie that seed the targets.
const FOLDERS: [&str; 2] = ["crates/careplan-standard/examples", "crates/careplan-standard/tests/hostile"];

/// Builds all targets with instruments and runs each.
pub(crate) fn all() -> anyhow::Result<()> {
    let targets = targets()?;
    let built = build()?;
    let mut executions = Vec::new();
    for target in &targets {
        ensure!(!stop::asked(), "stopped by the user");
        let program = programs::find(&built, target)?;
        let count = run(target, &program)?;
        println!("{count:>12} executions of {target}");
        executions.push(count);
    }
    println!("{:>12} executions in all, {SECONDS} s a target", executions.iter().sum::<u64>());
    Ok(())
}

/// The targets, by their files: none can be forgotten.
fn targets() -> anyhow::Result<Vec<String>> {
    let entries = fs::read_dir("fuzz/fuzz_targets").context("run this in the root of the repository")?;
    let mut targets = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).context("a target has a plain name")?;
        targets.push(name.to_owned());
    }
    targets.sort_unstable();
    ensure!(!targets.is_empty(), "there are no fuzz targets");
    Ok(targets)
}

/// Cargo's messages about the programs. They have a folder of their own: every crate is built with other flags than elsewhere.
fn build() -> anyhow::Result<String> {
    let mut build = command::cargo();
    build.args(["build", "--release", "--locked", "--bins", "--manifest-path=fuzz/Cargo.toml"]);
    // A named target keeps the flags from build scripts and macros.
    build.args([
        "--target=host-tuple",
        "--target-dir=target/fuzz",
        "--message-format=json-render-diagnostics",
    ]);
    build.env("RUSTFLAGS", INSTRUMENTS.join(" "));
    command::output(build.stderr(Stdio::inherit())).context("build the fuzz targets")
}

/// Runs one target and says how many inputs it took.
fn run(target: &str, program: &Path) -> anyhow::Result<u64> {
    let here = |folder: &str| PathBuf::from(format!("target/fuzz/{folder}/{target}"));
    let (grown, seeds, found) = (here("grown"), here("seeds"), here("found"));
    for folder in [&grown, &seeds, &found] {
        fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    }
    seed(target, &seeds)?;
    let log = PathBuf::from(format!("target/fuzz/{target}.log"));
    let file = File::create(&log).with_context(|| format!("make {}", log.display()))?;
    let mut fuzz = Command::new(program);
    fuzz.arg(&grown).arg(&seeds).args(kept(target)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
    fuzz.arg(format!("-max_total_time={SECONDS}")).arg(format!("-rss_limit_mb={MEMORY_MIB}"));
    fuzz.arg(format!("-timeout={SECONDS_OF_AN_INPUT}")).args(["-print_final_stats=1", "-max_len=8192"]);
    let status = fuzz.arg(format!("-artifact_prefix={}/", found.display())).status();
    let status = status.with_context(|| format!("start the fuzz target `{target}`"))?;
    let told = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    ensure!(!stop::asked(), "stopped by the user in the fuzz target `{target}`");
    if !status.success() {
        let last: Vec<&str> = told.lines().rev().take(40).collect();
        println!("{}", last.into_iter().rev().collect::<Vec<_>>().join("\n"));
        bail!(
            "the fuzz target `{target}` found something: the input lies in {}, all it said in {}",
            found.display(),
            log.display()
        );
    }
    executions(&told)
        .with_context(|| format!("`{target}` said nothing of its executions in {}", log.display()))
}

/// The committed inputs of a target, where there are some.
fn kept(target: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(format!("fuzz/corpus/{target}"));
    folder.is_dir().then_some(folder)
}

/// Writes the export folders of the standard's crate as inputs, for the targets that take such.
fn seed(target: &str, seeds: &Path) -> anyhow::Result<()> {
    let mut number = 0;
    // Folders that follow each other hold much the same persons: what is compared should have something in common.
    let mut last: Vec<u8> = Vec::new();
    for folder in export_folders()? {
        let files = files_in(&folder)?;
        let blocks: Vec<Vec<u8>> =
            files.iter().map(|(name, bytes)| [name.as_bytes(), b"\n", bytes].concat()).collect();
        let inputs = match target {
            _ if OF_ONE_FILE.contains(&target) => blocks,
            _ if OF_SEVERAL_FILES.contains(&target) => vec![blocks.join(&b"\n====\n"[..])],
            _ if OF_TWO_HEAPS.contains(&target) => {
                let heap = blocks.join(&b"\n====\n"[..]);
                let both = [&last[..], &heap].join(&b"\n####\n"[..]);
                last = heap;
                vec![both]
            }
            _ if OF_A_NAME.contains(&target) => {
                files.into_iter().map(|(name, _)| name.into_bytes()).collect()
            }
            _ => return Ok(()),
        };
        for input in inputs {
            fs::write(seeds.join(number.to_string()), input)?;
            number += 1;
        }
    }
    Ok(())
}

fn export_folders() -> anyhow::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for root in FOLDERS {
        for entry in fs::read_dir(root).with_context(|| format!("look into {root}"))? {
            folders.push(entry?.path());
        }
    }
    folders.retain(|path| path.is_dir());
    folders.sort_unstable();
    Ok(folders)
}

fn files_in(folder: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
    }
    files.sort_unstable();
    Ok(files)
}

/// What libFuzzer says at its end.
fn executions(told: &str) -> Option<u64> {
    let line = told.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executions_are_read_from_what_the_fuzzer_says() {
        assert_eq!(executions("Done 12 runs\nstat::number_of_executed_units: 12\nstat::x: 3\n"), Some(12));
        assert_eq!(executions("Done 12 runs\n"), None);
    }
}
