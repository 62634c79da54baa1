//! 稼働状況: what works at this moment, in words.

use careplan_domain::calendar::japan;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_web::text::date_time_ja;
use careplan_web::{Banner, Cell, DataTable, Tag, Tone};

use crate::office_api::problem::Refused;
use crate::website::Website;
use crate::website::condition::Condition;
use crate::website::show::Page;
use crate::website::visit::Visit;

#[derive(Template)]
#[template(path = "status.html")]
struct Main {
    overall: Banner,
    table: DataTable,
    at: String,
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    visit: Visit,
) -> Result<Response, Refused> {
    let condition = site.looks.of(&site.platform, visit.now).await;
    let at = date_time_ja(japan().to_datetime(condition.at));
    let main = Main { overall: overall(condition), table: table(condition), at };
    site.show(&visit, Page::new("稼働状況", "/status", &main).open()).await
}

fn overall(condition: Condition) -> Banner {
    if !condition.reads || !condition.signs {
        return Banner::new(Tone::Error, "いま利用できない機能があります。")
            .paragraph("復旧の作業をしています。しばらく待ってから、もう一度お試しください。お急ぎのものは、これまでの方法で届けてください。");
    }
    match condition.minutes_late {
        Some(_) => Banner::new(Tone::Warning, "送受信はできますが、遅れているものがあります。"),
        None => Banner::new(Tone::Success, "すべて利用できます。"),
    }
}

fn table(condition: Condition) -> DataTable {
    let works = |does: bool| match does {
        true => Cell::tag(Tag::new(Tone::Success, "利用できます")),
        false => Cell::tag(Tag::new(Tone::Error, "利用できません")),
    };
    let late = match (condition.reads, condition.minutes_late) {
        (false, _) => works(false),
        (true, Some(minutes)) => {
            Cell::tag(Tag::new(Tone::Warning, "遅れています")).note(format!("約{minutes}分遅れています。"))
        }
        (true, None) => Cell::tag(Tag::new(Tone::Success, "遅れはありません")),
    };
    DataTable::new("機能ごとの状況", ["機能", "状況"], "")
        .row([Cell::text("ログイン・手続き・事業所検索"), works(condition.reads)])
        .row([Cell::text("送信"), works(condition.reads && condition.signs)])
        .row([Cell::text("受信"), works(condition.reads && condition.signs)])
        .row([Cell::text("メールの送付"), late])
}
