//! The first manager. Only who has the code of this PC makes the account.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{Button, FieldErrors, Markup, TextField, TextKind};

use super::{StepPage, go_on, has_code};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::form::Form;
use crate::screen::pages::login::with_cookie;
use crate::screen::pages::password::{again, chosen};
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, not_drawn};
use crate::screen::visit::Visit;
use crate::service::StartCode;
use crate::staff::{LoginName, StaffFault, Visitor};
use crate::wizard::{Step, Trial};

const LEAD: &str = "このパソコンで連携クライアントを使う、最初の管理者を登録します。ほかの職員は、あとで管理者が追加できます。";

/// The page of a client that a command has set up: nothing else is left to do.
#[derive(Template)]
#[template(path = "start.html")]
struct Alone {
    code: String,
    name: TextField,
    login: TextField,
    new: TextField,
    again: TextField,
    button: Button,
}

fn fields_of(fields: &Fields, errors: &FieldErrors) -> [TextField; 4] {
    let name = TextField::new("name", "職員名")
        .autocomplete("name")
        .value(fields.text("name"))
        .max_length(40)
        .errors(errors);
    let login = TextField::new("login", "ログイン名")
        .kind(TextKind::Code)
        .autocomplete("username")
        .hint("半角の英数字で、2文字以上。ログインのときに入力します。")
        .value(fields.text("login"))
        .max_length(40)
        .errors(errors);
    [name, login, chosen(errors), again(errors)]
}

pub(super) fn draw_alone(
    screen: &Screen,
    visit: &Visit,
    (fields, errors): (&Fields, FieldErrors),
) -> Result<Response, Refused> {
    let [name, login, new, again] = fields_of(fields, &errors);
    let button = Button::submit("管理者を登録して始める").busy("登録しています");
    let main = Alone { code: fields.text("code").to_owned(), name, login, new, again, button };
    screen.show(visit, Page::new("最初の設定：管理者の登録", "/start", &main).errors(&errors))
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    if !screen.staff.is_empty().await? && screen.wizard.record(Step::Staff).await?.is_none() {
        // Registered before the first start came so far.
        screen.wizard.note(Step::Staff, &Trial::passed("管理者は登録してあります。")).await?;
        return go_on(&screen, Step::Staff).await;
    }
    draw(&screen, &visit, (&Fields::default(), FieldErrors::default()), query).await
}

async fn draw(
    screen: &Screen,
    visit: &Visit,
    (fields, errors): (&Fields, FieldErrors),
    query: Option<String>,
) -> Result<Response, Refused> {
    let mut page = StepPage::new(Step::Staff, LEAD);
    // Who is there already came back to look.
    if screen.staff.is_empty().await? {
        let mut form = Form::new("/start/staff", Button::submit("管理者を登録する").busy("登録しています"));
        for field in fields_of(fields, &errors) {
            form.fields.push(Markup::of(&field).map_err(|error| not_drawn(&error))?);
        }
        page = page.form(form);
    }
    page.errors(errors).coming_from(screen, query).await?.draw(screen, visit).await
}

/// What became of the form.
enum Added {
    /// The account is there, and its session.
    Session(careplan_login::Token),
    /// It is there; its password has to be typed again.
    LogIn,
    /// It is not.
    Wrong(FieldErrors),
}

/// Makes the account and logs it in.
async fn make(
    screen: &Screen,
    visit: &Visit,
    fields: &Fields,
    headers: &http::HeaderMap,
) -> Result<Added, Refused> {
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
        Ok(_) => return Ok(Added::Wrong(errors)),
        Err(fault) => {
            errors.add("login", fault.to_string());
            return Ok(Added::Wrong(errors));
        }
    };
    let typed = login.as_str().to_owned();
    match screen.staff.add_first((login, fields.text("name")), &password, visit.now).await {
        Ok(_) => {}
        Err(fault @ StaffFault::Weak(_)) => errors.add("new", fault.to_string()),
        Err(fault @ StaffFault::Name) => errors.add("name", fault.to_string()),
        Err(StaffFault::NotFirst) => return Ok(Added::LogIn),
        Err(StaffFault::State(fault)) => return Err(fault.into()),
        Err(fault) => errors.add_for_form(fault.to_string()),
    }
    if !errors.is_empty() {
        return Ok(Added::Wrong(errors));
    }
    if let Err(fault) = StartCode::drop_it(&screen.office.options().data) {
        tracing::warn!(%fault, "the start code stays; it opens nothing any more");
    }
    let agent = headers.get(http::header::USER_AGENT).and_then(|value| value.to_str().ok());
    let logged_in = screen.staff.log_in((&typed, &password), Visitor::new(agent), visit.now).await;
    Ok(logged_in.map_or(Added::LogIn, |(token, _)| Added::Session(token)))
}

pub(in crate::screen) async fn add(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    headers: http::HeaderMap,
    fields: Fields,
) -> Result<Response, Refused> {
    has_code(&screen, fields.text("code"))?;
    Ok(match make(&screen, &visit, &fields, &headers).await? {
        Added::Session(token) => with_cookie(go_to("/"), (&screen.doors, &token)),
        Added::LogIn => go_to("/login"),
        Added::Wrong(errors) => return draw_alone(&screen, &visit, (&fields, errors)),
    })
}

pub(in crate::screen) async fn add_in_wizard(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    headers: http::HeaderMap,
    fields: Fields,
) -> Result<Response, Refused> {
    let added = make(&screen, &visit, &fields, &headers).await?;
    if let Added::Wrong(errors) = added {
        return draw(&screen, &visit, (&fields, errors), None).await;
    }
    screen.wizard.note(Step::Staff, &Trial::passed("最初の管理者を登録しました。")).await?;
    Ok(match added {
        Added::Session(token) => with_cookie(go_on(&screen, Step::Staff).await?, (&screen.doors, &token)),
        _ => go_to("/login"),
    })
}
