//! The step of the certificate: made now, taken over from a file, or chosen in the store of the system.

use std::sync::Arc;

use axum::extract::{Multipart, RawQuery, State};
use axum::response::Response;
use careplan_domain::calendar::spoken;
use careplan_domain::limits::PASSWORD_CHARS_MAX;
use careplan_domain::{Secret, calendar};
use careplan_envelope::Attribute;
use careplan_web::{Button, Choice, FieldErrors, FileField, TextField, TextKind};
use http::StatusCode;
use zeroize::Zeroizing;

use super::account::{password_field, typed_password};
use super::{Form, StepPage, go_on};
use crate::enrol::{CertificateSource, Fingerprint};
use crate::keys::{self, StoredCertificate};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::visit::Visit;
use crate::wizard::Step;

/// A file with a key and its certificates; the largest chain is a tenth of it.
pub(in crate::screen) const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;

const LEAD: &str =
    "事業所の電子証明書を、このパソコンに用意します。鍵はこのパソコンの中で作り、外には出しません。";

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    draw(&screen, &visit, FieldErrors::default(), query).await
}

async fn draw(
    screen: &Screen,
    visit: &Visit,
    errors: FieldErrors,
    query: Option<String>,
) -> Result<Response, Refused> {
    // The password of the user ID is asked for only where it is not in memory any more.
    let with_password = |form: Form| {
        if screen.wizard.holds_password() { Ok(form) } else { form.field(&password_field(&errors)) }
    };
    let is_here = screen.wizard.has_certificate().await?;
    let (heading, label) = if is_here {
        ("このパソコンの電子証明書を使う", "この電子証明書で続ける")
    } else {
        ("新しく作る（おすすめ）", "電子証明書を作る")
    };
    let mut make = Form::new("/start/certificate", Button::submit(label).busy("準備しています"));
    if !is_here {
        let issue = TextField::new("issue", "証明書発行用パスワード")
            .kind(TextKind::Password)
            .autocomplete("off")
            .hint("通知書の「証明書発行用パスワード」です。一度だけ使えます。")
            .errors(&errors);
        make = make.field(&issue)?;
    }
    let make = with_password(make.heading(heading))?;
    let file = FileField::new("file", "電子証明書のファイル").accept(".p12,.pfx").errors(&errors);
    let opens = TextField::new("opens", "ファイルのパスワード")
        .kind(TextKind::Password)
        .autocomplete("off")
        .hint("電子証明書のファイルを開くためのパスワードです。")
        .errors(&errors);
    let button = Button::submit("ファイルの電子証明書を使う").secondary().busy("準備しています");
    let mut take =
        Form::new("/start/certificate/file", button).heading("すでに持っている電子証明書のファイルを使う");
    take.is_upload = true;
    let take = with_password(take.field(&file)?.field(&opens)?)?;
    let mut page = StepPage::new(Step::Certificate, LEAD).form(make);
    if let Some(choose) = stored_form(screen, &errors).await? {
        page = page.form(with_password(choose)?);
    }
    let page = page.form(take).errors(errors);
    page.coming_from(screen, query).await?.draw(screen, visit).await
}

/// What is in the store of the system, where it has one that holds anything. A store that cannot be read is no reason to keep anybody from
/// the other ways.
async fn stored_form(screen: &Screen, errors: &FieldErrors) -> Result<Option<Form>, Refused> {
    let Some(store) = screen.office.keys().certificate_store() else { return Ok(None) };
    let now = screen.office.now();
    let stored = keys::aside(store, move |store| keys::offered(store, now)).await.unwrap_or_else(|fault| {
        tracing::warn!(%fault, "certificate store");
        Vec::new()
    });
    if stored.is_empty() {
        return Ok(None);
    }
    let mut choice = Choice::radio("stored", "電子証明書").errors(errors);
    for StoredCertificate { certificate, .. } in &stored {
        let until = spoken(calendar::day(certificate.not_after()));
        choice = choice.option_with_hint(
            Fingerprint::of(certificate).to_string(),
            certificate
                .subject_attribute(Attribute::CommonName)
                .unwrap_or_else(|| certificate.subject_text()),
            format!("発行元：{}　{until}まで有効", certificate.issuer_text()),
        );
    }
    let button = Button::submit("選んだ電子証明書を使う").secondary().busy("準備しています");
    let form = Form::new("/start/certificate/stored", button).heading(format!("{}から選ぶ", store.name()));
    Ok(Some(form.field(&choice)?))
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    match fields.text("stored").parse() {
        Ok(chosen) => set_up(&screen, CertificateSource::Stored(chosen), typed_password(&fields)).await,
        Err(_) => {
            let mut errors = FieldErrors::default();
            errors.add("stored", "使う電子証明書を選んでください。");
            draw(&screen, &visit, errors, None).await
        }
    }
}

