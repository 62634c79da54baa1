//! `admin notices`: what the site and the clients tell all offices.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde_json::json;

use super::Desk;
use super::desk::minute;
use crate::audit::Actor;
use crate::notices::{self as room, Category, Notice, Words};
use crate::store::notices;

/// Notices listed at once; older ones are on the site.
const LISTED_MAX: u32 = 1_000;

/// お知らせの掲載・修正・取り下げ
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 掲載する。すぐにWebサイトとクライアントに表示されます
    Add {
        /// 種類
        #[arg(long, value_enum)]
        category: Category,
        /// 題名（1行）
        #[arg(long)]
        title: String,
        #[command(flatten)]
        body: BodyOf,
    },
    /// 修正する。指定したものだけが変わります。取り下げたものは、また表示されます
    Edit {
        /// お知らせの番号
        number: i64,
        /// 種類
        #[arg(long, value_enum)]
        category: Option<Category>,
        /// 題名（1行）
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        body: NewBody,
    },
    /// 取り下げる。表示されなくなります
    Withdraw {
        /// お知らせの番号
        number: i64,
    },
    /// 新しい順に一覧表示する
    List {
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
}

/// The text of a notice.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct BodyOf {
    /// 本文。段落の間は1行あけます。個人名は書かないでください
    #[arg(long)]
    body: Option<String>,
    /// 本文を書いたファイル（UTF-8）
    #[arg(long)]
    body_file: Option<PathBuf>,
}

/// The text of a notice, if it is to change.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub struct NewBody {
    /// 本文。段落の間は1行あけます。個人名は書かないでください
    #[arg(long = "body")]
    new_body: Option<String>,
    /// 本文を書いたファイル（UTF-8）
    #[arg(long = "body-file")]
    new_body_file: Option<PathBuf>,
}

/// What was written on the command line or in a file.
fn text(body: Option<String>, file: Option<PathBuf>) -> anyhow::Result<Option<String>> {
    match (body, file) {
        (Some(body), _) => Ok(Some(body)),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(&file);
            text.map(Some).with_context(|| {
                format!(
                    "ファイル `{}` を読めません。場所と文字コード（UTF-8）を確かめてください。",
                    file.display()
                )
            })
        }
        (None, None) => Ok(None),
    }
}

impl Command {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        match self {
            Self::Add { category, title, body } => {
                let body = text(body.body, body.body_file)?.unwrap_or_default();
                add(desk, Words::new(category, &title, &body)?).await
            }
            Self::Edit { number, category, title, body } => {
                let before = find(desk, number).await?;
                let body = text(body.new_body, body.new_body_file)?;
                let words = Words::new(
                    category.unwrap_or(before.words.category),
                    title.as_deref().unwrap_or(before.words.title()),
                    body.as_deref().unwrap_or(before.words.body()),
                )?;
                edit(desk, before, words).await
            }
            Self::Withdraw { number } => withdraw(desk, number).await,
            Self::List { json } => list(desk, json).await,
        }
    }
}

fn operator(desk: &Desk<'_>) -> Actor {
    Actor::Operator(desk.operator.clone())
}

async fn find(desk: &Desk<'_>, number: i64) -> anyhow::Result<Notice> {
    match notices::one(&mut desk.store.read().await?, number).await? {
        Some(notice) => Ok(notice),
        None => bail!("お知らせ `{number}` はありません。`notices list` で番号を確かめてください。"),
    }
}

async fn add(desk: &mut Desk<'_>, words: Words) -> anyhow::Result<()> {
    let now = desk.clock.now();
    let mut tx = desk.store.begin().await?;
    let number = room::publish(&mut tx, words, operator(desk), now).await?;
    tx.commit().await?;
    desk.say(format!("お知らせ {number} を掲載しました。Webサイトでは /notices/{number} です。"))
}

async fn edit(desk: &mut Desk<'_>, before: Notice, words: Words) -> anyhow::Result<()> {
    let (number, was_withdrawn) = (before.number, before.withdrawn_at.is_some());
    if before.words == words && !was_withdrawn {
        return desk.say("同じ内容です。何も変えていません。");
    }
    let now = desk.clock.now();
    let mut tx = desk.store.begin().await?;
    room::edit(&mut tx, (before, words), operator(desk), now).await?;
    tx.commit().await?;
    let again =
        if was_withdrawn { "取り下げていたものが、また表示されます。" } else { "" };
    desk.say(format!("お知らせ {number} を修正しました。{again}"))
}

async fn withdraw(desk: &mut Desk<'_>, number: i64) -> anyhow::Result<()> {
    let before = find(desk, number).await?;
    if before.withdrawn_at.is_some() {
        return desk.say(format!("お知らせ {number} は、すでに取り下げられています。何も変えていません。"));
    }
    let now = desk.clock.now();
    let mut tx = desk.store.begin().await?;
    room::withdraw(&mut tx, before, operator(desk), now).await?;
    tx.commit().await?;
    desk.say(format!("お知らせ {number} を取り下げました。Webサイトとクライアントに表示されなくなります。"))
}

async fn list(desk: &mut Desk<'_>, as_json: bool) -> anyhow::Result<()> {
    let all = notices::all(&mut desk.store.read().await?, i64::MAX, LISTED_MAX).await?;
    if as_json {
        let all: Vec<_> = all.iter().map(in_json).collect();
        return desk.say_json(&all);
    }
    for notice in &all {
        let state = if notice.withdrawn_at.is_some() { "取り下げ" } else { "掲載中" };
        let (published, words) = (minute(notice.published_at), &notice.words);
        desk.say(format!(
            "{}\t{published}\t{}\t{state}\t{}",
            notice.number,
            words.category.label_ja(),
            words.title()
        ))?;
    }
    Ok(())
}

fn in_json(notice: &Notice) -> serde_json::Value {
    json!({
        "number": notice.number,
        "category": notice.words.category.as_str(),
        "title": notice.words.title(),
        "body": notice.words.body(),
        "published_at": notice.published_at,
        "changed_at": notice.changed_at,
        "withdrawn_at": notice.withdrawn_at,
    })
}
