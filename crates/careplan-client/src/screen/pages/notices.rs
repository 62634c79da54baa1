//! お知らせ of the operations centre: the list, each of them, and the newest for the first page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use careplan_domain::Timestamp;
use careplan_web::{Link, Markup};

use crate::notices::{Notice, Notices};
use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, local, not_drawn};
use crate::screen::visit::Member;

const TITLE: &str = "運用センターからのお知らせ";
const PATH: &str = "/notices";

/// A notice in a list.
struct Item {
    path: String,
    at: String,
    category: &'static str,
    title: String,
}

impl Item {
    fn of(notice: &Notice) -> Self {
        Self {
            path: format!("{PATH}/{}", notice.number),
            at: local(notice.published_at),
            category: notice.category.label_ja(),
            title: notice.title.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "notices.html")]
struct Items {
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "notices_new.html")]
struct New {
    items: Markup,
}

#[derive(Template)]
#[template(path = "notices_one.html")]
struct One {
    at: String,
    category: &'static str,
    changed: Option<String>,
    paragraphs: Vec<String>,
}

/// The newest ones for the first page; nothing where there are none.
pub(super) async fn newest(screen: &Screen, now: Timestamp) -> Result<Option<Markup>, Refused> {
    let new = Notices::new(screen.office.clone()).new_ones(now).await?;
    if new.is_empty() {
        return Ok(None);
    }
    let items = Items { items: new.iter().map(Item::of).collect() };
    let items = Markup::of(&items).map_err(|error| not_drawn(&error))?;
    Markup::of(&New { items }).map(Some).map_err(|error| not_drawn(&error))
}

pub(in crate::screen) async fn list(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    let all = Notices::new(screen.office.clone()).list().await?;
    let main = Items { items: all.iter().map(Item::of).collect() };
    screen.show(&member.visit, Page::new(TITLE, "/", &main))
}

pub(in crate::screen) async fn one(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(number): Path<i64>,
) -> Result<Response, Refused> {
    let found = Notices::new(screen.office.clone()).one(number).await?.ok_or_else(Refused::unknown)?;
    let main = One {
        at: local(found.published_at),
        category: found.category.label_ja(),
        changed: (found.changed_at > found.published_at).then(|| local(found.changed_at)),
        paragraphs: found.body.split("\n\n").map(str::to_owned).collect(),
    };
    let crumbs = [Link::new(TITLE, PATH)];
    screen.show(&member.visit, Page::new(&found.title, "/", &main).crumbs(&crumbs))
}
