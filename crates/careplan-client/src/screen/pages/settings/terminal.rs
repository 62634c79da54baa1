//! この端末: certificate, licence, where it is connected; renewal by one click.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::Timestamp;
use careplan_domain::calendar::{day, last_day};
use careplan_domain::licence::LicenceState;
use careplan_web::text::date_ja;
use careplan_web::{Banner, Button, Cell, Facts, FieldErrors, PostForm, Tag, Tone};

use super::{Section, crumbs};
use crate::agent::Watcher as _;
use crate::enrol::{EnrolFault, Fingerprint, Standing};
use crate::office::OfficeFault;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::staff::Actor;

const TITLE: &str = "この端末と電子証明書";
const PATH: &str = "/settings/terminal";

/// A certificate that ends so soon although it renews itself is worth a look.
const SOON_DAYS: i64 = 30;

#[derive(Template)]
#[template(path = "settings_terminal.html")]
struct Main {
    facts: Facts,
    renew: PostForm,
    program: Facts,
}

pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    let now = match screen.office.link().await {
        Ok(link) => format!("電子証明書は{}まで", local(link.identity.certificate().not_after())),
        Err(OfficeFault::NotSetUp) => "初期設定がまだです".to_owned(),
        Err(fault) => return Err(fault.into()),
    };
    Ok(Section {
        title: TITLE,
        path: PATH,
        about: "電子証明書・ライセンス・接続先・バージョンを確かめます。",
        now,
    })
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let notice = (Fields::of_query(query).text("done") == "renewed")
        .then(|| Banner::new(Tone::Success, "電子証明書を更新しました。"));
    draw(&screen, &member, (&FieldErrors::default(), notice)).await
}

async fn draw(
    screen: &Screen,
    member: &Member,
    (errors, notice): (&FieldErrors, Option<Banner>),
) -> Result<Response, Refused> {
    let standing = screen.office.standing().await?;
    let main = Main {
        facts: facts(screen, &standing, member.visit.now).await?,
        renew: PostForm::new(
            format!("{PATH}/renew"),
            Button::submit("いますぐ更新する").secondary().busy("更新しています"),
        ),
        program: Facts::default()
            .fact("バージョン", env!("CARGO_PKG_VERSION"))
            .fact("データフォルダー", Cell::code(screen.office.options().data.display().to_string())),
    };
    let crumbs = crumbs();
    screen.show(
        &member.visit,
        Page::new(TITLE, "/settings", &main).crumbs(&crumbs).errors(errors).notice(notice),
    )
}

async fn facts(screen: &Screen, standing: &Standing, now: Timestamp) -> Result<Facts, Refused> {
    let link = screen.office.link().await?;
    let root = screen.office.keys().root().map_err(OfficeFault::from)?;
    let root = root.map_or_else(|| "—".to_owned(), |root| Fingerprint::of(&root).to_string());
    Ok(Facts::default()
        .fact("事業所番号", Cell::code(standing.office.to_string()))
        .fact("ユーザID", Cell::code(link.settings.user_id.to_string()))
        .fact("電子証明書", certificate(standing.certificate_until, now))
        .fact("証明書の番号", Cell::code(standing.certificate_serial.clone()))
        .fact("ライセンス", licence(standing.licence.as_ref()))
        .fact("接続先", Cell::code(link.settings.platform.clone()))
        .fact("認証局の指紋", Cell::code(root)))
}

fn certificate(until: Timestamp, now: Timestamp) -> Cell {
    let days = until.duration_since(now).as_hours() / 24;
    let tag = if until <= now {
        Tag::new(Tone::Error, "期限切れ")
    } else if days < SOON_DAYS {
        Tag::new(Tone::Warning, format!("あと{days}日"))
    } else {
        Tag::new(Tone::Success, "有効")
    };
    Cell::tag(tag).note(format!("{}まで", local(until)))
}

fn licence(licence: Option<&LicenceState>) -> Cell {
    match licence {
        Some(LicenceState::Valid { ends_at }) => {
            Cell::tag(Tag::new(Tone::Success, "有効")).note(format!("{}まで", date_ja(last_day(*ends_at))))
        }
        Some(LicenceState::Upcoming { starts_at }) => Cell::tag(Tag::new(Tone::Info, "開始前"))
            .note(format!("{}から有効になります", date_ja(day(*starts_at)))),
        Some(LicenceState::Expired { ended_at }) => {
            Cell::tag(Tag::new(Tone::Error, "期限切れ")).note(format!(
                "{}に終わりました。Webサイトにログインして利用申請をすると、また送受信できます。",
                date_ja(last_day(*ended_at))
            ))
        }
        Some(LicenceState::NotApplied) => Cell::tag(Tag::new(Tone::Warning, "未申請"))
            .note("送信するには、Webサイトにログインして利用申請をしてください。"),
        None => Cell::text("連携基盤に問い合わせできません"),
    }
}

pub(in crate::screen) async fn renew(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    match screen.office.renew_now(&Actor::from(&member.session)).await {
        Ok(()) => {
            screen.hub.clone().renewed();
            screen.hub.changed();
            Ok(go_to(&format!("{PATH}?done=renewed")))
        }
        Err(EnrolFault::Office(fault @ OfficeFault::State(_))) => Err(fault.into()),
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add_for_form(fault.to_string());
            draw(&screen, &member, (&errors, None)).await
        }
    }
}
