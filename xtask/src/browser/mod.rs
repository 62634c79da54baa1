//! The web site in a real browser: `cargo xtask browser` walks it as people do, `cargo xtask screenshots` takes pictures of every page.
//!
//! A platform is started in a temporary folder with the offices of the town; what Node needs to know of it stands in one file. The
//! journeys are in `browser/`.

mod standing;
mod world;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use crate::programs::{self, Programs};
use crate::{command, packages};
use world::in_a_world;

const PROJECT: &str = "browser";

/// What is run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only the journeys whose name contains this text.
    #[arg(long)]
    filter: Option<String>,
}

/// Where pictures go.
#[derive(clap::Args)]
pub(crate) struct Pictures {
    /// The folder; what was in it is replaced.
    #[arg(long, default_value = "target/screenshots")]
    out: PathBuf,
}

/// How long one file of journeys may take.
const STANDS_STILL: Duration = Duration::from_mins(10);

/// Walks the journeys.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    journeys(&programs::as_tested()?.shipped, options.filter.as_deref())
}

/// The journeys, as a stage of `cargo xtask test`.
pub(crate) fn journeys(programs: &Programs, filter: Option<&str>) -> anyhow::Result<()> {
    let mut tests: Vec<String> = fs::read_dir(Path::new(PROJECT).join("tests"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| format!("tests/{name}"))
        .collect();
    tests.sort();
    in_a_world(programs, |world| {
        let mut node = node(world);
        // One after another: the machine is small, and the site counts requests of an address.
        node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]);
        // What stands still ends here and is named, instead of standing until everything is stopped: no test takes a tenth of it.
        node.arg(format!("--test-timeout={}", STANDS_STILL.as_millis())).arg("--test-force-exit");
        if let Some(filter) = filter {
            node.arg(format!("--test-name-pattern={filter}"));
        }
        command::run(node.args(&tests))
    })
}

/// Takes the pictures.
pub(crate) fn screenshots(pictures: &Pictures) -> anyhow::Result<()> {
    let programs = programs::as_tested()?.shipped;
    if pictures.out.exists() {
        fs::remove_dir_all(&pictures.out).context("remove the pictures of last time")?;
    }
    fs::create_dir_all(&pictures.out)?;
    let out = pictures.out.canonicalize()?;
    in_a_world(&programs, |world| command::run(node(world).arg("screenshots.mjs").arg(&out)))?;
    println!("Pictures of every page: {}", out.display());
    Ok(())
}

/// Debian's.
pub(crate) const CHROMIUM: &str = "/usr/bin/chromium";

/// Whether everything that drives a browser is installed.
pub(crate) fn is_there() -> bool {
    let packages = Path::new(PROJECT).join("node_modules");
    Path::new(CHROMIUM).exists() && packages.exists() && command::succeeds("node", &["--version"])
}

/// Node in the project, with the file that says what there is.
pub(crate) fn node(world: &Path) -> Command {
    let mut node = Command::new("node");
    node.current_dir(PROJECT).env("CAREPLAN_WORLD", world);
    node
}

/// Node, Chromium, fonts, and the packages of the lock file.
fn install() -> anyhow::Result<()> {
    if !command::succeeds("node", &["--version"]) || !command::succeeds("npm", &["--version"]) {
        packages::debian(&["nodejs", "npm"], "the site is tried in a real browser")?;
    }
    packages::debian(
        &["chromium", "fonts-noto-cjk", "fonts-morisawa-bizud-gothic"],
        "the site is tried in a real browser, in Japanese",
    )?;
    // npm writes this copy of the lock into what it installs.
    let (lock, installed) = ("browser/package-lock.json", "browser/node_modules/.package-lock.json");
    let is_newer = |path: &str, than: &str| {
        let at = |path: &str| fs::metadata(path).and_then(|it| it.modified()).ok();
        at(path).zip(at(than)).is_none_or(|(one, other)| one > other)
    };
    if is_newer(lock, installed) {
        command::run(Command::new("npm").args(["ci", "--silent"]).current_dir(PROJECT))?;
    }
    Ok(())
}
