//! One draft: what goes to whom, what is wrong with it, and what became of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_domain::{Address, OfficeNumber, ServiceMonth};
use careplan_standard::{Excerpt, Finding, Severity};
use careplan_web::{
    Banner, Button, Cell, DataTable, FieldErrors, FileField, PostForm, Tag, TextField, TextKind, Tone,
};
use uuid::Uuid;

use super::{file_field, told};
use crate::desk::{DeskFault, Looked};
use crate::outbox::{DocumentOrder, FoundFile, JudgedUnit, UnitOutcome};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner, sent_tag};
use crate::staff::Actor;
use crate::state::DraftState;

/// Findings shown of one unit; a file that is wrong everywhere says the same a thousand times.
const FINDINGS_SHOWN: usize = 30;

#[derive(Template)]
#[template(path = "send_draft.html")]
struct Main {
    id: Uuid,
    is_open: bool,
    banner: Option<Banner>,
    units: DataTable,
    findings: Vec<Found>,
    documents: Option<Documents>,
    sent: Option<DataTable>,
    send: Option<PostForm>,
    drop: PostForm,
    files: FileField,
    add: Button,
}

/// What was found about a unit, or beside all units.
struct Found {
    heading: String,
    findings: Vec<Shown>,
    more: usize,
}

struct Shown {
    tag: Tag,
    place: String,
    message: String,
    fix: String,
    excerpt: Option<Excerpt>,
}

/// Documents beside the standard, and where they go.
struct Documents {
    names: Vec<String>,
    to: TextField,
    month: TextField,
    button: Button,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    draw(&screen, &member, id, &FieldErrors::default()).await
}

pub(super) async fn draw(
    screen: &Screen,
    member: &Member,
    id: Uuid,
    errors: &FieldErrors,
) -> Result<Response, Refused> {
    let looked = match screen.desk.look(id).await {
        Ok(looked) => looked,
        Err(fault) => return Err(refused(fault)),
    };
    let partners = screen.partners.of(&screen.office, &receivers(&looked)).await;
    let own = screen.office.link().await.ok().map(|link| link.office());
    let documents_ready = looked.draft.documents.is_some() && !looked.judged.documents.is_empty();
    let ready = own_units(&looked, own) + usize::from(documents_ready);
    let is_open = looked.draft.state == DraftState::Open;
    let send = (is_open && ready > 0).then(|| {
        let button = Button::submit(format!("{ready}件を送信する")).busy("送信しています");
        PostForm::new(format!("/send/{id}/send"), button)
    });
    let main = Main {
        id,
        is_open,
        banner: banner(&looked, ready),
        units: units(&looked, &partners, own),
        findings: findings(&looked),
        documents: documents(&looked, errors),
        sent: sent(screen, &looked).await?,
        send,
        drop: PostForm::new(format!("/send/{id}/drop"), Button::submit("送信せずに取り消す").danger()),
        files: file_field(errors),
        add: Button::submit("追加して点検する").secondary().busy("点検しています"),
    };
    screen.show(&member.visit, Page::new("送信の内容", "/send", &main).errors(errors).broad())
}

/// Units that can be sent as they are, and are this office's.
fn own_units(looked: &Looked, own: Option<OfficeNumber>) -> usize {
    let is_own = |unit: &&JudgedUnit| unit.from.is_none_or(|from| own.is_none_or(|own| own == from.office));
    looked.judged.units.iter().filter(|unit| !unit.is_blocked()).filter(is_own).count()
}

fn receivers(looked: &Looked) -> Vec<OfficeNumber> {
    looked.judged.units.iter().filter_map(|unit| Some(unit.to?.office)).collect()
}

fn refused(fault: DeskFault) -> Refused {
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
    (ready > 0 && looked.draft.state == DraftState::Open).then(|| {
        Banner::new(Tone::Info, format!("{ready}件を送信できます。宛先を確かめて、送信してください。"))
    })
}

