//! `/v1/offices`: who is there, who can be written to, and with which keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use careplan_domain::{OfficeNumber, Timestamp};
use careplan_protocol::office_api::{OfficeEntry, OfficeKeys, OfficePage, TerminalKey};
use careplan_protocol::{Base64, Code, Problem, routes};
use http::StatusCode;
use serde::Deserialize;

use super::parameters::{Parameters, invalid, limit, value};
use super::problem::Refused;
use crate::caller::Caller;
use crate::directory::{self, fold};
use crate::platform::Platform;
use crate::store::directory::Search;
use crate::store::{offices, terminals};
use crate::terminals::Announced;
use crate::trust::Trust;

/// Characters of a name to look for: the longest registered names have about a hundred.
const SEARCH_CHARS_MAX: usize = 100;

/// Which offices to look for; everything given must fit.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OfficesQuery {
    /// The first digits of the office number, 1–10.
    number: Option<String>,
    /// A part of the name. Width, kana and case make no difference.
    name: Option<String>,
    /// A part of the kana. Width, kana and case make no difference.
    kana: Option<String>,
    /// The two-digit prefecture code.
    prefecture: Option<String>,
    /// A service type that it runs.
    service_type: Option<String>,
    /// Whether letters can be sent to it now.
    joined: Option<bool>,
    /// Offices after this number: `next` of the page before.
    after: Option<String>,
    /// How many at most: 1–500, 100 when absent.
    limit: Option<u32>,
}

/// Looks for offices, in the order of their numbers.
#[utoipa::path(get, path = routes::OFFICES, operation_id = "search_offices", tag = "directory", params(OfficesQuery),
    responses(
        (status = 200, description = "A page", body = OfficePage),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn search(
    State(platform): State<Arc<Platform>>,
    _: Caller,
    Parameters(query): Parameters<OfficesQuery>,
) -> Result<Json<OfficePage>, Refused> {
    let search = Search {
        after: value("after", query.after.as_deref())?,
        number: number_prefix(query.number)?,
        name: part("name", query.name.as_deref())?,
        kana: part("kana", query.kana.as_deref())?,
        prefecture: prefecture(query.prefecture)?,
        name_or_kana: None,
        place: None,
        service_type: value("service_type", query.service_type.as_deref())?,
        joined: query.joined,
        limit: limit(query.limit)?,
    };
    let mut db = platform.store.read().await?;
    Ok(Json(directory::page(&mut db, &search, platform.clock.now()).await?))
}

/// Shows one office.
#[utoipa::path(get, path = routes::OFFICE, operation_id = "show_office", tag = "directory",
    params(("number" = String, Path, description = "Office number")),
    responses(
        (status = 200, description = "The office", body = OfficeEntry),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(platform): State<Arc<Platform>>,
    _: Caller,
    Path(number): Path<String>,
) -> Result<Json<OfficeEntry>, Refused> {
    let office: OfficeNumber = number.parse().map_err(|_| unknown(&number))?;
    let mut db = platform.store.read().await?;
    let entry = directory::entry(&mut db, &office, platform.clock.now()).await?;
    entry.map(Json).ok_or_else(|| unknown(&number))
}

/// Lists the signed key announcements of an office's terminals in use.
///
/// Verify signature, certificate chain and office yourself before sealing to a key.
#[utoipa::path(get, path = routes::OFFICE_KEYS, operation_id = "show_office_keys", tag = "directory",
    params(("number" = String, Path, description = "Office number")),
    responses(
        (status = 200, description = "The announcements", body = OfficeKeys),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn keys(
    State(platform): State<Arc<Platform>>,
    _: Caller,
    Path(number): Path<String>,
) -> Result<Json<OfficeKeys>, Refused> {
    let office: OfficeNumber = number.parse().map_err(|_| unknown(&number))?;
    let now = platform.clock.now();
    let mut db = platform.store.read().await?;
    if offices::status(&mut db, &office).await?.is_none() {
        return Err(unknown(&number));
    }
    let found = terminals::keys(&mut db, &office, now).await?;
    drop(db);
    let trust = platform.trust.current();
    let terminals = found
        .into_iter()
        // What another authority revoked since is known to the trust, not to the database.
        .filter(|key| key.is_signed_with_own || foreign_holds(&trust, &key.announcement, now))
        .map(|key| TerminalKey { terminal: key.terminal, announcement: Base64(key.announcement) })
        .collect();
    Ok(Json(OfficeKeys { office, terminals }))
}

fn foreign_holds(trust: &Trust, announcement: &[u8], now: Timestamp) -> bool {
    Announced::read(announcement, trust, now)
        .is_ok_and(|it| !it.signer.is_own() && trust.judge(&it.signer, now).is_ok())
}

fn unknown(number: &str) -> Refused {
    let digits: String = number.chars().filter(char::is_ascii_digit).take(10).collect();
    let mut problem =
        Problem::new(Code::ReceiverUnknown).detail(format!("お尋ねの事業所番号は `{digits}` です。"));
    // Asked for by its address, and not named inside a letter.
    problem.status = StatusCode::NOT_FOUND.as_u16();
    problem.into()
}

fn number_prefix(text: Option<String>) -> Result<String, Refused> {
    match text {
        None => Ok(String::new()),
        Some(text) if (1..=10).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit()) => {
            Ok(text)
        }
        Some(_) => Err(invalid("number", "はじめの1〜10桁を半角数字で指定してください")),
    }
}

fn prefecture(text: Option<String>) -> Result<Option<String>, Refused> {
    match text {
        Some(text) if text.len() != 2 || !text.bytes().all(|it| it.is_ascii_digit()) => {
            Err(invalid("prefecture", "半角数字2桁で指定してください"))
        }
        text => Ok(text),
    }
}

fn part(name: &str, text: Option<&str>) -> Result<Option<String>, Refused> {
    let Some(text) = text else { return Ok(None) };
    if text.chars().count() > SEARCH_CHARS_MAX {
        return Err(invalid(name, &format!("{SEARCH_CHARS_MAX}文字以内で指定してください")));
    }
    Ok(Some(fold(text)).filter(|part| !part.is_empty()))
}
