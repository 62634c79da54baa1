//! 受信: what came, as a list; one of them with its files, its forms to look at, and what was done with it.

mod forms;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::{OfficeNumber, TransmissionId};
use careplan_web::{Banner, Button, Cell, DataTable, Facts, Link, Markup, Pager, PostForm, Tone};
use http::header;

pub(in crate::screen) use forms::{html, pdf};

use super::sent::timeline;
use crate::office::OfficeFault;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner, received_tag};
use crate::staff::Actor;
use crate::state::{Received, ReceivedState};

/// Rows of a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "received.html")]
struct List {
    news: Markup,
    table: DataTable,
    pager: Pager,
}

pub(in crate::screen) async fn list(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let before = fields.text("before").parse().ok();
    let page = screen.office.state().received_page(before, ROWS).await?;
    let numbers: Vec<OfficeNumber> = page.iter().map(|received| received.header.from.office).collect();
    let partners = screen.partners.of(&screen.office, &numbers).await;
    let heads = ["送信元", "種類", "対象年月", "届いた日時", "状態", ""];
    let mut table =
        DataTable::new("受信したもの", heads, "受信したものはありません。届くと、自動で表示されます。")
            .quiet_caption();
    for received in &page {
        let (id, header) = (received.header.id, &received.header);
        let name = partners.get(&header.from.office).map_or("", Partner::name);
        let open = Button::link("見る", format!("/received/{id}"))
            .secondary()
            .small()
            .about(local(received.accepted_at));
        table = table.row([
            partner(header.from, name),
            Cell::text(header.unit.label_ja()),
            Cell::text(month_ja(header.month)),
            Cell::text(local(received.accepted_at)),
            state(received),
            Cell::action(open),
        ]);
    }
    let next =
        page.last().filter(|_| page.len() == ROWS).map(|last| format!("/received?before={}", last.seq));
    let previous = before.map(|_: i64| "/received");
    let pager = Pager::new("受信したもののページ", "新しい順").previous(previous).next(next);
    let news = super::news::of_now(&screen)?;
    screen.show(&member.visit, Page::new("受信", "/received", &List { news, table, pager }).broad())
}

fn state(received: &Received) -> Cell {
    let cell = Cell::tag(received_tag(received.state));
    match &received.fault {
        Some(fault) if !fault.text.is_empty() => cell.note(fault.text.clone()),
        _ if received.findings > 0 => cell.note(format!("点検の指摘 {}件", received.findings)),
        _ => cell,
    }
}

/// Whether its files are here.
fn is_here(received: &Received) -> bool {
    received.folder.is_some()
}

#[derive(Template)]
#[template(path = "received_one.html")]
struct One {
    facts: Facts,
    files: DataTable,
    timeline: DataTable,
    id: TransmissionId,
    has_forms: bool,
    evidence: Option<Button>,
    imported: Option<PostForm>,
}

pub(in crate::screen) async fn one(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let notice = (fields.text("done") == "imported")
        .then(|| Banner::new(Tone::Success, "取込済みにしました。送信元にも知らせます。"));
    let received = screen.office.state().received(id).await?.ok_or_else(Refused::unknown)?;
    // Read by a person from now on (既読).
    if let Ok(who) = member.session.login.parse() {
        screen.office.history().mark_seen(id, &who, member.visit.now).await?;
    }
    let header = &received.header;
    let partners = screen.partners.of(&screen.office, &[header.from.office]).await;
    let name = partners.get(&header.from.office).map_or("", Partner::name);
    let mut facts = Facts::default()
        .fact("送信元", partner(header.from, name))
        .fact("種類", header.unit.label_ja())
        .fact("対象年月", month_ja(header.month))
        .fact("届いた日時", local(received.accepted_at))
        .fact("状態", state(&received))
        .fact("送信番号", Cell::code(id.to_string()));
    if let Some(folder) = &received.folder {
        let inbox = screen.office.inbox_folder().await?;
        facts = facts.fact("フォルダー", Cell::code(inbox.join(folder).display().to_string()));
    }
    if let Some(replaces) = header.replaces {
        facts =
            facts.fact("前に届いたもの", Cell::link("前に届いたものを見る", format!("/received/{replaces}")));
    }
    let mut files =
        DataTable::new("ファイル", ["名前", "大きさ"], "ファイルは、まだこのパソコンにありません。")
            .quiet_caption();
    let on_disk = forms::files_of(&screen, &received).await?;
    for file in &on_disk {
        let path = format!("/received/{id}/files/{}", super::percent(&file.name));
        files = files
            .row([Cell::link(file.name.clone(), path), Cell::number(format!("{}バイト", file.bytes.len()))]);
    }
    let can_import = matches!(received.state, ReceivedState::Written | ReceivedState::Acknowledged);
    let imported = can_import.then(|| {
        PostForm::new(
            format!("/received/{id}/imported"),
            Button::submit("介護ソフトに取り込んだ").busy("記録しています"),
        )
    });
    let evidence = is_here(&received)
        .then(|| Button::link("証拠をZIPで保存する", format!("/evidence/{id}")).secondary());
    let main = One {
        facts,
        files,
        timeline: timeline(&screen, id).await?,
        id,
        has_forms: forms::has_forms(&on_disk),
        evidence,
        imported,
    };
    let crumbs = [Link::new("受信", "/received")];
    screen.show(&member.visit, Page::new("受信の記録", "/received", &main).crumbs(&crumbs).notice(notice))
}

pub(in crate::screen) async fn imported(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    screen.office.mark_imported_by(id, &Actor::from(&member.session)).await?;
    screen.hub.changed();
    Ok(go_to(&format!("/received/{id}?done=imported")))
}

pub(in crate::screen) async fn file(
    State(screen): State<Arc<Screen>>,
    _: Member,
    Path((id, name)): Path<(TransmissionId, String)>,
) -> Result<Response, Refused> {
    let received = screen.office.state().received(id).await?.ok_or_else(Refused::unknown)?;
    let files = forms::files_of(&screen, &received).await?;
    let file = files.into_iter().find(|file| file.name == name).ok_or_else(Refused::unknown)?;
    let kind = match file.name.rsplit('.').next().map(str::to_ascii_lowercase).as_deref() {
        Some("pdf") => "application/pdf",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => "application/octet-stream",
    };
    let name = format!("attachment; filename*=UTF-8''{}", super::percent(&file.name));
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, &name)], file.bytes).into_response())
}

/// The files are elsewhere.
fn gone() -> OfficeFault {
    OfficeFault::File(crate::files::FileFault {
        path: std::path::PathBuf::new(),
        action: crate::files::FileAction::Read,
        source: std::io::ErrorKind::NotFound.into(),
    })
}
