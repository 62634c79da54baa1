//! 事業所内での共有: on and off, the addresses, and the certificate that the other devices install.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use careplan_web::{Banner, Button, FieldErrors, PostForm, TextField, TextKind, Tone};
use http::{StatusCode, header};

use super::{Section, crumbs};
use crate::lan::{Authority, Choice, ChoiceFault, LanFault, Standing};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;

const TITLE: &str = "事業所内での共有";
const PATH: &str = "/settings/lan";

/// What further names may be long in all.
const NAMES_CHARS_MAX: u32 = 2_000;

/// Digits of the fingerprint that people compare, in groups of four.
const FINGERPRINT_DIGITS: usize = 32;

#[derive(Template)]
#[template(path = "settings_lan.html")]
struct Main {
    is_on: bool,
    trouble: Option<Banner>,
    addresses: Vec<String>,
    /// Of the certificate to install, once there is one.
    fingerprint: Option<String>,
    port: TextField,
    further: TextField,
    save: Button,
    off: PostForm,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Said {
    typed: Option<(String, String)>,
    errors: FieldErrors,
    notice: Option<Banner>,
}

pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    let is_on = screen.office.lan().await?.is_on;
    let now = match (is_on, &*screen.lan.borrow()) {
        (false, _) => "このパソコンだけで使っています",
        (true, Standing::Trouble(_)) => "共有できていません",
        (true, _) => "ほかのパソコンからも使えます",
    };
    Ok(Section {
        title: TITLE,
        path: PATH,
        about: "事業所内のほかのパソコンやタブレットからも、この画面を使えるようにします。",
        now: now.to_owned(),
    })
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let notice = match Fields::of_query(query).text("done") {
        "on" => Some("共有を始めました。次に、使う機器に証明書を入れてください。"),
        "off" => Some("共有をやめました。ほかの機器からは、もう開けません。"),
        _ => None,
    };
    let notice = notice.map(|words| Banner::new(Tone::Success, words));
    draw(&screen, &member, Said { notice, ..Said::default() }).await
}

async fn draw(screen: &Screen, member: &Member, said: Said) -> Result<Response, Refused> {
    let choice = screen.office.lan().await?;
    let standing = screen.lan.borrow().clone();
    let (addresses, trouble) = match standing {
        Standing::Open(addresses) if choice.is_on => (addresses, None),
        Standing::Trouble(words) if choice.is_on => {
            (Vec::new(), Some(Banner::new(Tone::Error, "共有できていません。").paragraph(words)))
        }
        _ => (Vec::new(), None),
    };
    let authority = authority(screen)?;
    let (port, further) = said.typed.unwrap_or_else(|| (choice.port.to_string(), choice.further_typed()));
    let main = Main {
        is_on: choice.is_on,
        trouble,
        addresses,
        fingerprint: authority.map(|it| grouped(&it.fingerprint().to_string())),
        port: TextField::new("port", "ポート番号")
            .kind(TextKind::Digits)
            .hint("ふつうは8431のままにします。")
            .value(port)
            .max_length(5)
            .errors(&said.errors),
        further: TextField::new("further", "追加する名前・IPアドレス")
            .hint("このパソコンに固定のIPアドレスや別の名前があるときだけ、空白で区切って入力します。例：192.168.1.20 uketsuke.local")
            .value(further)
            .max_length(NAMES_CHARS_MAX)
            .optional()
            .errors(&said.errors),
        save: Button::submit(if choice.is_on { "変更する" } else { "共有を始める" }),
        off: PostForm::new(format!("{PATH}/off"), Button::submit("共有をやめる").danger()),
    };
    let crumbs = crumbs();
    let page = Page::new(TITLE, "/settings", &main).crumbs(&crumbs).errors(&said.errors).notice(said.notice);
    screen.show(&member.visit, page)
}

fn authority(screen: &Screen) -> Result<Option<Authority>, Refused> {
    Authority::read(&screen.office.options().data, screen.office.mishaps()).map_err(refused)
}

fn refused(fault: LanFault) -> Refused {
    match fault {
        LanFault::State(fault) => fault.into(),
        fault => Refused::said(StatusCode::INTERNAL_SERVER_ERROR, "証明書を用意できません", fault),
    }
}

/// `A1B2 C3D4 …`, as much as people compare.
fn grouped(digits: &str) -> String {
    let digits: Vec<char> = digits.to_uppercase().chars().take(FINGERPRINT_DIGITS).collect();
    digits.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let (port, further) = (fields.number("port"), fields.text("further"));
    match Choice::read(&port, further) {
        Ok(choice) => {
            // Made now, so that the page that follows can give it away.
            let office = &screen.office;
            Authority::obtain(&office.options().data, member.visit.now, office.mishaps()).map_err(refused)?;
            office.choose_lan(&choice, member.session.login.as_str()).await?;
            Ok(go_to(&format!("{PATH}?done=on")))
        }
        Err(fault) => {
            let mut said =
                Said { typed: Some((fields.text("port").to_owned(), further.to_owned())), ..Said::default() };
            let field = if fault == ChoiceFault::Port { "port" } else { "further" };
            said.errors.add(field, fault.to_string());
            draw(&screen, &member, said).await
        }
    }
}

pub(in crate::screen) async fn off(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    let choice = Choice { is_on: false, ..screen.office.lan().await? };
    screen.office.choose_lan(&choice, member.session.login.as_str()).await?;
    Ok(go_to(&format!("{PATH}?done=off")))
}

/// The certificate to install. It is no secret.
pub(in crate::screen) async fn certificate(
    State(screen): State<Arc<Screen>>,
    _: Member,
) -> Result<Response, Refused> {
    let authority = authority(&screen)?.ok_or_else(Refused::unknown)?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"careplan-ca.crt\""),
    ];
    Ok((headers, authority.certificate().der().to_vec()).into_response())
}
