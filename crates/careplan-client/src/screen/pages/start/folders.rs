//! The step of the folders that are shared with the care software.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{Button, FieldErrors, Markup};

use super::{StepPage, go_on};
use crate::folders::ChoiceFault;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::form::Form;
use crate::screen::pages::settings::folders::{Typed, checklist, errors_of, fields_of};
use crate::screen::refused::Refused;
use crate::screen::show::not_drawn;
use crate::screen::visit::Visit;
use crate::staff::THIS_PC;
use crate::wizard::{Step, Trial};

const LEAD: &str = "介護ソフトとファイルを受け渡すフォルダーを決めます。どちらも空欄のままでも、画面からファイルを入れて送受信できます。あとで設定の画面からも決められます。";

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let typed = Typed::of_settings(&screen.office.state().folder_settings().await?);
    draw(&screen, &visit, (&typed, FieldErrors::default(), None), query).await
}

async fn draw(
    screen: &Screen,
    visit: &Visit,
    (typed, errors, tried): (&Typed, FieldErrors, Option<Markup>),
    query: Option<String>,
) -> Result<Response, Refused> {
    let save = Button::submit("このフォルダーを使う").value("do", "save").busy("確かめています");
    let test = Button::submit("決めずに試す").secondary().value("do", "test").busy("試しています");
    let mut form = Form::new("/start/folders", save);
    form.buttons.push(test);
    for field in fields_of(typed, &errors) {
        form.fields.push(field.map_err(|error| not_drawn(&error))?);
    }
    let mut page = StepPage::new(Step::Folders, LEAD).form(form).errors(errors);
    page.more = tried;
    page.coming_from(screen, query).await?.draw(screen, visit).await
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let typed = Typed::of_fields(&fields);
    let before = screen.office.state().folder_settings().await?;
    let settings = match typed.settings(&before, visit.now) {
        Ok(settings) => settings,
        Err(errors) => return draw(&screen, &visit, (&typed, errors, None), None).await,
    };
    let tried = screen.office.try_folders(&settings).await?;
    let errors = errors_of(&tried);
    if !errors.is_empty() || fields.text("do") == "test" {
        let shown = checklist(&tried).map(|list| Markup::of(&list)).transpose();
        let shown = shown.map_err(|error| not_drawn(&error))?;
        return draw(&screen, &visit, (&typed, errors, shown), None).await;
    }
    let by = visit.session.as_ref().map_or(THIS_PC, |session| session.login.as_str());
    match screen.office.choose_folders(&settings, by).await {
        Ok(()) => {}
        Err(ChoiceFault::Office(fault)) => return Err(fault.into()),
        // It changed between the two looks.
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add_for_form(fault.to_string());
            return draw(&screen, &visit, (&typed, errors, None), None).await;
        }
    }
    screen.hub.hint_folders();
    let said = if settings.export.is_none() && settings.import.is_none() {
        "フォルダーは使わずに、画面から送受信します。"
    } else {
        "介護ソフトとの共有フォルダーを決めました。"
    };
    screen.wizard.note(Step::Folders, &Trial::passed(said)).await?;
    go_on(&screen, Step::Folders).await
}
