//! 設定: an index of what the office chose; each section is a page of its own.

pub(in crate::screen) mod applications;
pub(in crate::screen) mod backup;
pub(in crate::screen) mod certificate;
pub(in crate::screen) mod folders;
pub(in crate::screen) mod lan;
pub(in crate::screen) mod proxy;
pub(in crate::screen) mod retention;
pub(in crate::screen) mod staff;
pub(in crate::screen) mod terminal;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_web::{Cell, DataTable, Link};

use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::Page;
use crate::screen::visit::Member;

/// Where the index is.
const PATH: &str = "/settings";

/// One section of the settings.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) path: &'static str,
    /// What it is for, in a sentence.
    pub(super) about: &'static str,
    /// What holds now.
    pub(super) now: String,
}

#[derive(Template)]
#[template(source = "{{ table }}", ext = "html")]
struct Main {
    table: DataTable,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    let table = DataTable::new("設定の一覧", ["設定", "いまの設定"], "").quiet_caption();
    let table = sections(&screen).await?.into_iter().fold(table, |table, section| {
        table.row([Cell::link(section.title, section.path).note(section.about), Cell::text(section.now)])
    });
    screen.show(&member.visit, Page::new("設定", PATH, &Main { table }))
}

/// Every section, in the order in which people look for them.
async fn sections(screen: &Screen) -> Result<Vec<Section>, Refused> {
    Ok(vec![
        folders::section(screen).await?,
        terminal::section(screen).await?,
        applications::section(screen).await?,
        retention::section(screen).await?,
        backup::section(screen).await?,
        lan::section(screen).await?,
        proxy::section(screen).await?,
        super::staff::section(screen).await?,
        staff::section(screen).await?,
        super::record::section(),
    ])
}

/// The way back from a section.
fn crumbs() -> [Link; 1] {
    [Link::new("設定", PATH)]
}
