//! One office of the book: what the directory says, and what the office notes.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_web::{Banner, Button, Cell, Choice, Facts, FieldErrors, PostForm, TextArea, Tone};

use super::{book, crumbs, number, tag, type_names};
use crate::partners::{NOTE_CHARS_MAX, Partner, PartnerFault, Standing, prefecture_name, service_type_name};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;

#[derive(Template)]
#[template(path = "partners_one.html")]
struct Main {
    trouble: Option<Banner>,
    facts: Facts,
    path: String,
    preferred: Option<Choice>,
    note: TextArea,
    button: Button,
    remove: Option<PostForm>,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(office): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let partner = book(&screen).one(&number(&office)?).await?.ok_or_else(Refused::unknown)?;
    let notice = (Fields::of_query(query).text("done") == "saved")
        .then(|| Banner::new(Tone::Success, "保存しました。"));
    draw(&screen, &member, (&partner, None, &FieldErrors::default()), notice)
}

fn draw(
    screen: &Screen,
    member: &Member,
    (partner, typed, errors): (&Partner, Option<&Fields>, &FieldErrors),
    notice: Option<Banner>,
) -> Result<Response, Refused> {
    let note = typed.map_or(partner.note.as_str(), |fields| fields.text("note"));
    let path = format!("/partners/{}", partner.office);
    let main = Main {
        trouble: trouble(partner.standing),
        facts: facts(partner),
        preferred: preferred(partner, typed, errors),
        note: TextArea::new("note", "メモ")
            .optional()
            .hint("担当者の名前や、連絡の都合など。この事業所の中だけで使い、相手には送りません。利用者の名前は書かないでください。")
            .value(note)
            .max_length(u32::try_from(NOTE_CHARS_MAX).unwrap_or(u32::MAX))
            .errors(errors),
        button: Button::submit("保存する"),
        remove: (!partner.is_exchanged).then(|| {
            PostForm::new(format!("{path}/remove"), Button::submit("アドレス帳から外す").danger().small())
        }),
        path,
    };
    let crumbs = crumbs();
    let page = Page::new(partner.name_or_why_not(), "/partners", &main)
        .crumbs(&crumbs)
        .errors(errors)
        .notice(notice);
    screen.show(&member.visit, page)
}

fn facts(partner: &Partner) -> Facts {
    let asked = partner
        .asked_at
        .map_or_else(|| "まだ確かめていません。".to_owned(), |at| format!("{}に確かめました。", local(at)));
    let how = match (partner.is_exchanged, partner.is_listed) {
        (true, _) => "送受信したことがあります",
        (false, true) => "職員が登録しました",
        (false, false) => "登録だけ残っています",
    };
    Facts::default()
        .fact("事業所番号", Cell::code(partner.office.to_string()))
        .fact("フリガナ", partner.kana.clone())
        .fact("所在地", format!("{} {}", prefecture_name(partner.office.prefecture()), partner.address))
        .fact("サービス種類", type_names(&partner.service_types))
        .fact("利用状況", Cell::tag(tag(partner.standing)).note(asked))
        .fact("つながり", how)
}

/// What else to do when nothing can be sent to it.
fn trouble(standing: Standing) -> Option<Banner> {
    match standing {
        Standing::Joined | Standing::NotAsked => None,
        Standing::NotJoined => Some(
            Banner::new(Tone::Warning, "この事業所には、いま送れません。")
                .paragraph("利用申請がまだか、ライセンスの期限が切れています。今回はこれまでどおりの方法で届け、Webサイトの事業所検索で「案内状」を作って利用を勧めてください。"),
        ),
        Standing::Absent => Some(
            Banner::new(Tone::Warning, "この番号の事業所は、連携基盤に登録されていません。")
                .paragraph("事業所番号が変わったか、番号が違います。相手に番号を確かめ、「事業所をさがして加える」から登録し直してください。"),
        ),
    }
}

/// Only where there is something to choose.
fn preferred(partner: &Partner, typed: Option<&Fields>, errors: &FieldErrors) -> Option<Choice> {
    if partner.service_types.len() < 2 && partner.preferred.is_none() {
        return None;
    }
    let present = partner.preferred.map(|it| it.to_string()).unwrap_or_default();
    let selected = typed.map_or(present.as_str(), |fields| fields.text("preferred"));
    let choice = Choice::list("preferred", "文書を送るときのサービス種類")
        .optional()
        .hint("PDFなどの文書を送るとき、宛先の一覧でこの事業所のいちばん上に並び、事業所番号だけを入力したときの宛先になります。CSVファイルの宛先は、ファイル名で決まります。")
        .empty("決めない（毎回選ぶ）")
        .selected(selected)
        .errors(errors);
    let gone = partner.preferred.filter(|it| !partner.service_types.contains(it));
    let types = partner.service_types.iter().copied().chain(gone);
    Some(types.fold(choice, |choice, it| choice.option(it.to_string(), service_type_name(&it))))
}

pub(in crate::screen) async fn write_down(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(office): Path<String>,
    fields: Fields,
) -> Result<Response, Refused> {
    let office = number(&office)?;
    let book = book(&screen);
    let partner = book.one(&office).await?.ok_or_else(Refused::unknown)?;
    let mut errors = FieldErrors::default();
    let preferred = match fields.text("preferred") {
        "" => None,
        code => code.parse().map(Some).unwrap_or_else(|_| {
            errors.add("preferred", PartnerFault::Preferred.to_string());
            None
        }),
    };
    if errors.is_empty() {
        let by = (member.session.login.as_str(), member.visit.now);
        match book.write_down(&office, (fields.text("note"), preferred), by).await {
            Ok(()) => return Ok(go_to(&format!("/partners/{office}?done=saved"))),
            Err(fault @ PartnerFault::Note) => errors.add("note", fault.to_string()),
            Err(fault @ PartnerFault::Preferred) => errors.add("preferred", fault.to_string()),
            Err(PartnerFault::Unknown) => return Err(Refused::unknown()),
            Err(PartnerFault::State(fault)) => return Err(fault.into()),
            Err(fault) => errors.add_for_form(fault.to_string()),
        }
    }
    draw(&screen, &member, (&partner, Some(&fields), &errors), None)
}

pub(in crate::screen) async fn remove(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(office): Path<String>,
) -> Result<Response, Refused> {
    let office = number(&office)?;
    let book = book(&screen);
    match book.remove(&office, (&member.session.login, member.visit.now)).await {
        Ok(()) => Ok(go_to("/partners?done=removed")),
        Err(PartnerFault::Unknown) => Err(Refused::unknown()),
        Err(PartnerFault::State(fault)) => Err(fault.into()),
        Err(fault) => {
            let partner = book.one(&office).await?.ok_or_else(Refused::unknown)?;
            let mut errors = FieldErrors::default();
            errors.add_for_form(fault.to_string());
            draw(&screen, &member, (&partner, None, &errors), None)
        }
    }
}
