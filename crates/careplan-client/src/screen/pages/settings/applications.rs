//! 介護ソフトとの連携: the applications that may use the local API, each with a token of its own.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_login::Token;
use careplan_web::text::count_ja;
use careplan_web::{Banner, Button, Cell, DataTable, FieldErrors, PostForm, Tag, TextField, Tone};

use super::{Section, crumbs};
use crate::lan::Standing;
use crate::local_api::{Application, ApplicationFault, ApplicationName, NAME_CHARS_MAX, Reach};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;

const TITLE: &str = "介護ソフトとの連携";
const PATH: &str = "/settings/applications";

#[derive(Template)]
#[template(path = "settings_applications.html")]
struct Main<'a> {
    /// The token that was just made, and whose it is: shown once.
    made: Option<(&'a ApplicationName, &'a Token)>,
    name: TextField,
    button: Button,
    table: DataTable,
    /// Of this PC.
    address: String,
    /// For care software on the other PCs, where the office allows it: all there are, and none while nothing is shared.
    elsewhere: Option<Vec<String>>,
}

/// What was typed, what is wrong with it, and what was made.
#[derive(Default)]
struct Said<'a> {
    typed: &'a str,
    errors: FieldErrors,
    made: Option<(&'a ApplicationName, &'a Token)>,
    notice: Option<Banner>,
}

pub(super) async fn section(screen: &Screen) -> Result<Section, Refused> {
    let all = screen.office.state().applications().await?;
    let in_use = all.iter().filter(|it| it.revoked_at.is_none()).count();
    Ok(Section {
        title: TITLE,
        path: PATH,
        about: "介護ソフトが、このソフトを通して送信・受信できるようにします。",
        now: match in_use {
            0 => "登録なし".to_owned(),
            in_use => format!("{}を登録", count_ja(in_use as u64, "個")),
        },
    })
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
) -> Result<Response, Refused> {
    let notice = (Fields::of_query(query).text("done") == "revoked").then(|| {
        Banner::new(Tone::Success, "トークンを取り消しました。その介護ソフトは、もう送受信できません。")
    });
    draw(&screen, &member, Said { notice, ..Said::default() }).await
}

async fn draw(screen: &Screen, member: &Member, said: Said<'_>) -> Result<Response, Refused> {
    let all = screen.office.state().applications().await?;
    let main = Main {
        made: said.made,
        name: TextField::new("name", "介護ソフトの名前")
            .hint("あとで見分けられる名前にします。例：介護ソフトA（受付のパソコン）")
            .value(said.typed)
            .max_length(u32::try_from(NAME_CHARS_MAX).unwrap_or(u32::MAX))
            .errors(&said.errors),
        button: Button::submit("登録してトークンを作る"),
        table: table(&all),
        address: screen.home.clone(),
        elsewhere: elsewhere(screen).await?,
    };
    let crumbs = crumbs();
    let page = Page::new(TITLE, "/settings", &main).crumbs(&crumbs).errors(&said.errors).notice(said.notice);
    screen.show(&member.visit, page)
}

async fn elsewhere(screen: &Screen) -> Result<Option<Vec<String>>, Refused> {
    Ok(match screen.office.state().local_api_reach().await? {
        Reach::ThisPc => None,
        Reach::Office => match &*screen.lan.borrow() {
            Standing::Open(addresses) => Some(addresses.clone()),
            Standing::Off | Standing::Trouble(_) => Some(Vec::new()),
        },
    })
}

fn table(all: &[Application]) -> DataTable {
    let none =
        "まだ登録していません。介護ソフトの説明書に「ローカルAPIのトークン」とあれば、下で登録してください。";
    let table =
        DataTable::new("登録した介護ソフト", ["名前", "状態", "登録した日時", "最後の利用", "操作"], none);
    all.iter().fold(table, |table, it| {
        let (state, action) = match it.revoked_at {
            Some(at) => (Cell::tag(Tag::new(Tone::Plain, "取消済み")).note(local(at)), Cell::text("")),
            None => (Cell::tag(Tag::new(Tone::Success, "利用できます")), Cell::action(revoke_form(&it.name))),
        };
        let used = it.last_used_at.map_or_else(|| "まだありません".to_owned(), local);
        table.row([
            Cell::text(it.name.as_str()),
            state,
            Cell::text(local(it.made_at)),
            Cell::text(used),
            action,
        ])
    })
}

fn revoke_form(name: &ApplicationName) -> PostForm {
    let button = Button::submit("取り消す").danger().small().about(name.as_str());
    PostForm::new(format!("{PATH}/revoke"), button).hidden("name", name.as_str())
}

pub(in crate::screen) async fn add(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let typed = fields.text("name").trim();
    let mut said = Said { typed, ..Said::default() };
    let name = match typed.parse::<ApplicationName>() {
        Ok(name) => name,
        Err(fault) => {
            said.errors.add("name", fault.to_string());
            return draw(&screen, &member, said).await;
        }
    };
    match screen.office.add_application(&name, member.session.login.as_str()).await {
        // Not by a redirect: the token is in no address and in no history, and a reload makes no second one of that name.
        Ok(token) => draw(&screen, &member, Said { made: Some((&name, &token)), ..Said::default() }).await,
        Err(ApplicationFault::State(fault)) => Err(fault.into()),
        Err(fault) => {
            said.errors.add("name", words(&fault));
            draw(&screen, &member, said).await
        }
    }
}

/// What the commands say names commands; here the buttons are.
fn words(fault: &ApplicationFault) -> String {
    match fault {
        ApplicationFault::NameTaken(name) => format!(
            "「{name}」はすでに登録されています。別の名前にするか、下の一覧で前のものを取り消してから、もう一度登録してください。"
        ),
        ApplicationFault::TooMany => {
            "登録できる数の上限です。下の一覧で、使っていないものを取り消してください。".to_owned()
        }
        other => other.to_string(),
    }
}

pub(in crate::screen) async fn revoke(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let Ok(name) = fields.text("name").parse::<ApplicationName>() else {
        return Err(Refused::unknown());
    };
    match screen.office.revoke_application(&name, member.session.login.as_str()).await {
        // Who presses twice reads that it is revoked.
        Ok(()) | Err(ApplicationFault::Unknown(_)) => Ok(go_to(&format!("{PATH}?done=revoked"))),
        Err(ApplicationFault::State(fault)) => Err(fault.into()),
        Err(fault) => {
            Err(Refused::said(http::StatusCode::INTERNAL_SERVER_ERROR, "取り消せませんでした", fault))
        }
    }
}
