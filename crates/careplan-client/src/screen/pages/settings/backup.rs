//! バックアップ: the recovery key for the paper, the folder, one now, and how the last ones went.

use std::path::PathBuf;
use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::Timestamp;
use careplan_web::text::count_ja;
use careplan_web::{Banner, Button, Cell, DataTable, FieldErrors, PostForm, Tag, TextField, Tone};
use jiff::SignedDuration;

use super::{Section, crumbs};
use crate::enrol::EnrolFault;
use crate::office::OfficeFault;
use crate::safe::{BackupFault, RecoveryCode, RecoveryKey};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::staff::Actor;
use crate::state::{BackupRun, StateFault};

const TITLE: &str = "バックアップ";
const PATH: &str = "/settings/backup";

/// Runs that are shown.
const SHOWN: u32 = 10;

/// A run without an end that is older than this was cut off.
const LONGEST_RUN: SignedDuration = SignedDuration::from_hours(6);

/// Without a good one for so long, everybody is told.
const MISSED_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a path may be long.
const PATH_CHARS_MAX: u32 = 1_000;

#[derive(Template)]
#[template(path = "settings_backup.html")]
struct Main<'a> {
    warning: Option<Banner>,
    /// The code that was just made: shown once.
    made: Option<(&'a RecoveryCode, &'a RecoveryKey)>,
    key: Option<(String, String)>,
    new_key: PostForm,
    folder: TextField,
    save: Button,
    run: Option<PostForm>,
    table: DataTable,
}

/// What was typed, what is wrong with it, and what was made.
#[derive(Default)]
struct Said<'a> {
    typed: Option<&'a str>,
    errors: FieldErrors,
    made: Option<(&'a RecoveryCode, &'a RecoveryKey)>,
    notice: Option<Banner>,
}

pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    let state = screen.office.state();
    let now = match (state.backup_folder().await?, state.last_good_backup().await?) {
        (None, _) => "保存先が決まっていません".to_owned(),
        (Some(_), None) => "まだ作成していません".to_owned(),
        (Some(_), Some(at)) => format!("最後の作成は{}", local(at)),
    };
    Ok(Section {
        title: TITLE,
        path: PATH,
        about: "パソコンが壊れても続きから使えるように、毎日自動で保存します。",
        now,
    })
}

/// What everybody at the office should know of, for the first page: two copies of this terminal, or backups that fail.
pub(in crate::screen) async fn warning(
    screen: &Screen,
    now: Timestamp,
) -> Result<Option<Banner>, StateFault> {
    let state = screen.office.state();
    let look = || Button::link("設定の「バックアップ」を見る", PATH).small().secondary();
    if let Some(at) = state.other_copy_at().await? {
        let banner = Banner::new(Tone::Error, "この端末と同じ内容の端末が、別のパソコンでも動いています。")
            .paragraph(format!(
                "バックアップから復元したパソコンと、もとのパソコンの両方が動いているようです（{}に確認）。届いたものが2台に分かれてしまいます。使わないほうのソフトを終了し、使うほうで下の画面を開いてください。",
                local(at)
            ));
        return Ok(Some(banner.action(look())));
    }
    let Some(folder) = state.backup_folder().await? else { return Ok(None) };
    let runs = state.backup_runs(1).await?;
    let Some(fault) = runs.first().and_then(|run| run.fault.as_ref()) else { return Ok(None) };
    let is_missed = match state.last_good_backup().await? {
        Some(at) => now.duration_since(at) > MISSED_AFTER,
        None => true,
    };
    let words = format!("「{}」へのバックアップを作成できませんでした。", folder.display());
    let tone = if is_missed { Tone::Error } else { Tone::Warning };
    Ok(Some(Banner::new(tone, words).paragraph(fault.text.clone()).action(look())))
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let said = |words: &str| Some(Banner::new(Tone::Success, words));
    let notice = match Fields::of_query(query).text("done") {
        "folder" => said("保存先を変更しました。毎日1回、自動で保存します。"),
        "off" => said("毎日の自動保存をやめました。"),
        "begun" => said("バックアップの作成を始めました。ほかの仕事を続けられます。結果は下の一覧に出ます。"),
        "claimed" => {
            said("このパソコンを、この端末として使い続けます。もう1台のソフトは起動しないでください。")
        }
        _ => None,
    };
    draw(&screen, &member, Said { notice, ..Said::default() }).await
}

async fn draw(screen: &Screen, member: &Member, said: Said<'_>) -> Result<Response, Refused> {
    let state = screen.office.state();
    let now = member.visit.now;
    let chosen = state.backup_folder().await?.map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let key = state.recovery_key().await?;
    let label = if key.is_some() { "復元キーを作り直す" } else { "復元キーを作る" };
    let new_key = Button::submit(label);
    let new_key = if key.is_some() { new_key.secondary() } else { new_key };
    let can_run = key.is_some() && !chosen.is_empty();
    let main = Main {
        warning: other_copy(screen).await?,
        made: said.made,
        key: key.map(|(key, since)| (key.number(), local(since))),
        new_key: PostForm::new(format!("{PATH}/key"), new_key),
        folder: TextField::new("folder", "保存先のフォルダー")
            .hint("このパソコンの外にある場所を指定します。例：E:\\バックアップ（USBメモリー）、\\\\NAS\\careplan（共有フォルダー）。空にすると、自動保存をやめます。")
            .value(said.typed.unwrap_or(&chosen))
            .max_length(PATH_CHARS_MAX)
            .optional()
            .errors(&said.errors),
        save: Button::submit("保存先を決める"),
        run: can_run.then(|| {
            let button = Button::submit("いますぐ作成する").secondary().busy("始めています");
            PostForm::new(format!("{PATH}/run"), button)
        }),
        table: table(&state.backup_runs(SHOWN).await?, now),
    };
    let crumbs = crumbs();
    let page = Page::new(TITLE, "/settings", &main).crumbs(&crumbs).errors(&said.errors).notice(said.notice);
    screen.show(&member.visit, page)
}

