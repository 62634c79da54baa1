//! What changed since a page was drawn, told by a part that the script asks for anew; without script the page has a link to itself.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use careplan_web::Markup;

use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::not_drawn;
use crate::screen::visit::Member;

/// The part.
#[derive(Template)]
#[template(path = "news.html")]
struct News {
    /// The count of changes when the page was drawn.
    drawn: u64,
    is_new: bool,
}

/// The part of a page that is drawn now.
pub(super) fn of_now(screen: &Screen) -> Result<Markup, Refused> {
    let part = News { drawn: screen.hub.condition().changes, is_new: false };
    Markup::of(&part).map_err(|error| not_drawn(&error))
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    _: Member,
    Path(drawn): Path<u64>,
) -> Result<Response, Refused> {
    let part = News { drawn, is_new: screen.hub.condition().changes != drawn };
    Ok(Html(part.render().map_err(|error| not_drawn(&error))?).into_response())
}