/// A password of a form, or what is wrong with it.
fn secret(typed: &str, (field, name): (&str, &str), errors: &mut FieldErrors) -> Option<Secret> {
    if typed.is_empty() || typed.chars().count() > PASSWORD_CHARS_MAX {
        errors.add(field, format!("{name}を入力してください。"));
        return None;
    }
    Some(Secret::new(typed))
}

pub(in crate::screen) async fn certify(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let source = if screen.wizard.has_certificate().await? {
        Some(CertificateSource::Present)
    } else {
        let typed =
            secret(fields.untouched("issue").trim(), ("issue", "証明書発行用パスワード"), &mut errors);
        typed.map(CertificateSource::IssuePassword)
    };
    match source {
        Some(source) => set_up(&screen, source, typed_password(&fields)).await,
        None => draw(&screen, &visit, errors, None).await,
    }
}

async fn set_up(
    screen: &Screen,
    source: CertificateSource,
    password: Option<Secret>,
) -> Result<Response, Refused> {
    screen.wizard.certify(source, password).await?;
    screen.hub.changed();
    go_on(screen, Step::Certificate).await
}

pub(in crate::screen) async fn take_over(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    form: Multipart,
) -> Result<Response, Refused> {
    let brought = Brought::read(form).await?;
    let mut errors = FieldErrors::default();
    let opens = secret(&brought.opens, ("opens", "ファイルのパスワード"), &mut errors);
    if brought.file.is_empty() {
        errors.add("file", "電子証明書のファイル（.p12 または .pfx）を選んでください。");
    }
    match opens.filter(|_| errors.is_empty()) {
        Some(password) => {
            let source = CertificateSource::Brought { bytes: brought.file, password };
            let typed = Some(Secret::new(brought.password.as_str())).filter(|it| !it.expose().is_empty());
            set_up(&screen, source, typed).await
        }
        None => draw(&screen, &visit, errors, None).await,
    }
}

/// A certificate cannot be divided: something else was chosen.
fn too_large() -> Refused {
    let kilobytes = CERTIFICATE_BYTES_MAX / 1024;
    Refused::said(
        StatusCode::PAYLOAD_TOO_LARGE,
        "電子証明書のファイルが大きすぎます",
        format_args!(
            "電子証明書のファイル（.p12 または .pfx）は{kilobytes} KBまでです。前のページに戻り、ファイルを選び直してください。"
        ),
    )
}

/// The form with the file.
#[derive(Default)]
struct Brought {
    file: Zeroizing<Vec<u8>>,
    opens: Zeroizing<String>,
    password: Zeroizing<String>,
}

impl Brought {
    async fn read(mut form: Multipart) -> Result<Self, Refused> {
        let refused = |status| {
            if status == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { Refused::form() }
        };
        let mut brought = Self::default();
        while let Some(field) = form.next_field().await.map_err(|error| refused(error.status()))? {
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|error| refused(error.status()))?;
            let text = || Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            match name.as_str() {
                "file" => brought.file = Zeroizing::new(bytes.to_vec()),
                "opens" => brought.opens = text(),
                "password" => brought.password = text(),
                _ => {}
            }
        }
        Ok(brought)
    }
}
