//! 催促する: a button in the rows where something is due, and one for all of them with a page before it that says who gets what.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::calendar::day;
use careplan_domain::{OfficeNumber, ServiceMonth, Timestamp};
use careplan_web::{Banner, Button, Cell, DataTable, Link, PostForm, Tone, way_back};
use http::StatusCode;

use super::asked::Asked;
use super::{PATH, TITLE};
use crate::board::{By, Column, Row, Side, Subject, column_of};
use crate::reminders::{AT_ONCE_MAX, Candidate, Order, RemindFault, Reminded};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::screen::words::{asked_ja, month_ja};
use crate::staff::Actor;

/// Where reminders are asked for and sent.
const REMIND: &str = "/board/remind";

/// What the rows of a board say of reminders.
pub(super) struct Reminding<'a> {
    asked: &'a Asked,
    candidates: &'a [Candidate],
    now: Timestamp,
}

impl<'a> Reminding<'a> {
    pub(super) fn new(asked: &'a Asked, candidates: &'a [Candidate], now: Timestamp) -> Self {
        Self { asked, candidates, now }
    }

    /// The head of the column, where there is one.
    pub(super) fn head(&self) -> Option<&'static str> {
        (!self.candidates.is_empty()).then_some("催促")
    }

    fn of(&self, row: &Row) -> Option<&Candidate> {
        let Subject::Partner(office, _) = &row.subject else { return None };
        self.candidates.iter().find(|it| it.partner == *office)
    }

    /// `催促済 11月26日`, for the cell of what was reminded of.
    pub(super) fn noted(&self, row: &Row, column: Column) -> String {
        let side = self.asked.view.side;
        let reminded = self.of(row).and_then(|candidate| {
            let mut kinds = candidate.asks.iter().filter(|(kind, _)| column_of(*kind, side) == Some(column));
            kinds.find_map(|(_, at)| *at)
        });
        reminded.map_or_else(String::new, |at| format!("　催促済 {}", short(at)))
    }

    /// The cell of the column; the button only where something can be sent now.
    pub(super) fn button(&self, row: &Row) -> Option<Cell> {
        self.head()?;
        let candidate = self.of(row).filter(|it| it.open(self.now).next().is_some());
        let Some(candidate) = candidate else { return Some(Cell::text("")) };
        let button = Button::submit("催促する").secondary().small().about(&candidate.name);
        let view = &self.asked.view;
        let form = PostForm::new(REMIND, button.busy("送信しています"))
            .hidden("partners", candidate.partner.to_string())
            .hidden("month", view.month.to_string())
            .hidden("side", view.side.as_str())
            .hidden("back", self.asked.path(|_, _| {}));
        Some(Cell::action(form))
    }
}

/// `11月26日`
fn short(at: Timestamp) -> String {
    let day = day(at);
    format!("{}月{}日", day.month(), day.day())
}

/// The way to remind all that are shown; only where there is somebody.
pub(super) fn all(asked: &Asked, candidates: &[Candidate], now: Timestamp) -> Option<Button> {
    let is_any = candidates.iter().any(|it| it.open(now).next().is_some());
    let path = asked.path_of(REMIND, |_, _| {});
    is_any.then(|| Button::link("まとめて催促", path).secondary())
}

/// What was sent just now.
pub(super) fn notice(asked: &Asked, fields: &Fields) -> Option<Banner> {
    if fields.text("done") != "reminded" {
        return None;
    }
    let count = |name: &str| fields.text(name).parse::<usize>().unwrap_or_default();
    let (sent, left, rest) = (count("sent"), count("left"), count("rest"));
    if !fields.text("away").is_empty() {
        return Some(away(sent, left.saturating_add(rest)));
    }
    let mut banner = if sent == 0 {
        Banner::new(Tone::Warning, "催促を送れませんでした。")
    } else {
        Banner::new(Tone::Success, format!("{sent}事業所に催促を送ります。"))
    };
    if left > 0 {
        let why = Button::link("送らなかった理由を見る", asked.path_of(REMIND, |_, _| {})).secondary();
        banner = banner.action(why).paragraph(format!(
            "ほかの{left}事業所には送っていません（今日すでに送ったか、いま送れないか、もう届いています）。「送らなかった理由を見る」を押すと、事業所ごとの理由が並びます。もう届いている事業所は、そこに載りません。"
        ));
    }
    if rest > 0 {
        banner = banner.paragraph(format!(
            "あと{rest}事業所が残っています。「まとめて催促」をもう一度押すと、続けて送れます。"
        ));
    }
    Some(banner)
}

