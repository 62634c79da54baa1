//! `admin offices letters` and `admin offices invite`: the way in, by post and by mail.
//!
//! A letter is written under a name of its own, then its passwords are stored, then it gets its name: whoever breaks off in between
//! runs the command again, and no office is left with passwords that nobody has on paper.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use careplan_domain::calendar::day;
use careplan_domain::{OfficeNumber, Timestamp, UserId};
use jiff::SignedDuration;
use uuid::Uuid;

use super::Desk;
use super::credentials::{self, Fresh};
use super::desk::known;
use super::private_file::{self, Present};
use crate::billing::Addressee;
use crate::login::{Accounts, Hasher, issue_password, temporary_password};
use crate::mail::MailAddress;
use crate::papers;
use crate::store::offices::{self, Registration};
use crate::store::{IN_LIST_MAX, accounts};

/// Letters between two lines of progress.
const LETTERS_TOLD: usize = 100;

/// The list of the letters in a folder.
const INDEX: &str = "index.csv";

/// How the name of a letter ends, and of one whose passwords may not be stored yet: number, id of the issue password, and this.
const LETTER: &str = ".pdf";
const UNFINISHED: &str = ".part";

/// 通知書をPDFで書き出す
#[derive(Debug, clap::Args)]
pub struct Letters {
    /// 書き出すフォルダー（所有者だけが読めるように作ります）
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// この事業所にだけ、すでに発行済みでも新しく発行する（繰り返し可）。なければ、まだ発行していないすべての事業所
    #[arg(long = "office", value_name = "NUMBER", value_parser = super::desk::office_argument)]
    offices: Vec<OfficeNumber>,
}

/// 利用開始の案内を、一度だけ使えるリンクでメールする
#[derive(Debug, clap::Args)]
pub struct Invite {
    /// 事業所番号
    #[arg(required = true, value_name = "NUMBER", value_parser = super::desk::office_argument)]
    offices: Vec<OfficeNumber>,
    /// 事業所のものと確かめた送り先。なければ、登録されているメールアドレス。1件のときだけ指定できます
    #[arg(long)]
    mail: Option<MailAddress>,
}

impl Letters {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        let now = desk.clock.now();
        let mut db = desk.store.read().await?;
        let root_fingerprint = credentials::fingerprint_of_root(&mut db, now).await?;
        for office in &self.offices {
            known(&mut db, office).await?;
        }
        drop(db);
        make_private(&self.out)?;
        let taken_up = self.take_up(desk).await?;
        let wanted = self.wanted(desk).await?;
        let (mut written, mut left) = (0, Vec::new());
        for (place, office) in wanted.iter().enumerate() {
            let made = self.one(desk, (*office, &root_fingerprint), now).await;
            let made = made.with_context(|| {
                format!(
                    "{written}件まで作ったところで止まりました。同じフォルダーでもう一度実行すると、続きから作ります。"
                )
            });
            match made? {
                None => written += 1,
                Some(reason) => left.push(format!("{office}: {reason}")),
            }
            if (place + 1) % LETTERS_TOLD == 0 {
                desk.tell(&format!("{} / {} 件", place + 1, wanted.len()));
            }
        }
        self.write_index(desk).await?;
        let folder = self.out.display();
        desk.say(format!(
            "通知書を{}件、`{folder}` に書き出しました。一覧は {INDEX} です。",
            written + taken_up
        ))?;
        if written + taken_up > 0 {
            desk.say(
                "窓あき封筒（長形3号）に三つ折りで入れられます。郵送したら、フォルダーごと消してください。",
            )?;
        }
        for line in &left {
            desk.say(line)?;
        }
        ensure!(
            left.is_empty(),
            "通知書を作れなかった事業所が{}件あります。上の理由を直し、もう一度実行してください。",
            left.len()
        );
        Ok(())
    }

    /// The named ones, else all that never had a letter.
    async fn wanted(&self, desk: &Desk<'_>) -> anyhow::Result<Vec<OfficeNumber>> {
        if !self.offices.is_empty() {
            return Ok(self.offices.clone());
        }
        Ok(offices::without_account(&mut desk.store.read().await?).await?)
    }

    /// Of a run that broke off: a letter whose passwords were stored gets its name, another is worth nothing.
    async fn take_up(&self, desk: &Desk<'_>) -> anyhow::Result<usize> {
        let mut finished = 0;
        for name in names_in(&self.out)? {
            let Some((office, id)) = unfinished(&name) else { continue };
            let part = self.out.join(&name);
            let stored = accounts::issue_password(&mut desk.store.read().await?, &office).await?;
            if stored.is_some_and(|stored| stored.id == id) {
                rename(&part, &self.out.join(format!("{office}{LETTER}")))?;
                finished += 1;
            } else {
                std::fs::remove_file(&part)
                    .with_context(|| format!("`{}` を消せません。", part.display()))?;
            }
        }
        Ok(finished)
    }

    /// Makes the letter of an office; a reason when it cannot be printed.
    async fn one(
        &self,
        desk: &Desk<'_>,
        (office, root_fingerprint): (OfficeNumber, &str),
        now: Timestamp,
    ) -> anyhow::Result<Option<String>> {
        let lifetime = SignedDuration::from_hours(24 * i64::from(desk.login.issue_password_days));
        let until = now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
        let id = Uuid::now_v7();
        let fresh = Fresh { id, temporary: temporary_password()?, issue: issue_password()?, until };
        let registered = registered(desk, &[office]).await?.remove(&office);
        let registered = registered.with_context(|| format!("事業所 {office} の登録がなくなりました。"))?;
        let letter = papers::Letter {
            office,
            to: Addressee::of(registered),
            from: desk.billing.issuer().clone(),
            on: day(now),
            temporary_password: fresh.temporary.clone(),
            issue_password: fresh.issue.clone(),
            issue_password_until: day(until),
            root_fingerprint: root_fingerprint.to_owned(),
            site: desk.billing.site().clone(),
        };
        let pdf = match papers::letter(&letter) {
            Ok(pdf) => pdf,
            Err(fault) => return Ok(Some(papers::told(&fault))),
        };
        let part = self.out.join(format!("{office}.{id}{UNFINISHED}"));
        write_private(&part, &pdf)?;
        credentials::store(desk, (office, None), &fresh, now).await?;
        rename(&part, &self.out.join(format!("{office}{LETTER}")))?;
        Ok(None)
    }

    /// Numbers, names and files of all letters in the folder. No secrets.
    async fn write_index(&self, desk: &Desk<'_>) -> anyhow::Result<()> {
        let names = names_in(&self.out)?;
        let numbers = names.iter().filter_map(|name| name.strip_suffix(LETTER)?.parse().ok());
        let all: Vec<OfficeNumber> = numbers.collect();
        let mut index = csv::Writer::from_writer(Vec::new());
        index.write_record(["number", "name", "file"])?;
        for some in all.chunks(IN_LIST_MAX) {
            for (number, office) in registered(desk, some).await? {
                index.write_record([number.as_str(), &office.name, &format!("{number}{LETTER}")])?;
            }
        }
        // Spreadsheets take it for UTF-8 by its mark.
        let bytes = [b"\xEF\xBB\xBF".as_slice(), &index.into_inner()?].concat();
        write_private(&self.out.join(INDEX), &bytes)
    }
}

