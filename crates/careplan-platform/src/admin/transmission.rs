//! `admin transmission`: what happened to one, for the help desk. Never its content.

use anyhow::bail;
use careplan_domain::transmission::State;
use careplan_domain::{Timestamp, TransmissionId};
use careplan_envelope::sha256;
use serde_json::json;

use super::Desk;
use super::desk::minute;
use crate::store::events;
use crate::store::receipts::{self, StoredReceipt};
use crate::store::transmissions::{self, Held};

/// 送信の経過の表示（内容は表示しません）
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 1つの送信の宛先・経過・受領証を表示する
    Show {
        /// 送信の番号
        #[arg(value_parser = id_argument)]
        id: TransmissionId,
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
}

fn id_argument(text: &str) -> Result<TransmissionId, String> {
    text.parse().map_err(|_| "送信の番号は 01920000-0000-7000-8000-000000000001 の形です".to_owned())
}

/// A transmission with its history.
struct Life {
    held: Held,
    history: Vec<(State, Timestamp)>,
    receipts: Vec<StoredReceipt>,
}

impl Command {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        let Self::Show { id, json } = self;
        let mut db = desk.store.read().await?;
        let Some(held) = transmissions::find(&mut db, &id).await? else {
            bail!("送信 `{id}` はありません。番号を確かめてください。保存期間を過ぎた送信は表示できません。");
        };
        let history = events::history(&mut db, &id).await?;
        let receipts = receipts::list(&mut db, &id).await?;
        drop(db);
        let life = Life { held, history, receipts };
        if json { desk.say_json(&life.json()) } else { life.say(desk) }
    }
}

impl Life {
    fn json(&self) -> serde_json::Value {
        let header = &self.held.header;
        let event = |(state, at): &(State, Timestamp)| json!({ "state": state.as_str(), "at": at });
        let receipt = |it: &StoredReceipt| json!({ "kind": it.kind.as_str(), "at": it.at, "sha256": hex::encode(sha256(&it.signed)) });
        json!({
            "id": header.id,
            "from": header.from,
            "to": header.to,
            "unit": header.unit,
            "month": header.month,
            "files": header.files,
            "sealed_bytes": header.sealed_bytes,
            "sealed_sha256": header.sealed_digest,
            "replaces": header.replaces,
            "accepted_at": self.held.accepted_at,
            "deadline": self.held.deadline,
            "state": self.held.state.as_str(),
            "shelf": self.held.shelf.as_str(),
            "events": self.history.iter().map(event).collect::<Vec<_>>(),
            "receipts": self.receipts.iter().map(receipt).collect::<Vec<_>>(),
        })
    }

    fn say(&self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        let header = &self.held.header;
        desk.say(format!("送信 {}", header.id))?;
        desk.say(format!(
            "  {} → {}  単位 {}  ファイル {}個  {}バイト",
            header.from, header.to, header.unit, header.files, header.sealed_bytes
        ))?;
        if let Some(month) = header.month {
            desk.say(format!("  サービス提供年月 {month}"))?;
        }
        if let Some(replaces) = header.replaces {
            desk.say(format!("  訂正の対象 {replaces}"))?;
        }
        desk.say(format!(
            "  受け取りの期限 {}  保管 {}",
            minute(self.held.deadline),
            self.held.shelf.label_ja()
        ))?;
        desk.say("経過")?;
        for (state, at) in &self.history {
            desk.say(format!("  {}  {}", minute(*at), state.label_ja()))?;
        }
        desk.say("受付票・受領証")?;
        for it in &self.receipts {
            desk.say(format!("  {}  {}  {}バイト", minute(it.at), it.kind.label_ja(), it.signed.len()))?;
        }
        Ok(())
    }
}
