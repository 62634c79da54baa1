//! One thing that was sent, with its proofs; taking back, and sending again.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use careplan_web::{Banner, Button, Cell, DataTable, Facts, Link, PostForm, Tone};

use super::state;
use crate::desk::came_to_nothing;
use crate::history::Direction;
use crate::office::OfficeFault;
use crate::outbox::Withdrawal;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::exchanged::timeline;
use crate::screen::pages::forms::{self, Listed};
use crate::screen::pages::send::told;
use crate::screen::pages::versions::{self, Versions};
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner};
use crate::staff::Actor;
use crate::state::{Sent, SentState};

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
    let sent = screen.office.state().sent(id).await?.ok_or_else(Refused::unknown)?;
    let notice = notice(fields.text("done"), &sent);
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
    let Listed { table: files, has_forms, .. } = forms::listed(&screen, (id, Direction::Sent)).await?;
    let versions = versions::beside(&screen, (id, Direction::Sent)).await?;
    let can_withdraw =
        !sent.is_withdrawing() && matches!(sent.state, SentState::Prepared | SentState::Life(Life::Accepted));
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

/// What was done, as far as it still holds.
fn notice(done: &str, sent: &Sent) -> Option<Banner> {
    match done {
        "withdrawing" if sent.is_withdrawing() => Some(
            Banner::new(Tone::Info, "取下げを受け付けました。")
                .paragraph("連携基盤に伝わり次第、取り下げます。この画面は閉じてもかまいません。")
                .paragraph("相手が先に受信したときは取り下げられません。そのときは「状態」に表示します。"),
        ),
        "withdrawing" | "withdrawn" if !sent.is_withdrawing() && came_to_nothing(sent.state) => Some(
            Banner::new(Tone::Success, "取り下げました。")
                .paragraph("相手には届きません。訂正したものは、あらためて送信してください。"),
        ),
        _ => None,
    }
}

pub(in crate::screen) async fn withdraw(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    match screen.office.withdraw_by(id, &Actor::from(&member.session)).await {
        Ok(outcome) => {
            screen.hub.changed();
            let done = if outcome == Withdrawal::Done { "withdrawn" } else { "withdrawing" };
            Ok(go_to(&format!("/sent/{id}?done={done}")))
        }
        Err(OfficeFault::Platform(fault)) if fault.is_final() => {
            Err(Refused::said(http::StatusCode::CONFLICT, "取り下げできませんでした", fault))
        }
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
