//! The world that the journeys are walked in: a platform, offices of the town with letters, an office that has everything, and partners.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Serialize;
use tempfile::TempDir;

use super::standing::Standing;
use super::{CHROMIUM, install};
use crate::demo::{AtWork, Letter, Office, Platform};
use crate::programs::Programs;
use crate::town::{Files, Invented, Month, OFFICES, User, actuals, use_slips, users};

/// Offices with a letter, one for each journey and some more. Those after them are partners, and then those whose clients stand still.
const LETTERS: usize = 22;

/// With the second office thirty, so many as a care manager's office has.
const PARTNERS: usize = 29;

/// Partners that got last month's use slips. Half of them fetched theirs, a quarter took them over and sent the actuals.
const LAST_MONTH: usize = 25;

/// Certificates that end soon, so that the site says so; and issuer of documents.
const SETTINGS: &str = "[authority]\noffice_days = 60\n[billing]\nissuer_name = \"練習県運用センター\"\nissuer_address = \"練習県練習市9-9\"\n\
     registration_number = \"T1234567890123\"\nbank_account = \"見本銀行 本店 普通 1234567\"\n";

/// What Node is told.
#[derive(Serialize)]
struct World<'a> {
    site: String,
    platform: &'a Path,
    /// The program of the offices.
    client: &'a Path,
    settings: PathBuf,
    mails: PathBuf,
    chromium: &'a str,
    /// Licensed and with a certificate that ends soon.
    settled: Member,
    /// The screens of two offices that may write to each other, each with the code of the first account.
    screens: [String; 2],
    /// What care software wrote for the first of them: the examples of the standard.
    export: PathBuf,
    /// This month's use slips to every partner, a unit of three files each.
    slips: PathBuf,
    offices: Vec<Member>,
    /// Offices whose clients the journeys start and stop themselves.
    #[serde(flatten)]
    standing: Standing,
    /// An office whose client was just unpacked; it has not applied yet.
    first_start: FirstStart,
}

/// What somebody has at hand who starts a client for the first time.
#[derive(Serialize)]
struct FirstStart {
    /// The address that the program says.
    screens: String,
    /// Where the platform is, and the fingerprint of its root, as in the letter.
    office_api: String,
    fingerprint: String,
    #[serde(flatten)]
    letter: Member,
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

/// Makes the world, lets something be done in it, and ends it in order.
pub(super) fn in_a_world(
    programs: &Programs,
    work: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    install()?;
    let folder = TempDir::with_prefix("careplan-browser-").context("make a temporary folder")?;
    let all: Vec<&Invented> = OFFICES.iter().collect();
    let platform = Platform::start(programs, &folder.path().join("platform"), &all, SETTINGS)?;
    let (pair, others) = all.split_at(2);
    let [first, second] = pair else { bail!("there are offices") };
    let [others @ .., beginner, practice] = others else { bail!("there are offices") };
    let mut members = Vec::new();
    for office in others.iter().take(LETTERS) {
        members.push(Member::of(office, platform.letter_to(office)?));
    }
    let (settled, sender) = settle(programs, &platform, first, folder.path())?;
    let (_, receiver) = settle(programs, &platform, second, folder.path())?;
    let [sender, receiver] = [AtWork::begin(sender)?, AtWork::begin(receiver)?];
    let partners = others
        .iter()
        .skip(LETTERS)
        .take(PARTNERS)
        .map(|office| partner(programs, &platform, office, folder.path()));
    let partners = partners.collect::<anyhow::Result<Vec<Office>>>()?;
    let rest = others.get(LETTERS + PARTNERS..).context("there are more offices")?;
    let standing = Standing::of(rest, |office| partner(programs, &platform, office, folder.path()))?;
    let slips = months(&sender, &receiver, &partners, folder.path())?;
    publish(&platform)?;
    let practice = partner(programs, &platform, practice, folder.path())?.echo()?;
    let unpacked = Office::empty(programs, beginner, &folder.path().join(beginner.folder))?;
    let begun = unpacked.run_empty()?;
    let letter = platform.letter_to(beginner)?;
    let first_start = FirstStart {
        screens: unpacked.screens()?,
        office_api: platform.url(),
        fingerprint: letter.fingerprint.clone(),
        letter: Member::of(beginner, letter),
    };
    let world = World {
        site: platform.site_url(),
        platform: &programs.platform,
        client: &programs.client,
        settings: platform.settings(),
        mails: platform.mail_folder(),
        chromium: CHROMIUM,
        settled,
        screens: [sender.office().screens()?, receiver.office().screens()?],
        slips,
        export: Path::new("crates/careplan-standard/examples").canonicalize()?,
        offices: members,
        standing,
        first_start,
    };
    let file = folder.path().join("world.json");
    fs::write(&file, serde_json::to_vec_pretty(&world)?)?;
    let worked = work(&file);
    begun.stop()?;
    practice.stop()?;
    sender.stop()?;
    receiver.stop()?;
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

/// An office whose client is set up and does not run all day.
fn partner(
    programs: &Programs,
    platform: &Platform,
    office: &'static Invented,
    folder: &Path,
) -> anyhow::Result<Office> {
    let letter = platform.letter_to(office)?;
    platform.admin(&["licence", "grant", office.number])?;
    Office::set_up(programs, office, &folder.join(office.folder), platform, &letter)
}

/// Last month as it was exchanged, and the slips of this one in a folder.
fn months(sender: &AtWork, receiver: &AtWork, partners: &[Office], folder: &Path) -> anyhow::Result<PathBuf> {
    let own = sender.office().invented();
    let offices: Vec<&'static Invented> =
        std::iter::once(receiver.office()).chain(partners).map(Office::invented).collect();
    let users = users(&offices);
    let this_month = Month::of(jiff::Zoned::now().date());
    let last_month = this_month.before()?;
    let to_all = |month: Month, to: &[&'static Invented]| {
        let units = to.iter().map(|office| use_slips([own, office], &users, month));
        units
            .collect::<anyhow::Result<Vec<Files>>>()
            .map(|units| units.into_iter().flatten().collect::<Files>())
    };
    let some = offices.get(..LAST_MONTH).context("there are partners")?;
    sender.software().send("last-month", &to_all(last_month, some)?, None)?;
    for (number, partner) in partners.iter().take(LAST_MONTH / 2).enumerate() {
        partner.tell("receive", &[])?;
        if number % 2 == 0 {
            answer(partner, own, &users, last_month)?;
        }
    }
    let slips = folder.join("slips");
    fs::create_dir_all(&slips)?;
    for (name, bytes) in to_all(this_month, &offices)? {
        fs::write(slips.join(name), bytes)?;
    }
    Ok(slips)
}

/// A partner that took everything over and sends its actuals.
fn answer(partner: &Office, to: &Invented, users: &[User], month: Month) -> anyhow::Result<()> {
    for number in partner.waiting()? {
        partner.tell("imported", &[&number])?;
    }
    partner.write_export(&actuals([partner.invented(), to], users, month)?)?;
    partner.tell("send", &[&partner.export().to_string_lossy()]).map(drop)
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
