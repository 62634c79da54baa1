//! The second factor: asked for at the log-in, set up, taken away.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_domain::Secret;
use careplan_protocol::Code;
use careplan_web::{Banner, Button, FieldErrors, Link, PostForm, TextField, TextKind, Tone, qr_data_uri};

use super::login::{inside, with_cookie};
use crate::login::{FactorFault, FactorState, RecoveryCodes, Session, Stage, TotpSecret};
use crate::office_api::problem::Refused;
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::show::{Page, go_to};
use crate::website::visit::{Member, Visit};

#[derive(Template)]
#[template(path = "factor_ask.html")]
struct Ask {
    code: TextField,
    button: Button,
    recovery: TextField,
    recover: Button,
}

#[derive(Template)]
#[template(path = "factor_prepare.html")]
struct Prepare {
    why: Option<Banner>,
    password: TextField,
    button: Button,
}

#[derive(Template)]
#[template(path = "factor_begin.html")]
struct Begin {
    qr: String,
    secret: Secret,
    code: TextField,
    button: Button,
}

#[derive(Template)]
#[template(path = "factor_codes.html")]
struct Codes {
    codes: Vec<Secret>,
    go_on: Button,
}

fn crumbs() -> [Link; 2] {
    [Link::new("トップ", "/"), Link::new("アカウント", "/account")]
}

fn code_field(errors: &FieldErrors) -> TextField {
    TextField::new("code", "確認コード")
        .kind(TextKind::OneTimeCode)
        .hint("認証アプリに、いま表示されている6桁の数字です。")
        .max_length(12)
        .errors(errors)
}

/// The page of the log-in that asks for a code. Where a factor is required and there is none, it is set up first.
pub(in crate::website) async fn ask(
    State(site): State<Arc<Website>>,
    visit: Visit,
) -> Result<Response, Refused> {
    let Some(session) = &visit.session else { return Ok(go_to("/login")) };
    match session.stage {
        Stage::PasswordTemporary => return Ok(go_to("/password")),
        Stage::Full => return Ok(go_to("/")),
        Stage::SecondFactorDue => {}
    }
    match site.accounts.second_factors.state(&session.user_id).await? {
        FactorState::On { .. } => draw_ask(&site, &visit, &FieldErrors::default()).await,
        FactorState::Off | FactorState::Unconfirmed => Ok(go_to("/account/second-factor")),
    }
}

async fn draw_ask(site: &Website, visit: &Visit, errors: &FieldErrors) -> Result<Response, Refused> {
    let main = Ask {
        code: code_field(errors),
        button: Button::submit("確認する").busy("確かめています"),
        recovery: TextField::new("recovery", "回復コード")
            .kind(TextKind::Code)
            .hint("2段階認証を設定したときに控えたコードの、まだ使っていない1つです。")
            .max_length(40)
            .errors(errors),
        recover: Button::submit("回復コードで確認する").secondary(),
    };
    site.show(visit, Page::new("2段階認証", "/login", &main).errors(errors)).await
}

pub(in crate::website) async fn pass(
    State(site): State<Arc<Website>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let Some(session) = &visit.session else { return Ok(go_to("/login")) };
    let code = Secret::new(fields.code("code"));
    match site.accounts.second_factors.pass(session, &code, visit.now).await {
        Ok((token, _)) => Ok(with_cookie(go_to("/"), &token)),
        Err(fault) => draw_ask(&site, &visit, &errors_of("code", fault)?).await,
    }
}

pub(in crate::website) async fn recover(
    State(site): State<Arc<Website>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let Some(session) = &visit.session else { return Ok(go_to("/login")) };
    let code = Secret::new(fields.code("recovery"));
    match site.accounts.second_factors.recover(session, &code, visit.now).await {
        Ok((token, _)) => Ok(with_cookie(go_to("/account?done=recovered"), &token)),
        Err(fault) => draw_ask(&site, &visit, &errors_of("recovery", fault)?).await,
    }
}

/// Asks for the password before anything is shown: who sits at a browser that was left open must not bind a telephone of
/// their own to the account.
pub(in crate::website) async fn prepare(
    State(site): State<Arc<Website>>,
    visit: Visit,
) -> Result<Response, Refused> {
    let Some(session) = &visit.session else { return Ok(go_to("/login")) };
    if session.stage == Stage::PasswordTemporary {
        return Ok(go_to("/password"));
    }
    match site.accounts.second_factors.state(&session.user_id).await? {
        FactorState::On { .. } => Ok(go_to("/account")),
        FactorState::Off | FactorState::Unconfirmed => {
            draw_prepare(&site, (&visit, session), &FieldErrors::default()).await
        }
    }
}

async fn draw_prepare(
    site: &Website,
    (visit, session): (&Visit, &Session),
    errors: &FieldErrors,
) -> Result<Response, Refused> {
    let must = session.stage == Stage::SecondFactorDue;
    let main = Prepare {
        why: must.then(|| {
            let title = "2段階認証の設定が必要です。";
            let text = "このサイトでは、すべての事業所に2段階認証をお願いしています。設定は1回だけで、3分ほどで終わります。";
            Banner::new(Tone::Info, title).paragraph(text)
        }),
        password: TextField::new("password", "いまのパスワード").kind(TextKind::Password).errors(errors),
        button: Button::submit("設定を始める").busy("確かめています"),
    };
    let crumbs = crumbs();
    let page = Page::new("2段階認証の設定", "/account", &main).errors(errors);
    site.show(visit, if must { page } else { page.crumbs(&crumbs) }).await
}

