//! 設定: what the office chose. An index of sections; each section is a page of the room that it belongs to.

mod folders;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_web::{Button, Cell, DataTable, Link};

pub(in crate::screen) use folders::{choose as choose_folders, show as folders};

use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::Page;
use crate::screen::visit::Member;

/// Where the index is.
pub(in crate::screen) const PATH: &str = "/settings";

/// One section.
struct Section {
    title: &'static str,
    path: &'static str,
    /// What is chosen now, in one sentence.
    chosen: String,
}

/// Every section, in the order of the index.
async fn sections(screen: &Screen) -> Result<Vec<Section>, Refused> {
    Ok(vec![Section {
        title: folders::TITLE,
        path: folders::PATH,
        chosen: folders::chosen(&screen.office.state().folder_settings().await?),
    }])
}

#[derive(Template)]
#[template(path = "settings.html")]
struct Main {
    sections: DataTable,
}

pub(in crate::screen) async fn index(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    let table = DataTable::new("設定", ["項目", "いまの設定", ""], "").quiet_caption();
    let table = sections(&screen).await?.into_iter().fold(table, |table, section| {
        let button = Button::link("変更する", section.path).small().secondary().about(section.title);
        table.row([Cell::link(section.title, section.path), Cell::text(section.chosen), Cell::action(button)])
    });
    screen.show(&member.visit, Page::new("設定", PATH, &Main { sections: table }))
}

/// The way back to the index.
fn crumbs() -> [Link; 1] {
    [Link::new("設定", PATH)]
}
