//! `admin requests`: offices that ask for a new letter. Telephone numbers are shown to the operator
//! only, and forgotten with the decision.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use careplan_domain::{OfficeNumber, Timestamp, UserId};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::Desk;
use super::credentials::{Delivery, issue};
use super::desk::minute;
use crate::login::{LetterRequest, Phone, Reason};
use crate::store::{Tx, accounts, letter_requests, second_factors};

/// Requests listed at once; the oldest come first, so none is forgotten.
const LISTED_MAX: u32 = 1_000;

/// 事業所からの通知書の再発行の申し込み
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// まだ決めていない申し込みを、古い順に一覧表示する
    List {
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
    /// 認めて、資格情報を発行する。登録されている所在地へ郵送してください
    Approve {
        /// 申し込みの番号
        #[arg(value_parser = id_argument)]
        request: Uuid,
        /// 画面のかわりに書き込む、まだないファイル（所有者だけが読めます）。- は画面
        #[arg(long, default_value = "-")]
        out: PathBuf,
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
    /// 断る。事業所の資格情報は変わりません
    Refuse {
        /// 申し込みの番号
        #[arg(value_parser = id_argument)]
        request: Uuid,
    },
}

/// A request as the operator sees it.
#[derive(Serialize)]
struct Shown<'a> {
    id: Uuid,
    office: OfficeNumber,
    reason: &'static str,
    phone: Option<&'a str>,
    asked_at: Timestamp,
    /// Whether the office could help itself by mail.
    mail_registered: bool,
}

impl Command {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        match self {
            Self::List { json } => list(desk, json).await,
            Self::Approve { request, out, json } => {
                let request = open(desk, request).await?;
                let office = request.office;
                issue(desk, office, Delivery { out, json, request: Some(request) }).await
            }
            Self::Refuse { request } => refuse(desk, request).await,
        }
    }
}

async fn list(desk: &mut Desk<'_>, as_json: bool) -> anyhow::Result<()> {
    let mut db = desk.store.read().await?;
    let open = letter_requests::open(&mut db, LISTED_MAX).await?;
    let mut shown = Vec::with_capacity(open.len());
    for LetterRequest { id, office, reason, phone, asked_at } in &open {
        let account = accounts::account(&mut db, &UserId::of(office)).await?;
        shown.push(Shown {
            id: *id,
            office: *office,
            reason: if as_json { reason.as_str() } else { reason.label_ja() },
            phone: phone.as_ref().map(Phone::expose),
            asked_at: *asked_at,
            mail_registered: account.is_some_and(|account| account.mail.is_some()),
        });
    }
    drop(db);
    if as_json {
        return desk.say_json(&shown);
    }
    if shown.is_empty() {
        return desk.say("申し込みはありません。");
    }
    for Shown { id, office, reason, phone, asked_at, mail_registered } in shown {
        let phone = phone.unwrap_or("電話番号なし");
        let mail = if mail_registered { "メール登録あり" } else { "メール登録なし" };
        desk.say(format!("{id}  {}  事業所 {office}  {reason}  {phone}  {mail}", minute(asked_at)))?;
    }
    Ok(())
}

async fn refuse(desk: &mut Desk<'_>, id: Uuid) -> anyhow::Result<()> {
    let now = desk.clock.now();
    let request = open(desk, id).await?;
    let mut tx = desk.store.begin().await?;
    decide(desk, &mut tx, (&request, "refused"), now).await?;
    tx.commit().await?;
    desk.say(format!(
        "事業所 {} の申し込みを断りました。資格情報は変わっていません。必要な場合は、事業所へ理由を連絡してください。",
        request.office
    ))
}

/// Closes the request in the transaction that makes the new credentials; when the office lost its
/// second factor, that is gone, too.
pub(super) async fn approve(
    desk: &Desk<'_>,
    tx: &mut Tx,
    request: &LetterRequest,
    now: Timestamp,
) -> anyhow::Result<()> {
    if request.reason == Reason::SecondFactorLost {
        let user_id = UserId::of(&request.office);
        if second_factors::remove(tx, &user_id).await? {
            desk.note(tx, now, "second_factor.off", (user_id.to_string(), json!({ "request": request.id })));
        }
    }
    decide(desk, tx, (request, "approved"), now).await
}

async fn decide(
    desk: &Desk<'_>,
    tx: &mut Tx,
    (request, state): (&LetterRequest, &str),
    now: Timestamp,
) -> anyhow::Result<()> {
    if !letter_requests::decide(tx, request.id, (state, &desk.operator), now).await? {
        bail!("申し込み `{}` は、いま別の操作で決まりました。何も変えていません。", request.id);
    }
    let action = if state == "approved" { "letter.approved" } else { "letter.refused" };
    let detail = json!({ "request": request.id, "reason": request.reason.as_str() });
    desk.note(tx, now, action, (request.office.to_string(), detail));
    Ok(())
}

async fn open(desk: &Desk<'_>, id: Uuid) -> anyhow::Result<LetterRequest> {
    let request = letter_requests::find(&mut desk.store.read().await?, id).await?;
    request.with_context(|| {
        format!("まだ決めていない申し込み `{id}` はありません。`careplan-platform admin requests list` で番号を確かめてください。")
    })
}

/// The number of a request on the command line.
fn id_argument(text: &str) -> Result<Uuid, String> {
    text.parse()
        .map_err(|_| "申し込みの番号は、`admin requests list` に表示される形で書いてください".to_owned())
}
