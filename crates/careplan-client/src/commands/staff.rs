//! `careplan-client staff`: for who forgot the password, and for looking at the record, on the PC itself.

use anyhow::{Context as _, bail};
use careplan_login::Hasher;

use super::Outcome;
use super::screen::{local, remark, say, say_json};
use crate::office::Office;
use crate::staff::{LoginName, Person, Staff as Room, THIS_PC};

/// Lines of the record that are shown.
const SHOWN: usize = 100;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Staff {
    /// 職員の一覧
    List {
        /// JSONで出力します
        #[arg(long)]
        json: bool,
    },
    /// 仮パスワードを出し直します。以前のパスワードと、ログイン中の画面は使えなくなります
    Reset {
        /// ログイン名
        name: String,
    },
    /// 2段階認証を解除します。スマートフォンをなくし、ほかに解除できる管理者がいないときに使います
    ResetFactor {
        /// ログイン名
        name: String,
    },
    /// 操作記録が書き換えられていないかを確かめ、新しいものから表示します
    Record,
}

impl Staff {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let room = Room::new(office.state().clone(), Hasher::new(1));
        match self {
            Self::List { json } => list(&room, json).await,
            Self::Reset { name } => reset(office, &room, &name).await,
            Self::ResetFactor { name } => reset_factor(office, &room, &name).await,
            Self::Record => record(&room).await,
        }
    }
}

async fn list(room: &Room, json: bool) -> anyhow::Result<Outcome> {
    let people = room.people().await?;
    if json {
        let line = |person: &Person| {
            serde_json::json!({
                "login": person.login, "name": person.name, "role": person.role.as_str(), "away": person.is_away,
                "last_login_at": person.last_login_at,
            })
        };
        say_json(&people.iter().map(line).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    for person in people {
        let last = person.last_login_at.map_or_else(|| "ログインなし".to_owned(), local);
        let away = if person.is_away { "（退職など）" } else { "" };
        say(format_args!("{}\t{}\t{}\t{last}{away}", person.login, person.role.label_ja(), person.name));
    }
    Ok(Outcome::Done)
}

async fn find(room: &Room, name: &str) -> anyhow::Result<Person> {
    let login = LoginName::new(name)?;
    let person = room.people().await?.into_iter().find(|person| person.login == login.as_str());
    person.with_context(|| {
        format!("ログイン名「{name}」の職員はいません。careplan-client staff list で確かめてください。")
    })
}

async fn reset_factor(office: &Office, room: &Room, name: &str) -> anyhow::Result<Outcome> {
    let person = find(room, name).await?;
    room.reset_factor(person.id, (THIS_PC, office.now())).await?;
    say("2段階認証を解除しました。次のログインでは、パスワードだけを入力します。");
    Ok(Outcome::Done)
}

async fn reset(office: &Office, room: &Room, name: &str) -> anyhow::Result<Outcome> {
    let person = find(room, name).await?;
    let password = room.reset_password(person.id, (THIS_PC, office.now())).await?;
    say(format_args!("仮パスワード：{}", password.expose()));
    say("次のログインで、自分のパスワードに変えてください。この仮パスワードは二度と表示されません。");
    Ok(Outcome::Done)
}

async fn record(room: &Room) -> anyhow::Result<Outcome> {
    let lines = room.operations(None, SHOWN).await?;
    for line in &lines {
        say(format_args!("{}\t{}\t{}\t{}", local(line.at), line.actor, line.action, line.subject));
    }
    match room.verify_operations().await? {
        Ok(count) => {
            remark(format_args!("操作記録 {count}件は、つながっています。"));
            Ok(Outcome::Done)
        }
        Err(broken) => bail!(
            "操作記録の{}件目から先は、書き換えられたか、抜けています。バックアップと比べ、運用センターへ連絡してください。",
            broken.seq
        ),
    }
}
