//! `careplan-client api-token`

use careplan_domain::Timestamp;
use serde::Serialize;

use super::Outcome;
use super::screen::{local, remark, say, say_json};
use crate::local_api::{ApplicationFault, ApplicationName};
use crate::office::Office;
use crate::staff::THIS_PC;

#[derive(Debug, clap::Subcommand)]
pub(super) enum ApiToken {
    /// アプリケーションを登録し、トークンを作ります（トークンが表示されるのはこのときだけです）
    Add(OfApplication),
    /// 登録したアプリケーションを一覧にします（トークンは表示しません）
    List {
        /// JSONで出力します
        #[arg(long)]
        json: bool,
    },
    /// アプリケーションのトークンを取り消します
    Revoke(OfApplication),
}

#[derive(Debug, clap::Args)]
pub(super) struct OfApplication {
    /// アプリケーションの名前（例：介護ソフトA）
    name: ApplicationName,
}

/// One application, as programs read it.
#[derive(Serialize)]
struct Line {
    name: String,
    made_at: Timestamp,
    last_used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl ApiToken {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        match self {
            Self::Add(of) => add(office, &of.name).await,
            Self::List { json } => list(office, json).await,
            Self::Revoke(of) => revoke(office, &of.name).await,
        }
    }
}

/// The token alone goes to the output, so that it can be handed on without being seen.
async fn add(office: &Office, name: &ApplicationName) -> anyhow::Result<Outcome> {
    match office.add_application(name, THIS_PC).await {
        Ok(token) => {
            remark(format_args!(
                "「{name}」のトークンです。もう一度表示することはできません。アプリケーションの設定に登録してください。"
            ));
            say(token.expose());
            Ok(Outcome::Done)
        }
        Err(fault @ (ApplicationFault::NameTaken(_) | ApplicationFault::TooMany)) => {
            remark(fault);
            Ok(Outcome::Refused)
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn revoke(office: &Office, name: &ApplicationName) -> anyhow::Result<Outcome> {
    match office.revoke_application(name, THIS_PC).await {
        Ok(()) => {
            say(format_args!("「{name}」のトークンを取り消しました。次の要求から使えません。"));
            Ok(Outcome::Done)
        }
        Err(fault @ ApplicationFault::Unknown(_)) => {
            remark(fault);
            Ok(Outcome::Refused)
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn list(office: &Office, json: bool) -> anyhow::Result<Outcome> {
    let all = office.state().applications().await?;
    if json {
        let lines: Vec<Line> = all
            .into_iter()
            .map(|it| Line {
                name: it.name.to_string(),
                made_at: it.made_at,
                last_used_at: it.last_used_at,
                revoked_at: it.revoked_at,
            })
            .collect();
        say_json(&lines)?;
        return Ok(Outcome::Done);
    }
    for it in &all {
        let used = it
            .last_used_at
            .map_or_else(|| "まだ使われていません".to_owned(), |at| format!("最後の利用 {}", local(at)));
        let revoked = it.revoked_at.map_or_else(String::new, |at| format!("・取消し {}", local(at)));
        say(format_args!("{}（登録 {}・{used}{revoked}）", it.name, local(it.made_at)));
    }
    if all.is_empty() {
        say("登録したアプリケーションはありません。careplan-client api-token add で登録してください。");
    }
    Ok(Outcome::Done)
}
