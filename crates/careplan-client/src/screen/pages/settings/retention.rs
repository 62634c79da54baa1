//! 保存期間: how long copies of what was sent and came are kept on this PC.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::text::count_ja;
use careplan_web::{Banner, Button, Check, Choice, FieldErrors, Tone};

use super::{Section, crumbs};
use crate::history::KeepMonths;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;

const TITLE: &str = "控えの保存期間";
const PATH: &str = "/settings/retention";

/// Years that can be chosen. Ordinances ask for two to five years after the care has ended.
const YEARS: [u16; 5] = [2, 3, 5, 10, 20];

#[derive(Template)]
#[template(path = "settings_retention.html")]
struct Main {
    years: Choice,
    /// Asked for when copies would be removed by it.
    agree: Option<Check>,
    button: Button,
}

pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    let keep = screen.office.state().keep_months().await?;
    Ok(Section {
        title: TITLE,
        path: PATH,
        about: "送受信したファイルの控えを、このパソコンに残す期間を決めます。",
        now: spoken(keep),
    })
}

fn spoken(keep: KeepMonths) -> String {
    match (keep.months() / 12, keep.months() % 12) {
        (years, 0) => format!("{years}年"),
        (0, months) => format!("{months}か月"),
        (years, months) => format!("{years}年{months}か月"),
    }
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let keep = screen.office.state().keep_months().await?;
    let notice = (Fields::of_query(query).text("done") == "saved")
        .then(|| Banner::new(Tone::Success, format!("保存期間を{}にしました。", spoken(keep))));
    let main =
        Main {
            years: years(keep, &FieldErrors::default()), agree: None, button: Button::submit("保存する")
        };
    let crumbs = crumbs();
    screen.show(&member.visit, Page::new(TITLE, "/settings", &main).crumbs(&crumbs).notice(notice))
}

fn years(selected: KeepMonths, errors: &FieldErrors) -> Choice {
    let choice = Choice::radio("years", "控えを残す期間").selected((selected.months() / 12).to_string());
    YEARS
        .iter()
        .fold(choice, |choice, years| choice.option(years.to_string(), format!("{years}年")))
        .errors(errors)
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let typed = fields.text("years").parse::<u16>().ok().filter(|years| YEARS.contains(years));
    let chosen = typed.and_then(|years| KeepMonths::new(years * 12));
    let now = member.visit.now;
    let mut errors = FieldErrors::default();
    let Some(chosen) = chosen else {
        errors.add("years", "期間を選んでください。");
        let keep = screen.office.state().keep_months().await?;
        return draw(&screen, &member, (keep, None, &errors));
    };
    let lost = screen.office.history().over_their_time(chosen, now).await?;
    if lost > 0 && fields.text("agree") != "yes" {
        errors.add(
            "agree",
            format!(
                "{}の控えが保存期間を過ぎているため、このあと自動で削除され、元に戻せません。よければ、確認の欄にチェックを入れて保存してください。",
                count_ja(lost, "件")
            ),
        );
        return draw(&screen, &member, (chosen, Some(lost), &errors));
    }
    let by = (member.session.login.as_str(), now);
    let detail = serde_json::json!({ "months": chosen.months(), "over_their_time": lost });
    screen.office.state().store_keep_months(chosen, by, &detail).await?;
    Ok(go_to(&format!("{PATH}?done=saved")))
}

fn draw(
    screen: &Screen,
    member: &Member,
    (chosen, lost, errors): (KeepMonths, Option<u64>, &FieldErrors),
) -> Result<Response, Refused> {
    let agree = lost.map(|lost| {
        Check::new("agree", format!("保存期間を過ぎた{}の控えを削除する", count_ja(lost, "件")))
            .value("yes")
            .errors(errors)
    });
    let main = Main { years: years(chosen, errors), agree, button: Button::submit("保存する") };
    let crumbs = crumbs();
    screen.show(&member.visit, Page::new(TITLE, "/settings", &main).crumbs(&crumbs).errors(errors))
}
