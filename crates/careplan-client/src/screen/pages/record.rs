//! 操作記録: who did what, with whether the record holds together; as a page and as CSV.

mod wording;

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::Timestamp;
use careplan_web::text::count_ja;
use careplan_web::{
    Banner, Button, Cell, Choice, DataTable, FieldErrors, Link, Pager, TextField, TextKind, Tone,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::settings::Section;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::sheet::csv_file;
use crate::screen::show::{Page, local};
use crate::screen::visit::Member;
use crate::staff::{Operation, Search, THIS_PC, Unreadable};
use crate::state::StateFault;
use wording::{People, action_ja, detail_ja};

const TITLE: &str = "操作記録";
const PATH: &str = "/record";

/// Rows of a page.
const ROWS: usize = 50;

/// Lines of one file: a busy office writes about so many in a year, and spreadsheets open them at once.
const CSV_LINES_MAX: usize = 100_000;

#[derive(Template)]
#[template(path = "record.html")]
struct Main {
    who: Choice,
    day: TextField,
    button: Button,
    table: DataTable,
    pager: Pager,
    csv: Button,
}

/// The line in the index of the settings.
pub(super) fn section() -> Section {
    Section {
        title: TITLE,
        path: PATH,
        about: "だれが、いつ、何をしたかを確かめます。",
        now: "自動で記録しています".to_owned(),
    }
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let people = People::of(screen.staff.people().await?);
    let mut errors = FieldErrors::default();
    let wanted = wanted(&fields).unwrap_or_else(|sentence| {
        errors.add("day", sentence);
        Search::default()
    });
    let before = fields.text("before").parse().ok();
    let lines = screen.staff.search_operations(&wanted, before, ROWS).await?;
    let older = lines.last().filter(|_| lines.len() == ROWS).map(place);
    let query = query_of(&fields);
    let main = Main {
        who: who(&screen, &people, fields.text("who")).await?,
        day: TextField::new("day", "日付")
            .kind(TextKind::Date)
            .unmarked()
            .value(fields.text("day"))
            .errors(&errors),
        button: Button::submit("さがす").secondary(),
        table: table(&lines, &people),
        pager: Pager::new("操作記録のページ", "新しい順")
            .previous(before.map(|_: i64| format!("{PATH}?{query}")))
            .next(older.map(|seq| format!("{PATH}?{query}&before={seq}"))),
        csv: Button::link("CSVでダウンロードする", format!("/record.csv?{query}")).secondary(),
    };
    let crumbs = [Link::new("設定", "/settings")];
    let page = Page::new(TITLE, "/settings", &main).crumbs(&crumbs).errors(&errors);
    screen.show(&member.visit, page.notice(Some(verdict(&screen).await?)).broad())
}

/// Whether all lines are as they were written.
async fn verdict(screen: &Screen) -> Result<Banner, StateFault> {
    Ok(match screen.staff.verify_operations().await? {
        Ok(count) => {
            let count = count_ja(count as u64, "件");
            Banner::new(
                Tone::Success,
                format!("記録は書き換えられていません（{count}を、いま確かめました）。"),
            )
        }
        Err(broken) => {
            let title = format!("記録の{}件目から先は、書き換えられたか、抜けています。", broken.seq);
            Banner::new(Tone::Error, title).paragraph(
                "この画面をCSVでダウンロードして残し、バックアップの操作記録と比べてください。運用センターへも連絡してください。",
            )
        }
    })
}

/// Which lines a query asks for; what is wrong with its day.
fn wanted(fields: &Fields) -> Result<Search, &'static str> {
    let who = fields.text("who");
    let actor = (!who.is_empty()).then(|| who.to_owned());
    let day = fields.text("day");
    if day.is_empty() {
        return Ok(Search { actor, ..Search::default() });
    }
    let wrong = "日付を、2026-11-26 のように入力してください。";
    let day: Date = day.parse().map_err(|_| wrong)?;
    let next = day.tomorrow().map_err(|_| wrong)?;
    let (from, until) = (begin_of(day).ok_or(wrong)?, begin_of(next).ok_or(wrong)?);
    Ok(Search { actor, from: Some(from), until: Some(until) })
}

