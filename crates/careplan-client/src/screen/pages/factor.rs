//! 2段階認証: asked for at the log-in, set up with a telephone.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_domain::Secret;
use careplan_login::TotpSecret;
use careplan_web::{Banner, Button, FieldErrors, Link, TextField, TextKind, Tone, qr_data_uri};

use super::login::with_cookie;
use crate::screen::Screen;
use crate::screen::admit::step_page;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Visit;
use crate::staff::{Session, StaffFault, Stage};

const TITLE: &str = "2段階認証の設定";

#[derive(Template)]
#[template(path = "factor_ask.html")]
struct Ask {
    code: TextField,
    button: Button,
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
#[template(path = "factor_again.html")]
struct Again {
    code: TextField,
    button: Button,
    restart: Button,
}

fn code_field(errors: &FieldErrors) -> TextField {
    TextField::new("code", "確認コード")
        .kind(TextKind::OneTimeCode)
        .hint("認証アプリに、いま表示されている6桁の数字です。")
        .max_length(12)
        .errors(errors)
}

/// The page of the log-in that asks for a code.
pub(in crate::screen) async fn ask(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
) -> Result<Response, Refused> {
    match visit.session.as_ref().map(|session| session.stage) {
        Some(Stage::SecondFactorDue) => draw_ask(&screen, &visit, &FieldErrors::default()),
        Some(stage) => Ok(go_to(step_page(stage))),
        None => Err(Refused::inside()),
    }
}

fn draw_ask(screen: &Screen, visit: &Visit, errors: &FieldErrors) -> Result<Response, Refused> {
    let main =
        Ask { code: code_field(errors), button: Button::submit("続ける").busy("確かめています") };
    screen.show(visit, Page::new("確認コードの入力", "/login", &main).errors(errors))
}

pub(in crate::screen) async fn pass(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let session = visit.session.as_ref().ok_or_else(Refused::inside)?;
    if session.stage != Stage::SecondFactorDue {
        return Ok(go_to(step_page(session.stage)));
    }
    let errors = match typed(&fields) {
        Ok(code) => match screen.staff.pass_factor(session, &code, visit.now).await {
            Ok((token, session)) => {
                return Ok(with_cookie(go_to(step_page(session.stage)), (&screen.doors, &token)));
            }
            // A manager took it away meanwhile.
            Err(StaffFault::FactorOff) => return Ok(go_to("/")),
            Err(fault) => errors_of("code", fault)?,
        },
        Err(errors) => errors,
    };
    draw_ask(&screen, &visit, &errors)
}

/// The code that was typed; none is no try.
fn typed(fields: &Fields) -> Result<Secret, FieldErrors> {
    let code = fields.code("code");
    if !code.is_empty() {
        return Ok(Secret::new(code));
    }
    let mut errors = FieldErrors::default();
    errors.add("code", "確認コードを入力してください。");
    Err(errors)
}

/// Asks for the password before anything is shown: who sits at a browser that was left open must not bind a telephone of their own to
/// the account.
pub(in crate::screen) async fn prepare(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
) -> Result<Response, Refused> {
    let session = may_set_up(&screen, &visit).await?;
    match session {
        Ok(session) => draw_prepare(&screen, (&visit, session), &FieldErrors::default()),
        Err(page) => Ok(go_to(page)),
    }
}

/// The session, when there is no second factor yet and nothing else is due; the page to go to otherwise.
async fn may_set_up<'a>(
    screen: &Screen,
    visit: &'a Visit,
) -> Result<Result<&'a Session, &'static str>, Refused> {
    let session = visit.session.as_ref().ok_or_else(Refused::inside)?;
    Ok(match session.stage {
        Stage::PasswordTemporary | Stage::SecondFactorDue => Err(step_page(session.stage)),
        Stage::SecondFactorMissing => Ok(session),
        Stage::Full => {
            let person = screen.staff.person(session.person).await?;
            let is_on = person.is_some_and(|person| person.second_factor_since.is_some());
            if is_on { Err("/me") } else { Ok(session) }
        }
    })
}

