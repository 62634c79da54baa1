//! `careplan-client check`

use std::path::PathBuf;

use careplan_standard::{Finding, Severity};

use super::Outcome;
use super::findings::{Shown, say_count, say_findings};
use super::screen::{say, say_json};
use crate::outbox::{gather, judge};

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// 検査するファイルまたはフォルダー
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// 結果をJSON（指摘の配列）で出力します
    #[arg(long)]
    json: bool,
    /// 値（利用者の情報）を「＊」で伏せて表示します。問い合わせに結果を添えるときに使います
    #[arg(long)]
    mask: bool,
}

impl Check {
    pub(super) fn perform(self) -> anyhow::Result<Outcome> {
        let files = gather(&self.paths)?;
        let judged = judge(&files);
        let outcome = if judged.is_blocked() { Outcome::Refused } else { Outcome::Done };
        if self.json {
            let findings = judged.all_findings();
            let findings: Vec<Finding> =
                findings.map(|it| if self.mask { it.masked() } else { it.clone() }).collect();
            say_json(&findings)?;
            return Ok(outcome);
        }
        say_findings(judged.all_findings(), &files, if self.mask { Shown::Masked } else { Shown::Plain });
        for unit in &judged.units {
            let to = unit.to.map_or_else(|| "（宛先なし）".to_owned(), |to| to.to_string());
            let verdict = if unit.is_blocked() { "送信できません" } else { "送信できます" };
            say(format_args!("{} {}（{}）→ {to}：{verdict}", unit.serial, unit.kind, unit.kind.label_ja()));
        }
        say(format_args!(
            "ファイル {}個・送信単位 {}件・文書 {}個",
            files.len(),
            judged.units.len(),
            judged.documents.len()
        ));
        let count = |severity| judged.all_findings().filter(|it| it.severity == severity).count();
        say_count(count(Severity::Block), count(Severity::Warn), count(Severity::Info));
        Ok(outcome)
    }
}
