//! Log-in and log-out.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use careplan_web::{Banner, Button, FieldErrors, TextField, TextKind, Tone, way_back};
use http::{HeaderMap, HeaderValue, header};

use crate::login::{LoginFault, Session, Stage, Token};
use crate::office_api::problem::Refused;
use crate::website::Website;
use crate::website::admit::COOKIE;
use crate::website::fields::Fields;
use crate::website::show::{Page, go_to};
use crate::website::visit::Visit;

#[derive(Template)]
#[template(path = "login.html")]
struct Main {
    next: String,
    user_id: TextField,
    password: TextField,
    button: Button,
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    // Whoever is in already goes on.
    if let Some(session) = &visit.session {
        return Ok(go_to(next_page(session, fields.text("next"))));
    }
    let notice = match fields.text("why") {
        "timed-out" => Some(Banner::new(
            Tone::Info,
            "しばらく操作がなかったため、ログアウトしました。もう一度ログインしてください。",
        )),
        "ended" => Some(Banner::new(
            Tone::Info,
            "このブラウザのログインは終了しています（ほかのブラウザで終了したか、パスワードを変更したため）。もう一度ログインしてください。",
        )),
        "logged-out" => Some(Banner::new(Tone::Success, "ログアウトしました。")),
        "password-set" => Some(Banner::new(
            Tone::Success,
            "パスワードを変更しました。新しいパスワードでログインしてください。",
        )),
        _ => None,
    };
    let notice = notice.map(|notice| match fields.text("unsent") {
        "yes" => notice
            .paragraph("いま送信した内容は受け付けていません。ログインしてから、もう一度入力してください。"),
        _ => notice,
    });
    draw(&site, &visit, (&fields, FieldErrors::default()), notice).await
}

async fn draw(
    site: &Website,
    visit: &Visit,
    (fields, errors): (&Fields, FieldErrors),
    notice: Option<Banner>,
) -> Result<Response, Refused> {
    let main = Main {
        next: way_back(fields.text("next")).to_owned(),
        user_id: TextField::new("user_id", "ユーザID")
            .kind(TextKind::Code)
            .autocomplete("username")
            .hint("KJ と12桁の数字です。通知書に書かれています。")
            .value(fields.text("user_id"))
            .max_length(40)
            .errors(&errors),
        password: TextField::new("password", "パスワード")
            .kind(TextKind::Password)
            .hint("はじめての方は、通知書の「仮パスワード」を入力してください。")
            .errors(&errors),
        button: Button::submit("ログインする").busy("確かめています"),
    };
    site.show(visit, Page::new("ログイン", "/login", &main).errors(&errors).notice(notice)).await
}

pub(in crate::website) async fn log_in(
    State(site): State<Arc<Website>>,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Refused> {
    let (user_id, password) = (fields.number("user_id").to_uppercase(), fields.secret("password"));
    let mut errors = FieldErrors::default();
    if user_id.is_empty() {
        errors.add("user_id", "ユーザIDを入力してください。通知書に KJ で始まる14文字で書かれています。");
    }
    if password.expose().is_empty() {
        errors.add("password", "パスワードを入力してください。");
    }
    if !errors.is_empty() {
        return draw(&site, &visit, (&fields, errors), None).await;
    }
    match site.accounts.sessions.log_in((&user_id, &password), visit.visitor(&headers), visit.now).await {
        Ok((token, session)) => Ok(with_cookie(go_to(next_page(&session, fields.text("next"))), &token)),
        Err(fault) => {
            errors.add_for_form(told(fault)?);
            draw(&site, &visit, (&fields, errors), None).await
        }
    }
}

pub(in crate::website) async fn log_out(
    State(site): State<Arc<Website>>,
    visit: Visit,
) -> Result<Response, Refused> {
    if let Some(session) = &visit.session {
        site.accounts.sessions.log_out(session, visit.now).await?;
    }
    let mut response = go_to("/login?why=logged-out");
    let gone = format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    if let Ok(value) = HeaderValue::from_str(&gone) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    // What the browser keeps of the pages of an office is not for the next person at this PC.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response.into_response())
}

/// What a person is told; what went wrong inside is a refusal.
pub(super) fn told(fault: LoginFault) -> Result<String, Refused> {
    match fault.problem() {
        Some(problem) => Ok(problem.to_string()),
        None => Err(inside(fault)),
    }
}

/// What went wrong inside: to the log, and to the person as ours.
pub(super) fn inside(fault: LoginFault) -> Refused {
    match fault {
        LoginFault::Store(error) => error.into(),
        fault => {
            tracing::error!(error = %fault, "the log-in failed inside");
            careplan_protocol::Code::Internal.into()
        }
    }
}

/// Where a session goes next: its due step, or the page that was asked for.
pub(super) fn next_page<'a>(session: &Session, asked: &'a str) -> &'a str {
    match session.stage {
        Stage::PasswordTemporary => "/password",
        Stage::SecondFactorDue => "/login/second-factor",
        Stage::Full => way_back(asked),
    }
}

/// Puts the token of a session into an answer. The cookie ends with the browser; the session by its own times.
pub(super) fn with_cookie(mut response: Response, token: &Token) -> Response {
    let cookie = format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax", token.expose());
    if let Ok(mut value) = HeaderValue::from_str(&cookie) {
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