fn draw_prepare(
    screen: &Screen,
    (visit, session): (&Visit, &Session),
    errors: &FieldErrors,
) -> Result<Response, Refused> {
    let must = session.stage == Stage::SecondFactorMissing;
    let main = Prepare {
        why: must.then(|| {
            Banner::new(Tone::Info, "2段階認証の設定が必要です。").paragraph(
                "この事業所では、全員が2段階認証を使います。スマートフォンを手元に用意してください。設定は1回だけで、3分ほどで終わります。",
            )
        }),
        password: TextField::new("password", "いまのパスワード").kind(TextKind::Password).errors(errors),
        button: Button::submit("設定を始める").busy("確かめています"),
    };
    let crumbs = [Link::new("自分の設定", "/me")];
    let page = Page::new(TITLE, "/me", &main).errors(errors);
    screen.show(visit, if must { page } else { page.crumbs(&crumbs) })
}

/// Begins: shows a new secret, once.
pub(in crate::screen) async fn begin(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let session = match may_set_up(&screen, &visit).await? {
        Ok(session) => session,
        Err(page) => return Ok(go_to(page)),
    };
    let errors = match own_password(&fields) {
        Ok(password) => match screen.staff.begin_factor(session, &password, visit.now).await {
            Ok(secret) => return draw_begin(&screen, (&visit, session), &secret),
            Err(StaffFault::FactorOn) => return Ok(go_to("/me")),
            Err(fault) => errors_of("password", fault)?,
        },
        Err(errors) => errors,
    };
    draw_prepare(&screen, (&visit, session), &errors)
}

/// One's password that was typed to be sure; none is no try.
pub(super) fn own_password(fields: &Fields) -> Result<Secret, FieldErrors> {
    let password = fields.secret("password");
    if !password.expose().is_empty() {
        return Ok(password);
    }
    let mut errors = FieldErrors::default();
    errors.add("password", "いまのパスワードを入力してください。");
    Err(errors)
}

fn draw_begin(
    screen: &Screen,
    (visit, session): (&Visit, &Session),
    secret: &TotpSecret,
) -> Result<Response, Refused> {
    let main = Begin {
        qr: qr(&secret.uri(&session.login))?,
        secret: secret.base32(),
        code: code_field(&FieldErrors::default()),
        button: Button::submit("設定を完了する").busy("確かめています"),
    };
    screen.show(visit, Page::new(TITLE, "/me", &main))
}

/// The first code. After a wrong one the telephone has the secret all the same: it is asked for again.
pub(in crate::screen) async fn confirm(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let session = match may_set_up(&screen, &visit).await? {
        Ok(session) => session,
        Err(page) => return Ok(go_to(page)),
    };
    let errors = match typed(&fields) {
        Ok(code) => match screen.staff.confirm_factor(session, &code, visit.now).await {
            Ok((token, _)) => return Ok(with_cookie(go_to("/me?done=factor-on"), (&screen.doors, &token))),
            Err(StaffFault::FactorOn | StaffFault::FactorOff) => return Ok(go_to("/me/factor")),
            Err(fault) => errors_of("code", fault)?,
        },
        Err(errors) => errors,
    };
    let main = Again {
        code: code_field(&errors),
        button: Button::submit("設定を完了する").busy("確かめています"),
        restart: Button::link("QRコードの読み取りからやり直す", "/me/factor").secondary(),
    };
    screen.show(&visit, Page::new(TITLE, "/me", &main).errors(&errors))
}

/// What is wrong with what was typed; what went wrong with us is refused.
pub(super) fn errors_of(field: &str, fault: StaffFault) -> Result<FieldErrors, Refused> {
    let mut errors = FieldErrors::default();
    match fault {
        StaffFault::State(fault) => return Err(fault.into()),
        StaffFault::Wrong => errors.add(field, "いまのパスワードが違います。入力を確かめてください。"),
        fault @ StaffFault::Code => errors.add(field, fault.to_string()),
        fault => errors.add_for_form(fault.to_string()),
    }
    Ok(errors)
}

fn qr(text: &Secret) -> Result<String, Refused> {
    qr_data_uri(text.expose()).map_err(|error| {
        tracing::error!(%error, "a QR code could not be drawn");
        Refused::inside()
    })
}
