//! 2段階認証の決まり: whether everybody needs a second factor.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{Banner, Button, Choice, FieldErrors, Tone};

use super::{Section, crumbs};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;

const TITLE: &str = "2段階認証の決まり";
const PATH: &str = "/settings/staff";

#[derive(Template)]
#[template(path = "settings_staff.html")]
struct Main {
    required: Choice,
    button: Button,
    /// How many have one.
    count: String,
}

pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    let required = screen.staff.second_factor_required().await?;
    Ok(Section {
        title: TITLE,
        path: PATH,
        about: "ログインのときに、スマートフォンの数字も全員に求めるかを決めます。",
        now: if required { "全員が使います" } else { "使いたい人だけ" }.to_owned(),
    })
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let notice = (Fields::of_query(query).text("done") == "chosen")
        .then(|| Banner::new(Tone::Success, "2段階認証の決まりを変更しました。"));
    draw(&screen, &member, (&FieldErrors::default(), notice)).await
}

async fn draw(
    screen: &Screen,
    member: &Member,
    (errors, notice): (&FieldErrors, Option<Banner>),
) -> Result<Response, Refused> {
    let required = screen.staff.second_factor_required().await?;
    let people = screen.staff.people().await?;
    let here = people.iter().filter(|person| !person.is_away);
    let with = here.clone().filter(|person| person.second_factor_since.is_some()).count();
    let main = Main {
        required: Choice::radio("required", "2段階認証")
            .option_with_hint("no", "使いたい人だけが使う", "それぞれが「自分の設定」で始めます。")
            .option_with_hint(
                "yes",
                "全員が使う",
                "まだ設定していない人は、次の操作のときに設定の画面が開きます。あなたも同じです。",
            )
            .selected(if required { "yes" } else { "no" })
            .errors(errors),
        button: Button::submit("この決まりにする"),
        count: format!("いま、{}人のうち{with}人が2段階認証を使っています。", here.count()),
    };
    let crumbs = crumbs();
    let page = Page::new(TITLE, "/settings", &main).crumbs(&crumbs).errors(errors).notice(notice);
    screen.show(&member.visit, page)
}

pub(in crate::screen) async fn choose(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let required = match fields.text("required") {
        "yes" => true,
        "no" => false,
        _ => {
            let mut errors = FieldErrors::default();
            errors.add("required", "どちらかを選んでください。");
            return draw(&screen, &member, (&errors, None)).await;
        }
    };
    let by = (member.session.login.as_str(), member.visit.now);
    screen.staff.require_second_factor(required, by).await?;
    Ok(go_to(&format!("{PATH}?done=chosen")))
}
