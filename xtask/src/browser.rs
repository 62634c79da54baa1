//! The web site in a real browser: `cargo xtask browser` walks it as people do, `cargo xtask screenshots` takes pictures of every page.
//!
//! A platform is started in a temporary folder with invented offices and their letters; what Node needs to know of it stands in one
//! file. The journeys are in `browser/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::Serialize;
use tempfile::TempDir;

use crate::demo::{Letter, Office, Platform};
use crate::programs::{self, Programs};
use crate::town::{Invented, OFFICES};
use crate::{command, packages};

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

/// Offices with a letter, one for each journey and some more.
const LETTERS: usize = 22;

/// Certificates that end soon, so that the site says so; and issuer of documents.
const SETTINGS: &str = "[authority]\noffice_days = 60\n[billing]\nissuer_name = \"練習県運用センター\"\nissuer_address = \"練習県練習市9-9\"\n\
     registration_number = \"T1234567890123\"\nbank_account = \"見本銀行 本店 普通 1234567\"\n";

/// What Node is told.
#[derive(Serialize)]
struct World<'a> {
    site: String,
    platform: &'a Path,
    settings: PathBuf,
    mails: PathBuf,
    chromium: &'a str,
    /// Licensed and with a certificate that ends soon.
    settled: Member,
    /// The screens of two offices that may write to each other, each with the code of the first account.
    screens: [String; 2],
    /// What care software wrote for the first of them.
    export: PathBuf,
    offices: Vec<Member>,
}

/// An office and what stands in its letter.
#[derive(Serialize)]
struct Member {
    number: &'static str,
    name: &'static str,
    user_id: String,
    password: String,
    issue_password: String,
}

impl Member {
    fn of(office: &Invented, letter: Letter) -> Self {
        let Letter { user_id, password, issue_password, .. } = letter;
        Self { number: office.number, name: office.name, user_id, password, issue_password }
    }
}

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

fn in_a_world(programs: &Programs, work: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    install()?;
    let folder = TempDir::with_prefix("careplan-browser-").context("make a temporary folder")?;
    let all: Vec<&Invented> = OFFICES.iter().collect();
    let platform = Platform::start(programs, &folder.path().join("platform"), &all, SETTINGS)?;
    let (pair, others) = all.split_at(2);
    let [first, second] = pair else { bail!("there are offices") };
    let mut members = Vec::new();
    for office in others.iter().take(LETTERS) {
        members.push(Member::of(office, platform.letter_to(office)?));
    }
    let (settled, sender) = settle(programs, &platform, first, folder.path())?;
    let (_, receiver) = settle(programs, &platform, second, folder.path())?;
    let clients = [sender.run()?, receiver.run()?];
    publish(&platform)?;
    let world = World {
        site: platform.site_url(),
        platform: &programs.platform,
        settings: platform.settings(),
        mails: platform.mail_folder(),
        chromium: CHROMIUM,
        settled,
        screens: [sender.screens()?, receiver.screens()?],
        export: Path::new("crates/careplan-standard/examples").canonicalize()?,
        offices: members,
    };
    let file = folder.path().join("world.json");
    fs::write(&file, serde_json::to_vec_pretty(&world)?)?;
    let worked = work(&file);
    for client in clients {
        client.stop()?;
    }
    platform.stop()?;
    worked
}

/// An office that has everything: licence, terminal, certificate; paid by invoice.
fn settle(
    programs: &Programs,
    platform: &Platform,
    office: &&'static Invented,
    folder: &Path,
) -> anyhow::Result<(Member, Office)> {
    let letter = platform.letter_to(office)?;
    platform.billing(&["method", office.number, "invoice"])?;
    platform.admin(&["licence", "grant", office.number])?;
    let bills = folder.join("bills");
    platform.billing(&["run", "--month", "2026-12", "--out", &bills.to_string_lossy()])?;
    let client = Office::set_up(programs, office, &folder.join(office.folder), platform, &letter)?;
    Ok((Member::of(office, letter), client))
}

fn publish(platform: &Platform) -> anyhow::Result<()> {
    for (category, title, body) in [
        (
            "maintenance",
            "12月27日（日）の計画停止のお知らせ",
            "12月27日（日）の午前1時から5時まで、点検のため送受信を停止します。\n送信待ちのものは、点検のあとで自動で送信されます。",
        ),
        ("release", "クライアント 0.1.0 を公開しました", "ダウンロードのページから入手できます。"),
        ("other", "「よくある質問」に項目を加えました", "電子証明書の更新について加えました。"),
    ] {
        platform.admin(&["notices", "add", "--category", category, "--title", title, "--body", body])?;
    }
    Ok(())
}
