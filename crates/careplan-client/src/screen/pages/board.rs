//! 月次ボード: a month at a glance, by partner or by user; and plans against actuals.

mod asked;
mod compare;
mod remind;
mod table;

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::ServiceMonth;
use careplan_web::{Button, DataTable, Markup};

use self::asked::Asked;
pub(in crate::screen) use self::compare::show as compare;
pub(in crate::screen) use self::remind::{ask, remind};
use crate::board::{Board, By, Row, Side, month_before};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::Page;
use crate::screen::visit::Member;
use crate::screen::words::month_ja;

const TITLE: &str = "月次ボード";
const PATH: &str = "/board";

/// One way of looking: where it leads, and whether it is the present one.
struct Way {
    label: String,
    path: String,
    is_present: bool,
}

#[derive(Template)]
#[template(path = "board.html")]
struct Main {
    news: Markup,
    months: Vec<Way>,
    bys: Vec<Way>,
    sides: Vec<Way>,
    looks: Vec<Way>,
    /// Whose rows they are, when it is one partner's or one user's.
    of: String,
    table: DataTable,
    /// The way to remind all of them.
    remind: Option<Button>,
    /// Plan against actuals of the one partner or user.
    compare: Option<String>,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let now = member.visit.now;
    let fields = Fields::of_query(query);
    let asked = Asked::read(&screen, &fields, now).await?;
    let view = &asked.view;
    let board = screen.office.boards().board(view, &asked.lines, now).await?;
    let candidates = screen.office.reminders().candidates(view.month, &board.rows).await?;
    let is_narrow = view.partner.is_some() || view.person.is_some();
    let is_compared = is_narrow && board.rows.iter().any(has_both);
    let compare = is_compared.then(|| asked.path_of(compare::PATH, |view, _| view.look = None));
    let main = Main {
        news: super::news::of_now(&screen)?,
        months: months(&asked),
        bys: bys(&asked),
        sides: if board.has_other_side { sides(&asked) } else { Vec::new() },
        looks: looks(&asked, &board),
        of: of(&screen, &asked).await?,
        table: table::of(&asked, &board, &remind::Reminding::new(&asked, &candidates, now))?,
        remind: remind::all(&asked, &candidates, now),
        compare,
    };
    screen.show(&member.visit, Page::new(TITLE, PATH, &main).notice(remind::notice(&asked, &fields)).broad())
}

/// Whether a plan and actuals are there to be compared.
fn has_both(row: &Row) -> bool {
    let [plan, _, actuals, _] = &row.cells;
    plan.is_there && actuals.is_there
}

fn months(asked: &Asked) -> Vec<Way> {
    let month = asked.view.month;
    [month_before(month), month, month_after(month)]
        .into_iter()
        .map(|it| Way {
            label: month_ja(Some(it)),
            path: asked.path(|view, _| view.month = it),
            is_present: it == month,
        })
        .collect()
}

fn month_after(month: ServiceMonth) -> ServiceMonth {
    let number = month.as_number();
    let after = if number % 100 == 12 { number + 89 } else { number + 1 };
    ServiceMonth::from_number(after).unwrap_or(month)
}

fn bys(asked: &Asked) -> Vec<Way> {
    [(By::Partner, "事業所ごと"), (By::Person, "利用者ごと")]
        .into_iter()
        .map(|(by, label)| Way {
            label: label.to_owned(),
            path: asked.path(|view, person| {
                view.by = by;
                (view.partner, *person) = (None, None);
            }),
            is_present: asked.view.by == by,
        })
        .collect()
}

fn sides(asked: &Asked) -> Vec<Way> {
    Side::ALL
        .into_iter()
        .map(|side| Way {
            label: side.label_ja().to_owned(),
            path: asked.path(|view, _| view.side = side),
            is_present: asked.view.side == side,
        })
        .collect()
}

fn looks(asked: &Asked, board: &Board) -> Vec<Way> {
    let all = Way {
        label: format!("すべて（{}）", board.all),
        path: asked.path(|view, _| view.look = None),
        is_present: asked.view.look.is_none(),
    };
    let some = board.counts.iter().map(|(look, count)| Way {
        label: format!("{}（{count}）", look.label_ja()),
        path: asked.path(|view, _| view.look = Some(*look)),
        is_present: asked.view.look == Some(*look),
    });
    std::iter::once(all).chain(some).collect()
}

async fn of(screen: &Screen, asked: &Asked) -> Result<String, Refused> {
    if let Some(n) = asked.person {
        let person = screen.office.boards().person(n).await?.ok_or_else(Refused::unknown)?;
        return Ok(format!("{}さんの分", person.name));
    }
    let Some(partner) = asked.view.partner else { return Ok(String::new()) };
    let known = screen.partners.of(&screen.office, &[partner]).await;
    let name = known.get(&partner).map_or("", crate::screen::partners::Partner::name);
    Ok(if name.is_empty() { format!("{partner}の分") } else { format!("{name}（{partner}）の分") })
}
