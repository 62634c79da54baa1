//! 月次ボード: a month at a glance, by partner or by user; and the plan of a partner against its actuals.

mod remind;
mod table;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_domain::{OfficeNumber, ServiceMonth, Timestamp, TransmissionId, UnitKind, calendar};
use careplan_web::{Button, DataTable, Markup};

pub(in crate::screen) use remind::{ask, remind};

use super::forms;
use crate::board::{Board, By, LineState, Lines, Look, PersonKey, Side, View, month_before};
use crate::history::Direction;
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
    /// Plan against actuals of the one partner.
    compare: Option<String>,
}

/// What was asked for, as it stands in addresses. A user is there by a number of ours: names do not belong into addresses.
struct Asked {
    view: View,
    person: Option<i64>,
    /// What its board is made of: read once, for it also says on which side the office is.
    lines: Lines,
}

impl Asked {
    async fn read(screen: &Screen, fields: &Fields, now: Timestamp) -> Result<Self, Refused> {
        let boards = screen.office.boards();
        let present = calendar::digits(calendar::day(now)).get(..6).and_then(|month| month.parse().ok());
        let month = fields.text("month").parse().ok().or(present).ok_or_else(Refused::unknown)?;
        let lines = boards.lines(month).await?;
        let side = Side::ALL.into_iter().find(|side| side.as_str() == fields.text("side"));
        let side = match side {
            Some(side) => side,
            None => boards.side(&lines).await?,
        };
        let n = fields.text("person").parse().ok();
        let person = match n {
            Some(n) => Some(boards.person(n).await?.ok_or_else(Refused::unknown)?),
            None => None,
        };
        let view = View {
            month,
            side,
            by: if fields.text("by") == By::Person.as_str() { By::Person } else { By::Partner },
            partner: fields.text("partner").parse().ok(),
            person: person.as_ref().map(PersonKey::of),
            look: Look::ALL.into_iter().find(|look| look.as_str() == fields.text("look")),
        };
        Ok(Self { view, person: n, lines })
    }

    /// The address of the same board but for what `change` changes.
    fn path(&self, change: impl FnOnce(&mut View, &mut Option<i64>)) -> String {
        let (mut view, mut person) = (self.view.clone(), self.person);
        change(&mut view, &mut person);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("month", &view.month.to_string());
        query.append_pair("side", view.side.as_str());
        query.append_pair("by", view.by.as_str());
        if let Some(partner) = view.partner {
            query.append_pair("partner", partner.as_str());
        }
        if let Some(person) = person {
            query.append_pair("person", &person.to_string());
        }
        if let Some(look) = view.look {
            query.append_pair("look", look.as_str());
        }
        format!("{PATH}?{}", query.finish())
    }
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
    let compare = view.partner.filter(|_| has_both(&board));
    let main = Main {
        news: super::news::of_now(&screen)?,
        months: months(&asked),
        bys: bys(&asked),
        sides: if board.has_other_side { sides(&asked) } else { Vec::new() },
        looks: looks(&asked, &board),
        of: of(&screen, &asked).await?,
        table: table::of(&asked, &board, &remind::Due::new(&asked, &candidates, now))?,
        remind: remind::all(&asked, &candidates, now),
        compare: compare.map(|partner| format!("{PATH}/{partner}/compare?month={}", view.month)),
    };
    screen.show(&member.visit, Page::new(TITLE, PATH, &main).notice(remind::notice(&fields)).broad())
}

/// Whether a plan and actuals are there to be compared.
fn has_both(board: &Board) -> bool {
    let is_there = |column: usize| {
        board.rows.iter().any(|row| row.cells.get(column).is_some_and(|cell| cell.at.is_some()))
    };
    is_there(0) && is_there(2)
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

/// The plan of a month against the actuals of one partner, as a page of its own.
pub(in crate::screen) async fn compare(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(office): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let partner: OfficeNumber = office.parse().map_err(|_| Refused::unknown())?;
    let month: ServiceMonth =
        Fields::of_query(query).text("month").parse().map_err(|_| Refused::unknown())?;
    let lines = screen.office.boards().lines(month).await?;
    let newest = |kind: UnitKind| -> Option<(TransmissionId, Direction)> {
        let of_kind = lines.lines.iter().filter(|line| {
            (line.partner, line.kind, line.month) == (partner, kind, month) && is_here(line.state)
        });
        of_kind.max_by_key(|line| line.at).map(|line| (line.id, line.state.direction()))
    };
    let both = newest(UnitKind::K2).zip(newest(UnitKind::S1)).ok_or_else(|| {
        Refused::said(
            http::StatusCode::NOT_FOUND,
            "比べられません",
            "この月の予定と実績が、まだそろっていません。両方が届いてから、もう一度開いてください。",
        )
    })?;
    forms::compared(&screen, both, member.visit.now).await
}

/// Whether its files tell something: what was refused or taken back does not count.
fn is_here(state: LineState) -> bool {
    use crate::state::{ReceivedState, SentState};
    match state {
        LineState::Sent(SentState::Prepared) => true,
        LineState::Sent(SentState::Rejected) => false,
        LineState::Sent(SentState::Life(life)) => {
            use careplan_domain::transmission::State as Life;
            !matches!(life, Life::Withdrawn | Life::Refused | Life::Expired)
        }
        LineState::Received(state) => {
            use ReceivedState::{Acknowledged, Imported, Importing, Written};
            matches!(state, Written | Acknowledged | Importing | Imported)
        }
    }
}