fn units(
    looked: &Looked,
    partners: &BTreeMap<OfficeNumber, Partner>,
    own: Option<OfficeNumber>,
) -> DataTable {
    let heads = ["宛先", "種類", "対象年月", "ファイル", "点検"];
    let mut table = DataTable::new("送る内容", heads, "標準仕様のファイルはありません。");
    let mut units: Vec<&JudgedUnit> = looked.judged.units.iter().collect();
    units.sort_by_key(|unit| (unit.to, unit.kind, unit.serial.clone()));
    for unit in units {
        let known = unit.to.and_then(|to| partners.get(&to.office));
        let mut to = match unit.to {
            Some(to) => partner(to, known.map_or("", Partner::name)),
            None => Cell::text("宛先を読み取れません"),
        };
        if let Some(from) = unit.from.filter(|from| own.is_some_and(|own| own != from.office)) {
            to = to.note(format!("送信元の事業所番号 {} が、この事業所と違うため送信できません。介護ソフトの事業所設定を確かめてください。", from.office));
        } else if let Some(trouble) = known.and_then(Partner::trouble) {
            to = to.note(trouble);
        }
        table = table.row([
            to,
            Cell::text(unit.kind.label_ja()).note(unit.serial.clone()),
            Cell::text(month_ja(unit.month)),
            Cell::number(format!("{}個", unit.files.len())),
            Cell::tag(grade(&unit.findings)),
        ]);
    }
    table
}

fn grade(findings: &[Finding]) -> Tag {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    match (count(Severity::Block), count(Severity::Warn)) {
        (0, 0) => Tag::new(Tone::Success, "問題なし"),
        (0, warns) => Tag::new(Tone::Warning, format!("注意 {warns}件")),
        (blocks, _) => Tag::new(Tone::Error, format!("送信不可 {blocks}件")),
    }
}

fn findings(looked: &Looked) -> Vec<Found> {
    let mut all = Vec::new();
    for unit in looked.judged.units.iter().filter(|unit| !unit.findings.is_empty()) {
        let heading = format!("{}（{}）", unit.kind.label_ja(), unit.serial);
        all.push(found(heading, &unit.findings, &looked.files));
    }
    if !looked.judged.findings.is_empty() {
        all.push(found("ファイルの組み合わせ".to_owned(), &looked.judged.findings, &looked.files));
    }
    all
}

fn found(heading: String, findings: &[Finding], files: &[FoundFile]) -> Found {
    let mut findings: Vec<&Finding> = findings.iter().collect();
    findings.sort_by_key(|finding| (order(finding.severity), finding.line, finding.column));
    let more = findings.len().saturating_sub(FINDINGS_SHOWN);
    let shown = findings.into_iter().take(FINDINGS_SHOWN).map(|finding| {
        let file = finding.file.as_ref().and_then(|label| files.iter().find(|file| file.label == *label));
        let place = match (&finding.file, finding.line) {
            (Some(file), Some(line)) => format!("{file}　{line}行目"),
            (Some(file), None) => file.clone(),
            (None, _) => String::new(),
        };
        Shown {
            tag: severity(finding.severity),
            place,
            message: finding.message.clone(),
            fix: finding.fix.clone(),
            excerpt: file.and_then(|file| Excerpt::of(finding, &file.file.bytes)),
        }
    });
    Found { heading, findings: shown.collect(), more }
}

fn order(severity: Severity) -> u8 {
    match severity {
        Severity::Block => 0,
        Severity::Warn => 1,
        Severity::Info => 2,
    }
}

fn severity(severity: Severity) -> Tag {
    match severity {
        Severity::Block => Tag::new(Tone::Error, "送信不可"),
        Severity::Warn => Tag::new(Tone::Warning, "注意"),
        Severity::Info => Tag::new(Tone::Plain, "参考"),
    }
}

fn documents(looked: &Looked, errors: &FieldErrors) -> Option<Documents> {
    let files = looked.judged.documents.iter().filter_map(|index| looked.files.get(*index));
    let names: Vec<String> = files.map(|file| file.file.name.clone()).collect();
    if names.is_empty() || looked.draft.state != DraftState::Open {
        return None;
    }
    let order = looked.draft.documents;
    Some(Documents {
        names,
        to: TextField::new("to", "文書の宛先")
            .kind(TextKind::Code)
            .hint("事業所番号10桁とサービス種類コード2桁。例：9970000026-11")
            .value(order.map(|order| order.to.to_string()).unwrap_or_default())
            .errors(errors),
        month: TextField::new("month", "対象年月")
            .kind(TextKind::Digits)
            .optional()
            .hint("例：202611")
            .value(order.and_then(|order| order.month).map(|month| month.to_string()).unwrap_or_default())
            .errors(errors),
        button: Button::submit("この宛先にする").secondary(),
    })
}

