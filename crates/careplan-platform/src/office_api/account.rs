//! `GET /v1/account`: who a user ID and password belong to. The first thing a new client asks; no
//! certificate is needed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use careplan_domain::licence::LicenceState;
use careplan_protocol::office_api::Account;
use careplan_protocol::{Code, Problem, routes};
use http::{HeaderMap, header};

use super::answer::challenged;
use super::credentials::Credentials;
use super::problem::Refused;
use super::refusals;
use crate::directory;
use crate::login::IssuePasswordState;
use crate::platform::Platform;
use crate::store::accounts;
use crate::store::licences::terms_of;

/// Shows the account of a user ID and password (HTTP Basic).
///
/// A wrong password and an unknown user ID get the same answers. Three wrong tries in a row lock the
/// user ID for half an hour, be it known or not.
#[utoipa::path(get, path = routes::ACCOUNT, operation_id = "show_account", tag = "account",
    params(("authorization" = String, Header, description = "`Basic`, user ID and password")),
    responses(
        (status = 200, description = "The account", body = Account),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show(State(platform): State<Arc<Platform>>, fields: HeaderMap) -> Response {
    match account(&platform, &fields).await {
        Ok(account) => ([(header::CACHE_CONTROL, "no-store")], Json(account)).into_response(),
        Err(refused) => challenged(refused),
    }
}

async fn account(platform: &Platform, fields: &HeaderMap) -> Result<Account, Refused> {
    let now = platform.clock.now();
    let typed = Credentials::of(fields)?;
    let passwords = platform.issue_passwords.passwords();
    let who = passwords.check(&typed.user_id, &typed.password, now).await.map_err(refusals::login)?;
    let mut db = platform.store.read().await?;
    let office = directory::entry(&mut db, &who.office, now).await?.ok_or_else(|| {
        tracing::error!(office = %who.office, "an account belongs to an office that is not registered");
        Refused::from(Code::Internal)
    })?;
    let issued = accounts::issue_password(&mut db, &who.office).await?;
    let issue_password_until = issued.and_then(|issued| match issued.state(now) {
        IssuePasswordState::Open { until } => Some(until),
        IssuePasswordState::Used { .. } | IssuePasswordState::Expired { .. } => None,
    });
    let licence = LicenceState::at(&terms_of(&mut db, &who.office).await?, now);
    Ok(Account {
        user_id: who.user_id,
        office,
        password_is_temporary: who.password_is_temporary,
        issue_password_until,
        licence,
        site: Some(platform.site_url.as_str().to_owned()),
    })
}
