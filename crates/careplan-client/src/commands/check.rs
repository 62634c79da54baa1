//! `careplan-client check`

use std::path::PathBuf;

use careplan_standard::{Finding, Severity};

use super::Outcome;
use super::screen::{say, say_findings, say_json};
use crate::outbox::{gather, judge};

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// 検査するファイルまたはフォルダー
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// 結果をJSON（指摘の配列）で出力します
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn perform(self) -> anyhow::Result<Outcome> {
        let files = gather(&self.paths)?;
        let judged = judge(&files);
        if self.json {
            say_json(&judged.all_findings().collect::<Vec<&Finding>>())?;
        } else {
            say_findings(judged.all_findings());
            for unit in &judged.units {
                let to = unit.to.map_or_else(|| "（宛先なし）".to_owned(), |to| to.to_string());
                let verdict = if unit.is_blocked() { "送信できません" } else { "送信できます" };
                say(format_args!(
                    "{} {}（{}）→ {to}：{verdict}",
                    unit.serial,
                    unit.kind,
                    unit.kind.label_ja()
                ));
            }
            let count = |severity| judged.all_findings().filter(|it| it.severity == severity).count();
            say(format_args!(
                "ファイル {}個・送信単位 {}件・文書 {}個：送信不可 {}件、注意 {}件",
                files.len(),
                judged.units.len(),
                judged.documents.len(),
                count(Severity::Block),
                count(Severity::Warn)
            ));
        }
        Ok(if judged.is_blocked() { Outcome::Refused } else { Outcome::Done })
    }
}
