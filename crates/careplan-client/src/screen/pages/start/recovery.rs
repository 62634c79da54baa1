//! The step of the recovery key: shown once, to be printed.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{Button, FieldErrors, Markup};

use super::{StepPage, go_on};
use crate::safe::{BackupFault, RecoveryCode, RecoveryKey};
use crate::screen::Screen;
use crate::screen::form::Form;
use crate::screen::refused::Refused;
use crate::screen::show::{local, not_drawn};
use crate::screen::visit::Visit;
use crate::staff::THIS_PC;
use crate::wizard::{Step, Trial};

const LEAD: &str = "パソコンが壊れたときに、バックアップから元に戻すための「復元キー」を作り、紙に残します。バックアップの保存先は、あとで設定の「バックアップ」で決めます。";

#[derive(Template)]
#[template(path = "start_recovery.html")]
struct Made<'a> {
    code: &'a RecoveryCode,
    number: String,
    now: String,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    draw(&screen, &visit, (None, FieldErrors::default()), query).await
}

async fn draw(
    screen: &Screen,
    visit: &Visit,
    (made, errors): (Option<(&RecoveryCode, &RecoveryKey)>, FieldErrors),
    query: Option<String>,
) -> Result<Response, Refused> {
    let mut page = StepPage::new(Step::Recovery, LEAD).errors(errors);
    if let Some((code, key)) = made {
        let made = Made { code, number: key.number(), now: local(visit.now) };
        page.more = Some(Markup::of(&made).map_err(|error| not_drawn(&error))?);
        page = page.form(Form::new("/start/recovery/noted", Button::submit("紙に残しました")));
    } else {
        let has_key = screen.office.state().recovery_key().await?.is_some();
        let label = if has_key { "復元キーを作り直す" } else { "復元キーを作る" };
        let button = Button::submit(label).busy("作っています");
        page = page.form(Form::new("/start/recovery", if has_key { button.secondary() } else { button }));
        if has_key {
            let button = Button::submit("前に作ったものを、紙に残してあります");
            page = page.form(Form::new("/start/recovery/noted", button));
        }
    }
    page.coming_from(screen, query).await?.draw(screen, visit).await
}

pub(in crate::screen) async fn make(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
) -> Result<Response, Refused> {
    let by = visit.session.as_ref().map_or(THIS_PC, |session| session.login.as_str());
    match screen.office.renew_recovery_key(by).await {
        // Not by a redirect: the code is in no address and in no history.
        Ok((code, key)) => draw(&screen, &visit, (Some((&code, &key)), FieldErrors::default()), None).await,
        Err(BackupFault::Office(fault)) => Err(fault.into()),
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add_for_form(fault.to_string());
            draw(&screen, &visit, (None, errors), None).await
        }
    }
}

pub(in crate::screen) async fn noted(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
) -> Result<Response, Refused> {
    let Some((key, _)) = screen.office.state().recovery_key().await? else {
        return draw(&screen, &visit, (None, FieldErrors::default()), None).await;
    };
    let said = format!("復元キー（番号 {}）を紙に残しました。", key.number());
    screen.wizard.note(Step::Recovery, &Trial::passed(said)).await?;
    go_on(&screen, Step::Recovery).await
}
