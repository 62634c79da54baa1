//! 自分の設定: one's own password, second factor and sessions.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::{
    Banner, Button, Cell, DataTable, Facts, FieldErrors, PostForm, Tag, TextField, TextKind, Tone,
};

use super::factor::{errors_of, own_password};
use super::login::with_cookie;
use crate::screen::Screen;
use crate::screen::admit::step_page;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::staff::{OpenSession, Session, StaffFault, Stage};

/// What the page offers about the second factor.
enum Factor {
    SetUp(Button),
    Remove { password: TextField, button: Button },
}

#[derive(Template)]
#[template(path = "me.html")]
struct Main {
    facts: Facts,
    factor: Factor,
    sessions: DataTable,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let notice = match Fields::of_query(query).text("done") {
        "factor-on" => Some(
            Banner::new(Tone::Success, "2段階認証を使えるようになりました。").paragraph(
                "次のログインから、認証アプリの数字も入力します。スマートフォンをなくしたときは、管理者に解除してもらってください。",
            ),
        ),
        "factor-off" => Some(Banner::new(Tone::Success, "2段階認証を解除しました。")),
        "ended" => Some(Banner::new(Tone::Success, "そのブラウザーをログアウトしました。")),
        _ => None,
    };
    draw(&screen, &member, (&FieldErrors::default(), notice)).await
}

async fn draw(
    screen: &Screen,
    member: &Member,
    (errors, notice): (&FieldErrors, Option<Banner>),
) -> Result<Response, Refused> {
    let session = &member.session;
    let person = screen.staff.person(session.person).await?.ok_or_else(Refused::inside)?;
    let factor = match person.second_factor_since {
        Some(since) => {
            Cell::tag(Tag::new(Tone::Success, "使っています")).note(format!("{}から", local(since)))
        }
        None => Cell::tag(Tag::new(Tone::Plain, "使っていません")),
    };
    let open = screen.staff.sessions(session.person, member.visit.now).await?;
    let main = Main {
        facts: Facts::default()
            .fact("職員名", person.name.as_str())
            .fact("ログイン名", Cell::code(person.login.as_str()))
            .fact("権限", person.role.label_ja())
            .fact("2段階認証", factor),
        factor: if person.second_factor_since.is_some() {
            Factor::Remove {
                password: TextField::new("password", "いまのパスワード")
                    .kind(TextKind::Password)
                    .errors(errors),
                button: Button::submit("2段階認証を解除する").danger().busy("確かめています"),
            }
        } else {
            Factor::SetUp(Button::link("2段階認証を設定する", "/me/factor").secondary())
        },
        sessions: sessions_table(&open, session, "/me/sessions/end"),
    };
    screen.show(&member.visit, Page::new("自分の設定", "/me", &main).errors(errors).notice(notice))
}

/// Sessions as a list, each with the button that ends it; that of `own` has none, for there is the log-out.
pub(super) fn sessions_table(open: &[OpenSession], own: &Session, action: &str) -> DataTable {
    let heads = ["ブラウザー", "ログインした日時", "最後の操作", "操作"];
    let table = DataTable::new("ログイン中のブラウザー", heads, "ログインしているブラウザーはありません。");
    open.iter().fold(table.quiet_caption(), |table, session| {
        let last = if session.is(own) {
            Cell::tag(Tag::new(Tone::Info, "いまお使いの画面"))
        } else {
            let about = format!("{} {}", session.browser, local(session.started_at));
            let button = Button::submit("ログアウトさせる").secondary().small().about(about);
            Cell::action(PostForm::new(action, button).hidden("session", session.mark.as_str()))
        };
        table.row([
            Cell::text(session.browser.as_str()),
            Cell::text(local(session.started_at)),
            Cell::text(local(session.seen_at)),
            last,
        ])
    })
}

pub(in crate::screen) async fn end_session(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let by = (member.session.login.as_str(), member.visit.now);
    match screen.staff.end_session((member.session.person, fields.text("session")), by).await {
        Ok(()) => Ok(go_to("/me?done=ended")),
        Err(StaffFault::State(fault)) => Err(fault.into()),
        Err(_) => Err(Refused::unknown()),
    }
}

pub(in crate::screen) async fn remove_factor(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let errors = match own_password(&fields) {
        Ok(password) => {
            match screen.staff.remove_factor(&member.session, &password, member.visit.now).await {
                Ok((token, session)) => {
                    let next = match session.stage {
                        Stage::Full => "/me?done=factor-off",
                        owed => step_page(owed),
                    };
                    return Ok(with_cookie(go_to(next), (&screen.doors, &token)));
                }
                // Another browser was quicker.
                Err(StaffFault::FactorOff) => return Ok(go_to("/me")),
                Err(fault) => errors_of("password", fault)?,
            }
        }
        Err(errors) => errors,
    };
    draw(&screen, &member, (&errors, None)).await
}