/// Begins: shows a new secret, once.
pub(in crate::website) async fn begin(
    State(site): State<Arc<Website>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let Some(session) = &visit.session else { return Ok(go_to("/login")) };
    match site.accounts.second_factors.begin(session, &fields.secret("password"), visit.now).await {
        Ok(secret) => draw_begin(&site, (&visit, session), &secret).await,
        Err(FactorFault::On) => Ok(go_to("/account")),
        Err(fault) => draw_prepare(&site, (&visit, session), &errors_of("password", fault)?).await,
    }
}

async fn draw_begin(
    site: &Website,
    (visit, session): (&Visit, &Session),
    secret: &TotpSecret,
) -> Result<Response, Refused> {
    let errors = FieldErrors::default();
    let main = Begin {
        qr: qr_data_uri(secret.uri(session.user_id.as_str()).expose()).map_err(|_| Code::Internal)?,
        secret: secret.base32(),
        code: code_field(&errors),
        button: Button::submit("設定を完了する").busy("確かめています"),
    };
    site.show(visit, Page::new("2段階認証の設定", "/account", &main)).await
}

/// The first code. A wrong one leads to a fresh secret: the page that showed the last one is gone.
pub(in crate::website) async fn confirm(
    State(site): State<Arc<Website>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let Some(session) = &visit.session else { return Ok(go_to("/login")) };
    let code = Secret::new(fields.code("code"));
    match site.accounts.second_factors.confirm(session, &code, visit.now).await {
        Ok(confirmed) => {
            let visit = Visit { session: Some(confirmed.session), ..visit };
            let shown = draw_codes(&site, &visit, confirmed.recovery_codes).await?;
            Ok(with_cookie(shown, &confirmed.token))
        }
        Err(FactorFault::On) => Ok(go_to("/account")),
        Err(fault) => draw_again(&site, &visit, &errors_of("code", fault)?).await,
    }
}

async fn draw_again(site: &Website, visit: &Visit, errors: &FieldErrors) -> Result<Response, Refused> {
    #[derive(Template)]
    #[template(path = "factor_again.html")]
    struct Again {
        code: TextField,
        button: Button,
        restart: Button,
    }
    let main = Again {
        code: code_field(errors),
        button: Button::submit("設定を完了する").busy("確かめています"),
        restart: Button::link("QRコードの読み取りからやり直す", "/account/second-factor").secondary(),
    };
    site.show(visit, Page::new("2段階認証の設定", "/account", &main).errors(errors)).await
}

async fn draw_codes(site: &Website, visit: &Visit, codes: RecoveryCodes) -> Result<Response, Refused> {
    let main = Codes { codes: codes.0, go_on: Button::link("控えました。次へ進む", "/") };
    let notice = Banner::new(Tone::Success, "2段階認証を使えるようになりました。");
    site.show(visit, Page::new("回復コードの控え", "/account", &main).notice(Some(notice))).await
}

pub(in crate::website) async fn new_codes(
    State(site): State<Arc<Website>>,
    member: Member,
) -> Result<Response, Refused> {
    let codes = site.accounts.second_factors.new_codes(&member.session, member.visit.now).await;
    draw_codes(&site, &member.visit, codes.map_err(refused)?).await
}

pub(in crate::website) async fn remove(
    State(site): State<Arc<Website>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    // Nothing to take away, and no field on the page to tell it at: another browser was quicker.
    if !matches!(site.accounts.second_factors.state(&member.session.user_id).await?, FactorState::On { .. }) {
        return Ok(go_to("/account"));
    }
    let password = fields.secret("password");
    match site.accounts.second_factors.remove(&member.session, &password, member.visit.now).await {
        Ok((token, _)) => Ok(with_cookie(go_to("/account?done=factor-removed"), &token)),
        Err(fault) => super::account::draw(&site, &member, &errors_of("password", fault)?, None).await,
    }
}

/// The button that takes new recovery codes.
pub(super) fn new_codes_form() -> PostForm {
    PostForm::new("/account/second-factor/recovery-codes", Button::submit("回復コードを作り直す").secondary())
}

fn errors_of(field: &str, fault: FactorFault) -> Result<FieldErrors, Refused> {
    let mut errors = FieldErrors::default();
    match (fault.message_ja(), &fault) {
        (Some(message), FactorFault::Locked { .. } | FactorFault::None | FactorFault::NotYet(_)) => {
            errors.add_for_form(message);
        }
        (Some(message), _) => errors.add(field, message),
        (None, _) => return Err(refused(fault)),
    }
    Ok(errors)
}

fn refused(fault: FactorFault) -> Refused {
    match fault {
        FactorFault::Login(fault) => inside(fault),
        _ => Code::StepDue.into(),
    }
}
