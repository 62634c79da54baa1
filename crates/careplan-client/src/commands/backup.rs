//! `careplan-client backup` and `careplan-client restore`

use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;

use super::screen::{local, remark, say};
use super::{Outcome, data_folder, secrets};
use crate::clock::Clock;
use crate::mishap::Mishaps;
use crate::office::Office;
use crate::safe::{RecoveryCode, RestoreFault, restore};
use crate::staff::THIS_PC;

#[derive(Debug, clap::Args)]
pub(super) struct Backup {
    /// 保存先のフォルダー（なければ、設定で選んだフォルダー）
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// 復元キーを作り直して表示します（以前のバックアップは、以前の復元キーで開きます）
    #[arg(long)]
    new_key: bool,
}

impl Backup {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        if self.new_key {
            let (code, key) = office.renew_recovery_key(THIS_PC).await?;
            say(code.expose());
            remark(format_args!(
                "復元キー（番号 {}）です。紙に控えて、このパソコンとは別の場所に保管してください。もう一度表示することはできません。",
                key.number()
            ));
            if self.to.is_none() {
                return Ok(Outcome::Done);
            }
        }
        let folder = match self.to {
            Some(folder) => std::path::absolute(folder)?,
            None => office.state().backup_folder().await?.ok_or(crate::safe::BackupFault::NoFolder)?,
        };
        let report = office.back_up(&folder, &CancellationToken::new()).await?;
        say(format_args!(
            "バックアップを作成し、読み直して確かめました：{}（{}バイト）",
            report.path.display(),
            report.bytes
        ));
        Ok(Outcome::Done)
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Restore {
    /// バックアップのファイル（….careplan-backup）
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// 復元先のデータフォルダー（空か、まだないもの。なければ --data か、いつもの場所）
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// 復元キーを書いたファイル（なければ入力を求めます）
    #[arg(long, value_name = "FILE")]
    recovery_key_file: Option<PathBuf>,
}

impl Restore {
    pub(super) async fn perform(self, data: Option<PathBuf>) -> anyhow::Result<Outcome> {
        let to = match self.to.or(data) {
            Some(to) => std::path::absolute(to)?,
            None => data_folder::default()?,
        };
        let typed = secrets::secret(self.recovery_key_file.as_deref(), "復元キー", "--recovery-key-file")?;
        let Some(code) = RecoveryCode::parse(&typed) else {
            remark("復元キーは、4文字ずつ6組の24文字です。紙の控えを見て、もう一度入力してください。");
            return Ok(Outcome::Refused);
        };
        match restore(&self.from, &to, &code, (Clock::system().now(), &Mishaps::default())).await {
            Ok(restored) => {
                say(format_args!(
                    "事業所 {} の {} のバックアップを「{}」に復元しました（ファイル {}件）。",
                    restored.office,
                    local(restored.made_at),
                    to.display(),
                    restored.files
                ));
                say_what_is_next(restored.missing_inbox.as_deref());
                Ok(Outcome::Done)
            }
            Err(
                fault @ (RestoreFault::WrongCode { .. }
                | RestoreFault::Occupied(_)
                | RestoreFault::NotABackup(_)),
            ) => {
                remark(fault);
                Ok(Outcome::Refused)
            }
            Err(fault) => Err(fault.into()),
        }
    }
}

fn say_what_is_next(missing_inbox: Option<&Path>) {
    if let Some(inbox) = missing_inbox {
        remark(format_args!(
            "注意：受信フォルダー「{}」が、このパソコンにありません。同じ場所に作るか、設定で選び直してください。",
            inbox.display()
        ));
    }
    say("続けて careplan-client run を起動すると、前の続きから送受信します。");
    say(
        "前のパソコンのクライアントは、二度と起動しないでください。同じ端末が2つ動くと、受信したものが分かれてしまいます。",
    );
}
