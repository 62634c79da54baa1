//! 今日の仕事: what waits to be done, each with its one button, and what is wrong.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{Banner, Button, Cell, DataTable, Markup, Tag, Tone};

use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::Page;
use crate::screen::visit::Member;
use crate::staff::{Act, Role};
use crate::wizard::Standing;

#[derive(Template)]
#[template(path = "top.html")]
struct Main {
    set_up: Option<Banner>,
    folders: Option<Banner>,
    safe: Option<Banner>,
    certificate: Option<Banner>,
    news: Markup,
    work: DataTable,
    asked: Option<DataTable>,
    notices: Option<Markup>,
}

/// What is left of the first start, with the way on for who may go it.
async fn unfinished(screen: &Screen, role: Role) -> Result<Option<Banner>, Refused> {
    let Standing::At(step) = screen.wizard.standing().await? else { return Ok(None) };
    let banner = Banner::new(Tone::Warning, "最初の設定がまだ終わっていません。");
    Ok(Some(if role.may(Act::Settings) {
        banner.action(Button::link("続きを行う", step.path()).small())
    } else {
        banner.paragraph("管理者に、続きを行ってもらってください。点検と帳票の表示は、いまでもできます。")
    }))
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let said = match fields.text("done") {
        "password" => Some("パスワードを変更しました。"),
        "settled" => Some("依頼を対応済みにしました。"),
        _ => None,
    };
    let notice = said.map(|said| Banner::new(Tone::Success, said));
    let set_up = unfinished(&screen, member.session.role).await?;
    let counts = screen.office.state().counts().await?;
    let drafts = screen.desk.drafts().await?.len() as u64;
    let row = |name: &str, count: u64, note: &str, (label, path): (&str, &str)| {
        let tag = if count == 0 {
            Tag::new(Tone::Success, "ありません")
        } else {
            Tag::new(Tone::Info, format!("{count}件"))
        };
        let button = Button::link(label, path).small().about(name);
        let button = if count == 0 { button.secondary() } else { button };
        [Cell::text(name).note(note), Cell::tag(tag), Cell::action(button)]
    };
    let work = DataTable::new("今日の仕事", ["仕事", "件数", ""], "")
        .quiet_caption()
        .row(row(
            "届いたもの（未取込）",
            counts.to_import,
            "介護ソフトに取り込むと、送信元にも取込済と伝わります。",
            ("受信を見る", "/received?state=waiting"),
        ))
        .row(row(
            "送信の準備中",
            drafts,
            "入れたファイルの点検が終わっています。宛先を確かめて送信してください。",
            ("準備を見る", "/send"),
        ))
        .row(row(
            "送信待ち",
            counts.waiting,
            "回線が戻りしだい、自動で送信します。",
            ("送信を見る", "/sent?state=waiting"),
        ))
        .row(row(
            "送信できなかったもの",
            counts.failed,
            "理由を確かめて、送り直すか、相手に確かめてください。",
            ("送信を見る", "/sent?state=failed"),
        ))
        .row(row(
            "相手がまだ受け取っていないもの",
            counts.unread,
            "3日たっても受け取られないときは、相手に確かめてください。",
            ("送信を見る", "/sent?state=unread"),
        ));
    let notices = super::notices::newest(&screen, member.visit.now).await?;
    let folders = super::folders::on_top(&screen.hub.folders());
    let safe = super::settings::backup::warning(&screen, member.visit.now).await?;
    let (now, role) = (member.visit.now, member.session.role);
    let certificate = super::settings::certificate::warning(&screen, now, role).await;
    let news = super::news::of_now(&screen)?;
    let asked = super::reminders::on_top(&screen).await?;
    let main = Main { set_up, folders, safe, certificate, news, work, asked, notices };
    screen.show(&member.visit, Page::new("今日の仕事", "/", &main).notice(notice))
}