fn begin_of(day: Date) -> Option<Timestamp> {
    Some(day.to_zoned(TimeZone::system()).ok()?.timestamp())
}

fn query_of(fields: &Fields) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in ["who", "day"] {
        query.append_pair(name, fields.text(name));
    }
    query.finish()
}

/// Everybody who can be the actor of a line.
async fn who(screen: &Screen, people: &People, selected: &str) -> Result<Choice, StateFault> {
    let choice = Choice::list("who", "だれが").unmarked().option("", "全員");
    let choice = people.logins().fold(choice, |choice, login| choice.option(login, people.label(login)));
    let applications = screen.office.state().applications().await?;
    let choice = applications.iter().fold(choice, |choice, it| {
        let actor = it.name.as_actor();
        choice.option(actor.as_str(), actor.as_str())
    });
    Ok(choice.option(THIS_PC, format!("{THIS_PC}（画面を使わない操作）")).selected(selected))
}

fn place(line: &Result<Operation, Unreadable>) -> i64 {
    match line {
        Ok(line) => line.seq,
        Err(line) => line.seq,
    }
}

fn table(lines: &[Result<Operation, Unreadable>], people: &People) -> DataTable {
    let heads = ["番号", "日時", "だれが", "何をしたか", "対象"];
    let table = DataTable::new("操作記録", heads, "あてはまる操作はありません。").quiet_caption();
    lines.iter().fold(table, |table, line| match line {
        Ok(line) => {
            let (action, detail) = (action_ja(&line.action), detail_ja(&line.detail));
            let action = Cell::text(action);
            table.row([
                Cell::number(line.seq.to_string()),
                Cell::text(local(line.at)),
                Cell::text(people.label(&line.actor)),
                if detail.is_empty() { action } else { action.note(detail) },
                subject(line, people),
            ])
        }
        Err(line) => table.row([
            Cell::number(line.seq.to_string()),
            Cell::text("読み取れません"),
            Cell::text(""),
            Cell::text(""),
            Cell::text(""),
        ]),
    })
}

/// To what it was done, with a way there.
fn subject(line: &Operation, people: &People) -> Cell {
    let subject = line.subject.as_str();
    match line.action.as_str() {
        "sent" | "withdraw" => Cell::link("送信の記録", format!("/sent/{subject}")),
        "imported" => Cell::link("受信の記録", format!("/received/{subject}")),
        "send.dropped" | "send.wait_ended" => Cell::text(""),
        action if action.starts_with("partner.") && !subject.is_empty() => {
            Cell::link(subject, format!("/partners/{subject}"))
        }
        action if action.starts_with("staff.") && subject != line.actor => Cell::text(people.label(subject)),
        action if action.starts_with("staff.") => Cell::text(""),
        _ => Cell::text(subject),
    }
}

pub(in crate::screen) async fn csv(
    State(screen): State<Arc<Screen>>,
    _: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let wanted = wanted(&fields).map_err(|sentence| {
        Refused::said(http::StatusCode::UNPROCESSABLE_ENTITY, "日付を読み取れません", sentence)
    })?;
    let people = People::of(screen.staff.people().await?);
    let lines = screen.staff.search_operations(&wanted, None, CSV_LINES_MAX).await?;
    let heads = [
        "番号",
        "日時",
        "操作した人",
        "操作",
        "操作の記号",
        "対象",
        "詳細",
        "前の行のハッシュ値",
        "ハッシュ値",
    ];
    let rows = lines.into_iter().map(|line| match line {
        Ok(line) => [
            line.seq.to_string(),
            local(line.at),
            people.label(&line.actor),
            action_ja(&line.action).to_owned(),
            line.action,
            line.subject,
            line.detail,
            line.previous,
            line.hash,
        ],
        Err(line) => {
            let mut cells: [String; 9] = Default::default();
            (cells[0], cells[1]) = (line.seq.to_string(), "読み取れません".to_owned());
            cells
        }
    });
    csv_file("operation_record.csv", heads, rows)
}