/// What is said where the platform did not answer.
fn away(sent: usize, left: usize) -> Banner {
    let title = match sent {
        0 => "連携基盤につながりません。催促は送っていません。".to_owned(),
        sent => format!("連携基盤につながりません。{sent}事業所への催促は、つながりしだい送ります。"),
    };
    let which = if sent == 0 { "" } else { "残りの" };
    Banner::new(Tone::Warning, title).paragraph(format!(
        "{which}{left}事業所には送っていません。インターネットの接続を確かめ、「まとめて催促」をもう一度押してください。"
    ))
}

#[derive(Template)]
#[template(path = "board_remind.html")]
struct Main {
    table: DataTable,
    /// How many follow with the next press.
    rest: usize,
    left: Option<DataTable>,
    send: Option<PostForm>,
    back: Button,
}

/// Who would get a reminder, and who would not.
pub(in crate::screen) async fn ask(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let now = member.visit.now;
    let asked = Asked::read(&screen, &Fields::of_query(query), now).await?;
    // Only partners can be reminded.
    let view = crate::board::View { by: By::Partner, ..asked.view.clone() };
    let board = screen.office.boards().board(&view, &asked.lines, now).await?;
    let candidates = screen.office.reminders().candidates(view.month, &board.rows).await?;
    let (open, left): (Vec<_>, Vec<_>) =
        candidates.iter().partition(|candidate| candidate.open(now).next().is_some());
    let (open, rest) = at_once(&open);
    let back = asked.path(|_, _| {});
    let numbers: Vec<String> = open.iter().map(|it| it.partner.to_string()).collect();
    let send = (!open.is_empty()).then(|| {
        PostForm::new(
            REMIND,
            Button::submit(format!("{}事業所に催促を送る", open.len())).busy("送信しています"),
        )
        .hidden("partners", numbers.join(","))
        .hidden("many", "1")
        .hidden("rest", rest.to_string())
        .hidden("month", view.month.to_string())
        .hidden("side", view.side.as_str())
        .hidden("back", back.clone())
    });
    let main = Main {
        table: table(open, view.month, now),
        rest,
        left: (!left.is_empty()).then(|| others(&left)),
        send,
        back: Button::link("送らずに戻る", back).secondary(),
    };
    let crumbs = [Link::new(TITLE, PATH)];
    screen.show(&member.visit, Page::new("まとめて催促", PATH, &main).crumbs(&crumbs))
}

/// Who gets one with this press, and how many follow with the next.
fn at_once<'a, 'b>(open: &'a [&'b Candidate]) -> (&'a [&'b Candidate], usize) {
    let (now, rest) = open.split_at_checked(AT_ONCE_MAX).unwrap_or((open, &[]));
    (now, rest.len())
}

fn table(open: &[&Candidate], month: ServiceMonth, now: Timestamp) -> DataTable {
    let empty = "いま催促を送れる事業所はありません。";
    let table = DataTable::new("催促を送る事業所", ["事業所", "依頼すること"], empty);
    open.iter().fold(table, |table, candidate| {
        let asks: Vec<String> =
            candidate.open(now).map(|kind| asked_ja(kind, &month_ja(Some(month)))).collect();
        table.row([partner(candidate), Cell::text(asks.join("、"))])
    })
}

