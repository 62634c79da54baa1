//! The office's account: mail address, second factor, sessions.

use careplan_domain::calendar::japan;
use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_web::text::date_time_ja;
use careplan_web::{
    Banner, Button, Cell, DataTable, Facts, FieldErrors, Link, PostForm, Tag, TextField, TextKind, Tone,
};

use super::factor::new_codes_form;
use super::login::told;
use crate::login::{FactorState, LoginFault, MailFault, Session};
use crate::mail::MailAddress;
use crate::office_api::problem::Refused;
use crate::store::accounts;
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::show::{Page, go_to};
use crate::website::visit::Member;

#[derive(Template)]
#[template(path = "account.html")]
struct Main {
    facts: Facts,
    factor: Factor,
    sessions: DataTable,
    end_others: Option<PostForm>,
}

/// What can be done about the second factor.
enum Factor {
    SetUp(Button),
    Remove { new_codes: PostForm, password: TextField, button: Button },
}

#[derive(Template)]
#[template(path = "account_mail.html")]
struct MailForm {
    present: Option<String>,
    mail: TextField,
    password: TextField,
    button: Button,
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let said = match fields.text("done") {
        "password" => "パスワードを変更しました。ほかのパソコンやスマートフォンでのログインは終了しました。",
        "mail" => "確認のメールを送りました。24時間以内に、メールのリンクを開いて登録を完了してください。",
        "session" => "選んだログインを終了しました。",
        "sessions" => "ほかのログインをすべて終了しました。",
        "factor-removed" => "2段階認証を解除しました。",
        "recovered" => {
            "回復コードでログインしました。スマートフォンをなくした場合は、2段階認証をいちど解除し、新しい機器で設定し直してください。"
        }
        _ => "",
    };
    let notice = (!said.is_empty()).then(|| Banner::new(Tone::Success, said));
    draw(&site, &member, &FieldErrors::default(), notice).await
}

pub(super) async fn draw(
    site: &Website,
    member: &Member,
    errors: &FieldErrors,
    notice: Option<Banner>,
) -> Result<Response, Refused> {
    let user_id = &member.session.user_id;
    let account = accounts::account(&mut site.platform.store.read().await?, user_id).await?;
    let state = site.accounts.second_factors.state(user_id).await?;
    let sessions = site.accounts.sessions.of(user_id, member.visit.now).await?;
    let others = sessions.len() > 1;
    let main = Main {
        facts: facts(member, account.and_then(|account| account.mail), state),
        factor: factor(state, errors),
        sessions: table(member, sessions),
        end_others: others.then(|| {
            let button = Button::submit("ほかのログインをすべて終了する").secondary();
            PostForm::new("/account/sessions/end-others", button)
        }),
    };
    site.show(&member.visit, Page::new("アカウント", "/account", &main).errors(errors).notice(notice)).await
}

fn facts(member: &Member, mail: Option<MailAddress>, state: FactorState) -> Facts {
    let change = |label: &str, path: &str, about: &str| {
        Button::link(label.to_owned(), path).secondary().small().about(about.to_owned())
    };
    let (tag, note) = match state {
        FactorState::On { recovery_codes, .. } => (
            Tag::new(Tone::Success, "設定済み"),
            format!("使っていない回復コードが{recovery_codes}個あります。"),
        ),
        _ => (Tag::new(Tone::Warning, "未設定"), "パスワードが漏れたときの備えになります。".to_owned()),
    };
    let mail = mail.map_or("登録されていません。".to_owned(), |mail| mail.hint());
    Facts::default()
        .fact("ユーザID", Cell::code(member.session.user_id.to_string()))
        .fact("パスワード", Cell::action(change("変更する", "/password", "パスワード")))
        .fact(
            "メールアドレス",
            Cell::action(change("登録・変更する", "/account/mail", "メールアドレス")).note(mail),
        )
        .fact("2段階認証", Cell::tag(tag).note(note))
}

