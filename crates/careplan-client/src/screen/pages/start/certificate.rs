//! The step of the certificate: made now, taken over from a file, or chosen in the store of the system.

use std::sync::Arc;

use axum::extract::{Multipart, RawQuery, State};
use axum::response::Response;
use careplan_domain::Secret;
use careplan_web::FieldErrors;

use super::{StepPage, go_on};
use crate::enrol::CertificateSource;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::certificate_forms::{
    Brought, CertificateForms, chosen_stored, typed_issue, typed_password,
};
use crate::screen::refused::Refused;
use crate::screen::visit::Visit;
use crate::wizard::Step;

const PATH: &str = "/start/certificate";
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
    let with_password = !screen.wizard.holds_password();
    let forms = CertificateForms { path: PATH, with_password, errors: &errors };
    let first = if screen.wizard.has_certificate().await? { forms.present()? } else { forms.new_one()? };
    let mut page = StepPage::new(Step::Certificate, LEAD).form(first);
    if let Some(choose) = forms.stored(screen, "").await? {
        page = page.form(choose);
    }
    let page = page.form(forms.of_file()?).errors(errors);
    page.coming_from(screen, query).await?.draw(screen, visit).await
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    match chosen_stored(&fields, &mut errors) {
        Some(source) => set_up(&screen, source, typed_password(&fields)).await,
        None => draw(&screen, &visit, errors, None).await,
    }
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
        typed_issue(&fields, &mut errors)
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
    let password = brought.password();
    match brought.source(&mut errors) {
        Some(source) => set_up(&screen, source, password).await,
        None => draw(&screen, &visit, errors, None).await,
    }
}