/// Those who get nothing, and why.
fn others(left: &[&Candidate]) -> DataTable {
    let table = DataTable::new("今回は送らない事業所", ["事業所", "理由"], "");
    left.iter().fold(table, |table, candidate| {
        let last = candidate.asks.iter().filter_map(|(_, at)| *at).max();
        let why = match last {
            Some(at) if candidate.is_joined => format!("今日すでに送りました（{}）。", local(at)),
            _ => "いま送れません（アドレス帳の利用状況を確かめてください）。".to_owned(),
        };
        table.row([partner(candidate), Cell::text(why)])
    })
}

fn partner(candidate: &Candidate) -> Cell {
    Cell::text(candidate.name.clone()).note(candidate.partner.to_string())
}

/// Reminds one partner, or many at once.
pub(in crate::screen) async fn remind(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let partners: Vec<OfficeNumber> =
        fields.text("partners").split(',').filter_map(|number| number.parse().ok()).collect();
    let month = fields.text("month").parse::<ServiceMonth>().map_err(|_| Refused::form())?;
    let side = Side::ALL.into_iter().find(|side| side.as_str() == fields.text("side"));
    let side = side.ok_or_else(Refused::form)?;
    let by = Actor::from(&member.session);
    let reminders = screen.office.reminders();
    let done = match partners.as_slice() {
        [] => return Err(Refused::form()),
        [partner] if fields.text("many").is_empty() => {
            let order = Order { partner: *partner, month, side };
            match reminders.remind(&order, &by).await {
                Ok(_) => Reminded { sent: 1, left: 0, is_away: false },
                Err(RemindFault::Office(fault)) => return Err(fault.into()),
                Err(fault) => return Err(refused(&fault)),
            }
        }
        partners => reminders.remind_many(partners, (month, side), &by).await?,
    };
    // What the page did not list follows with what was asked for beyond one press.
    let rest = fields.text("rest").parse::<usize>().unwrap_or_default();
    let rest = rest.saturating_add(partners.len().saturating_sub(AT_ONCE_MAX));
    screen.hub.changed();
    let back = way_back(fields.text("back"));
    let back = if back.starts_with(PATH) { back } else { PATH };
    Ok(go_to(&told(back, done, rest)))
}

/// The address of the board that says what was done.
fn told(back: &str, Reminded { sent, left, is_away }: Reminded, rest: usize) -> String {
    let and = if back.contains('?') { '&' } else { '?' };
    let rest = if rest == 0 { String::new() } else { format!("&rest={rest}") };
    let away = if is_away { "&away=1" } else { "" };
    format!("{back}{and}done=reminded&sent={sent}&left={left}{rest}{away}")
}

/// Why one partner is not reminded.
fn refused(fault: &RemindFault) -> Refused {
    let (status, title) = match fault {
        RemindFault::Today(at) => (StatusCode::CONFLICT, format!("この依頼は、{}に送っています", local(*at))),
        RemindFault::NothingDue => (StatusCode::CONFLICT, "催促することはありません".to_owned()),
        RemindFault::NotJoined => (StatusCode::CONFLICT, "この事業所には催促を送れません".to_owned()),
        RemindFault::NotSent(_) | RemindFault::Office(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "催促を送れませんでした".to_owned())
        }
    };
    Refused::said(status, &title, fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_more_than_fifty_the_page_lists_fifty_and_says_how_many_follow() {
        let one = Candidate {
            partner: "9970000026".parse().unwrap(),
            name: "練習事業所".to_owned(),
            asks: Vec::new(),
            is_joined: true,
        };
        for (count, listed, rest) in
            [(0, 0, 0), (AT_ONCE_MAX, AT_ONCE_MAX, 0), (AT_ONCE_MAX + 10, AT_ONCE_MAX, 10)]
        {
            let all = vec![&one; count];
            let (now, later) = at_once(&all);
            assert_eq!((now.len(), later), (listed, rest), "{count}");
            let table = DataTable::new("", [""], "");
            let main = Main { table, rest: later, left: None, send: None, back: Button::link("", "/") };
            let page = main.render().unwrap();
            assert_eq!(page.contains("ほかに10事業所あります"), rest == 10, "{page}");
        }
    }
}
