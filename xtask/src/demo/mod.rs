//! `cargo xtask demo`: a month between two offices, before your eyes.
//!
//! Builds the shipped programs, starts one platform on its embedded default and sets up two office
//! clients, all over real TCP and TLS with keys made on the spot, and plays the twelve steps of the
//! exchange. What was received is compared with what was sent, byte for byte. Office and people are
//! invented.

mod evidence;
mod office;
mod platform;
mod story;
pub(crate) mod trial;
mod website;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::programs::{self, Programs};
use crate::{packages, stop};
pub(crate) use office::Office;
pub(crate) use platform::{Letter, Platform};

/// How the demo is played.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Play, compare, print one line a step and end: exit code 0 when everything arrived as sent.
    #[arg(long)]
    headless: bool,
    #[command(flatten)]
    staged: Staged,
}

/// How the demo is played on trial; not for people.
#[derive(clap::Args)]
struct Staged {
    /// The platform's program, instead of building it.
    #[arg(long, hide = true, requires = "client")]
    platform: Option<PathBuf>,
    /// The client's program.
    #[arg(long, hide = true, requires = "platform")]
    client: Option<PathBuf>,
    /// Where everything lies, instead of `target/demo` or a temporary folder.
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
    /// Spoil a file that was received, before it is compared.
    #[arg(long, hide = true)]
    spoil: bool,
    /// Put the demo on trial, as `cargo xtask test` does.
    #[arg(long, hide = true, conflicts_with = "spoil")]
    trial: bool,
}

/// An invented office.
pub(crate) struct Invented {
    pub(crate) number: &'static str,
    pub(crate) service_type: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kana: &'static str,
    pub(crate) folder: &'static str,
}

const CARE_MANAGER: Invented = Invented {
    number: "9970000018",
    service_type: "43",
    name: "あおぞら居宅介護支援事業所",
    kana: "アオゾラキョタクカイゴシエンジギョウショ",
    folder: "aozora-9970000018",
};

const HOME_HELP: Invented = Invented {
    number: "9970000026",
    service_type: "11",
    name: "ひまわり訪問介護事業所",
    kana: "ヒマワリホウモンカイゴジギョウショ",
    folder: "himawari-9970000026",
};

/// For the reader: registered, with a letter, and nothing more.
const YOURS: Invented = Invented {
    number: "9970000034",
    service_type: "15",
    name: "あなたのデイサービス",
    kana: "アナタノデイサービス",
    folder: "anata-9970000034",
};

/// Plays the demo.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    packages::debian(
        &["openssl", "curl"],
        "the demo visits the web site and checks the evidence with programs that are not ours",
    )?;
    let programs = match (&options.staged.platform, &options.staged.client) {
        (Some(platform), Some(client)) => Programs { platform: platform.clone(), client: client.clone() },
        _ => programs::shipped()?,
    };
    if options.staged.trial {
        return trial::both(&programs);
    }
    if let Some(folder) = &options.staged.folder {
        return play(&programs, &folder.canonicalize()?, options);
    }
    if options.headless {
        return in_a_temporary_folder(&programs, options);
    }
    let folder = Path::new("target/demo");
    if folder.exists() {
        fs::remove_dir_all(folder).context("remove the demo of last time")?;
    }
    fs::create_dir_all(folder).context("make target/demo")?;
    play(&programs, &folder.canonicalize()?, options)
}

/// Plays in a folder that goes when everything went well.
fn in_a_temporary_folder(programs: &Programs, options: &Options) -> anyhow::Result<()> {
    let folder = TempDir::with_prefix("careplan-demo-").context("make a temporary folder")?;
    let played = play(programs, folder.path(), options);
    if played.is_err() {
        eprintln!("Everything is kept in {} for a look.", folder.keep().display());
    }
    played
}

/// Plays without a person, as a stage of `cargo xtask test`.
pub(crate) fn headless(programs: &Programs) -> anyhow::Result<()> {
    let staged = Staged { platform: None, client: None, folder: None, spoil: false, trial: false };
    in_a_temporary_folder(programs, &Options { headless: true, staged })
}

