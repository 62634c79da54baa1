//! プロキシ: how connections leave the office, tried before it is kept.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{Banner, Button, FieldErrors, Tone};

use super::{Section, crumbs};
use crate::office::OfficeFault;
use crate::platform::Proxy;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::way_out::{TypedWay, WayFields};
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;

const TITLE: &str = "プロキシ";
const PATH: &str = "/settings/proxy";

#[derive(Template)]
#[template(path = "settings_proxy.html")]
struct Main {
    fields: WayFields,
    save: Button,
    /// Offered when it was tried in vain: the line may be down for another reason.
    anyway: Option<Button>,
}

pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    let now = match screen.office.state().proxy().await? {
        Proxy::System => "パソコンの設定に合わせる".to_owned(),
        Proxy::None => "使わない".to_owned(),
        proxy @ Proxy::At(_) => proxy.address(),
    };
    Ok(Section {
        title: TITLE, path: PATH, about: "事業所のネットワークで中継を使うときに設定します。", now
    })
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let said = |tone, words: &str| Some(Banner::new(tone, words));
    let notice = match Fields::of_query(query).text("done") {
        "saved" => said(Tone::Success, "連携基盤につながることを確かめて、設定を変更しました。"),
        "anyway" => said(
            Tone::Warning,
            "つながることを確かめずに、設定を変更しました。画面の上に「オフライン」と出ているあいだは、送受信できません。",
        ),
        _ => None,
    };
    let typed = TypedWay::of(&screen.office.state().proxy().await?);
    draw(&screen, &member, (&typed, &FieldErrors::default()), (notice, false))
}

fn draw(
    screen: &Screen,
    member: &Member,
    (typed, errors): (&TypedWay, &FieldErrors),
    (notice, was_tried): (Option<Banner>, bool),
) -> Result<Response, Refused> {
    let main = Main {
        fields: typed.fields(errors),
        save: Button::submit("確かめて変更する").busy("確かめています"),
        anyway: was_tried.then(|| Button::submit("確かめずに変更する").value("anyway", "yes").secondary()),
    };
    let crumbs = crumbs();
    let page = Page::new(TITLE, "/settings", &main).crumbs(&crumbs).errors(errors).notice(notice);
    screen.show(&member.visit, page)
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let typed = TypedWay::of_fields(&fields);
    let mut errors = FieldErrors::default();
    let before = screen.office.state().proxy().await?;
    let Some(proxy) = typed.read(&before, &mut errors) else {
        return draw(&screen, &member, (&typed, &errors), (None, false));
    };
    let is_tried = fields.text("anyway") != "yes";
    if is_tried {
        match screen.office.try_way_out(&proxy).await {
            Ok(()) => {}
            Err(fault @ (OfficeFault::State(_) | OfficeFault::Keys(_))) => return Err(fault.into()),
            Err(fault) => {
                errors.add_for_form(format!(
                    "この設定では、連携基盤につながりませんでした。設定は変更していません。{fault}"
                ));
                return draw(&screen, &member, (&typed, &errors), (None, true));
            }
        }
    }
    screen.office.choose_way_out(&proxy, member.session.login.as_str()).await?;
    screen.hub.changed();
    Ok(go_to(&format!("{PATH}?done={}", if is_tried { "saved" } else { "anyway" })))
}
