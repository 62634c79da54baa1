//! Leaving a step for later, the end, and the report for a help desk.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use careplan_web::{Button, Checklist, Item, Markup, State as Standing};
use http::{HeaderValue, header};

use super::{StepPage, enter, go_on};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::form::Form;
use crate::screen::refused::Refused;
use crate::screen::show::{go_to, not_drawn};
use crate::screen::visit::Visit;
use crate::wizard::{Step, StepState};

const LEAD: &str = "設定はこれで終わりです。あとで行うことにした手順があれば、いま戻って行うか、設定の画面で行ってください。";

pub(in crate::screen) async fn skip(
    State(screen): State<Arc<Screen>>,
    fields: Fields,
) -> Result<Response, Refused> {
    let step = Step::parse(fields.text("step")).filter(|step| step.may_be_skipped());
    let step = step.ok_or_else(Refused::form)?;
    if let Some(elsewhere) = enter(&screen, step).await? {
        return Ok(elsewhere);
    }
    screen.wizard.skip(step).await?;
    go_on(&screen, step).await
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let list = screen.wizard.records().await?.into_iter().fold(Checklist::default(), |list, record| {
        let item = match record.state {
            StepState::Passed => Item::new(record.step.title(), Standing::Done),
            StepState::Failed => Item::new(record.step.title(), Standing::Failed),
            StepState::Skipped => Item::new(record.step.title(), Standing::Later).word("あとで").action(
                Button::link("いま行う", record.step.path()).small().secondary().about(record.step.title()),
            ),
        };
        list.item(item.note(record.said))
    });
    let mut page =
        StepPage::new(Step::Finish, LEAD).form(Form::new("/start/finish", Button::submit("使いはじめる")));
    page.more = Some(Markup::of(&list).map_err(|error| not_drawn(&error))?);
    page.coming_from(&screen, query).await?.draw(&screen, &visit).await
}

pub(in crate::screen) async fn finish(State(screen): State<Arc<Screen>>) -> Result<Response, Refused> {
    screen.wizard.finish().await?;
    Ok(go_to("/"))
}

pub(in crate::screen) async fn report(State(screen): State<Arc<Screen>>) -> Result<Response, Refused> {
    let report = screen.wizard.report(&screen.hub.condition()).await?;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let name = HeaderValue::from_static("attachment; filename=\"careplan-report.txt\"");
    // With the mark, editors of old PCs read it as UTF-8.
    let text = format!("\u{FEFF}{}", report.text());
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], text).into_response())
}
