//! 送信したもの: the list, and one of them with its proofs; taking back, and the evidence.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::transmission::State as Life;
use careplan_domain::{OfficeNumber, TransmissionId};
use careplan_web::{Banner, Button, Cell, DataTable, Facts, Link, Pager, PostForm, Tone};
use http::header;

use crate::office::OfficeFault;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner, sent_tag};
use crate::staff::Actor;
use crate::state::{Sent, SentState};

/// Rows of a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "sent.html")]
struct List {
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
    let page = screen.office.state().sent_page(before, ROWS).await?;
    let numbers: Vec<OfficeNumber> = page.iter().map(|sent| sent.header.to.office).collect();
    let partners = screen.partners.of(&screen.office, &numbers).await;
    let heads = ["宛先", "種類", "対象年月", "送信した日時", "状態", ""];
    let mut table = DataTable::new("送信したもの", heads, "送信したものはありません。").quiet_caption();
    for sent in &page {
        let (id, header) = (sent.header.id, &sent.header);
        let name = partners.get(&header.to.office).map_or("", Partner::name);
        let open =
            Button::link("見る", format!("/sent/{id}")).secondary().small().about(local(sent.created_at));
        table = table.row([
            partner(header.to, name),
            Cell::text(header.unit.label_ja()),
            Cell::text(month_ja(header.month)),
            Cell::text(local(sent.created_at)),
            state(sent),
            Cell::action(open),
        ]);
    }
    let next =
        page.last().filter(|_| page.len() == ROWS).map(|last| format!("/sent?before={}", last.header.id));
    let previous = before.map(|_: TransmissionId| "/sent");
    let pager = Pager::new("送信したもののページ", "新しい順").previous(previous).next(next);
    screen.show(&member.visit, Page::new("送信したもの", "/sent", &List { table, pager }).broad())
}

fn state(sent: &Sent) -> Cell {
    let cell = Cell::tag(sent_tag(sent.state));
    match &sent.fault {
        Some(fault) if !fault.text.is_empty() => cell.note(fault.text.clone()),
        _ => cell.note(local(sent.state_at)),
    }
}

#[derive(Template)]
#[template(path = "sent_one.html")]
struct One {
    facts: Facts,
    timeline: DataTable,
    evidence: Option<Button>,
    withdraw: Option<PostForm>,
}

pub(in crate::screen) async fn one(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let notice = (fields.text("done") == "withdrawn").then(|| Banner::new(Tone::Success, "取り下げました。"));
    let sent = screen.office.state().sent(id).await?.ok_or_else(Refused::unknown)?;
    let header = &sent.header;
    let partners = screen.partners.of(&screen.office, &[header.to.office]).await;
    let name = partners.get(&header.to.office).map_or("", Partner::name);
    let mut facts = Facts::default()
        .fact("宛先", partner(header.to, name))
        .fact("種類", header.unit.label_ja())
        .fact("対象年月", month_ja(header.month))
        .fact("ファイル", format!("{}個", header.files))
        .fact("状態", state(&sent))
        .fact("送信番号", Cell::code(id.to_string()));
    if let Some(replaces) = header.replaces {
        facts = facts.fact("前に送ったもの", Cell::link("前に送ったものを見る", format!("/sent/{replaces}")));
    }
    let can_withdraw = matches!(sent.state, SentState::Prepared | SentState::Life(Life::Accepted));
    let withdraw = can_withdraw.then(|| {
        PostForm::new(
            format!("/sent/{id}/withdraw"),
            Button::submit("取り下げる").danger().busy("取り下げています"),
        )
    });
    let is_proven = matches!(sent.state, SentState::Life(_));
    let evidence =
        is_proven.then(|| Button::link("証拠をZIPで保存する", format!("/evidence/{id}")).secondary());
    let main = One { facts, timeline: timeline(&screen, id).await?, evidence, withdraw };
    let crumbs = [Link::new("送信したもの", "/sent")];
    screen.show(&member.visit, Page::new("送信の記録", "/sent", &main).crumbs(&crumbs).notice(notice))
}

/// The proofs of a transmission, in the order of their times.
pub(super) async fn timeline(screen: &Screen, id: TransmissionId) -> Result<DataTable, Refused> {
    let mut receipts = screen.office.state().receipts(id).await?;
    receipts.sort_by_key(|receipt| receipt.at);
    let table =
        DataTable::new("受付票・受領証", ["いつ", "何が"], "まだありません。相手に届くと、ここに並びます。");
    Ok(receipts.iter().fold(table, |table, receipt| {
        table.row([Cell::text(local(receipt.at)), Cell::text(receipt.kind.label_ja())])
    }))
}

pub(in crate::screen) async fn withdraw(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    match screen.office.withdraw_by(id, &Actor::from(&member.session)).await {
        Ok(()) => {
            screen.hub.changed();
            Ok(go_to(&format!("/sent/{id}?done=withdrawn")))
        }
        Err(OfficeFault::Platform(fault)) if fault.is_final() => {
            Err(Refused::said(http::StatusCode::CONFLICT, "取り下げできませんでした", fault))
        }
        // The engine is at work: what waits is sent in this moment.
        Err(OfficeFault::Busy) => Err(Refused::said(
            http::StatusCode::CONFLICT,
            "取り下げできませんでした",
            "ちょうど送信しているところです。少し待ってから、もう一度お試しください。",
        )),
        Err(fault) => Err(fault.into()),
    }
}

pub(in crate::screen) async fn evidence(
    State(screen): State<Arc<Screen>>,
    _: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    let folder = screen.office.options().data.join("evidence");
    let path = folder.join(format!("{id}.zip"));
    crate::files::make_folder(&folder, crate::files::Privacy::Private).map_err(OfficeFault::from)?;
    screen.office.write_evidence(id, &path).await?;
    let bytes = crate::files::read(&path).map_err(OfficeFault::from)?;
    crate::files::remove(&path).map_err(OfficeFault::from)?;
    let name = format!("attachment; filename=\"evidence-{id}.zip\"");
    Ok(([(header::CONTENT_TYPE, "application/zip"), (header::CONTENT_DISPOSITION, &name)], bytes)
        .into_response())
}
