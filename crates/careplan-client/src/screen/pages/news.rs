//! What changed since a page was drawn, told by a part that the script asks for anew; without script the page has a link to itself.
//!
//! What came is told by whom, what and which month; where somebody allowed it, on the desktop too. No user is named: a screen may be seen by anybody.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use careplan_domain::TransmissionId;
use careplan_web::Markup;

use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::not_drawn;
use crate::screen::visit::Member;
use crate::screen::words::month_ja;
use crate::state::Received;

/// Arrivals that are told one by one.
const TOLD_MAX: usize = 3;

/// The part.
#[derive(Template)]
#[template(path = "news.html")]
struct News {
    /// The count of changes when the page was drawn.
    drawn: u64,
    is_new: bool,
    /// The newest that came, by which a browser knows what it told already.
    newest: Option<TransmissionId>,
    /// What came, in a few words each.
    came: Vec<String>,
}

/// The part of a page that is drawn now.
pub(super) fn of_now(screen: &Screen) -> Result<Markup, Refused> {
    let drawn = screen.hub.condition().changes;
    let part = News { drawn, is_new: false, newest: None, came: Vec::new() };
    Markup::of(&part).map_err(|error| not_drawn(&error))
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    _: Member,
    Path(drawn): Path<u64>,
) -> Result<Response, Refused> {
    let is_new = screen.hub.condition().changes != drawn;
    let arrived = screen.hub.arrived_since(drawn);
    let newest = arrived.last().copied();
    let part = News { drawn, is_new, newest, came: told(&screen, &arrived).await? };
    Ok(Html(part.render().map_err(|error| not_drawn(&error))?).into_response())
}

/// The newest few, and how many more there are.
async fn told(screen: &Screen, arrived: &[TransmissionId]) -> Result<Vec<String>, Refused> {
    let mut came = Vec::new();
    for id in arrived.iter().rev().take(TOLD_MAX) {
        if let Some(received) = screen.office.state().received(*id).await? {
            came.push(received);
        }
    }
    let ids: Vec<_> = came.iter().map(|it| it.header.id).collect();
    let reminders = screen.office.reminders().among(&ids).await?;
    let senders: Vec<_> = came.iter().map(|it| it.header.from.office).collect();
    let known = screen.partners.of(&screen.office, &senders).await;
    let name = |it: &Received| {
        let name = known.get(&it.header.from.office).map_or("", |partner| partner.name());
        if name.is_empty() { it.header.from.office.to_string() } else { name.to_owned() }
    };
    let mut told: Vec<String> = came
        .iter()
        .map(|it| {
            let what = if reminders.contains(&it.header.id) { "催促" } else { it.header.unit.label_ja() };
            let month =
                it.header.month.map(|month| format!("（{}）", month_ja(Some(month)))).unwrap_or_default();
            format!("{}から{what}{month}が届きました。", name(it))
        })
        .collect();
    if arrived.len() > TOLD_MAX {
        told.push(format!("ほかに{}件届きました。", arrived.len() - TOLD_MAX));
    }
    Ok(told)
}