fn play(programs: &Programs, folder: &Path, options: &Options) -> anyhow::Result<()> {
    let headless = options.headless;
    let platform =
        Platform::start(programs, &folder.join("platform"), &[&CARE_MANAGER, &HOME_HELP, &YOURS], "")?;
    let offices = [&CARE_MANAGER, &HOME_HELP].map(|invented| {
        let mut letter = platform.letter_to(invented)?;
        let folder = folder.join(invented.folder);
        fs::create_dir_all(&folder)?;
        letter.password = website::from_letter_to_licence(&platform, (invented.name, &letter), &folder)?;
        Office::set_up(programs, invented, &folder, &platform, &letter)
    });
    let [care_manager, home_help] = offices;
    let (care_manager, home_help) = (care_manager?, home_help?);
    if !headless {
        introduce(folder, &platform, &[&care_manager, &home_help]);
    }
    let story = story::Story {
        care_manager: &care_manager,
        home_help: &home_help,
        headless,
        spoil: options.staged.spoil,
    };
    let files = story.play()?;
    if !headless {
        invite(&platform, folder)?;
        linger(programs, &platform, &care_manager, &home_help)?;
    }
    platform.stop()?;
    println!("12/12 steps, {files} files, all bytes identical");
    Ok(())
}

fn introduce(folder: &Path, platform: &Platform, offices: &[&Office]) {
    println!("\nWebサイト (web site)   {}", platform.site_url());
    println!("連携基盤 (platform)    {}", platform.url());
    println!("監視 (operators)       {}/metrics  /healthz  /readyz", platform.operators_url());
    for office in offices {
        let invented = office.invented();
        println!("{}-{}  {}", invented.number, invented.service_type, invented.name);
        println!("    フォルダ (data)    {}", office.folder().display());
        println!("    ログイン (login)   {}", office.letter_file().display());
    }
    println!("すべてのファイル (everything)  {}\n", folder.display());
}

/// The reader takes an office of their own through the same pages.
fn invite(platform: &Platform, folder: &Path) -> anyhow::Result<()> {
    let letter = platform.letter_to(&YOURS)?;
    let folder = folder.join(YOURS.folder);
    fs::create_dir_all(&folder)?;
    office::write_letter(&folder.join("letter.txt"), &YOURS, &letter)?;
    println!("\nあなたの番です (your turn): {}", YOURS.name);
    println!(
        "  {}   ブラウザーが証明書の警告を出したら進んでください (a warning of the browser is expected here)",
        platform.site_url()
    );
    println!("  ユーザID (user ID)          {}", letter.user_id);
    println!("  仮パスワード (password)     {}", letter.password);
    println!("  発行用パスワードなど (rest) {}", folder.join("letter.txt").display());
    println!("  メール (mail)               {}", platform.mail_folder().display());
    Ok(())
}

/// Both offices stay online until Ctrl-C, so that a person can try commands.
fn linger(programs: &Programs, platform: &Platform, one: &Office, other: &Office) -> anyhow::Result<()> {
    let running = [one.run()?, other.run()?];
    println!("\n画面 (screens; the first visit makes an account):");
    for office in [one, other] {
        println!("  {}  {}", office.screens()?, office.invented().name);
    }
    println!("\n見てみる (have a look):");
    for office in [one, other] {
        println!("  {} list --data {}", programs.client.display(), office.data().display());
    }
    println!("  {} status --data {}", programs.client.display(), one.data().display());
    println!(
        "  {} admin audit verify --config {}",
        programs.platform.display(),
        platform.settings().display()
    );
    println!("  curl -s {}/metrics", platform.operators_url());
    println!("\n両事業所は受信を続けています。Ctrl-C で終わります (both offices stay online; Ctrl-C ends).");
    stop::wait();
    println!("\n終了しています (stopping)…");
    for client in running {
        client.stop()?;
    }
    Ok(())
}
