//! Log-in and log-out.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_login::Token;
use careplan_web::{Banner, Button, FieldErrors, TextField, TextKind, Tone, way_back};
use http::{HeaderMap, HeaderValue, header};

use crate::screen::admit::step_page;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Visit;
use crate::screen::{Doors, Screen};
use crate::staff::{Session, StaffFault, Stage, Visitor};

#[derive(Template)]
#[template(path = "login.html")]
struct Main {
    next: String,
    name: TextField,
    password: TextField,
    button: Button,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    // Whoever is in already goes on.
    if let Some(session) = &visit.session {
        return Ok(go_to(next_page(session, fields.text("next"))));
    }
    if screen.staff.is_empty().await? {
        return Ok(go_to("/start"));
    }
    let notice = match fields.text("why") {
        "timed-out" => Some(Banner::new(
            Tone::Info,
            "しばらく操作がなかったため、ログアウトしました。もう一度ログインしてください。",
        )),
        "logged-out" => Some(Banner::new(Tone::Success, "ログアウトしました。")),
        _ => None,
    };
    draw(&screen, &visit, (&fields, FieldErrors::default()), notice)
}

fn draw(
    screen: &Screen,
    visit: &Visit,
    (fields, errors): (&Fields, FieldErrors),
    notice: Option<Banner>,
) -> Result<Response, Refused> {
    let main = Main {
        next: way_back(fields.text("next")).to_owned(),
        name: TextField::new("name", "ログイン名")
            .kind(TextKind::Code)
            .autocomplete("username")
            .value(fields.text("name"))
            .max_length(40)
            .errors(&errors),
        password: TextField::new("password", "パスワード").kind(TextKind::Password).errors(&errors),
        button: Button::submit("ログインする").busy("確かめています"),
    };
    screen.show(visit, Page::new("ログイン", "/login", &main).errors(&errors).notice(notice))
}

pub(in crate::screen) async fn log_in(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Refused> {
    let (name, password) = (fields.code("name"), fields.secret("password"));
    let mut errors = FieldErrors::default();
    if name.is_empty() {
        errors.add("name", "ログイン名を入力してください。");
    }
    if password.expose().is_empty() {
        errors.add("password", "パスワードを入力してください。");
    }
    if !errors.is_empty() {
        return draw(&screen, &visit, (&fields, errors), None);
    }
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    match screen.staff.log_in((&name, &password), Visitor::new(agent), visit.now).await {
        Ok((token, session)) => {
            Ok(with_cookie(go_to(next_page(&session, fields.text("next"))), (&screen.doors, &token)))
        }
        Err(StaffFault::State(fault)) => Err(fault.into()),
        Err(fault) => {
            errors.add_for_form(fault.to_string());
            draw(&screen, &visit, (&fields, errors), None)
        }
    }
}

pub(in crate::screen) async fn log_out(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
) -> Result<Response, Refused> {
    if let Some(session) = &visit.session {
        screen.staff.log_out(session, visit.now).await?;
    }
    let mut response = go_to("/login?why=logged-out");
    set_cookie(&mut response, &screen.doors, "; Max-Age=0");
    // What the browser keeps of the pages is not for the next person at this PC.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response)
}

/// Where a session goes next: its due step, or the page that was asked for.
pub(super) fn next_page<'a>(session: &Session, asked: &'a str) -> &'a str {
    match session.stage {
        Stage::Full => way_back(asked),
        owed => step_page(owed),
    }
}

/// Puts the token of a session into an answer. The cookie ends with the browser; the session by its own times.
pub(super) fn with_cookie(mut response: Response, (doors, token): (&Doors, &Token)) -> Response {
    set_cookie(&mut response, doors, token.expose());
    response
}

fn set_cookie(response: &mut Response, doors: &Doors, value: &str) {
    let secure = if doors.is_secure() { "; Secure" } else { "" };
    let (value, end) =
        value.split_once(';').map_or((value, String::new()), |(value, end)| (value, format!(";{end}")));
    let cookie = format!("{}={value}; Path=/{secure}; HttpOnly; SameSite=Lax{end}", doors.cookie());
    if let Ok(mut value) = HeaderValue::from_str(&cookie) {
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
