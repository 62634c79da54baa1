//! The steps of the account: user ID and password, and whether the office has applied.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::UserId;
use careplan_web::{Button, FieldErrors, TextField, TextKind};

use super::{StepPage, go_on};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::form::Form;
use crate::screen::pages::certificate_forms::{password_field, typed_password};
use crate::screen::refused::Refused;
use crate::screen::visit::Visit;
use crate::wizard::Step;

const LEAD: &str = "通知書の「ユーザID」と「パスワード」で、事業所を確かめます。";
/// The `id` and the label of its field.
const PASSWORD: (&str, &str) = ("password", "パスワード");

pub(in crate::screen) async fn show_account(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let typed = screen.wizard.answers().await?.user_id;
    draw(&screen, &visit, (&typed, FieldErrors::default()), query).await
}

async fn draw(
    screen: &Screen,
    visit: &Visit,
    (typed, errors): (&str, FieldErrors),
    query: Option<String>,
) -> Result<Response, Refused> {
    let user_id = TextField::new("user_id", "ユーザID")
        .kind(TextKind::Code)
        .hint("KJ で始まる14文字です。")
        .value(typed)
        .max_length(40)
        .errors(&errors);
    let form = Form::new("/start/account", Button::submit("確かめる").busy("確かめています"))
        .field(&user_id)?
        .field(&password_field(PASSWORD, &errors))?;
    let page = StepPage::new(Step::Account, LEAD).form(form).errors(errors);
    page.coming_from(screen, query).await?.draw(screen, visit).await
}

pub(in crate::screen) async fn try_account(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let typed = fields.number("user_id").to_ascii_uppercase();
    let mut errors = FieldErrors::default();
    let user_id = typed.parse::<UserId>();
    if user_id.is_err() {
        errors.add("user_id", "ユーザIDを、通知書のとおり、KJ で始まる14文字で入力してください。");
    }
    let password = typed_password(&fields);
    if password.is_none() {
        errors.add("password", "パスワードを入力してください。");
    }
    let (Ok(user_id), Some(password)) = (user_id, password) else {
        return draw(&screen, &visit, (&typed, errors), None).await;
    };
    screen.wizard.try_account(&user_id, password).await?;
    go_on(&screen, Step::Account).await
}

pub(in crate::screen) async fn show_application(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let form = Form::new("/start/application", Button::submit("利用申請を確かめる").busy("確かめています"));
    let form = if screen.wizard.holds_password() {
        form
    } else {
        form.field(&password_field(PASSWORD, &FieldErrors::default()))?
    };
    let lead = "送信するには、Webサイトでの利用申請が要ります。済んでいるかを確かめます。";
    let mut page = StepPage::new(Step::Application, lead).form(form);
    page.more = end_of_application(&screen).await?;
    page.coming_from(&screen, query).await?.draw(&screen, &visit).await
}

/// The link to the site, where the platform told it.
async fn end_of_application(screen: &Screen) -> Result<Option<careplan_web::Markup>, Refused> {
    use careplan_web::{Href, Markup};
    #[derive(askama::Template)]
    #[template(
        source = r#"<p><a href="{{ site }}" target="_blank" rel="noopener">利用申請のWebサイトを開く</a>（ユーザIDとパスワードでログインして、「利用申請」を選びます）</p>"#,
        ext = "html"
    )]
    struct Site<'a> {
        site: &'a str,
    }
    let Some(site) = screen.wizard.site().await? else { return Ok(None) };
    let site = Href::from(site.as_str());
    let drawn = Markup::of(&Site { site: site.as_str() });
    drawn.map(Some).map_err(|error| crate::screen::show::not_drawn(&error))
}

pub(in crate::screen) async fn try_application(
    State(screen): State<Arc<Screen>>,
    fields: Fields,
) -> Result<Response, Refused> {
    screen.wizard.try_application(typed_password(&fields)).await?;
    go_on(&screen, Step::Application).await
}
