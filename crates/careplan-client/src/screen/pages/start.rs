//! The first account. Only who has the code of this PC makes it; afterwards the page leads to the log-in.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{Button, FieldErrors, TextField, TextKind};
use http::StatusCode;

use super::login::with_cookie;
use super::password::{again, chosen};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Visit;
use crate::service::StartCode;
use crate::staff::{LoginName, StaffFault, Visitor};

#[derive(Template)]
#[template(path = "start.html")]
struct Main {
    code: String,
    name: TextField,
    login: TextField,
    new: TextField,
    again: TextField,
    button: Button,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    if !screen.staff.is_empty().await? {
        return Ok(go_to("/login"));
    }
    has_code(&screen, &fields)?;
    draw(&screen, &visit, (&fields, FieldErrors::default()))
}

/// The code stands in a file of this PC and in the address that the program says.
fn has_code(screen: &Screen, fields: &Fields) -> Result<(), Refused> {
    let code = StartCode::read(&screen.office.options().data).map_err(|fault| {
        tracing::error!(%fault, "the start code cannot be read");
        Refused::inside()
    })?;
    if code.is_some_and(|code| code.is(fields.text("code"))) {
        return Ok(());
    }
    Err(Refused::said(
        StatusCode::FORBIDDEN,
        "最初の設定は、専用のアドレスから始めます",
        "このパソコンで careplan-client open を実行すると、最初の設定の画面が開きます。",
    ))
}

fn draw(
    screen: &Screen,
    visit: &Visit,
    (fields, errors): (&Fields, FieldErrors),
) -> Result<Response, Refused> {
    let main = Main {
        code: fields.text("code").to_owned(),
        name: TextField::new("name", "職員名")
            .autocomplete("name")
            .value(fields.text("name"))
            .max_length(40)
            .errors(&errors),
        login: TextField::new("login", "ログイン名")
            .kind(TextKind::Code)
            .autocomplete("username")
            .hint("半角の英数字で、2文字以上。ログインのときに入力します。")
            .value(fields.text("login"))
            .max_length(40)
            .errors(&errors),
        new: chosen(&errors),
        again: again(&errors),
        button: Button::submit("管理者を登録して始める").busy("登録しています"),
    };
    screen.show(visit, Page::new("最初の設定：管理者の登録", "/start", &main).errors(&errors))
}

pub(in crate::screen) async fn add(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    headers: http::HeaderMap,
    fields: Fields,
) -> Result<Response, Refused> {
    has_code(&screen, &fields)?;
    let mut errors = FieldErrors::default();
    let login = LoginName::new(fields.text("login"));
    let password = fields.secret("new");
    if password != fields.secret("again") {
        errors.add("again", "2つのパスワードが違います。同じものを入力してください。");
    }
    if fields.text("name").is_empty() {
        errors.add("name", "職員名を入力してください。");
    }
    let login = match login {
        Ok(login) if errors.is_empty() => login,
        Ok(_) => return draw(&screen, &visit, (&fields, errors)),
        Err(fault) => {
            errors.add("login", fault.to_string());
            return draw(&screen, &visit, (&fields, errors));
        }
    };
    let typed = login.as_str().to_owned();
    match screen.staff.add_first((login, fields.text("name")), &password, visit.now).await {
        Ok(_) => {}
        Err(fault @ StaffFault::Weak(_)) => errors.add("new", fault.to_string()),
        Err(fault @ StaffFault::Name) => errors.add("name", fault.to_string()),
        Err(StaffFault::NotFirst) => return Ok(go_to("/login")),
        Err(StaffFault::State(fault)) => return Err(fault.into()),
        Err(fault) => errors.add_for_form(fault.to_string()),
    }
    if !errors.is_empty() {
        return draw(&screen, &visit, (&fields, errors));
    }
    if let Err(fault) = StartCode::drop_it(&screen.office.options().data) {
        tracing::warn!(%fault, "the start code stays; it opens nothing any more");
    }
    let agent = headers.get(http::header::USER_AGENT).and_then(|value| value.to_str().ok());
    let logged_in = screen.staff.log_in((&typed, &password), Visitor::new(agent), visit.now).await;
    Ok(match logged_in {
        Ok((token, _)) => with_cookie(go_to("/"), (&screen.doors, &token)),
        Err(_) => go_to("/login"),
    })
}
