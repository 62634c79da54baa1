//! A new password: the first step after the letter, and whenever an office wants one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_web::{Banner, Button, FieldErrors, TextField, TextKind, Tone};

use super::login::{inside, next_page, with_cookie};
use crate::login::{ChangeFault, LoginFault, Stage, Typed};
use crate::office_api::problem::Refused;
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::show::{Page, go_to};
use crate::website::visit::Visit;

#[derive(Template)]
#[template(path = "password.html")]
struct Main {
    why: Option<Banner>,
    present: TextField,
    new: TextField,
    again: TextField,
    button: Button,
}

/// The field of a new password, and the one that repeats it.
pub(super) fn new_password_fields(errors: &FieldErrors) -> (TextField, TextField) {
    let new = TextField::new("new", "新しいパスワード")
        .kind(TextKind::NewPassword)
        .hint("8文字以上。記号や大文字を混ぜる必要はありません。覚えやすい言葉をいくつかつなげると、長くて破られにくくなります。")
        .errors(errors);
    let again = TextField::new("again", "新しいパスワード（確認）")
        .kind(TextKind::NewPassword)
        .hint("打ち間違いを防ぐため、もう一度入力してください。")
        .errors(errors);
    (new, again)
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    visit: Visit,
) -> Result<Response, Refused> {
    draw(&site, &visit, &FieldErrors::default()).await
}

async fn draw(site: &Website, visit: &Visit, errors: &FieldErrors) -> Result<Response, Refused> {
    let stage = visit.session.as_ref().map(|session| session.stage);
    let is_temporary = stage == Some(Stage::PasswordTemporary);
    let why = if is_temporary { Stage::PasswordTemporary.message_ja() } else { None };
    let (new, again) = new_password_fields(errors);
    let present = TextField::new("present", if is_temporary { "仮パスワード" } else { "いまのパスワード" });
    let main = Main {
        why: why.map(|why| Banner::new(Tone::Info, why)),
        present: present.kind(TextKind::Password).errors(errors),
        new,
        again,
        button: Button::submit("パスワードを変更する").busy("変更しています"),
    };
    site.show(visit, Page::new("パスワードの変更", "/account", &main).errors(errors)).await
}

pub(in crate::website) async fn change(
    State(site): State<Arc<Website>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let Some(session) = &visit.session else { return Ok(go_to("/login")) };
    let typed = Typed { present: fields.secret("present"), new: fields.secret("new") };
    let mut errors = FieldErrors::default();
    if typed.present.expose().is_empty() {
        errors
            .add("present", "いまのパスワードを入力してください。はじめての方は、通知書の仮パスワードです。");
    }
    if typed.new != fields.secret("again") {
        errors.add(
            "again",
            "2回入力した新しいパスワードが違います。もう一度、両方に同じものを入力してください。",
        );
    }
    if !errors.is_empty() {
        return draw(&site, &visit, &errors).await;
    }
    let was_temporary = session.stage == Stage::PasswordTemporary;
    match site.accounts.changes.change(session, typed, visit.now).await {
        Ok((token, session)) => {
            let page = if was_temporary { "/?done=password" } else { "/account?done=password" };
            Ok(with_cookie(go_to(next_page(&session, page)), &token))
        }
        Err(fault) => {
            add(&mut errors, fault)?;
            draw(&site, &visit, &errors).await
        }
    }
}

/// Puts a fault to the field it is about.
pub(super) fn add(errors: &mut FieldErrors, fault: ChangeFault) -> Result<(), Refused> {
    match (fault.message_ja(), fault) {
        (Some(message), ChangeFault::Weak(_)) => errors.add("new", message),
        (Some(message), ChangeFault::Login(LoginFault::PasswordWrong)) => errors.add("present", message),
        (Some(message), _) => errors.add_for_form(message),
        (None, ChangeFault::Login(fault)) => return Err(inside(fault)),
        (None, _) => return Err(careplan_protocol::Code::Internal.into()),
    }
    Ok(())
}
