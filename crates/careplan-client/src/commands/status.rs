//! `careplan-client status`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use careplan_domain::licence::LicenceState;
use careplan_domain::{OfficeNumber, Timestamp, UserId};
use serde::Serialize;

use super::Outcome;
use super::screen::{local, remark, say, say_json};
use super::setup::licence_ja;
use crate::enrol::{Fingerprint, RENEWAL_DAYS};
use crate::office::{Office, OfficeFault};

#[derive(Debug, clap::Args)]
pub(super) struct Status {
    /// JSONで出力します
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    office: OfficeNumber,
    user_id: UserId,
    platform: String,
    terminal: uuid::Uuid,
    root: Option<String>,
    certificate_until: Timestamp,
    certificate_serial: String,
    announced_at: Option<Timestamp>,
    /// Absent when the platform could not be asked.
    licence: Option<LicenceState>,
    running: bool,
    data: PathBuf,
    inbox: PathBuf,
    /// How many stand in which state.
    sent: BTreeMap<&'static str, usize>,
    received: BTreeMap<&'static str, usize>,
}

impl Status {
    pub(super) async fn perform(self, office: &Office, data: &Path) -> anyhow::Result<Outcome> {
        let standing = office.standing().await?;
        let settings = office.link().await?.settings.clone();
        let mut report = Report {
            office: standing.office,
            user_id: settings.user_id,
            platform: settings.platform,
            terminal: settings.terminal,
            root: office.keys().root()?.map(|root| Fingerprint::of(&root).to_string()),
            certificate_until: standing.certificate_until,
            certificate_serial: standing.certificate_serial,
            announced_at: standing.announced_at,
            licence: standing.licence,
            running: matches!(office.engine(), Err(OfficeFault::Busy)),
            data: data.to_owned(),
            inbox: office.inbox_folder().await?,
            sent: BTreeMap::new(),
            received: BTreeMap::new(),
        };
        for sent in office.state().all_sent().await? {
            *report.sent.entry(sent.state.as_str()).or_default() += 1;
        }
        for received in office.state().all_received().await? {
            *report.received.entry(received.state.as_str()).or_default() += 1;
        }
        if self.json {
            say_json(&report)?;
        } else {
            say_report(&report, office.now());
        }
        Ok(Outcome::Done)
    }
}

fn say_report(report: &Report, now: Timestamp) {
    let count = |map: &BTreeMap<&str, usize>, names: &[&str]| -> usize {
        names.iter().filter_map(|name| map.get(name)).sum()
    };
    say(format_args!("事業所　　　　: {}（{}）", report.office, report.user_id));
    say(format_args!("連携基盤　　　: {}", report.platform));
    if let Some(root) = &report.root {
        say(format_args!("認証局の指紋　: {root}"));
    }
    say(format_args!("電子証明書　　: {} まで有効", local(report.certificate_until)));
    match &report.licence {
        Some(licence) => say(format_args!("ライセンス　　: {}", licence_ja(licence))),
        None => say("ライセンス　　: 連携基盤に問い合わせできません"),
    }
    say(format_args!("常駐　　　　　: {}", if report.running { "動いています" } else { "動いていません" }));
    say(format_args!("送信待ち　　　: {}件", count(&report.sent, &["prepared"])));
    say(format_args!("送信不可　　　: {}件", count(&report.sent, &["rejected"])));
    say(format_args!("受信待ち　　　: {}件", count(&report.received, &["listed", "verified", "written"])));
    say(format_args!("受領不可　　　: {}件", count(&report.received, &["set_aside", "refused"])));
    say(format_args!("この端末で不可: {}件", count(&report.received, &["left_alone"])));
    say(format_args!("受信フォルダー: {}", report.inbox.display()));
    let left = report.certificate_until.duration_since(now).as_hours() / 24;
    if left < RENEWAL_DAYS {
        remark(format_args!(
            "電子証明書の有効期限まであと{left}日です。careplan-client run が自動で更新します。"
        ));
    }
}
