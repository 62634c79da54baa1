//! Revoking one certificate: first what it means, then the deed.

use careplan_domain::calendar::{day, japan};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use careplan_envelope::CertificateSerial;
use careplan_protocol::Code;
use careplan_web::text::{date_ja, date_time_ja};
use careplan_web::{Button, Cell, Choice, Facts, FieldErrors, Link};

use crate::authority::given_up::{GivenUp, give_up, of_office};
use crate::office_api::problem::Refused;
use crate::store::certificates::CertificateRow;
use crate::store::terminals;
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::show::{Page, go_to};
use crate::website::visit::Member;

#[derive(Template)]
#[template(path = "revocation.html")]
struct Main {
    path: String,
    facts: Facts,
    reason: Choice,
    button: Button,
    back: Button,
}

/// A certificate of the office that can still be revoked; `None` when it has ended. Another office's is unknown.
async fn find(site: &Website, member: &Member, serial: &str) -> Result<Option<CertificateRow>, Refused> {
    let serial: CertificateSerial = serial.parse().map_err(|_| Code::PageUnknown)?;
    let mut db = site.platform.store.read().await?;
    let row = of_office(&mut db, member.office, &serial).await?.ok_or(Code::PageUnknown)?;
    Ok(Some(row).filter(|row| row.revoked_at.is_none() && member.visit.now <= row.not_after))
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    member: Member,
    Path(serial): Path<String>,
) -> Result<Response, Refused> {
    match find(&site, &member, &serial).await? {
        Some(row) => draw(&site, &member, &row, &FieldErrors::default()).await,
        None => Ok(go_to("/certificates?done=ended")),
    }
}

async fn draw(
    site: &Website,
    member: &Member,
    row: &CertificateRow,
    errors: &FieldErrors,
) -> Result<Response, Refused> {
    let mut db = site.platform.store.read().await?;
    let listed = terminals::of_office(&mut db, &member.office).await?;
    drop(db);
    let mut facts = Facts::default()
        .fact("番号", Cell::code(row.serial.to_string()))
        .fact("発行", date_time_ja(japan().to_datetime(row.issued_at)))
        .fact("有効期限", date_ja(day(row.not_after)));
    let using = listed.iter().filter(|it| it.terminal.fingerprint == row.fingerprint);
    for terminal in using.filter(|it| it.is_in_use(member.visit.now)) {
        let last = date_time_ja(japan().to_datetime(terminal.last_contact()));
        facts = facts
            .fact("使っている端末", Cell::code(terminal.id.to_string()).note(format!("最後の連絡：{last}")));
    }
    let reasons = GivenUp::ALL.iter().fold(Choice::radio("reason", "理由"), |choice, reason| {
        choice.option(reason.as_str(), reason.label_ja())
    });
    let main = Main {
        path: format!("/certificates/{}/revocation", row.serial),
        facts,
        reason: reasons.hint("監査記録に残ります。").errors(errors),
        button: Button::submit("この電子証明書を失効させる").danger().busy("失効させています"),
        back: Button::link("やめて戻る", "/certificates").secondary(),
    };
    let crumbs = [Link::new("トップ", "/"), Link::new("電子証明書", "/certificates")];
    let page = Page::new("電子証明書の失効", "/certificates", &main);
    site.show(&member.visit, page.crumbs(&crumbs).errors(errors)).await
}

pub(in crate::website) async fn revoke(
    State(site): State<Arc<Website>>,
    member: Member,
    Path(serial): Path<String>,
    fields: Fields,
) -> Result<Response, Refused> {
    let Some(row) = find(&site, &member, &serial).await? else {
        return Ok(go_to("/certificates?done=ended"));
    };
    let Some(reason) = GivenUp::parse(fields.text("reason")) else {
        let mut errors = FieldErrors::default();
        errors.add("reason", "理由を選んでください。");
        return draw(&site, &member, &row, &errors).await;
    };
    let mut tx = site.platform.store.begin().await?;
    let is_done = give_up(&mut tx, (member.office, &row.serial), reason, member.visit.now).await?;
    if is_done {
        tx.commit().await?;
    }
    Ok(go_to(if is_done { "/certificates?done=revoked" } else { "/certificates?done=ended" }))
}