/// Two living copies, and the button that decides for this one.
async fn other_copy(screen: &Screen) -> Result<Option<Banner>, Refused> {
    let Some(at) = screen.office.state().other_copy_at().await? else { return Ok(None) };
    let banner = Banner::new(Tone::Error, "この端末と同じ内容の端末が、別のパソコンでも動いています。")
        .paragraph(format!(
            "{}に確認しました。使わないほうのパソコンでこのソフトを終了してから、使うほうで次のボタンを押してください。",
            local(at)
        ));
    let button = Button::submit("このパソコンを使い続ける").busy("連携基盤に知らせています");
    Ok(Some(banner.action(PostForm::new(format!("{PATH}/claim"), button))))
}

fn table(runs: &[BackupRun], now: Timestamp) -> DataTable {
    let none = "まだ作成していません。復元キーを作り、保存先を決めると、毎日1回、自動で保存します。";
    let table = DataTable::new("最近のバックアップ", ["始めた日時", "結果", "大きさ", "保存先"], none);
    runs.iter().fold(table, |table, run| {
        let underway = run.ended_at.is_none() && now.duration_since(run.began_at) < LONGEST_RUN;
        let result = match (&run.fault, run.bytes) {
            (Some(fault), _) => Cell::tag(Tag::new(Tone::Error, "できませんでした")).note(&fault.text),
            (None, Some(_)) => Cell::tag(Tag::new(Tone::Success, "保存済み")).note("読み直して確かめました"),
            (None, None) if underway => Cell::tag(Tag::new(Tone::Info, "作成中")),
            (None, None) => Cell::tag(Tag::new(Tone::Warning, "中断")),
        };
        let size = run.bytes.map_or_else(String::new, |bytes| count_ja(bytes.div_ceil(1024), "KB"));
        let place = run.folder.display().to_string();
        let place = Cell::text(place);
        let place = if run.bytes.is_some() { place.note(&run.name) } else { place };
        table.row([Cell::text(local(run.began_at)), result, Cell::number(size), place])
    })
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let typed = fields.text("folder").trim();
    let folder = (!typed.is_empty()).then(|| PathBuf::from(typed));
    let by = member.session.login.as_str();
    match screen.office.choose_backup_folder(folder.as_deref(), by).await {
        Ok(()) => Ok(go_to(&format!("{PATH}?done={}", if folder.is_some() { "folder" } else { "off" }))),
        Err(BackupFault::Office(fault)) => Err(fault.into()),
        Err(fault) => {
            let mut said = Said { typed: Some(typed), ..Said::default() };
            said.errors.add("folder", fault.to_string());
            draw(&screen, &member, said).await
        }
    }
}

pub(in crate::screen) async fn new_key(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    match screen.office.renew_recovery_key(member.session.login.as_str()).await {
        // Not by a redirect: the code is in no address and in no history.
        Ok((code, key)) => {
            draw(&screen, &member, Said { made: Some((&code, &key)), ..Said::default() }).await
        }
        Err(fault) => told(&screen, &member, fault).await,
    }
}

pub(in crate::screen) async fn run(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    let state = screen.office.state();
    let Some(folder) = state.backup_folder().await? else {
        return told(&screen, &member, BackupFault::NoFolder).await;
    };
    if state.recovery_key().await?.is_none() {
        return told(&screen, &member, BackupFault::NoKey).await;
    }
    // It takes minutes with years of copies; how it went is noted in the list.
    let (office, stop) = (screen.office.clone(), screen.stop.clone());
    tokio::spawn(async move {
        if let Err(fault) = office.back_up(&folder, &stop).await {
            tracing::warn!(code = fault.code(), "no backup");
        }
    });
    Ok(go_to(&format!("{PATH}?done=begun")))
}

pub(in crate::screen) async fn claim(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    match screen.office.claim_terminal(&Actor::from(&member.session)).await {
        Ok(()) => Ok(go_to(&format!("{PATH}?done=claimed"))),
        Err(EnrolFault::Office(fault @ OfficeFault::State(_))) => Err(fault.into()),
        Err(fault) => {
            let mut said = Said::default();
            said.errors.add_for_form(fault.to_string());
            draw(&screen, &member, said).await
        }
    }
}

async fn told(screen: &Screen, member: &Member, fault: BackupFault) -> Result<Response, Refused> {
    let mut said = Said::default();
    match fault {
        BackupFault::Office(fault) => return Err(fault.into()),
        fault => said.errors.add_for_form(fault.to_string()),
    }
    draw(screen, member, said).await
}
