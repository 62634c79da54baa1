//! `careplan-client evidence`

use std::path::PathBuf;

use careplan_domain::TransmissionId;

use super::Outcome;
use super::screen::{remark, say};
use crate::office::Office;

#[derive(Debug, clap::Args)]
pub(super) struct Evidence {
    /// 送信番号
    id: TransmissionId,
    /// 書き出すZIPファイル
    #[arg(long, value_name = "FILE.zip")]
    out: PathBuf,
}

impl Evidence {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let report = office.write_evidence(self.id, &self.out).await?;
        let labels: Vec<_> = report.receipts.iter().map(|kind| kind.label_ja()).collect();
        say(format_args!("証拠を「{}」に書き出しました（{}）。", self.out.display(), labels.join("、")));
        if !report.platform_asked {
            remark("連携基盤に問い合わせできなかったため、この端末にある受付票・受領証だけを入れました。");
        }
        Ok(Outcome::Done)
    }
}
