//! One thing that was sent, with its proofs; taking back, and the evidence.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use careplan_web::{Banner, Button, Cell, DataTable, Facts, Link, PostForm, Tag, Tone};
use http::header;

use super::state;
use crate::desk::came_to_nothing;
use crate::history::Direction;
use crate::office::OfficeFault;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::forms;
use crate::screen::pages::send::told;
use crate::screen::pages::versions::{self, Versions};
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner};
use crate::staff::Actor;
use crate::state::SentState;

#[derive(Template)]
#[template(path = "sent_one.html")]
struct One {
    facts: Facts,
    files: DataTable,
    has_forms: bool,
    versions: Versions,
    timeline: DataTable,
    id: TransmissionId,
    evidence: Option<Button>,
    withdraw: Option<PostForm>,
    again: Option<PostForm>,
}

pub(in crate::screen) async fn one(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let notice = (fields.text("done") == "withdrawn").then(|| {
        Banner::new(Tone::Success, "取り下げました。")
            .paragraph("相手には届きません。訂正したものは、あらためて送信してください。")
    });
    let sent = screen.office.state().sent(id).await?.ok_or_else(Refused::unknown)?;
    let header = &sent.header;
    let partners = screen.partners.of(&screen.office, &[header.to.office]).await;
    let name = partners.get(&header.to.office).map_or("", Partner::name);
    let facts = Facts::default()
        .fact("宛先", partner(header.to, name))
        .fact("種類", header.unit.label_ja())
        .fact("対象年月", month_ja(header.month))
        .fact("ファイル", format!("{}個", header.files))
        .fact("状態", state(&sent))
        .fact("送信番号", Cell::code(id.to_string()));
    let (files, has_forms) = forms::table(&screen, (id, Direction::Sent)).await?;
    let versions = versions::beside(&screen, (id, Direction::Sent)).await?;
    let can_withdraw = matches!(sent.state, SentState::Prepared | SentState::Life(Life::Accepted));
    let withdraw = can_withdraw.then(|| {
        PostForm::new(
            format!("/sent/{id}/withdraw"),
            Button::submit("取り下げる").danger().busy("取り下げています"),
        )
    });
    let again = came_to_nothing(sent.state).then(|| {
        let button = Button::submit("送り直す").secondary().busy("準備しています");
        PostForm::new(format!("/sent/{id}/again"), button)
    });
    let is_proven = matches!(sent.state, SentState::Life(_));
    let evidence =
        is_proven.then(|| Button::link("証拠をZIPで保存する", format!("/evidence/{id}")).secondary());
    let timeline = timeline(&screen, id).await?;
    let main = One { facts, files, has_forms, versions, timeline, id, evidence, withdraw, again };
    let crumbs = [Link::new("送信したもの", "/sent")];
    screen.show(&member.visit, Page::new("送信の記録", "/sent", &main).crumbs(&crumbs).notice(notice))
}

/// The proofs of a transmission in the order of their times, verified now.
pub(in crate::screen::pages) async fn timeline(
    screen: &Screen,
    id: TransmissionId,
) -> Result<DataTable, Refused> {
    let receipts = screen.office.look_at_receipts(id).await?;
    let heads = ["いつ", "何が", "署名の確認"];
    let table = DataTable::new("受付票・受領証", heads, "まだありません。相手に届くと、ここに並びます。");
    Ok(receipts.iter().fold(table, |table, receipt| {
        let verdict = match &receipt.fault {
            None => Cell::tag(Tag::new(Tone::Success, "確認しました")),
            Some(fault) => Cell::tag(Tag::new(Tone::Error, "確認できません")).note(fault.to_string()),
        };
        table.row([Cell::text(local(receipt.at)), Cell::text(receipt.kind.label_ja()), verdict])
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

/// What waits here is sent at once; what came to nothing lies on the desk again.
pub(in crate::screen) async fn again(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    let sent = screen.office.state().sent(id).await?.ok_or_else(Refused::unknown)?;
    if sent.state == SentState::Prepared {
        screen.office.state().hurry_outbox().await?;
        screen.hub.changed();
        return Ok(go_to("/sent?done=hurried"));
    }
    match screen.desk.bring_again(id, &member.session.login).await {
        Ok(draft) => Ok(go_to(&format!("/send/{draft}"))),
        Err(fault) => {
            let sentence = told(fault)?;
            Err(Refused::said(http::StatusCode::CONFLICT, "送り直しを準備できません", sentence))
        }
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

pub(in crate::screen) async fn file(
    State(screen): State<Arc<Screen>>,
    _: Member,
    Path((id, name)): Path<(TransmissionId, String)>,
) -> Result<Response, Refused> {
    forms::file(&screen, (id, Direction::Sent), &name).await
}

pub(in crate::screen) async fn html(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    forms::html(&screen, (id, Direction::Sent), member.visit.now).await
}

pub(in crate::screen) async fn pdf(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    forms::pdf(&screen, (id, Direction::Sent), member.visit.now).await
}

pub(in crate::screen) async fn changes(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path((id, before)): Path<(TransmissionId, TransmissionId)>,
) -> Result<Response, Refused> {
    forms::changes(&screen, ((before, Direction::Sent), (id, Direction::Sent)), member.visit.now).await
}
