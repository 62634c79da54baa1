//! `GET /v1/notices`: what the operations centre tells all offices.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use careplan_protocol::office_api::{NoticeEntry, NoticePage};
use careplan_protocol::{Problem, routes};
use serde::Deserialize;

use super::parameters::{Parameters, after, limit};
use super::problem::Refused;
use crate::caller::Caller;
use crate::notices::Notice;
use crate::platform::Platform;
use crate::store::notices;

/// Which notices.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NoticesQuery {
    /// Notices that changed after this `seq`; all when absent.
    after: Option<i64>,
    /// How many at most: 1–500, 100 when absent.
    limit: Option<u32>,
}

/// Lists notices in the order of their last change.
///
/// A notice that was edited or withdrawn comes again with a higher `seq`; a withdrawn one has no words. Keep them by `number`,
/// and ask on with `next`.
#[utoipa::path(get, path = routes::NOTICES, operation_id = "list_notices", tag = "service", params(NoticesQuery),
    responses(
        (status = 200, description = "A page", body = NoticePage),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn list(
    State(platform): State<Arc<Platform>>,
    _: Caller,
    Parameters(query): Parameters<NoticesQuery>,
) -> Result<Json<NoticePage>, Refused> {
    let (after, limit) = (after(query.after)?, limit(query.limit)?);
    let mut found = notices::changed(&mut platform.store.read().await?, after, limit + 1).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    let next = found.last().map_or(after, |notice| notice.seq);
    Ok(Json(NoticePage { notices: found.into_iter().map(entry).collect(), next, more }))
}

fn entry(notice: Notice) -> NoticeEntry {
    let withdrawn = notice.withdrawn_at.is_some();
    let words = |text: &str| if withdrawn { String::new() } else { text.to_owned() };
    NoticeEntry {
        number: notice.number,
        seq: notice.seq,
        category: notice.words.category.as_str().to_owned(),
        title: words(notice.words.title()),
        body: words(notice.words.body()),
        published_at: notice.published_at,
        changed_at: notice.changed_at,
        withdrawn,
    }
}
