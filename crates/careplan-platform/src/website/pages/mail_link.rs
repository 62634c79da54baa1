//! Where the links of our mails lead. Opening one changes nothing — mail filters open links, too —; its button does.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use careplan_domain::UserId;
use careplan_protocol::Code;
use careplan_web::{Banner, Button, FieldErrors, TextField, Tone};

use super::password::{add, new_password_fields};
use crate::login::{LinkFault, Purpose, Token};
use crate::office_api::problem::Refused;
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::show::{Page, go_to};
use crate::website::visit::Visit;

#[derive(Template)]
#[template(path = "mail_link.html")]
struct Main {
    lead: String,
    fields: Option<(TextField, TextField)>,
    button: Button,
}

#[derive(Template)]
#[template(path = "mail_link_done.html")]
struct Done {
    user_ids: Vec<UserId>,
    button: Button,
}

#[derive(Template)]
#[template(path = "mail_link_refused.html")]
struct Unusable {
    why: Banner,
}

/// What a link is for, and its token; a path that is none of ours is told as a link that cannot be used.
fn read((purpose, token): (String, String)) -> Result<(Purpose, Option<Token>), Refused> {
    let purpose = Purpose::parse(&purpose).ok_or(Code::PageUnknown)?;
    Ok((purpose, Token::parse(&token)))
}

fn title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::ConfirmMail => "メールアドレスの確認",
        Purpose::ResetPassword => "新しいパスワードの設定",
        Purpose::RemindUserId => "ユーザIDの確認",
        Purpose::InviteOffice => "はじめてのパスワードの設定",
    }
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    visit: Visit,
    Path(path): Path<(String, String)>,
) -> Result<Response, Refused> {
    let (purpose, token) = read(path)?;
    let looked = match &token {
        Some(token) => site.accounts.links.look((purpose, token), visit.now).await.map(|_| ()),
        None => Err(LinkFault::Unknown { purpose }),
    };
    match looked {
        Ok(()) => draw(&site, &visit, purpose, &FieldErrors::default()).await,
        Err(fault) => unusable(&site, &visit, (purpose, fault)).await,
    }
}

async fn draw(
    site: &Website,
    visit: &Visit,
    purpose: Purpose,
    errors: &FieldErrors,
) -> Result<Response, Refused> {
    let (lead, label) = match purpose {
        Purpose::ConfirmMail => (
            "このメールアドレスを、事業所のセキュリティ用メールアドレスとして登録します。パスワードを忘れたときや、期限のお知らせに使います。",
            "登録する",
        ),
        Purpose::ResetPassword => ("新しいパスワードを決めてください。", "パスワードを設定する"),
        Purpose::RemindUserId => {
            ("このメールアドレスで登録されているユーザIDを表示します。", "ユーザIDを表示する")
        }
        Purpose::InviteOffice => {
            ("ようこそ。はじめに、ログインに使うパスワードを決めてください。", "パスワードを設定する")
        }
    };
    let sets_password = matches!(purpose, Purpose::ResetPassword | Purpose::InviteOffice);
    let main = Main {
        lead: lead.to_owned(),
        fields: sets_password.then(|| new_password_fields(errors)),
        button: Button::submit(label),
    };
    site.show(visit, Page::new(title(purpose), "/login", &main).errors(errors)).await
}

pub(in crate::website) async fn follow(
    State(site): State<Arc<Website>>,
    visit: Visit,
    Path(path): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Refused> {
    let (purpose, token) = read(path)?;
    let Some(token) = token else {
        return unusable(&site, &visit, (purpose, LinkFault::Unknown { purpose })).await;
    };
    match purpose {
        Purpose::ConfirmMail => match site.accounts.links.confirm_mail(&token, visit.now).await {
            Ok(_) => done(&site, &visit, (purpose, "メールアドレスを登録しました。"), Vec::new()).await,
            Err(fault) => unusable(&site, &visit, (purpose, fault)).await,
        },
        Purpose::RemindUserId => match site.accounts.links.remind(&token, visit.now).await {
            Ok(ids) => done(&site, &visit, (purpose, "登録されているユーザIDです。"), ids).await,
            Err(fault) => unusable(&site, &visit, (purpose, fault)).await,
        },
        Purpose::ResetPassword | Purpose::InviteOffice => {
            set_password(&site, &visit, (purpose, &token), &fields).await
        }
    }
}

async fn set_password(
    site: &Website,
    visit: &Visit,
    (purpose, token): (Purpose, &Token),
    fields: &Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    if fields.secret("new") != fields.secret("again") {
        errors.add(
            "again",
            "2回入力した新しいパスワードが違います。もう一度、両方に同じものを入力してください。",
        );
        return draw(site, visit, purpose, &errors).await;
    }
    match site.accounts.changes.reset((purpose, token), fields.secret("new"), visit.now).await {
        Ok(user_id) => done(site, visit, (purpose, "パスワードを設定しました。"), vec![user_id]).await,
        Err(crate::login::ChangeFault::Link(fault)) => unusable(site, visit, (purpose, fault)).await,
        Err(fault) => {
            add(&mut errors, fault)?;
            draw(site, visit, purpose, &errors).await
        }
    }
}

async fn done(
    site: &Website,
    visit: &Visit,
    (purpose, said): (Purpose, &str),
    user_ids: Vec<UserId>,
) -> Result<Response, Refused> {
    let button = match visit.session {
        Some(_) => Button::link("トップへ進む", "/"),
        None => Button::link("ログインへ進む", "/login"),
    };
    let main = Done { user_ids, button };
    let notice = Banner::new(Tone::Success, said);
    site.show(visit, Page::new(title(purpose), "/login", &main).notice(Some(notice))).await
}

async fn unusable(
    site: &Website,
    visit: &Visit,
    (purpose, fault): (Purpose, LinkFault),
) -> Result<Response, Refused> {
    let Some(message) = fault.message_ja() else {
        return match fault {
            LinkFault::Store(error) => Err(error.into()),
            _ => Ok(go_to("/login")),
        };
    };
    let main = Unusable { why: Banner::new(Tone::Warning, message) };
    let mut response = site.show(visit, Page::new(title(purpose), "/login", &main)).await?;
    *response.status_mut() = http::StatusCode::GONE;
    Ok(response)
}
