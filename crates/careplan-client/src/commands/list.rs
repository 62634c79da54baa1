//! `careplan-client list`

use careplan_domain::{Address, ServiceMonth, Timestamp, TransmissionId, UnitKind};
use serde::Serialize;

use super::Outcome;
use super::screen::{local, say, say_json};
use crate::history::{Direction, Exchanged, Filter, PAGE_ITEMS_MAX, Partner, state_named};
use crate::office::Office;
use crate::state::{Received, Sent, StateFault};

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
    /// この相手とのものだけ（事業所番号、または 9970000026-11 の形）
    #[arg(long, value_name = "NUMBER")]
    partner: Option<Partner>,
    /// この対象年月のものだけ（例：202611）
    #[arg(long, value_name = "YYYYMM")]
    month: Option<ServiceMonth>,
    /// この送信単位のものだけ（K1〜K4、S1、S2、Y1〜Y9、DOC）
    #[arg(long, value_name = "KIND")]
    kind: Option<UnitKind>,
    /// この利用者のものだけ（氏名・フリガナ・被保険者番号の一部）
    #[arg(long, value_name = "TEXT")]
    user: Option<String>,
    /// この状態のものだけ（受領済、取込済、取下げ、未読など）
    #[arg(long, value_name = "STATE", value_parser = Standing::read)]
    state: Option<Standing>,
    /// JSONで出力します
    #[arg(long)]
    json: bool,
}

/// A state that is asked for.
#[derive(Debug, Clone, Copy)]
enum Standing {
    Read(bool),
    Is(&'static str),
}

impl Standing {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "未読" | "unread" => return Ok(Self::Read(false)),
            "既読" | "read" => return Ok(Self::Read(true)),
            _ => {}
        }
        state_named(text).map(Self::Is).ok_or_else(|| {
            "そのような状態はありません。一覧に表示される言葉（受領済、取込済など）で指定してください"
                .to_owned()
        })
    }
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
        let (header, trouble) = (&sent.header, sent.trouble());
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
            code: trouble.as_ref().map(|fault| fault.code.clone()),
            message: trouble.map(|fault| fault.text),
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
    /// What is asked for, oldest first.
    async fn entries(&self, office: &Office) -> Result<Vec<Entry>, StateFault> {
        let filter = self.filter();
        let (mut entries, mut after) = (Vec::new(), None);
        loop {
            let page = office.history().page(&filter, after, PAGE_ITEMS_MAX).await?;
            entries.extend(page.items.iter().map(|item| match &item.what {
                Exchanged::Sent(sent) => Entry::of_sent(sent),
                Exchanged::Received(received) => Entry::of_received(received),
            }));
            after = page.next;
            if after.is_none() {
                entries.reverse();
                return Ok(entries);
            }
        }
    }

    fn filter(&self) -> Filter {
        let direction = match (self.sent, self.received) {
            (true, _) => Some(Direction::Sent),
            (_, true) => Some(Direction::Received),
            _ => None,
        };
        let (read, states) = match self.state {
            Some(Standing::Read(read)) => (Some(read), Vec::new()),
            Some(Standing::Is(state)) => (None, vec![state]),
            None => (None, Vec::new()),
        };
        Filter {
            direction,
            partner: self.partner,
            kind: self.kind,
            month: self.month,
            states,
            read,
            reminders: None,
            text: self.user.clone(),
            named: Vec::new(),
        }
    }

    fn is_filtered(&self) -> bool {
        self.partner.is_some()
            || self.month.is_some()
            || self.kind.is_some()
            || self.user.is_some()
            || self.state.is_some()
    }

    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let entries = self.entries(office).await?;
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
            say(if self.is_filtered() {
                "条件に合う送受信はありません。"
            } else {
                "まだ送受信はありません。"
            });
        }
        Ok(Outcome::Done)
    }
}
