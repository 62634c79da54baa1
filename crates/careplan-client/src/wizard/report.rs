//! What a help desk wants to know, as a text that may be sent by mail: no password, no key, no code, nothing of anybody cared for.

use std::fmt::Write as _;

use careplan_domain::Timestamp;
use careplan_domain::calendar::japan;

use super::{StepState, Wizard};
use crate::enrol::Fingerprint;
use crate::office::OfficeFault;
use crate::platform::{Proxy, how_far_ja};
use crate::service::{Condition, Line};

/// The report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report(String);

impl Report {
    /// The text, with the line ends of Windows.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Wizard {
    /// The report as things stand now; `condition` is how the line is.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn report(&self, condition: &Condition) -> Result<Report, OfficeFault> {
        let mut text = String::new();
        // cannot fail: it is memory.
        let _ = self.write(&mut text, condition).await?;
        Ok(Report(text.replace('\n', "\r\n")))
    }

    async fn write(&self, text: &mut String, condition: &Condition) -> Result<std::fmt::Result, OfficeFault> {
        let mut answers = self.answers().await?;
        // A client that a command has set up was never asked here.
        if let Some(settings) = self.office.state().settings().await?
            && answers.platform.is_empty()
        {
            answers.platform = settings.platform;
            answers.user_id = settings.user_id.to_string();
        }
        let proxy = match self.office.state().proxy().await? {
            Proxy::System => "パソコンの設定のとおり".to_owned(),
            Proxy::None => "使わない".to_owned(),
            proxy @ Proxy::At(_) => {
                format!(
                    "{}（{}）",
                    proxy.address(),
                    if proxy.user().is_empty() { "認証なし" } else { "認証あり" }
                )
            }
        };
        let certificate = match self.office.link().await {
            Ok(link) => {
                let certificate = link.identity.certificate();
                let serial = hex::encode(certificate.serial().as_be_bytes());
                let place = match self.office.keys().certificate_store() {
                    Some(store) if link.identity.is_in_store() => store.name(),
                    _ => "このクライアント",
                };
                format!("番号 {serial}、{}まで、鍵は{place}", moment(certificate.not_after()))
            }
            Err(OfficeFault::NotSetUp) => "まだありません".to_owned(),
            Err(fault) => fault.to_string(),
        };
        let root = self
            .office
            .keys()
            .root()?
            .map_or_else(|| "まだありません".to_owned(), |it| Fingerprint::of(&it).to_string());
        let line = match &condition.line {
            Line::Unknown => "まだ通信していません".to_owned(),
            Line::Online => "つながっています".to_owned(),
            Line::Offline { since, said } => format!("{}からつながりません：{said}", moment(*since)),
            Line::Stopped { since, said } => format!("{}から止まっています：{said}", moment(*since)),
        };
        let clock =
            self.office.clock_ahead().map_or_else(|| "ずれは3分未満、または未確認".to_owned(), how_far_ja);
        let or_none = |text: String| if text.is_empty() { "未入力".to_owned() } else { text };
        let facts = [
            ("作成日時", moment(self.office.now())),
            ("バージョン", env!("CARGO_PKG_VERSION").to_owned()),
            ("パソコン", format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
            ("時計", clock),
            ("接続先", or_none(answers.platform)),
            ("プロキシ", proxy),
            ("通信", line),
            ("通知書の指紋", or_none(answers.fingerprint)),
            ("認証局の指紋", root),
            ("ユーザID", or_none(answers.user_id)),
            ("電子証明書", certificate),
        ];
        let records = self.records().await?;
        Ok((|| {
            writeln!(text, "ケアプランデータ連携クライアント 問い合わせ用の報告")?;
            writeln!(text, "パスワード・鍵・利用者の情報は含まれていません。\n")?;
            for (name, value) in facts {
                writeln!(text, "{name}：{value}")?;
            }
            writeln!(text, "\n最初の設定の手順")?;
            for record in records {
                let state = match record.state {
                    StepState::Passed => "完了",
                    StepState::Failed => "要対応",
                    StepState::Skipped => "あとで",
                };
                writeln!(text, "・{}：{state}（{}）{}", record.step.title(), moment(record.at), record.said)?;
            }
            Ok(())
        })())
    }
}

/// An instant as a help desk reads it, in Japan's time whatever the PC says.
fn moment(at: Timestamp) -> String {
    at.to_zoned(japan()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
