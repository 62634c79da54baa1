//! One thing that came, with its files and what was done with it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_domain::TransmissionId;
use careplan_web::{Banner, Button, Cell, DataTable, Facts, Link, PostForm, Tone};

use super::remark;
use crate::history::Direction;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::exchanged::timeline;
use crate::screen::pages::forms::{self, Listed};
use crate::screen::pages::reminders;
use crate::screen::pages::versions::{self, Versions};
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner, received_tag};
use crate::staff::Actor;
use crate::state::ReceivedState;

#[derive(Template)]
#[template(path = "received_one.html")]
struct One {
    facts: Facts,
    files: Listed,
    timeline: DataTable,
    id: TransmissionId,
    versions: Versions,
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
    let asked = screen.office.reminders().one(id).await?;
    let tag = if asked.is_some() { reminders::tag() } else { received_tag(received.state) };
    let mut facts = Facts::default()
        .fact("送信元", partner(header.from, name))
        .fact("種類", header.unit.label_ja())
        .fact("対象年月", month_ja(header.month))
        .fact("届いた日時", local(received.accepted_at))
        .fact("状態", remark(Cell::tag(tag), &received))
        .fact("送信番号", Cell::code(id.to_string()));
    if let Some(folder) = &received.folder {
        let inbox = screen.office.inbox_folder().await?;
        facts = facts.fact("フォルダー", Cell::code(inbox.join(folder).display().to_string()));
    }
    let files = forms::listed(&screen, (id, Direction::Received)).await?;
    let versions = versions::beside(&screen, (id, Direction::Received)).await?;
    if let Some(asked) = &asked {
        facts = facts.fact("依頼の月", Cell::link("月次ボードで見る", reminders::board(asked)));
    }
    // What a partner reminds of is not for the care software.
    let can_import =
        asked.is_none() && matches!(received.state, ReceivedState::Written | ReceivedState::Acknowledged);
    let imported = can_import.then(|| {
        PostForm::new(
            format!("/received/{id}/imported"),
            Button::submit("介護ソフトに取り込んだ").busy("記録しています"),
        )
    });
    let evidence = received
        .folder
        .is_some()
        .then(|| Button::link("証拠をZIPで保存する", format!("/evidence/{id}")).secondary());
    let main = One { facts, files, timeline: timeline(&screen, id).await?, id, versions, evidence, imported };
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
