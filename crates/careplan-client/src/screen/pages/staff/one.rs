//! One of the people, and what a manager can do for them.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_web::{Banner, Button, Cell, Choice, DataTable, Facts, FieldErrors, PostForm, Tone};

use super::add::{chosen_role, role_choice};
use super::{MENU, PATH, crumbs, factor_tag, hand_out, tag};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::me::sessions_table;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::staff::{Person, StaffFault};

/// What can be done.
#[expect(clippy::large_enum_variant, reason = "one value for each page")]
enum Doings {
    /// Who left can come back.
    Away(PostForm),
    Here {
        action: String,
        role: Choice,
        button: Button,
        /// What to do when they cannot log in, each with a sentence.
        resets: Vec<(&'static str, PostForm)>,
        away: PostForm,
    },
}

#[derive(Template)]
#[template(path = "staff_one.html")]
struct Main {
    facts: Facts,
    doings: Doings,
    sessions: DataTable,
}

pub(in crate::screen) async fn one(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let notice = match Fields::of_query(query).text("done") {
        "role" => Some("権限を変更しました。"),
        "away" => Some("ログインできなくしました。"),
        "back" => Some("ログインできるように戻しました。パスワードは、前と同じです。"),
        "factor" => Some("2段階認証を解除しました。次のログインでは、パスワードだけを入力します。"),
        "ended" => Some("そのブラウザーをログアウトさせました。"),
        _ => None,
    };
    let notice = notice.map(|text| Banner::new(Tone::Success, text));
    draw(&screen, &member, id, (&FieldErrors::default(), notice)).await
}

async fn draw(
    screen: &Screen,
    member: &Member,
    id: i64,
    (errors, notice): (&FieldErrors, Option<Banner>),
) -> Result<Response, Refused> {
    let person = screen.staff.person(id).await?.ok_or_else(Refused::unknown)?;
    let path = format!("{PATH}/{id}");
    let sessions = screen.staff.sessions(id, member.visit.now).await?;
    let main = Main {
        facts: Facts::default()
            .fact("ログイン名", Cell::code(person.login.as_str()))
            .fact("権限", person.role.label_ja())
            .fact("状態", Cell::tag(tag(&person, member.visit.now)))
            .fact("2段階認証", Cell::tag(factor_tag(&person)))
            .fact("登録した日時", local(person.added_at))
            .fact("最後のログイン", person.last_login_at.map_or_else(|| "まだありません".to_owned(), local)),
        doings: doings(&person, (&path, id == member.session.person), errors),
        sessions: sessions_table(&sessions, &member.session, &format!("{path}/sessions/end")),
    };
    let crumbs = crumbs();
    let page = Page::new(&person.name, MENU, &main).crumbs(&crumbs).errors(errors).notice(notice);
    screen.show(&member.visit, page)
}

fn doings(person: &Person, (path, is_self): (&str, bool), errors: &FieldErrors) -> Doings {
    if person.is_away {
        let back = Button::submit("ログインできるように戻す");
        return Doings::Away(PostForm::new(format!("{path}/back"), back));
    }
    let mut resets = Vec::new();
    if !is_self {
        let button = Button::submit("仮パスワードを出し直す").secondary().busy("作っています");
        resets.push((
            "パスワードを忘れた、または続けて間違えてロックされたときは、新しい仮パスワードを出します。ログイン中のブラウザーはログアウトします。",
            PostForm::new(format!("{path}/password"), button),
        ));
        if person.second_factor_since.is_some() {
            resets.push((
                "スマートフォンをなくした・替えたときは、2段階認証を解除します。必ず本人に確かめてから行ってください。",
                PostForm::new(format!("{path}/factor"), Button::submit("2段階認証を解除する").danger()),
            ));
        }
    }
    Doings::Here {
        action: format!("{path}/role"),
        role: role_choice(person.role.as_str(), errors),
        button: Button::submit("権限を変更する").secondary(),
        resets,
        away: PostForm::new(format!("{path}/away"), Button::submit("ログインできなくする").danger()),
    }
}

/// The page after something was done, or the reason why not, on the page itself.
async fn after(
    screen: &Screen,
    member: &Member,
    (id, done): (i64, &str),
    outcome: Result<(), StaffFault>,
) -> Result<Response, Refused> {
    match outcome {
        // Pressed twice: what became of it is the answer.
        Ok(()) | Err(StaffFault::FactorOff) => Ok(go_to(&format!("{PATH}/{id}?done={done}"))),
        Err(StaffFault::State(fault)) => Err(fault.into()),
        Err(StaffFault::Unknown) => Err(Refused::unknown()),
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add_for_form(fault.to_string());
            draw(screen, member, id, (&errors, None)).await
        }
    }
}

pub(in crate::screen) async fn set_role(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let Some(role) = chosen_role(&fields, &mut errors) else {
        return draw(&screen, &member, id, (&errors, None)).await;
    };
    let outcome = screen.staff.set_role(id, role, (&member.session.login, member.visit.now)).await;
    after(&screen, &member, (id, "role"), outcome).await
}

pub(in crate::screen) async fn lock_away(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<i64>,
) -> Result<Response, Refused> {
    let outcome = screen.staff.lock_away(id, (&member.session.login, member.visit.now)).await;
    after(&screen, &member, (id, "away"), outcome).await
}

pub(in crate::screen) async fn take_back(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<i64>,
) -> Result<Response, Refused> {
    let outcome = screen.staff.take_back(id, (&member.session.login, member.visit.now)).await;
    after(&screen, &member, (id, "back"), outcome).await
}

pub(in crate::screen) async fn reset_password(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<i64>,
) -> Result<Response, Refused> {
    let person = screen.staff.person(id).await?.ok_or_else(Refused::unknown)?;
    match screen.staff.reset_password(id, (&member.session.login, member.visit.now)).await {
        Ok(password) => hand_out(&screen, &member, (&person.name, &person.login), &password),
        Err(fault) => after(&screen, &member, (id, ""), Err(fault)).await,
    }
}

pub(in crate::screen) async fn reset_factor(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<i64>,
) -> Result<Response, Refused> {
    let outcome = screen.staff.reset_factor(id, (&member.session.login, member.visit.now)).await;
    after(&screen, &member, (id, "factor"), outcome).await
}

pub(in crate::screen) async fn end_session(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Refused> {
    let by = (member.session.login.as_str(), member.visit.now);
    let outcome = screen.staff.end_session((id, fields.text("session")), by).await;
    after(&screen, &member, (id, "ended"), outcome).await
}
