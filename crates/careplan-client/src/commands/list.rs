//! `careplan-client list`

use careplan_domain::{Address, ServiceMonth, Timestamp, TransmissionId};
use serde::Serialize;

use super::Outcome;
use super::screen::{local, say, say_json};
use crate::office::Office;
use crate::state::{Received, Sent};

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// 送信したものだけ
    #[arg(long, conflicts_with_all = ["received", "all"])]
    sent: bool,
    /// 受信したものだけ
    #[arg(long, conflicts_with = "all")]
    received: bool,
    /// 両方（何も指定しないときと同じ）
    #[arg(long)]
    all: bool,
    /// JSONで出力します
    #[arg(long)]
    json: bool,
}

/// One line of a list, as programs read it.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) direction: &'static str,
    pub(super) id: TransmissionId,
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) unit: String,
    pub(super) month: Option<ServiceMonth>,
    pub(super) serial: Option<String>,
    pub(super) files: u32,
    pub(super) replaces: Option<TransmissionId>,
    pub(super) state: &'static str,
    pub(super) state_label: &'static str,
    pub(super) state_at: Timestamp,
    pub(super) created_at: Timestamp,
    /// Below the inbox folder, for what was received.
    pub(super) folder: Option<String>,
    /// What the check of the standard found in what was received.
    pub(super) findings: Option<u32>,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

impl Entry {
    pub(super) fn of_sent(sent: &Sent) -> Self {
        let header = &sent.header;
        Self {
            direction: "sent",
            id: header.id,
            from: header.from,
            to: header.to,
            unit: header.unit.to_string(),
            month: header.month,
            serial: sent.serial.clone(),
            files: header.files,
            replaces: header.replaces,
            state: sent.state.as_str(),
            state_label: sent.state.label_ja(),
            state_at: sent.state_at,
            created_at: sent.created_at,
            folder: None,
            findings: None,
            code: sent.fault.as_ref().map(|fault| fault.code.clone()),
            message: sent.fault.as_ref().map(|fault| fault.text.clone()),
        }
    }

    pub(super) fn of_received(received: &Received) -> Self {
        let header = &received.header;
        Self {
            direction: "received",
            id: header.id,
            from: header.from,
            to: header.to,
            unit: header.unit.to_string(),
            month: header.month,
            serial: received.serial.clone(),
            files: header.files,
            replaces: header.replaces,
            state: received.state.as_str(),
            state_label: received.state.label_ja(),
            state_at: received.state_at,
            created_at: received.accepted_at,
            folder: received.folder.clone(),
            findings: Some(received.findings),
            code: received.fault.as_ref().map(|fault| fault.code.clone()),
            message: received.fault.as_ref().map(|fault| fault.text.clone()),
        }
    }

    fn line(&self) -> String {
        let (sign, partner) = if self.direction == "sent" {
            ("送", format!("→ {}", self.to))
        } else {
            ("受", format!("← {}", self.from))
        };
        let serial = self.serial.as_deref().unwrap_or("-");
        format!(
            "{} {sign} {} {partner} {:<3} {serial:<14} ファイル{} {}",
            local(self.created_at),
            self.id,
            self.unit,
            self.files,
            self.state_label
        )
    }
}

impl List {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let mut entries = Vec::new();
        if !self.received {
            entries.extend(office.state().all_sent().await?.iter().map(Entry::of_sent));
        }
        if !self.sent {
            entries.extend(office.state().all_received().await?.iter().map(Entry::of_received));
        }
        entries.sort_by_key(|entry| (entry.created_at, entry.id));
        if self.json {
            say_json(&entries)?;
            return Ok(Outcome::Done);
        }
        for entry in &entries {
            say(entry.line());
            if let Some(message) = entry.message.as_ref().filter(|message| !message.is_empty()) {
                say(format_args!("    {message}"));
            }
        }
        if entries.is_empty() {
            say("まだ送受信はありません。");
        }
        Ok(Outcome::Done)
    }
}