async fn registered(
    desk: &Desk<'_>,
    numbers: &[OfficeNumber],
) -> anyhow::Result<BTreeMap<OfficeNumber, Registration>> {
    Ok(offices::registrations(&mut desk.store.read().await?, numbers).await?)
}

/// Office and issue password of a letter that has no name yet.
fn unfinished(name: &str) -> Option<(OfficeNumber, Uuid)> {
    let (office, id) = name.strip_suffix(UNFINISHED)?.split_once('.')?;
    Some((office.parse().ok()?, id.parse().ok()?))
}

/// The names in a folder, in order.
fn names_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let failed = || format!("フォルダー `{}` を読めません。", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(failed)? {
        found.extend(entry.with_context(failed)?.file_name().into_string());
    }
    found.sort_unstable();
    Ok(found)
}

/// A folder for its owner only; one that is there and that others may read is refused.
fn make_private(folder: &Path) -> anyhow::Result<()> {
    let failed = || format!("フォルダー `{}` を作れません。", folder.display());
    if !folder.exists() {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        return builder.create(folder).with_context(failed);
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(folder).with_context(failed)?.permissions(),
        );
        if mode & 0o077 != 0 {
            bail!(
                "フォルダー `{}` は、ほかの利用者も読めます。パスワードが入るため、新しいフォルダーを指定するか、chmod 700 で閉じてください。",
                folder.display()
            );
        }
    }
    Ok(())
}

fn write_private(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    private_file::write(path, content, Present::Replaced)
        .with_context(|| format!("`{}` に書き込めません。空き容量と権限を確かめてください。", path.display()))
}

fn rename(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::rename(from, to).with_context(|| format!("`{}` に名前を変えられません。", to.display()))
}

impl Invite {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        ensure!(
            self.mail.is_none() || self.offices.len() == 1,
            "--mail は、事業所番号が1件のときだけ指定できます。"
        );
        let now = desk.clock.now();
        let hasher = Hasher::new(1);
        let links = Accounts::new(&desk.store, hasher, &desk.login, desk.billing.site()).links;
        let mut without = Vec::new();
        // Before the first mail goes: a wrong number must not be found out half-way.
        for office in &self.offices {
            known(&mut desk.store.read().await?, office).await?;
        }
        for office in &self.offices {
            let mut tx = desk.store.begin().await?;
            let account = accounts::account(&mut tx, &UserId::of(office)).await?;
            let Some(mail) = self.mail.clone().or_else(|| account.and_then(|it| it.mail)) else {
                without.push(office.to_string());
                continue;
            };
            links.invite(&mut tx, (*office, &mail), desk.by().actor, now).await?;
            tx.commit().await?;
            desk.say(format!("事業所 {office} に案内のメールを送ります。リンクは14日間、1回だけ使えます。"))?;
        }
        ensure!(
            without.is_empty(),
            "メールアドレスの登録がない事業所があります（{}）。--mail で送り先を指定するか、`admin offices letters` で郵送してください。",
            without.join("、")
        );
        Ok(())
    }
}
