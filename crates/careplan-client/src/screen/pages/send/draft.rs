//! One draft: what goes to whom, what is wrong with it, and what became of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use careplan_domain::{OfficeNumber, TransmissionId};
use careplan_web::{Banner, Button, FieldErrors, FileField, Markup, PostForm, Tone};
use uuid::Uuid;

use super::documents::{Documents, documents};
use super::findings::{Found, findings};
use super::progress;
use super::units::{Group, units};
use super::{file_field, told};
use crate::desk::{DeskFault, Looked};
use crate::outbox::{JudgedUnit, OtherOfSerial, UnitOutcome, UnitReport};
use crate::platform::is_away;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::forms;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::staff::Actor;
use crate::state::{DraftState, Waiting};

#[derive(Template)]
#[template(path = "send_draft.html")]
struct Main {
    id: Uuid,
    is_open: bool,
    waiting: Option<Banner>,
    banner: Option<Banner>,
    groups: Vec<Group>,
    findings: Vec<Found>,
    documents: Option<Documents>,
    sent: Option<Markup>,
    send: Option<PostForm>,
    correct: Option<PostForm>,
    drop: PostForm,
    files: FileField,
    add: Button,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    draw(&screen, &member, id, (&FieldErrors::default(), None)).await
}

pub(super) async fn draw(
    screen: &Screen,
    member: &Member,
    id: Uuid,
    (errors, typed): (&FieldErrors, Option<&Fields>),
) -> Result<Response, Refused> {
    let looked = match screen.desk.look(id).await {
        Ok(looked) => looked,
        Err(fault) => return Err(refused(fault)),
    };
    let before = screen.desk.before(&looked).await.map_err(refused)?;
    let partners = screen.partners.of(&screen.office, &receivers(&looked)).await;
    let own = screen.office.link().await.ok().map(|link| link.office());
    let documents_ready = looked.draft.documents.is_some() && !looked.judged.documents.is_empty();
    let ready = own_units(&looked, own, |other| other.is_none()) + usize::from(documents_ready);
    let corrections = own_units(&looked, own, |other| other.is_some_and(|other| other.is_same_unit));
    let is_open = looked.draft.state == DraftState::Open;
    let send = (is_open && ready > 0).then(|| {
        let button = Button::submit(format!("{ready}件を送信する")).busy("送信しています");
        PostForm::new(format!("/send/{id}/send"), button)
    });
    let correct = (is_open && corrections > 0).then(|| {
        let button = Button::submit(format!("{corrections}件を訂正として送信する")).secondary();
        PostForm::new(format!("/send/{id}/send"), button.busy("送信しています")).hidden("corrections", "yes")
    });
    let main = Main {
        id,
        is_open,
        waiting: looked.draft.waiting.as_ref().filter(|_| is_open).map(|it| waiting(id, it)),
        banner: banner(&looked, ready),
        groups: units(&looked, &before, (&partners, own)),
        findings: findings(&looked),
        documents: documents(screen, &looked, (errors, typed)).await?,
        sent: progress::of(screen, &looked.sent, id).await?,
        send,
        correct,
        drop: PostForm::new(format!("/send/{id}/drop"), Button::submit("送信せずに取り消す").danger()),
        files: file_field(errors),
        add: Button::submit("追加して点検する").secondary().busy("点検しています"),
    };
    screen.show(&member.visit, Page::new("送信の内容", "/send", &main).errors(errors).broad())
}

/// Units of this office that nothing in their files keeps from being sent, by what else went under their serial.
fn own_units(
    looked: &Looked,
    own: Option<OfficeNumber>,
    is_wanted: impl Fn(Option<&OtherOfSerial>) -> bool,
) -> usize {
    let is_own = |unit: &JudgedUnit| unit.from.is_none_or(|from| own.is_none_or(|own| own == from.office));
    let units = looked.units().filter(|(unit, _)| !unit.is_blocked() && is_own(unit));
    units.filter(|(_, other)| is_wanted(*other)).count()
}

fn receivers(looked: &Looked) -> Vec<OfficeNumber> {
    looked.judged.units.iter().filter_map(|unit| Some(unit.to?.office)).collect()
}

pub(super) fn refused(fault: DeskFault) -> Refused {
    match told(fault) {
        Ok(sentence) => Refused::said(http::StatusCode::CONFLICT, "送信の準備を開けません", sentence),
        Err(refused) => refused,
    }
}

