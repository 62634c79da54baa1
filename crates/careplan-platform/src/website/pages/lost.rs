//! Who cannot log in: a link by mail, or a new letter by post. The answer is the same whoever asks.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_domain::OfficeNumber;
use careplan_web::{Banner, Button, Choice, FieldErrors, Link, TextField, TextKind, Tone};

use crate::login::{ASKED_JA, Asked, Phone, Reason};
use crate::mail::MailAddress;
use crate::office_api::problem::Refused;
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::show::Page;
use crate::website::visit::Visit;

#[derive(Template)]
#[template(path = "lost.html")]
struct Main {
    user_id: TextField,
    by_user_id: Button,
    mail: TextField,
    by_mail: Button,
    office: TextField,
    reason: Choice,
    phone: TextField,
    by_post: Button,
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    visit: Visit,
) -> Result<Response, Refused> {
    draw(&site, &visit, (&Fields::default(), FieldErrors::default()), None).await
}

async fn draw(
    site: &Website,
    visit: &Visit,
    (fields, errors): (&Fields, FieldErrors),
    answer: Option<&str>,
) -> Result<Response, Refused> {
    let reasons = Reason::ALL.iter().fold(Choice::radio("reason", "理由"), |choice, reason| {
        choice.option(reason.as_str(), reason.label_ja())
    });
    let main = Main {
        user_id: TextField::new("user_id", "ユーザID")
            .kind(TextKind::Code)
            .autocomplete("username")
            .hint("KJ と12桁の数字です。")
            .value(fields.text("user_id"))
            .max_length(40)
            .errors(&errors),
        by_user_id: Button::submit("パスワード再設定のメールを受け取る"),
        mail: TextField::new("mail", "登録したメールアドレス")
            .kind(TextKind::Email)
            .value(fields.text("mail"))
            .max_length(254)
            .errors(&errors),
        by_mail: Button::submit("ユーザIDのメールを受け取る"),
        office: TextField::new("office", "事業所番号")
            .kind(TextKind::Digits)
            .hint("10桁の数字です。")
            .value(fields.text("office"))
            .max_length(24)
            .errors(&errors),
        reason: reasons.selected(fields.text("reason")).errors(&errors),
        phone: TextField::new("phone", "折り返しの電話番号")
            .kind(TextKind::Code)
            .autocomplete("tel")
            .optional()
            .hint("確認のお電話を差し上げることがあります。例：03-1234-5678")
            .value(fields.text("phone"))
            .max_length(24)
            .errors(&errors),
        by_post: Button::submit("通知書の再発行を申し込む"),
    };
    let crumbs = [Link::new("ログイン", "/login")];
    let notice = answer.map(|answer| Banner::new(Tone::Success, answer));
    let page = Page::new("ログインできないとき", "/login", &main).crumbs(&crumbs);
    site.show(visit, page.errors(&errors).notice(notice)).await
}

pub(in crate::website) async fn password(
    State(site): State<Arc<Website>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let user_id = fields.number("user_id").to_uppercase();
    if user_id.is_empty() {
        return wrong(&site, &visit, &fields, ("user_id", "ユーザIDを入力してください。")).await;
    }
    ask(&site, &visit, Asked::ResetPassword { user_id }).await
}

pub(in crate::website) async fn user_id(
    State(site): State<Arc<Website>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let mail = fields.code("mail");
    if mail.parse::<MailAddress>().is_err() {
        let message = "メールアドレスの形ではありません。例：jimusho@example.jp";
        return wrong(&site, &visit, &fields, ("mail", message)).await;
    }
    ask(&site, &visit, Asked::RemindUserId { mail }).await
}

async fn ask(site: &Website, visit: &Visit, asked: Asked) -> Result<Response, Refused> {
    site.accounts.links.ask(&asked, visit.now).await?;
    draw(site, visit, (&Fields::default(), FieldErrors::default()), Some(asked.answer_ja())).await
}

pub(in crate::website) async fn letter(
    State(site): State<Arc<Website>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let office: Option<OfficeNumber> = fields.number("office").parse().ok();
    if office.is_none() {
        errors.add("office", "事業所番号は10桁の数字です。指定通知書などで確かめて入力してください。");
    }
    let reason = Reason::parse(fields.text("reason"));
    if reason.is_none() {
        errors.add("reason", "理由を選んでください。");
    }
    let phone = match fields.text("phone") {
        "" => None,
        typed => typed.parse::<Phone>().map_err(|fault| errors.add("phone", fault.to_string())).ok(),
    };
    match (office, reason) {
        (Some(office), Some(reason)) if errors.is_empty() => {
            site.accounts.requests.ask(office, (reason, phone), visit.now).await?;
            draw(&site, &visit, (&Fields::default(), errors), Some(ASKED_JA)).await
        }
        _ => draw(&site, &visit, (&fields, errors), None).await,
    }
}

async fn wrong(
    site: &Website,
    visit: &Visit,
    fields: &Fields,
    (field, message): (&str, &str),
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    errors.add(field, message);
    draw(site, visit, (fields, errors), None).await
}
