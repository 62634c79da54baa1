//! `admin offices`: import and list; letters and invitations are in `letters`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use careplan_domain::Timestamp;
use careplan_domain::limits::PAGE_ENTRIES_MAX;
use careplan_protocol::office_api::OfficeEntry;
use serde_json::json;

use super::Desk;
use super::letters::{Invite, Letters};
use super::offices_file::{FILE_BYTES_MAX, OfficesFile, read_offices};
use crate::directory::{self, BATCH_OFFICES, Changes, fold};
use crate::store::directory::Search;

/// Bad lines that are shown; the others are counted.
const BAD_LINES_SHOWN: usize = 100;

/// Batches between two lines of progress.
const BATCHES_TOLD: usize = 10;

/// 事業所の取り込みと一覧
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// CSVファイルから事業所を取り込む（繰り返しても同じ結果になります）
    Import {
        /// UTF-8のCSVファイル。1行目は number,name,kana,prefecture,address,service_types
        file: PathBuf,
        /// 誤りのある行を飛ばして、ほかの行を取り込む
        #[arg(long)]
        skip_bad: bool,
    },
    /// 事業所の一覧
    List(List),
    /// 通知書（ユーザID・仮パスワード・証明書発行用パスワード）をPDFで書き出す。窓あき封筒で郵送できます
    Letters(Letters),
    /// 利用開始の案内を、一度だけ使えるリンクでメールする
    Invite(Invite),
}

/// 事業所の一覧
#[derive(Debug, clap::Args)]
pub struct List {
    /// 事業所番号のはじめの桁
    #[arg(long, default_value = "")]
    number: String,
    /// 事業所名の一部（全角・半角、ひらがな・カタカナを区別しません）
    #[arg(long)]
    name: Option<String>,
    /// 都道府県番号2桁
    #[arg(long)]
    prefecture: Option<String>,
    /// いま送受信できる事業所だけ
    #[arg(long)]
    joined: bool,
    /// JSONで出力する
    #[arg(long)]
    json: bool,
}

impl Command {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        match self {
            Self::Import { file, skip_bad } => import(desk, &file, skip_bad).await,
            Self::List(list) => list.run(desk).await,
            Self::Letters(letters) => letters.run(desk).await,
            Self::Invite(invite) => invite.run(desk).await,
        }
    }
}

async fn import(desk: &mut Desk<'_>, path: &Path, skip_bad: bool) -> anyhow::Result<()> {
    let file = read(path)?;
    for bad in file.bad.iter().take(BAD_LINES_SHOWN) {
        desk.say(format!("{}行目: {}", bad.line, bad.reason))?;
    }
    if file.bad.len() > BAD_LINES_SHOWN {
        desk.say(format!("ほかに誤りのある行が{}行あります。", file.bad.len() - BAD_LINES_SHOWN))?;
    }
    if !file.bad.is_empty() && !skip_bad {
        bail!(
            "誤りのある行が{}行あるため、何も取り込んでいません。直してからやり直すか、--skip-bad を付けてほかの行だけを取り込んでください。",
            file.bad.len()
        );
    }
    let (added, updated) = write(desk, &file).await?;
    let unchanged = file.offices.len() - added - updated;
    let skipped = file.bad.len();
    desk.say(format!(
        "取り込みました: 新規 {added}件、更新 {updated}件、変更なし {unchanged}件、飛ばした行 {skipped}行。"
    ))?;
    if added > 0 {
        desk.say("新規の事業所には、通知書（admin offices letters）を送ってください。事業所がWebサイトで利用申請し、端末の初期設定を済ませると送受信できます。")?;
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<OfficesFile> {
    let failed = || format!("ファイル `{}` を読めません。", path.display());
    let file = std::fs::File::open(path).with_context(failed)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).with_context(failed)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        bail!("ファイル `{}` が256 MiBを超えています。分けて取り込んでください。", path.display());
    }
    read_offices(&bytes).with_context(|| format!("ファイル `{}` を取り込めません。", path.display()))
}

/// Writes what changed, batch by batch; returns how many were added and updated.
async fn write(desk: &mut Desk<'_>, file: &OfficesFile) -> anyhow::Result<(usize, usize)> {
    let now = desk.clock.now();
    let (mut added, mut updated) = (0, 0);
    for (place, batch) in file.offices.chunks(BATCH_OFFICES).enumerate() {
        let failed = || {
            let done = place * BATCH_OFFICES;
            format!(
                "{done}件まで取り込んだところで止まりました。同じファイルでやり直すと、続きから取り込みます。"
            )
        };
        let changes = directory::changes(&mut desk.store.read().await?, batch).await.with_context(failed)?;
        write_batch(desk, &changes, now).await.with_context(failed)?;
        added += changes.added;
        updated += changes.updated();
        if (place + 1) % BATCHES_TOLD == 0 {
            let done = ((place + 1) * BATCH_OFFICES).min(file.offices.len());
            desk.tell(&format!("{done} / {} 件", file.offices.len()));
        }
    }
    Ok((added, updated))
}

async fn write_batch(desk: &Desk<'_>, changes: &Changes, now: Timestamp) -> anyhow::Result<()> {
    let Some((first, last)) = changes.range() else { return Ok(()) };
    let mut tx = desk.store.begin().await?;
    directory::register(&mut tx, changes, now).await?;
    let subject = if first == last { first.to_string() } else { format!("{first}..{last}") };
    let detail = json!({ "added": changes.added, "updated": changes.updated() });
    desk.note(&mut tx, now, "offices.imported", (subject, detail));
    tx.commit().await?;
    Ok(())
}

impl List {
    async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        if self.number.len() > 10 || !self.number.bytes().all(|digit| digit.is_ascii_digit()) {
            bail!("--number には事業所番号のはじめの桁を半角数字で指定してください。");
        }
        let mut search = Search {
            number: self.number,
            name: self.name.as_deref().map(fold),
            prefecture: self.prefecture,
            joined: self.joined.then_some(true),
            limit: PAGE_ENTRIES_MAX,
            ..Search::default()
        };
        let now = desk.clock.now();
        let mut separator = "[\n";
        loop {
            let page = directory::page(&mut desk.store.read().await?, &search, now).await?;
            for office in &page.offices {
                if self.json {
                    desk.say(format!("{separator}{}", serde_json::to_string(office)?))?;
                    separator = ",";
                } else {
                    desk.say(line(office))?;
                }
            }
            search.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        if self.json {
            desk.say(if separator == "," { "]" } else { "[]" })?;
        }
        Ok(())
    }
}

fn line(office: &OfficeEntry) -> String {
    let service_types: Vec<&str> = office.service_types.iter().map(|it| it.as_str()).collect();
    let joined = if office.joined { "送受信可" } else { "-" };
    format!("{}\t{}\t{}\t{}", office.number, service_types.join(" "), joined, office.name)
}
