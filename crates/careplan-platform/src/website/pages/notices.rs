//! お知らせ: the list, and each by its number.

use careplan_domain::calendar::day;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_protocol::Code;
use careplan_web::text::date_ja;
use careplan_web::{Link, Markup, Pager};

use crate::notices::Notice;
use crate::office_api::problem::Refused;
use crate::store::{Connected, notices};
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::show::{Page, drawn};
use crate::website::visit::Visit;

/// Notices on a page.
const PAGE: u32 = 20;

/// Notices on the first page of the site.
const NEWEST: u32 = 3;

/// A notice in a list.
struct Item {
    path: String,
    day: String,
    category: &'static str,
    title: String,
}

impl Item {
    fn of(notice: &Notice) -> Self {
        Self {
            path: format!("/notices/{}", notice.number),
            day: date_ja(day(notice.published_at)),
            category: notice.words.category.label_ja(),
            title: notice.words.title().to_owned(),
        }
    }
}

/// A list of notices.
#[derive(Template)]
#[template(path = "notice_items.html")]
struct Items {
    items: Vec<Item>,
}

/// The newest ones, for the first page.
pub(super) async fn newest(db: &mut impl Connected) -> Result<Markup, Refused> {
    let found = notices::shown(db, i64::MAX, NEWEST).await?;
    drawn(&Items { items: found.iter().map(Item::of).collect() })
}

#[derive(Template)]
#[template(path = "notices.html")]
struct Main {
    items: Markup,
    pager: Option<Pager>,
}

pub(in crate::website) async fn list(
    State(site): State<Arc<Website>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let below = fields.code("before").parse().unwrap_or(i64::MAX);
    let mut found = notices::shown(&mut site.platform.store.read().await?, below, PAGE + 1).await?;
    let shown = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > shown;
    found.truncate(shown);
    let next = found.last().filter(|_| more).map(|last| format!("/notices?before={}", last.number));
    let is_first = below == i64::MAX;
    let pager = (more || !is_first).then(|| {
        let place = format!("{}件を表示しています", found.len());
        Pager::new("お知らせのページ", place).previous((!is_first).then_some("/notices")).next(next)
    });
    let items = Items { items: found.iter().map(Item::of).collect() };
    let main = Main { items: drawn(&items)?, pager };
    site.show(&visit, Page::new("お知らせ", "/notices", &main).open()).await
}

#[derive(Template)]
#[template(path = "notice.html")]
struct One {
    category: &'static str,
    published: String,
    changed: Option<String>,
    paragraphs: Vec<String>,
}

pub(in crate::website) async fn one(
    State(site): State<Arc<Website>>,
    visit: Visit,
    Path(number): Path<String>,
) -> Result<Response, Refused> {
    let number = number.parse().map_err(|_| Code::PageUnknown)?;
    let found = notices::one(&mut site.platform.store.read().await?, number).await?;
    let notice = found.filter(|notice| notice.withdrawn_at.is_none()).ok_or(Code::PageUnknown)?;
    let main = One {
        category: notice.words.category.label_ja(),
        published: date_ja(day(notice.published_at)),
        changed: (notice.changed_at > notice.published_at).then(|| date_ja(day(notice.changed_at))),
        paragraphs: notice.words.paragraphs().map(str::to_owned).collect(),
    };
    let crumbs = [Link::new("トップ", "/"), Link::new("お知らせ", "/notices")];
    site.show(&visit, Page::new(notice.words.title(), "/notices", &main).crumbs(&crumbs).open()).await
}
