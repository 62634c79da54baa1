//! この端末: certificate, licence, where it is connected; renewal by one click. A certificate whose key its store does not give is told,
//! with the way to another one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::Timestamp;
use careplan_domain::calendar::{day, last_day, spoken};
use careplan_domain::licence::LicenceState;
use careplan_web::text::date_ja;
use careplan_web::{Banner, Button, Cell, Facts, FieldErrors, PostForm, Tag, Tone};

use super::{Section, certificate, crumbs};
use crate::agent::Watcher as _;
use crate::enrol::{Ending, EnrolFault, Fingerprint, Standing};
use crate::keys::KeysFault;
use crate::office::OfficeFault;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::staff::Actor;

pub(super) const TITLE: &str = "この端末と電子証明書";
pub(super) const PATH: &str = "/settings/terminal";

#[derive(Template)]
#[template(path = "settings_terminal.html")]
struct Main {
    facts: Facts,
    renew: PostForm,
    again: Button,
    program: Facts,
}

pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    let now = match screen.office.link().await {
        Ok(link) => format!("電子証明書は{}まで", local(link.identity.certificate().not_after())),
        Err(OfficeFault::NotSetUp) => "初期設定がまだです".to_owned(),
        Err(OfficeFault::Keys(KeysFault::Store(_))) => "電子証明書の鍵が見つかりません".to_owned(),
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
    let notice =
        match Fields::of_query(query).text("done") {
            "renewed" => Some(Banner::new(Tone::Success, "電子証明書を更新しました。")),
            "obtained" => {
                let link = screen.office.link().await?;
                let until = spoken(last_day(link.identity.certificate().not_after()));
                Some(Banner::new(Tone::Success, format!("電子証明書を取得し直しました（{until}まで有効）。")))
            }
            "kept" => Some(Banner::new(Tone::Info, "いまの電子証明書を、これからも使います。").paragraph(
                "まだ使えるため、新しくは作りませんでした。証明書発行用パスワードも使っていません。",
            )),
            _ => None,
        };
    draw(&screen, &member, (&FieldErrors::default(), notice)).await
}

async fn draw(
    screen: &Screen,
    member: &Member,
    (errors, notice): (&FieldErrors, Option<Banner>),
) -> Result<Response, Refused> {
    let facts = match screen.office.standing().await {
        Ok(standing) => facts(screen, &standing, member.visit.now).await?,
        Err(OfficeFault::Keys(fault @ KeysFault::Store(_))) => facts_without(screen, &fault).await?,
        Err(fault) => return Err(fault.into()),
    };
    let main = Main {
        facts,
        renew: PostForm::new(
            format!("{PATH}/renew"),
            Button::submit("いますぐ更新する").secondary().busy("更新しています"),
        ),
        again: Button::link("電子証明書を取得し直す", certificate::PATH).secondary(),
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
        .fact("電子証明書", validity(standing.certificate_until, now))
        .fact("証明書の番号", Cell::code(standing.certificate_serial.clone()))
        .fact("ライセンス", licence(standing.licence.as_ref()))
        .fact("接続先", Cell::code(link.settings.platform.clone()))
        .fact("認証局の指紋", Cell::code(root)))
}

/// What is known without the key.
async fn facts_without(screen: &Screen, fault: &KeysFault) -> Result<Facts, Refused> {
    let settings = screen.office.state().settings().await?.ok_or(OfficeFault::NotSetUp)?;
    Ok(Facts::default()
        .fact("事業所番号", Cell::code(settings.office().to_string()))
        .fact("ユーザID", Cell::code(settings.user_id.to_string()))
        .fact("電子証明書", Cell::tag(Tag::new(Tone::Error, "使えません")).note(fault.to_string()))
        .fact("接続先", Cell::code(settings.platform)))
}

fn validity(until: Timestamp, now: Timestamp) -> Cell {
    let tag = match Ending::of(until, now) {
        Ending::Past => Tag::new(Tone::Error, "期限切れ"),
        Ending::Soon { days: 0, .. } => Tag::new(Tone::Warning, "きょうまで"),
        Ending::Soon { days, .. } => Tag::new(Tone::Warning, format!("あと{days}日")),
        Ending::Far => Tag::new(Tone::Success, "有効"),
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
