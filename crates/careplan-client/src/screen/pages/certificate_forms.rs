//! The forms that obtain a certificate: made now, taken over from a file, or chosen in the store of the system. The first start has them as
//! a step, the settings as a page. No password that was typed comes back into a page.

use axum::extract::Multipart;
use careplan_domain::calendar::spoken;
use careplan_domain::limits::PASSWORD_CHARS_MAX;
use careplan_domain::{Secret, calendar};
use careplan_envelope::Attribute;
use careplan_web::{Button, Choice, FieldErrors, FileField, TextField, TextKind};
use http::StatusCode;
use zeroize::Zeroizing;

use crate::enrol::{CertificateSource, Fingerprint};
use crate::keys::{self, StoredCertificate};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::form::Form;
use crate::screen::refused::Refused;

/// A file with a key and its certificates; the largest chain is a tenth of it.
pub(in crate::screen) const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;

/// Each form asks for the password of the user ID under an `id` of its own, by which what is wrong with it is found.
pub(super) const OF_NEW: &str = "password";
pub(super) const OF_FILE: &str = "file-password";
pub(super) const OF_STORED: &str = "stored-password";

/// The password of the user ID, where a page asks for it.
pub(super) fn password_field((id, label): (&str, &str), errors: &FieldErrors) -> TextField {
    TextField::new("password", label)
        .id(id)
        .kind(TextKind::Password)
        .autocomplete("off")
        .hint("ユーザIDのパスワードです。このパソコンには保存しません。")
        .errors(errors)
}

/// What was typed into that field; `None` where it was not, or left empty.
pub(super) fn typed_password(fields: &Fields) -> Option<Secret> {
    Some(fields.secret("password")).filter(|it| !it.expose().is_empty())
}

/// The forms of one page.
pub(super) struct CertificateForms<'a> {
    /// The page; the forms go to it and below it.
    pub(super) path: &'a str,
    /// Whether each asks for the password of the user ID.
    pub(super) with_password: bool,
    /// What is wrong with what was typed.
    pub(super) errors: &'a FieldErrors,
}

impl CertificateForms<'_> {
    /// With the password at its end, where it is asked for.
    fn whole(&self, form: Form, id: &str) -> Result<Form, Refused> {
        if !self.with_password {
            return Ok(form);
        }
        form.field(&password_field((id, "ユーザIDのパスワード"), self.errors))
    }

    /// For the certificate that is here already.
    pub(super) fn present(&self) -> Result<Form, Refused> {
        let button = Button::submit("この電子証明書で続ける").busy("準備しています");
        let form = Form::new(self.path, button).heading("このパソコンの電子証明書を使う");
        self.whole(form, OF_NEW)
    }

    /// For a new one, made with the issue password.
    pub(super) fn new_one(&self) -> Result<Form, Refused> {
        let issue = TextField::new("issue", "証明書発行用パスワード")
            .kind(TextKind::Password)
            .autocomplete("off")
            .hint("通知書の「証明書発行用パスワード」です。一度だけ使えます。")
            .errors(self.errors);
        let button = Button::submit("電子証明書を作る").busy("準備しています");
        let form = Form::new(self.path, button).heading("新しく作る（おすすめ）").field(&issue)?;
        self.whole(form, OF_NEW)
    }

    /// For a file.
    pub(super) fn of_file(&self) -> Result<Form, Refused> {
        let file = FileField::new("file", "電子証明書のファイル").accept(".p12,.pfx").errors(self.errors);
        let opens = TextField::new("opens", "ファイルのパスワード")
            .kind(TextKind::Password)
            .autocomplete("off")
            .hint("電子証明書のファイルを開くためのパスワードです。")
            .errors(self.errors);
        let button = Button::submit("ファイルの電子証明書を使う").secondary().busy("準備しています");
        let mut form = Form::new(format!("{}/file", self.path), button)
            .heading("すでに持っている電子証明書のファイルを使う")
            .field(&file)?
            .field(&opens)?;
        form.is_upload = true;
        self.whole(form, OF_FILE)
    }

    /// For what is in the store of the system, where it has one that holds anything. A store that cannot be read is no reason to keep
    /// anybody from the other ways.
    pub(super) async fn stored(&self, screen: &Screen, chosen: &str) -> Result<Option<Form>, Refused> {
        let Some(store) = screen.office.keys().certificate_store() else { return Ok(None) };
        let now = screen.office.now();
        let stored = keys::aside(store, move |store| keys::offered(store, now)).await;
        let stored = stored.unwrap_or_else(|fault| {
            tracing::warn!(%fault, "certificate store");
            Vec::new()
        });
        if stored.is_empty() {
            return Ok(None);
        }
        let mut choice = Choice::radio("stored", "電子証明書").selected(chosen).errors(self.errors);
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
        let form = Form::new(format!("{}/stored", self.path), button)
            .heading(format!("{}から選ぶ", store.name()))
            .field(&choice)?;
        self.whole(form, OF_STORED).map(Some)
    }
}

/// The issue password that was typed, or what is wrong with it.
pub(super) fn typed_issue(fields: &Fields, errors: &mut FieldErrors) -> Option<CertificateSource> {
    let typed = secret(fields.untouched("issue").trim(), ("issue", "証明書発行用パスワード"), errors);
    typed.map(CertificateSource::IssuePassword)
}

/// The certificate of the store that was chosen, or that none was.
pub(super) fn chosen_stored(fields: &Fields, errors: &mut FieldErrors) -> Option<CertificateSource> {
    let chosen = fields.text("stored").parse();
    if chosen.is_err() {
        errors.add("stored", "使う電子証明書を選んでください。");
    }
    chosen.ok().map(CertificateSource::Stored)
}

/// A password of a form, or what is wrong with it.
fn secret(typed: &str, (field, name): (&str, &str), errors: &mut FieldErrors) -> Option<Secret> {
    if typed.is_empty() || typed.chars().count() > PASSWORD_CHARS_MAX {
        errors.add(field, format!("{name}を入力してください。"));
        return None;
    }
    Some(Secret::new(typed))
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

/// What the form with the file brought.
#[derive(Default)]
pub(super) struct Brought {
    file: Zeroizing<Vec<u8>>,
    opens: Zeroizing<String>,
    password: Zeroizing<String>,
}

impl Brought {
    pub(super) async fn read(mut form: Multipart) -> Result<Self, Refused> {
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

    /// The password of the user ID; `None` where it was not asked for, or left empty.
    pub(super) fn password(&self) -> Option<Secret> {
        Some(Secret::new(self.password.as_str())).filter(|it| !it.expose().is_empty())
    }

    /// The file with what opens it, or what is wrong with them.
    pub(super) fn source(self, errors: &mut FieldErrors) -> Option<CertificateSource> {
        let opens = secret(&self.opens, ("opens", "ファイルのパスワード"), errors);
        if self.file.is_empty() {
            errors.add("file", "電子証明書のファイル（.p12 または .pfx）を選んでください。");
            return None;
        }
        opens.map(|password| CertificateSource::Brought { bytes: self.file, password })
    }
}
