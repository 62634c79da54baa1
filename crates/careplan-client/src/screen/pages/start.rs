//! The first start: the way in with the code of this PC, and what the pages of all steps have.
//!
//! A client that a command has set up needs its first manager only; an empty one goes through every step, and a closed browser goes on
//! where it was.

mod account;
mod certificate;
mod end;
mod folders;
mod manager;
mod network;
mod practice;
mod recovery;

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{Banner, Button, FieldErrors, Markup, PostForm, Steps, Tone};
use http::{HeaderValue, StatusCode, header};

pub(in crate::screen) use account::{show_account, show_application, try_account, try_application};
pub(in crate::screen) use certificate::{
    certify, choose as choose_certificate, show as show_certificate, take_over,
};
pub(in crate::screen) use end::{finish, report, show as show_finish, skip};
pub(in crate::screen) use folders::{choose as choose_folders, show as show_folders};
pub(in crate::screen) use manager::{add, add_in_wizard, show as show_staff};
pub(in crate::screen) use network::{
    show_clock, show_connection, show_platform, try_clock, try_connection, try_platform,
};
pub(in crate::screen) use practice::{begin as begin_practice, live as practice_live, show as show_practice};
pub(in crate::screen) use recovery::{make as make_recovery, noted as noted_recovery, show as show_recovery};

use crate::screen::fields::Fields;
use crate::screen::form::Form;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Visit;
use crate::screen::{Doors, Screen};
use crate::service::StartCode;
use crate::wizard::{Record, Standing, Step, StepState};

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    if !screen.staff.is_empty().await? {
        return Ok(go_to("/login"));
    }
    has_code(&screen, fields.text("code"))?;
    match screen.wizard.standing().await? {
        Standing::At(step) => Ok(with_code(go_to(&step.path()), (&screen.doors, fields.text("code")))),
        Standing::NotNeeded | Standing::Finished => {
            manager::draw_alone(&screen, &visit, (&fields, FieldErrors::default()))
        }
    }
}

/// The code stands in a file of this PC and in the address that the program says.
pub(in crate::screen) fn has_code(screen: &Screen, typed: &str) -> Result<(), Refused> {
    let code = StartCode::read(&screen.office.options().data).map_err(|fault| {
        tracing::error!(%fault, "the start code cannot be read");
        Refused::inside()
    })?;
    if code.is_some_and(|code| code.is(typed)) {
        return Ok(());
    }
    Err(Refused::said(
        StatusCode::FORBIDDEN,
        "最初の設定は、専用のアドレスから始めます",
        "このパソコンで careplan-client open を実行すると、最初の設定の画面が開きます。サービスとして動いているときは、そのアカウントで、--data にサービスのデータフォルダーを付けて careplan-client open --print を実行し、表示されたアドレスを開いてください（例：sudo -u careplan careplan-client --data /var/lib/careplan open --print）。",
    ))
}

/// Lets the browser keep the code until it is closed, for the pages of the first start only.
fn with_code(mut response: Response, (doors, code): (&Doors, &str)) -> Response {
    let secure = if doors.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{}={code}; Path=/start{secure}; HttpOnly; SameSite=Lax", doors.start_cookie());
    if let Ok(mut value) = HeaderValue::from_str(&cookie) {
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Where to go instead of a step that the first start has not come to.
pub(in crate::screen) async fn enter(screen: &Screen, step: Step) -> Result<Option<Response>, Refused> {
    Ok(match screen.wizard.standing().await? {
        Standing::At(current) if step <= current => None,
        Standing::At(current) => Some(go_to(&current.path())),
        Standing::NotNeeded | Standing::Finished => Some(go_to("/")),
    })
}

/// After a trial: on to the next step when it worked, else back to the page that says what to do.
async fn go_on(screen: &Screen, tried: Step) -> Result<Response, Refused> {
    Ok(match screen.wizard.standing().await? {
        Standing::At(step) if step > tried => go_to(&format!("{}?done={}", step.path(), tried.as_str())),
        Standing::At(step) => go_to(&step.path()),
        Standing::NotNeeded | Standing::Finished => go_to("/"),
    })
}

#[derive(Template)]
#[template(path = "start_step.html")]
struct Main<'a> {
    steps: Steps,
    lead: &'a str,
    result: Option<Banner>,
    more: Option<Markup>,
    forms: Vec<Form>,
    next: Option<Button>,
    skip: Option<PostForm>,
    before: Option<String>,
}

/// The page of a step.
struct StepPage<'a> {
    step: Step,
    lead: &'a str,
    more: Option<Markup>,
    forms: Vec<Form>,
    errors: FieldErrors,
    notice: Option<Banner>,
}

impl<'a> StepPage<'a> {
    fn new(step: Step, lead: &'a str) -> Self {
        Self { step, lead, more: None, forms: Vec::new(), errors: FieldErrors::default(), notice: None }
    }

    fn form(mut self, form: Form) -> Self {
        self.forms.push(form);
        self
    }

    fn errors(mut self, errors: FieldErrors) -> Self {
        self.errors = errors;
        self
    }

    /// What the step before it found, when one just came from there.
    async fn coming_from(mut self, screen: &Screen, query: Option<String>) -> Result<Self, Refused> {
        let fields = Fields::of_query(query);
        let done = Step::parse(fields.text("done")).filter(|done| *done < self.step);
        if let Some(done) = done
            && let Some(record) = screen.wizard.record(done).await?
            && record.state == StepState::Passed
        {
            self.notice = Some(Banner::new(Tone::Success, record.said));
        }
        Ok(self)
    }

    async fn draw(self, screen: &Screen, visit: &Visit) -> Result<Response, Refused> {
        let Self { step, lead, more, forms, errors, notice } = self;
        let record = screen.wizard.record(step).await?;
        let is_left = record.as_ref().is_some_and(|record| record.state.lets_on());
        let after = Step::pages().find(|it| *it > step).unwrap_or(Step::Finish);
        let titles = Step::pages().map(Step::title);
        let place = Step::pages().position(|it| it == step).unwrap_or_else(|| Step::pages().count());
        let main = Main {
            steps: Steps::new("最初の設定の手順", titles, place),
            lead,
            // What is wrong with the form just sent counts, not what was found before.
            result: record.filter(|_| errors.is_empty()).map(result),
            more,
            forms,
            next: is_left.then(|| Button::link("次の手順へ", after.path())),
            skip: (step.may_be_skipped() && !is_left).then(|| {
                PostForm::new("/start/skip", Button::submit("あとで行う").secondary())
                    .hidden("step", step.as_str())
            }),
            before: step.before().map(Step::path),
        };
        let title = format!("最初の設定：{}", step.title());
        screen.show(visit, Page::new(&title, "/start", &main).errors(&errors).notice(notice))
    }
}

/// What the last trial found.
fn result(record: Record) -> Banner {
    let tone = match record.state {
        StepState::Passed => Tone::Success,
        StepState::Failed => Tone::Error,
        StepState::Skipped => Tone::Info,
    };
    let banner = Banner::new(tone, record.said);
    record.todo.into_iter().fold(banner, |banner, todo| banner.paragraph(format!("→ {todo}")))
}