fn factor(state: FactorState, errors: &FieldErrors) -> Factor {
    match state {
        FactorState::On { .. } => Factor::Remove {
            new_codes: new_codes_form(),
            password: TextField::new("password", "いまのパスワード").kind(TextKind::Password).errors(errors),
            button: Button::submit("2段階認証を解除する").danger(),
        },
        FactorState::Off | FactorState::Unconfirmed => {
            Factor::SetUp(Button::link("2段階認証を設定する", "/account/second-factor").secondary())
        }
    }
}

fn table(member: &Member, sessions: Vec<Session>) -> DataTable {
    let heads = ["ブラウザ", "ログイン", "最後の操作", "アドレス", "操作"];
    let table = DataTable::new("ログイン中のブラウザ", heads, "ほかにログインしているブラウザはありません。");
    sessions.into_iter().fold(table.quiet_caption(), |table, session| {
        let at = |instant| date_time_ja(japan().to_datetime(instant));
        let is_this = session.id == member.session.id;
        let last = if is_this {
            Cell::tag(Tag::new(Tone::Info, "このブラウザ"))
        } else {
            let button = Button::submit("終了する").secondary().small().about(session.browser.clone());
            Cell::action(PostForm::new("/account/sessions/end", button).hidden("id", session.id.to_string()))
        };
        table.row([
            Cell::text(session.browser),
            Cell::text(at(session.opened_at)),
            Cell::text(at(session.seen_at)),
            Cell::code(session.address),
            last,
        ])
    })
}

pub(in crate::website) async fn mail(
    State(site): State<Arc<Website>>,
    member: Member,
) -> Result<Response, Refused> {
    draw_mail(&site, &member, (&Fields::default(), FieldErrors::default())).await
}

async fn draw_mail(
    site: &Website,
    member: &Member,
    (fields, errors): (&Fields, FieldErrors),
) -> Result<Response, Refused> {
    let mut db = site.platform.store.read().await?;
    let account = accounts::account(&mut db, &member.session.user_id).await?;
    drop(db);
    let main = MailForm {
        present: account.and_then(|account| account.mail).map(|mail| mail.hint()),
        mail: TextField::new("mail", "新しいメールアドレス")
            .kind(TextKind::Email)
            .hint("事業所の人がいつも読めるアドレスにしてください。")
            .value(fields.text("mail"))
            .max_length(254)
            .errors(&errors),
        password: TextField::new("password", "いまのパスワード").kind(TextKind::Password).errors(&errors),
        button: Button::submit("確認のメールを送る").busy("送っています"),
    };
    let crumbs = [Link::new("トップ", "/"), Link::new("アカウント", "/account")];
    let page = Page::new("メールアドレスの登録", "/account", &main);
    site.show(&member.visit, page.crumbs(&crumbs).errors(&errors)).await
}

pub(in crate::website) async fn register_mail(
    State(site): State<Arc<Website>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let Ok(mail) = fields.code("mail").parse::<MailAddress>() else {
        errors.add("mail", "メールアドレスの形ではありません。例：jimusho@example.jp");
        return draw_mail(&site, &member, (&fields, errors)).await;
    };
    let password = fields.secret("password");
    match site.accounts.links.register_mail(&member.session, (&mail, &password), member.visit.now).await {
        Ok(()) => return Ok(go_to("/account?done=mail")),
        Err(MailFault::Login(LoginFault::PasswordWrong)) => {
            errors.add("password", "パスワードが違います。3回続けて間違えると30分間使えなくなります。");
        }
        Err(MailFault::Login(fault)) => errors.add_for_form(told(fault)?),
        Err(fault) => errors.add_for_form(fault.message_ja().unwrap_or_default()),
    }
    draw_mail(&site, &member, (&fields, errors)).await
}

pub(in crate::website) async fn end_session(
    State(site): State<Arc<Website>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    // An id of another office ends nothing: only sessions of this account are looked for.
    if let Ok(id) = fields.text("id").parse() {
        site.accounts.sessions.end(&member.session, id, member.visit.now).await?;
    }
    Ok(go_to("/account?done=session"))
}

pub(in crate::website) async fn end_others(
    State(site): State<Arc<Website>>,
    member: Member,
) -> Result<Response, Refused> {
    site.accounts.sessions.end_others(&member.session, member.visit.now).await?;
    Ok(go_to("/account?done=sessions"))
}
