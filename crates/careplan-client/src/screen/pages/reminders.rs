//! 相手からの依頼: what partners remind this office of, on the first page until it was done or somebody settles it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use careplan_domain::calendar::day;
use careplan_domain::{ServiceMonth, Timestamp, TransmissionId};
use careplan_web::{Button, Cell, DataTable, PostForm, Tag, Tone};

use crate::board::Side;
use crate::partners::Partner;
use crate::reminders::{Asked, ReminderKind};
use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::go_to;
use crate::screen::visit::Member;
use crate::screen::words::month_ja;
use crate::staff::Actor;

/// Rows on the first page; behind so many a person looks at the board, which has all of it.
const ROWS: u32 = 20;

/// The tag in lists.
pub(super) fn tag() -> Tag {
    Tag::new(Tone::Info, "催促")
}

/// What is open, for the first page; nothing where there is none.
pub(super) async fn on_top(screen: &Screen) -> Result<Option<DataTable>, Refused> {
    let open = screen.office.reminders().open(ROWS).await?;
    if open.is_empty() {
        return Ok(None);
    }
    let mut table = DataTable::new("相手からの依頼", ["依頼", "送る・確かめる", ""], "");
    for (asked, partner) in open.iter().take(ROWS as usize) {
        table = table.row(row(asked, partner.as_ref()));
    }
    if open.len() > ROWS as usize {
        let more = Cell::link("ほかにもあります。受信の一覧で見る", "/received?state=reminder");
        table = table.row([more, Cell::text(""), Cell::text("")]);
    }
    Ok(Some(table))
}

fn row(asked: &Asked, partner: Option<&Partner>) -> [Cell; 3] {
    let said = said(asked, partner.map_or(asked.partner.as_str(), Partner::shown_name));
    let way = match asked.reminder.kind {
        ReminderKind::PlanUnread => Button::link(
            "予定を見る",
            format!("/received?partner={}&month={}", asked.partner, asked.reminder.month),
        ),
        ReminderKind::PlanMissing | ReminderKind::ActualsMissing => Button::link("送信する", "/send"),
    };
    let settle = PostForm::new(
        format!("/reminders/{}/settle", asked.id),
        Button::submit("対応済みにする").secondary().small().about(&said),
    );
    [Cell::link(&said, board(asked)), Cell::action(way.small().about(&said)), Cell::action(settle)]
}

/// `さくら訪問介護から 11月分の実績の依頼が届いています（11月26日）`
fn said(asked: &Asked, partner: &str) -> String {
    let day = day(asked.at);
    let month = month_of(asked.reminder.month, asked.at);
    let what = match asked.reminder.kind {
        ReminderKind::PlanMissing => "予定の依頼",
        ReminderKind::PlanUnread => "予定の確認の依頼",
        ReminderKind::ActualsMissing => "実績の依頼",
    };
    format!("{partner}から {month}分の{what}が届いています（{}月{}日）", day.month(), day.day())
}

/// `11月`; with its year where it is not that of the day.
fn month_of(month: ServiceMonth, at: Timestamp) -> String {
    let number = month.as_number();
    if i64::from(number / 100) == i64::from(day(at).year()) {
        format!("{}月", number % 100)
    } else {
        month_ja(Some(month))
    }
}

/// The board of the month, from the side of who is asked.
pub(super) fn board(asked: &Asked) -> String {
    let side = match asked.reminder.kind {
        ReminderKind::PlanMissing => Side::Planner,
        ReminderKind::PlanUnread | ReminderKind::ActualsMissing => Side::Provider,
    };
    format!(
        "/board?month={}&side={}&partner={}&by=person",
        asked.reminder.month,
        side.as_str(),
        asked.partner
    )
}

pub(in crate::screen) async fn settle(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    if !screen.office.reminders().settle(id, &Actor::from(&member.session)).await? {
        return Err(Refused::unknown());
    }
    screen.hub.changed();
    Ok(go_to("/?done=settled"))
}

#[cfg(test)]
mod tests {
    use careplan_protocol::manifest::Reminder;

    use super::*;

    #[test]
    fn what_partners_ask_for_is_said_with_the_month_and_the_day() {
        let asked = |kind, month: &str, at: &str| Asked {
            id: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
            partner: "9970000018".parse().unwrap(),
            reminder: Reminder { kind, month: month.parse().unwrap() },
            at: at.parse().unwrap(),
        };
        let november = asked(ReminderKind::ActualsMissing, "202611", "2026-11-25T15:00:00Z");
        assert_eq!(
            said(&november, "見本居宅介護支援"),
            "見本居宅介護支援から 11月分の実績の依頼が届いています（11月26日）"
        );
        let december = asked(ReminderKind::PlanMissing, "202612", "2027-01-04T01:00:00Z");
        assert_eq!(said(&december, "さくら"), "さくらから 2026年12月分の予定の依頼が届いています（1月4日）");
        assert!(board(&december).contains("month=202612&side=planner"));
        assert!(board(&november).contains("month=202611&side=provider"));
    }
}
