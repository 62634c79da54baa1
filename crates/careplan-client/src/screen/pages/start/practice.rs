//! The step of the first exchange: something invented goes to the practice partner, and its answer comes back.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use careplan_domain::transmission::State as Life;
use careplan_web::{Button, Checklist, FieldErrors, Item, Markup, PostForm, State as Standing};

use super::{StepPage, go_on};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::form::Form;
use crate::screen::refused::Refused;
use crate::screen::show::not_drawn;
use crate::screen::visit::Visit;
use crate::state::{Sent, SentState};
use crate::wizard::{Practice, PracticeFault, Step};

const LEAD: &str = "架空の利用者のデータを「おためし事業所」に送り、自動の返事が届くかを確かめます。これで、送信と受信の両方が動くことがわかります。";

/// How far it is; asked for anew by the script until the answer is here.
#[derive(Template)]
#[template(path = "start_practice.html")]
struct Progress {
    list: Checklist,
    /// Whether more will happen by itself.
    is_live: bool,
    is_complete: bool,
    /// Ends the step, once the answer is here.
    noted: PostForm,
}

impl Progress {
    fn of(practice: &Practice) -> Self {
        let sent = practice.sent.as_ref();
        let item = |name: &str, is_done: bool| {
            Item::new(name, if is_done { Standing::Done } else { Standing::Waiting })
        };
        let failed = |item: Item, sent: Option<&Sent>| match sent.and_then(|sent| sent.fault.as_ref()) {
            Some(fault) => item.note(fault.text.clone()),
            None => item,
        };
        let life = sent.map(|sent| sent.state);
        let is_accepted = matches!(life, Some(SentState::Life(_)));
        let is_taken = matches!(life, Some(SentState::Life(Life::Acknowledged | Life::Imported)));
        let first = if practice.is_refused() {
            Item::new("送信", Standing::Failed)
        } else {
            item("送信", is_accepted)
        };
        let list = Checklist::default()
            .item(failed(first, sent))
            .item(item("おためし事業所が受け取る", is_taken || practice.is_complete()))
            .item(item("おためし事業所から返事が届く", practice.is_complete()));
        Self {
            list,
            is_live: !practice.is_complete() && !practice.is_refused(),
            is_complete: practice.is_complete(),
            noted: PostForm::new("/start/practice", Button::submit("確かめました。次へ進む"))
                .hidden("do", "noted"),
        }
    }
}

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
    let practice = screen.wizard.practice().await?;
    let mut page = StepPage::new(Step::Practice, LEAD).errors(errors);
    let begun = practice.as_ref().filter(|practice| practice.sent.is_some());
    if let Some(practice) = begun {
        page.more = Some(Markup::of(&Progress::of(practice)).map_err(|error| not_drawn(&error))?);
    }
    let round = practice.as_ref().map(|practice| practice.round.clone()).unwrap_or_default();
    let button = if begun.is_some() {
        Button::submit("もう一度送る").secondary().busy("送っています")
    } else {
        Button::submit("おためし事業所へ送る").busy("送っています")
    };
    let form = Form::new("/start/practice", button).hidden("round", round).hidden("do", "begin");
    let page = page.form(form);
    page.coming_from(screen, query).await?.draw(screen, visit).await
}

pub(in crate::screen) async fn live(State(screen): State<Arc<Screen>>) -> Result<Response, Refused> {
    let practice = screen.wizard.practice().await?.ok_or_else(Refused::unknown)?;
    let part = Progress::of(&practice).render().map_err(|error| not_drawn(&error))?;
    Ok(Html(part).into_response())
}

pub(in crate::screen) async fn begin(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    if fields.text("do") == "noted" {
        if screen.wizard.practice().await?.is_some_and(|practice| practice.is_complete()) {
            screen.wizard.note_practice().await?;
        }
        return go_on(&screen, Step::Practice).await;
    }
    match screen.wizard.begin_practice(fields.text("round")).await {
        Ok(()) => {
            screen.hub.changed();
            Ok(crate::screen::show::go_to(&Step::Practice.path()))
        }
        Err(PracticeFault::Office(fault)) => match fault {
            fault @ (crate::OfficeFault::State(_) | crate::OfficeFault::Keys(_)) => Err(fault.into()),
            fault => told(&screen, &visit, fault.to_string()).await,
        },
        Err(fault) => told(&screen, &visit, fault.to_string()).await,
    }
}

async fn told(screen: &Screen, visit: &Visit, said: String) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    errors.add_for_form(said);
    draw(screen, visit, errors, None).await
}
