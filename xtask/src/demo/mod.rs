//! `cargo xtask demo`: a month between a care manager's office and three services, before your eyes.
//!
//! Builds the shipped programs, starts one platform on its embedded default and sets up four office
//! clients, all over real TCP and TLS with keys made on the spot. The month before is finished, this
//! one has begun; then the twelve steps of the exchange are played by two of them through the local
//! API of their clients. What was received is compared with what was sent, byte for byte. Offices and
//! people are invented.

mod at_work;
mod care_software;
mod evidence;
mod history;
mod office;
mod platform;
mod story;
pub(crate) mod trial;
mod website;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::programs::{self, Programs};
use crate::town::{Invented, Month, OFFICES, users};
use crate::{packages, stop};
pub(crate) use at_work::AtWork;
use at_work::LOGIN;
use history::History;
pub(crate) use office::Office;
pub(crate) use platform::{Letter, Platform};
use story::Story;

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

/// How many services work with the care manager's office: home help, a day service, one that lends equipment.
const SERVICES: usize = 3;

/// For the reader: registered, with a letter, and nothing more.
const YOURS: Invented = Invented {
    number: "9970000562",
    service_type: "15",
    name: "あなたのデイサービス",
    kana: "アナタノデイサービス",
    folder: "9970000562",
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
    let [care_manager, services @ ..] = OFFICES else { bail!("there are offices") };
    let services = services.get(..SERVICES).context("there are services")?;
    let all: Vec<&Invented> = std::iter::once(care_manager).chain(services).chain([&YOURS]).collect();
    let platform = Platform::start(programs, &folder.join("platform"), &all, "")?;
    let place = Place { programs, platform: &platform, folder };
    let care_manager = place.office(care_manager, true)?;
    let services = services.iter().enumerate().map(|(number, office)| place.office(office, number == 0));
    let services = services.collect::<anyhow::Result<Vec<AtWork>>>()?;
    let month = Month::of(jiff::Zoned::now().date());
    let users = users(&services.iter().map(|it| it.office().invented()).collect::<Vec<_>>());
    let history = History { care_manager: &care_manager, services: &services, users: &users };
    history.finished(month.before()?)?;
    history.begun(month)?;
    history.mistaken(month.after()?)?;
    println!(
        "先月分は完了、今月分は途中です (last month is finished, this one has begun): 利用者 {}人",
        users.len()
    );
    if !headless {
        introduce(folder, &platform, &care_manager, &services);
    }
    let service = services.first().context("there is a service")?;
    let spoil = options.staged.spoil;
    let story = Story { care_manager: &care_manager, service, users: &users, month, headless, spoil };
    let files = story.play()?;
    if !headless {
        invite(&platform, folder)?;
        linger(programs, &platform, &care_manager, &services);
        println!("\n終了しています (stopping)…");
    }
    for office in services.into_iter().chain([care_manager]) {
        office.stop()?;
    }
    platform.stop()?;
    println!("12/12 steps, {files} files, all bytes identical");
    Ok(())
}

/// Where offices are set up.
struct Place<'a> {
    programs: &'a Programs,
    platform: &'a Platform,
    folder: &'a Path,
}

impl Place<'_> {
    /// An office that is set up and at work. One that goes through the site has its licence from there, the others from the operators.
    fn office(&self, invented: &'static Invented, through_the_site: bool) -> anyhow::Result<AtWork> {
        let mut letter = self.platform.letter_to(invented)?;
        let folder = self.folder.join(invented.folder);
        fs::create_dir_all(&folder)?;
        if through_the_site {
            letter.password =
                website::from_letter_to_licence(self.platform, (invented.name, &letter), &folder)?;
        } else {
            self.platform.admin(&["licence", "grant", invented.number])?;
        }
        let office = Office::set_up(self.programs, invented, &folder, self.platform, &letter)?;
        let office = AtWork::begin(office)?;
        office.make_account()?;
        Ok(office)
    }
}

fn introduce(folder: &Path, platform: &Platform, care_manager: &AtWork, services: &[AtWork]) {
    let [login, password] = LOGIN;
    println!("\nWebサイト (web site)   {}", platform.site_url());
    println!("連携基盤 (platform)    {}", platform.url());
    println!("監視 (operators)       {}/metrics  /healthz  /readyz", platform.operators_url());
    for office in std::iter::once(care_manager).chain(services) {
        let invented = office.office().invented();
        println!("{}-{}  {}", invented.number, invented.service_type, invented.name);
        println!("    画面 (screens)     {}   {login} / {password}", office.address());
        println!("    フォルダ (data)    {}", office.office().folder().display());
        println!("    通知書 (letter)    {}", office.office().letter_file().display());
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

/// All offices stay online until Ctrl-C, so that a person can look at the screens and try commands.
fn linger(programs: &Programs, platform: &Platform, care_manager: &AtWork, services: &[AtWork]) {
    let [login, password] = LOGIN;
    println!("\n画面 (screens; {login} / {password}):");
    for office in std::iter::once(care_manager).chain(services) {
        println!("  {}  {}", office.address(), office.office().invented().name);
    }
    println!("  直すものが1つあります (one mistake to look at): {}/send", care_manager.address());
    println!("\n見てみる (have a look):");
    for office in [Some(care_manager), services.first()].into_iter().flatten() {
        println!("  {} list --data {}", programs.client.display(), office.office().data().display());
    }
    println!("  {} status --data {}", programs.client.display(), care_manager.office().data().display());
    println!(
        "  {} admin audit verify --config {}",
        programs.platform.display(),
        platform.settings().display()
    );
    println!("  curl -s {}/metrics", platform.operators_url());
    println!(
        "\nどの事業所も送受信を続けています。Ctrl-C で終わります (all offices stay online; Ctrl-C ends)."
    );
    stop::wait();
}