async fn sent(screen: &Screen, looked: &Looked) -> Result<Option<DataTable>, Refused> {
    if looked.sent.is_empty() {
        return Ok(None);
    }
    let mut table = DataTable::new("送信したもの", ["宛先", "種類", "状態", ""], "");
    for id in &looked.sent {
        let Some(sent) = screen.office.state().sent(*id).await? else { continue };
        let fault = sent.fault.as_ref().map(|fault| fault.text.clone()).unwrap_or_default();
        let mut state = Cell::tag(sent_tag(sent.state));
        if !fault.is_empty() {
            state = state.note(fault);
        }
        let open =
            Button::link("見る", format!("/sent/{id}")).secondary().small().about(sent.header.to.to_string());
        table = table.row([
            Cell::code(sent.header.to.to_string()),
            Cell::text(sent.header.unit.label_ja()),
            state,
            Cell::action(open),
        ]);
    }
    Ok(Some(table))
}

pub(in crate::screen) async fn send(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    match screen.desk.send(id, Actor::from(&member.session), |_| {}).await {
        Ok(report) => {
            screen.hub.changed();
            let failed: Vec<String> = report
                .units
                .iter()
                .filter_map(|unit| match &unit.outcome {
                    UnitOutcome::Failed(fault) => {
                        let to = unit.to.map_or_else(String::new, |to| format!("{to}："));
                        Some(format!("{to}{}", fault.text))
                    }
                    _ => None,
                })
                .collect();
            if failed.is_empty() {
                return Ok(go_to(&format!("/send/{id}")));
            }
            let mut errors = FieldErrors::default();
            for sentence in failed {
                errors.add_for_form(sentence);
            }
            draw(&screen, &member, id, &errors).await
        }
        // Pressed twice, or opened in two windows: what became of it is the answer.
        Err(DeskFault::Closed(_)) => Ok(go_to(&format!("/send/{id}"))),
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

pub(in crate::screen) async fn order_documents(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
    RawQuery(_): RawQuery,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let to: Option<Address> = fields.code("to").parse().ok();
    if to.is_none() {
        errors.add(
            "to",
            "文書の宛先を、事業所番号10桁とサービス種類コード2桁で入力してください（例：9970000026-11）。",
        );
    }
    let month = match fields.number("month") {
        month if month.is_empty() => None,
        month => match month.parse::<ServiceMonth>() {
            Ok(month) => Some(month),
            Err(_) => {
                errors.add("month", "対象年月を、年4桁と月2桁で入力してください（例：202611）。");
                None
            }
        },
    };
    let from = match own_address(&screen).await? {
        Ok(from) => Some(from),
        Err(sentence) => {
            errors.add_for_form(sentence);
            None
        }
    };
    if let (Some(to), Some(from), true) = (to, from, errors.is_empty()) {
        let order = DocumentOrder { from, to, month };
        return match screen.desk.order_documents(id, &order).await {
            Ok(()) => Ok(go_to(&format!("/send/{id}"))),
            Err(fault) => Err(refused(fault)),
        };
    }
    draw(&screen, &member, id, &errors).await
}

/// From which of its addresses an office sends documents.
async fn own_address(screen: &Screen) -> Result<Result<Address, String>, Refused> {
    let link = screen.office.link().await?;
    let service_type = match link.settings.service_types.as_slice() {
        [one] => Some(*one),
        _ => match link.platform.office(&link.office()).await.map(|entry| entry.service_types) {
            Ok(types) => match types.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
            Err(_) => None,
        },
    };
    Ok(service_type.map(|service_type| Address { office: link.office(), service_type }).ok_or_else(|| {
        "この事業所には複数のサービス種類があるため、文書の送信元が決まりません。設定で、この端末のサービス種類を1つにしてください。".to_owned()
    }))
}
