//! `GET /api/v1/transmissions`: what was sent and received, to be paged through and searched.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::parameters::{Parameters, limit, value};
use super::problem::{Refused, invalid};
use super::shown::Transmission;
use super::{LocalApi, Problem};
use crate::history::{Direction, Filter, state_named};

/// Characters of a text that is searched for; no name of a person or an office is longer.
pub const TEXT_CHARS_MAX: usize = 100;

/// Which transmissions, and which page; everything that is given must hold.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// `sent` or `received`; both when absent.
    direction: Option<String>,
    /// With this partner: an office number (`9970000026`) or an address (`9970000026-11`).
    partner: Option<String>,
    /// Of this kind of unit: `K1`–`K4`, `S1`, `S2`, `Y1`–`Y9`, `DOC`.
    unit: Option<String>,
    /// About this service month: `202611`.
    month: Option<String>,
    /// In this state, by its name.
    state: Option<String>,
    /// `true`: only what came and no person has opened on the screens (未読).
    unread: Option<bool>,
    /// A part of a user's name or kana, of an insured number, or of a partner's number; up to 100 characters.
    text: Option<String>,
    /// `next` of the page before; from the newest when absent.
    after: Option<String>,
    /// How many at most: 1–500, 100 when absent.
    limit: Option<u32>,
}

/// A page of transmissions.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TransmissionPage {
    /// Newest first.
    transmissions: Vec<Transmission>,
    /// Ask again with the same filters and `after=` this for more; absent on the last page.
    next: Option<String>,
}

/// Lists what was sent and received, newest first. Pages go by key: nothing is shown twice or left out while more arrives.
#[utoipa::path(get, path = "/api/v1/transmissions", operation_id = "list_transmissions", tag = "lists",
    params(ListQuery),
    responses(
        (status = 200, description = "A page", body = TransmissionPage),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn list(
    State(api): State<Arc<LocalApi>>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<TransmissionPage>, Refused> {
    let (limit, after) = (limit(query.limit)?, value("after", query.after.as_deref())?);
    let page = api.office.history().page(&filter(query)?, after, limit).await?;
    Ok(Json(TransmissionPage {
        transmissions: page.items.iter().map(Transmission::from).collect(),
        next: page.next.map(|next| next.to_string()),
    }))
}

fn filter(query: ListQuery) -> Result<Filter, Refused> {
    let direction = query.direction.map(|text| {
        let known = Direction::ALL.into_iter().find(|it| it.as_str() == text);
        known.ok_or_else(|| invalid("direction", "sent か received を指定してください"))
    });
    let state = query.state.map(|text| {
        let known = state_named(&text).filter(|name| *name == text);
        known.ok_or_else(|| invalid("state", "状態の名前（acknowledged など）を指定してください"))
    });
    if query.text.as_ref().is_some_and(|text| text.chars().count() > TEXT_CHARS_MAX) {
        return Err(invalid("text", &format!("{TEXT_CHARS_MAX}文字までで指定してください")));
    }
    Ok(Filter {
        direction: direction.transpose()?,
        partner: value("partner", query.partner.as_deref())?,
        kind: value("unit", query.unit.as_deref())?,
        month: value("month", query.month.as_deref())?,
        states: state.transpose()?.into_iter().collect(),
        read: query.unread.unwrap_or_default().then_some(false),
        reminders: None,
        text: query.text,
        named: Vec::new(),
    })
}
