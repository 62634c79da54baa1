//! What was sent, as a list.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::OfficeNumber;
use careplan_domain::transmission::State as Life;
use careplan_web::{Banner, Button, Cell, DataTable, Markup, PostForm, Tone};

use super::state;
use crate::desk::came_to_nothing;
use crate::history::{Exchanged, Page as Lines};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::lists::{Asked, ROWS, SENT};
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local, not_drawn};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner, users};
use crate::state::{Sent, SentState};

#[derive(Template)]
#[template(path = "sent.html")]
struct List {
    form: Markup,
    table: DataTable,
    pager: Markup,
}

pub(in crate::screen) async fn list(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    draw(&screen, &member, &Asked::of_query(&SENT, query)).await
}

pub(in crate::screen) async fn find(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let asked = Asked::of_form(&SENT, fields);
    match asked.address() {
        Some(address) => Ok(go_to(&address)),
        None => draw(&screen, &member, &asked).await,
    }
}

async fn draw(screen: &Screen, member: &Member, asked: &Asked) -> Result<Response, Refused> {
    let page = screen.office.history().page(&asked.filter(), asked.after(), ROWS).await?;
    let main = List {
        form: asked.form(screen, member.visit.now).await?,
        table: table(screen, &page, asked.is_narrow()).await?,
        pager: asked.pager(page.next)?,
    };
    let notice = (asked.fields().text("done") == "hurried").then(|| {
        Banner::new(Tone::Success, "いますぐ送るようにしました。しばらくしてから、状態を確かめてください。")
    });
    screen.show(&member.visit, Page::new("送信したもの", "/sent", &main).notice(notice).broad())
}

async fn table(screen: &Screen, page: &Lines, is_narrow: bool) -> Result<DataTable, Refused> {
    let numbers: Vec<OfficeNumber> = page.items.iter().map(|item| item.partner().office).collect();
    let partners = screen.partners.of(&screen.office, &numbers).await;
    let heads = ["宛先", "種類", "対象年月", "利用者", "送信した日時", "状態", ""];
    let empty = if is_narrow {
        "あてはまるものはありません。条件を減らして、もう一度しぼり込んでください。"
    } else {
        "送信したものはありません。"
    };
    let mut table = DataTable::new("送信したもの", heads, empty).quiet_caption();
    for item in &page.items {
        let Exchanged::Sent(sent) = &item.what else { continue };
        let (id, header) = (sent.header.id, &sent.header);
        let name = partners.get(&header.to.office).map_or("", Partner::name);
        let about = format!("{}　{}", header.unit.label_ja(), local(sent.created_at));
        let actions = Actions {
            open: Button::link("見る", format!("/sent/{id}")).secondary().small().about(&about),
            more: more(sent, &about),
        };
        let actions = Markup::of(&actions).map_err(|error| not_drawn(&error))?;
        table = table.row([
            partner(header.to, name),
            Cell::text(header.unit.label_ja()),
            Cell::text(month_ja(header.month)),
            Cell::text(users(item)),
            Cell::text(local(sent.created_at)),
            state(sent),
            Cell::markup(actions),
        ]);
    }
    Ok(table)
}

/// What can be done in a row.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="actions">{{ open }}{% if let Some(more) = more %}{{ more }}{% endif %}</div>"#
)]
struct Actions {
    open: Button,
    more: Option<PostForm>,
}

/// What is to be done about something that does not go on, or can be taken back.
fn more(sent: &Sent, about: &str) -> Option<PostForm> {
    let id = sent.header.id;
    if sent.is_withdrawing() {
        return None;
    }
    let (path, button) = match sent.state {
        SentState::Prepared if sent.fault.is_some() => {
            ("again", Button::submit("いますぐ送る").busy("送っています"))
        }
        SentState::Prepared | SentState::Life(Life::Accepted) => {
            ("withdraw", Button::submit("取り下げる").danger().busy("取り下げています"))
        }
        state if came_to_nothing(state) => {
            ("again", Button::submit("送り直す").secondary().busy("準備しています"))
        }
        _ => return None,
    };
    Some(PostForm::new(format!("/sent/{id}/{path}"), button.small().about(about)))
}