fn banner(looked: &Looked, ready: usize) -> Option<Banner> {
    if looked.draft.state == DraftState::Sent {
        return Some(Banner::new(
            Tone::Success,
            "送信を受け付けました。届いたかどうかは、下の表に表示されます。",
        ));
    }
    let blocked = looked.judged.units.len() - looked.ready();
    if blocked > 0 || looked.judged.is_blocked() {
        let title = match blocked {
            0 => "送信できないファイルがあります。".to_owned(),
            blocked => format!("送信できないものが{blocked}件あります。"),
        };
        let advice = "下の「送信不可」の指摘を介護ソフトで直し、出力し直したファイルを追加してください。ほかのものは先に送信できます。";
        return Some(Banner::new(Tone::Warning, title).paragraph(advice));
    }
    (ready > 0 && looked.draft.state == DraftState::Open && looked.draft.waiting.is_none()).then(|| {
        Banner::new(Tone::Info, format!("{ready}件を送信できます。宛先を確かめて、送信してください。"))
    })
}

/// That a draft is sent by itself, or what was left when it was.
fn waiting(id: Uuid, waiting: &Waiting) -> Banner {
    match waiting {
        Waiting::ForTheLine { since } => {
            let end =
                PostForm::new(format!("/send/{id}/wait/end"), Button::submit("自動送信をやめる").secondary());
            Banner::new(Tone::Info, "回線が戻りしだい、自動で送信します。この画面は閉じてもかまいません。")
                .paragraph(format!(
                    "{}から待っています。ファイルや文書の宛先を変えると、自動では送信しません。",
                    local(*since)
                ))
                .action(end)
        }
        Waiting::Left { why } => {
            let banner = Banner::new(Tone::Warning, "自動では送信できなかったものがあります。");
            why.lines().fold(banner, Banner::paragraph)
        }
    }
}

pub(in crate::screen) async fn changes(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path((id, before)): Path<(Uuid, TransmissionId)>,
) -> Result<Response, Refused> {
    let looked = screen.desk.look(id).await.map_err(refused)?;
    let all = screen.desk.before(&looked).await.map_err(refused)?;
    let found = all.into_iter().flatten().find(|it| it.id() == before).ok_or_else(Refused::unknown)?;
    forms::changed(found.changes.as_ref(), member.visit.now)
}

pub(in crate::screen) async fn send(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
    fields: Fields,
) -> Result<Response, Refused> {
    let by = Actor::from(&member.session);
    let went = match fields.text("corrections") {
        "yes" => screen.desk.send_corrections(id, by, |_| {}).await,
        _ => screen.desk.send(id, by, |_| {}).await,
    };
    match went {
        Ok(report) => {
            screen.hub.changed();
            // What waits for the line stands on the page, with what is done about it.
            let failed: Vec<String> = report
                .units
                .iter()
                .filter(|unit| !waits(&unit.outcome))
                .filter_map(UnitReport::failure_ja)
                .collect();
            if failed.is_empty() {
                return Ok(go_to(&format!("/send/{id}")));
            }
            let mut errors = FieldErrors::default();
            for sentence in failed {
                errors.add_for_form(sentence);
            }
            draw(&screen, &member, id, (&errors, None)).await
        }
        // Pressed twice, or opened in two windows: what became of it is the answer.
        Err(DeskFault::Closed(_)) => Ok(go_to(&format!("/send/{id}"))),
        Err(fault) => Err(refused(fault)),
    }
}

/// Whether a unit goes by itself when the line is back.
fn waits(outcome: &UnitOutcome) -> bool {
    matches!(outcome, UnitOutcome::Failed(fault) if is_away(&fault.code))
}

pub(in crate::screen) async fn end_waiting(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    match screen.desk.end_waiting(id, &Actor::from(&member.session)).await {
        Ok(()) | Err(DeskFault::Closed(_)) => Ok(go_to(&format!("/send/{id}"))),
        Err(fault) => Err(refused(fault)),
    }
}

pub(in crate::screen) async fn drop_it(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    match screen.desk.throw_away(id, &Actor::from(&member.session)).await {
        Ok(()) => Ok(go_to("/send")),
        Err(DeskFault::Closed(_)) => Ok(go_to(&format!("/send/{id}"))),
        Err(fault) => Err(refused(fault)),
    }
}
