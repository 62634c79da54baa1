//! 電子証明書を取得し直す: another certificate once the present one does not do any more, and the warning for everybody before that.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, State};
use axum::response::Response;
use careplan_domain::{Secret, Timestamp};
use careplan_web::{Banner, Button, Cell, Facts, FieldErrors, Link, Tone};

use super::{crumbs, terminal};
use crate::agent::Watcher as _;
use crate::enrol::{CertificateSource, Ending, EnrolFault};
use crate::office::OfficeFault;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::form::Form;
use crate::screen::pages::certificate_forms::{
    Brought, CertificateForms, OF_FILE, OF_NEW, OF_STORED, chosen_stored, typed_issue, typed_password,
};
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;
use crate::staff::{Act, Actor, Role};

const TITLE: &str = "電子証明書を取得し直す";
pub(super) const PATH: &str = "/settings/terminal/certificate";

#[derive(Template)]
#[template(path = "settings_certificate.html")]
struct Main {
    facts: Facts,
    forms: Vec<Form>,
}

/// What everybody at the office should know of, for the first page: a certificate that ends soon although it should have been renewed,
/// or has ended. One that cannot be read is told as the state of the line.
pub(in crate::screen) async fn warning(screen: &Screen, now: Timestamp, role: Role) -> Option<Banner> {
    let link = screen.office.link().await.ok()?;
    let is_manager = role.may(Act::Settings);
    let (banner, what_to_do, way) = match Ending::of(link.identity.certificate().not_after(), now) {
        Ending::Far => return None,
        Ending::Soon { days, last } => {
            let day = format!("{}月{}日", last.month(), last.day());
            let words = match days {
                0 => format!("電子証明書は、きょう（{day}）で使えなくなります。"),
                days => format!("電子証明書は、あと{days}日（{day}まで）で使えなくなります。"),
            };
            let what_to_do = "自動では更新できていません。そのあとは送受信できませんので、設定の「この端末と電子証明書」で更新するか、発行元で受け取った新しい電子証明書に替えてください。";
            // It may still be renewed by a click there; the page of another one is a click further.
            let way = Button::link("設定の「この端末と電子証明書」を見る", terminal::PATH);
            (Banner::new(Tone::Warning, words), what_to_do, way)
        }
        Ending::Past => (
            Banner::new(
                Tone::Error,
                "電子証明書の有効期限が切れました。新しい電子証明書を取得するまで、送受信できません。",
            ),
            "Webサイトの「電子証明書」で発行用パスワードを受け取るか、発行元で新しい電子証明書を受け取ると、取得し直せます。",
            Button::link(TITLE, PATH),
        ),
    };
    Some(if is_manager {
        banner.paragraph(what_to_do).action(way.small())
    } else {
        banner.paragraph("管理者に知らせてください。")
    })
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    draw(&screen, &member, (&FieldErrors::default(), "")).await
}

async fn draw(
    screen: &Screen,
    member: &Member,
    (errors, chosen): (&FieldErrors, &str),
) -> Result<Response, Refused> {
    let settings = screen.office.state().settings().await?.ok_or(OfficeFault::NotSetUp)?;
    let forms = CertificateForms { path: PATH, with_password: true, errors };
    let mut all = vec![forms.new_one()?];
    all.extend(forms.stored(screen, chosen).await?);
    all.push(forms.of_file()?);
    let facts = Facts::default()
        .fact("事業所番号", Cell::code(settings.office().to_string()))
        .fact("ユーザID", Cell::code(settings.user_id.to_string()))
        .fact("接続先", Cell::code(settings.platform));
    let main = Main { facts, forms: all };
    let [above] = crumbs();
    let crumbs = [above, Link::new(terminal::TITLE, terminal::PATH)];
    screen.show(&member.visit, Page::new(TITLE, "/settings", &main).crumbs(&crumbs).errors(errors))
}

pub(in crate::screen) async fn make(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let source = typed_issue(&fields, &mut errors);
    let typed = Typed { source, password: typed_password(&fields), chosen: "" };
    typed.obtain(&screen, &member, (errors, OF_NEW)).await
}

pub(in crate::screen) async fn take_over(
    State(screen): State<Arc<Screen>>,
    member: Member,
    form: Multipart,
) -> Result<Response, Refused> {
    let brought = Brought::read(form).await?;
    let mut errors = FieldErrors::default();
    let password = brought.password();
    let typed = Typed { source: brought.source(&mut errors), password, chosen: "" };
    typed.obtain(&screen, &member, (errors, OF_FILE)).await
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let source = chosen_stored(&fields, &mut errors);
    let typed = Typed { source, password: typed_password(&fields), chosen: fields.text("stored") };
    typed.obtain(&screen, &member, (errors, OF_STORED)).await
}

/// What a form said.
struct Typed<'a> {
    source: Option<CertificateSource>,
    password: Option<Secret>,
    /// What was chosen in the store; it stays chosen.
    chosen: &'a str,
}

impl Typed<'_> {
    /// Obtains the certificate; where that fails the page says why. `id` is that of the field for the password of the user ID.
    async fn obtain(
        self,
        screen: &Screen,
        member: &Member,
        (mut errors, id): (FieldErrors, &str),
    ) -> Result<Response, Refused> {
        if self.password.is_none() {
            errors.add(id, "ユーザIDのパスワードを入力してください。");
        }
        let (Some(source), Some(password)) = (self.source, self.password) else {
            return draw(screen, member, (&errors, self.chosen)).await;
        };
        match screen.office.obtain_again(source, password, &Actor::from(&member.session)).await {
            Ok(obtained) => {
                let mut hub = screen.hub.clone();
                hub.renewed();
                // The platform was asked with it, and answered.
                hub.quiet();
                hub.changed();
                let done = if obtained.is_new { "obtained" } else { "kept" };
                Ok(go_to(&format!("{}?done={done}", terminal::PATH)))
            }
            Err(EnrolFault::Office(fault @ (OfficeFault::State(_) | OfficeFault::NotSetUp))) => {
                Err(fault.into())
            }
            Err(fault) => {
                errors.add_for_form(fault.to_string());
                draw(screen, member, (&errors, self.chosen)).await
            }
        }
    }
}
