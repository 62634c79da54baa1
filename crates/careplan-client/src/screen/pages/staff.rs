//! 職員: who may log in, for managers.

mod add;
mod one;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_domain::{Secret, Timestamp};
use careplan_web::{Button, Cell, DataTable, Facts, Link, Tag, Tone};

pub(in crate::screen) use add::{add, add_page};
pub(in crate::screen) use one::{
    end_session, lock_away, one, reset_factor, reset_password, set_role, take_back,
};

use super::settings::Section;
use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, local};
use crate::screen::visit::Member;
use crate::staff::{Person, Role};

const TITLE: &str = "職員";
const PATH: &str = "/staff";

/// The entry of the menu below which these pages lie.
const MENU: &str = "/settings";

#[derive(Template)]
#[template(path = "staff.html")]
struct Main {
    table: DataTable,
}

#[derive(Template)]
#[template(path = "staff_password.html")]
struct HandedOut<'a> {
    name: &'a str,
    facts: Facts,
    password: &'a Secret,
    back: Button,
}

pub(in crate::screen) async fn list(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    let heads = ["職員", "権限", "状態", "2段階認証", "最後のログイン"];
    let table = DataTable::new("職員の一覧", heads, "").quiet_caption();
    let table = screen.staff.people().await?.iter().fold(table, |table, person| {
        table.row([
            Cell::link(person.name.as_str(), format!("{PATH}/{}", person.id)).note(person.login.as_str()),
            Cell::text(person.role.label_ja()),
            Cell::tag(tag(person, member.visit.now)),
            Cell::tag(factor_tag(person)),
            Cell::text(person.last_login_at.map_or_else(|| "まだありません".to_owned(), local)),
        ])
    });
    let crumbs = [Link::new("設定", MENU)];
    screen.show(&member.visit, Page::new(TITLE, MENU, &Main { table }).crumbs(&crumbs))
}

/// The line in the index of the settings.
pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    let people = screen.staff.people().await?;
    let here = people.iter().filter(|person| !person.is_away).count();
    let managers = people.iter().filter(|person| !person.is_away && person.role == Role::Manager).count();
    Ok(Section {
        title: TITLE,
        path: PATH,
        about: "このソフトを使う人を登録し、権限とパスワードを管理します。",
        now: format!("{here}人（うち管理者{managers}人）"),
    })
}

/// Whether somebody can log in.
fn tag(person: &Person, now: Timestamp) -> Tag {
    if person.is_away {
        Tag::new(Tone::Plain, "退職など")
    } else if person.locked_until.is_some_and(|until| now < until) {
        Tag::new(Tone::Warning, "ロック中")
    } else if person.is_temporary {
        Tag::new(Tone::Info, "仮パスワード")
    } else {
        Tag::new(Tone::Success, "利用中")
    }
}

fn factor_tag(person: &Person) -> Tag {
    match person.second_factor_since {
        Some(_) => Tag::new(Tone::Success, "あり"),
        None => Tag::new(Tone::Plain, "なし"),
    }
}

/// The way back from the pages below the list.
fn crumbs() -> [Link; 2] {
    [Link::new("設定", MENU), Link::new(TITLE, PATH)]
}

/// A temporary password, shown once. Not after a redirect: it is in no address and in no history.
fn hand_out(
    screen: &Screen,
    member: &Member,
    (name, login): (&str, &str),
    password: &Secret,
) -> Result<Response, Refused> {
    let main = HandedOut {
        name,
        facts: Facts::default().fact("ログイン名", Cell::code(login)),
        password,
        back: Button::link("伝えました。一覧へ戻る", PATH),
    };
    let crumbs = crumbs();
    screen.show(&member.visit, Page::new("仮パスワード", MENU, &main).crumbs(&crumbs))
}
