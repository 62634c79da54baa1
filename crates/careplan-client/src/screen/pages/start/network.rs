//! The steps of the network: the way out, the platform, the clock.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{Button, FieldErrors, TextField, TextKind};
use url::Url;

use super::{StepPage, go_on};
use crate::enrol::Fingerprint;
use crate::platform::Proxy;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::form::Form;
use crate::screen::pages::way_out::{ADDRESS_CHARS_MAX, TypedWay, WayFields};
use crate::screen::refused::Refused;
use crate::screen::visit::Visit;
use crate::staff::THIS_PC;
use crate::wizard::Step;

/// The connection as it stands in the form.
#[derive(Default)]
struct Typed {
    platform: String,
    way: TypedWay,
}

impl Typed {
    async fn of_settings(screen: &Screen) -> Result<Self, Refused> {
        let way = TypedWay::of(&screen.office.state().proxy().await?);
        Ok(Self { platform: screen.wizard.answers().await?.platform, way })
    }

    fn of_fields(fields: &Fields) -> Self {
        Self { platform: fields.code("platform"), way: TypedWay::of_fields(fields) }
    }

    /// The platform and the way to it.
    async fn read(&self, screen: &Screen) -> Result<Result<(Url, Proxy), FieldErrors>, Refused> {
        let mut errors = FieldErrors::default();
        let platform = platform(&self.platform);
        if platform.is_none() {
            errors.add(
                "platform",
                "接続先を、通知書のとおり「https://」から入力してください（例：https://careplan.example.jp）。",
            );
        }
        let proxy = self.way.read(&screen.office.state().proxy().await?, &mut errors);
        Ok(platform.zip(proxy).ok_or(errors))
    }
}

/// An address of the platform: `https`, a name and perhaps a port, nothing else.
fn platform(typed: &str) -> Option<Url> {
    let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
    let url = Url::parse(&with_scheme).ok()?;
    let is_good = url.scheme() == "https"
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none();
    is_good.then_some(url)
}

pub(in crate::screen) async fn show_connection(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
) -> Result<Response, Refused> {
    let typed = Typed::of_settings(&screen).await?;
    draw_connection(&screen, &visit, (&typed, FieldErrors::default())).await
}

async fn draw_connection(
    screen: &Screen,
    visit: &Visit,
    (typed, errors): (&Typed, FieldErrors),
) -> Result<Response, Refused> {
    let platform = TextField::new("platform", "接続先")
        .kind(TextKind::Code)
        .hint("運用センターから届いた通知書の「接続先」です。")
        .value(typed.platform.clone())
        .max_length(ADDRESS_CHARS_MAX)
        .errors(&errors);
    let WayFields { way, proxy: [proxy, user, password] } = typed.way.fields(&errors);
    let form = Form::new("/start/connection", Button::submit("つながるか確かめる").busy("確かめています"))
        .field(&platform)?
        .field(&way)?
        .field(&proxy)?
        .field(&user)?
        .field(&password)?;
    let lead = "ようこそ。運用センターから届いた通知書を手元に用意して、上から順に進めてください。途中でやめても、続きから始められます。はじめに、連携基盤につながるかを確かめます。";
    StepPage::new(Step::Connection, lead).form(form).errors(errors).draw(screen, visit).await
}

pub(in crate::screen) async fn try_connection(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let typed = Typed::of_fields(&fields);
    match typed.read(&screen).await? {
        Ok((platform, proxy)) => {
            let by = visit.session.as_ref().map_or(THIS_PC, |session| session.login.as_str());
            screen.wizard.try_connection(&platform, &proxy, by).await?;
            go_on(&screen, Step::Connection).await
        }
        Err(errors) => draw_connection(&screen, &visit, (&typed, errors)).await,
    }
}

pub(in crate::screen) async fn show_platform(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let typed = screen.wizard.answers().await?.fingerprint;
    draw_platform(&screen, &visit, (&typed, FieldErrors::default()), query).await
}

async fn draw_platform(
    screen: &Screen,
    visit: &Visit,
    (typed, errors): (&str, FieldErrors),
    query: Option<String>,
) -> Result<Response, Refused> {
    let fingerprint = TextField::new("fingerprint", "認証局の指紋")
        .kind(TextKind::Code)
        .hint("通知書の「認証局の指紋」（sha256: で始まる文字）です。区切りの空白や「:」は、あってもなくてもかまいません。")
        .value(typed)
        .max_length(ADDRESS_CHARS_MAX)
        .errors(&errors);
    let form = Form::new("/start/platform", Button::submit("本物か確かめる").busy("確かめています"))
        .field(&fingerprint)?;
    let lead = "つながった相手が、本物の連携基盤かを確かめます。これが済むまで、パスワードなどは送りません。";
    let page = StepPage::new(Step::Platform, lead).form(form).errors(errors);
    page.coming_from(screen, query).await?.draw(screen, visit).await
}

pub(in crate::screen) async fn try_platform(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let typed = fields.code("fingerprint");
    match typed.parse::<Fingerprint>() {
        Ok(fingerprint) => {
            screen.wizard.try_platform(fingerprint).await?;
            go_on(&screen, Step::Platform).await
        }
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add("fingerprint", format!("{fault}。"));
            draw_platform(&screen, &visit, (&typed, errors), None).await
        }
    }
}

pub(in crate::screen) async fn show_clock(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let form = Form::new("/start/clock", Button::submit("時計を確かめる").busy("確かめています"));
    let lead = "このパソコンの日付と時刻を、連携基盤と比べます。大きくずれていると、送受信の記録が正しく残りません。";
    let page = StepPage::new(Step::Clock, lead).form(form);
    page.coming_from(&screen, query).await?.draw(&screen, &visit).await
}

pub(in crate::screen) async fn try_clock(State(screen): State<Arc<Screen>>) -> Result<Response, Refused> {
    screen.wizard.try_clock().await?;
    go_on(&screen, Step::Clock).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_platform_has_a_name_and_nothing_behind_it() {
        for good in ["https://careplan.example.jp", "careplan.example.jp:8443", "https://localhost:8443/"] {
            assert!(platform(good).is_some(), "{good}");
        }
        for wrong in ["", "http://careplan.example.jp", "https://a@b.example", "https://b.example/x", "a b"] {
            assert!(platform(wrong).is_none(), "{wrong}");
        }
    }
}
