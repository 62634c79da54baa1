//! The book as a list: searched, printed, as CSV; and the button that asks the directory now.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::text::count_ja;
use careplan_web::{Banner, Button, Cell, Choice, DataTable, PostForm, TextField, TextKind, Tone};

use super::{book, tag, type_names};
use crate::partners::{Partner, Wanted, Which, prefecture_name};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::sheet::csv_file;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;

/// How long who presses the button waits; the rest is asked in the background.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Template)]
#[template(path = "partners.html")]
struct Main {
    words: TextField,
    joined: Choice,
    button: Button,
    count: String,
    table: DataTable,
    asked: String,
    refresh: PostForm,
    csv: Button,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let partners = book(&screen).list(&wanted(&fields)).await?;
    let asked = partners.iter().filter_map(|partner| partner.asked_at).min();
    let main = Main {
        words: TextField::new("words", "事業所名・番号・メモ")
            .kind(TextKind::Search)
            .unmarked()
            .hint("一部だけでもさがせます。")
            .value(fields.text("words"))
            .max_length(100),
        joined: Choice::radio("joined", "利用状況")
            .unmarked()
            .option("", "すべて")
            .option("no", "まだ送れない事業所だけ")
            .option("yes", "送れる事業所だけ")
            .selected(fields.text("joined")),
        button: Button::submit("さがす").secondary(),
        count: count_ja(partners.len() as u64, "件"),
        asked: asked.map_or_else(String::new, |at| format!("いちばん古い確認：{}", local(at))),
        table: table(&partners, !fields.text("words").is_empty() || !fields.text("joined").is_empty()),
        refresh: PostForm::new("/partners/refresh", Button::submit("いますぐ確かめる").secondary().small()),
        csv: Button::link("CSVでダウンロードする", format!("/partners.csv?{}", query_of(&fields)))
            .secondary(),
    };
    screen.show(&member.visit, Page::new("アドレス帳", "/partners", &main).notice(notice(&fields)).broad())
}

fn wanted(fields: &Fields) -> Wanted {
    let joined = match fields.text("joined") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    Wanted { words: fields.text("words").to_owned(), joined }
}

fn query_of(fields: &Fields) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in ["words", "joined"] {
        query.append_pair(name, fields.text(name));
    }
    query.finish()
}

fn notice(fields: &Fields) -> Option<Banner> {
    let count = |name: &str| fields.text(name).parse::<u64>().unwrap_or_default();
    match fields.text("done") {
        "refreshed" => Some(refreshed(count("asked"), count("left"), !fields.text("away").is_empty())),
        "removed" => Some(Banner::new(Tone::Success, "アドレス帳から外しました。")),
        "imported" => Some(
            Banner::new(
                Tone::Success,
                format!(
                    "{}を取り込みました（新しく加えたもの {}）。",
                    count_ja(count("offices"), "事業所"),
                    count_ja(count("added"), "件")
                ),
            )
            .paragraph(
                "利用状況は、これから自動で確かめます。1分ほどたってから、この画面を開き直してください。",
            ),
        ),
        _ => None,
    }
}

fn refreshed(asked: u64, left: u64, is_away: bool) -> Banner {
    let title = format!("{}の利用状況を確かめました。", count_ja(asked, "事業所"));
    match (is_away, left) {
        (true, left) => {
            Banner::new(Tone::Warning, "連携基盤から返事がないため、利用状況を確かめられませんでした。")
                .paragraph(format!("残りの{}は、つながりしだい自動で確かめます。", count_ja(left, "事業所")))
        }
        (false, 0) => Banner::new(Tone::Success, title),
        (false, left) => Banner::new(Tone::Info, title)
            .paragraph(format!("残りの{}は、このあと自動で確かめます。", count_ja(left, "事業所"))),
    }
}

fn table(partners: &[Partner], is_searched: bool) -> DataTable {
    let none = if is_searched {
        "あてはまる事業所はありません。条件を変えて、もう一度おさがしください。"
    } else {
        "まだ事業所がありません。送受信した相手は自動で加わります。先に加えるには「事業所をさがして加える」を選んでください。"
    };
    let heads = ["事業所", "サービス種類", "利用状況", "確認した日時", "メモ"];
    let table = DataTable::new("アドレス帳の事業所", heads, none).quiet_caption();
    partners.iter().fold(table, |table, partner| {
        table.row([
            Cell::link(partner.name_or_why_not(), format!("/partners/{}", partner.office))
                .note(format!("{}　{}", partner.office, partner.kana)),
            Cell::text(type_names(&partner.service_types)),
            Cell::tag(tag(partner.standing)),
            Cell::text(partner.asked_at.map(local).unwrap_or_default()),
            Cell::text(partner.note.clone()),
        ])
    })
}

pub(in crate::screen) async fn refresh(
    State(screen): State<Arc<Screen>>,
    _: Member,
) -> Result<Response, Refused> {
    let refreshed = book(&screen).refresh(Which::All, PATIENCE).await?;
    let away = if refreshed.fault.is_some() { "&away=1" } else { "" };
    let (asked, left) = (refreshed.asked, refreshed.left);
    Ok(go_to(&format!("/partners?done=refreshed&asked={asked}&left={left}{away}")))
}

pub(in crate::screen) async fn csv(
    State(screen): State<Arc<Screen>>,
    _: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let partners = book(&screen).list(&wanted(&Fields::of_query(query))).await?;
    let heads = [
        "事業所番号",
        "事業所名",
        "フリガナ",
        "都道府県",
        "所在地",
        "サービス種類",
        "利用状況",
        "確認した日時",
        "メモ",
    ];
    let rows = partners.iter().map(|partner| {
        [
            partner.office.to_string(),
            partner.name.clone(),
            partner.kana.clone(),
            prefecture_name(partner.office.prefecture()),
            partner.address.clone(),
            type_names(&partner.service_types),
            partner.standing.label_ja().to_owned(),
            partner.asked_at.map(local).unwrap_or_default(),
            partner.note.clone(),
        ]
    });
    csv_file("address_book.csv", heads, rows)
}
