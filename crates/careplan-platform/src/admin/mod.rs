//! Operators' commands: they work on the database, beside a running platform.
//!
//! Promises: every change is one transaction with its audit line, naming the operator; what a
//! command changed is said together with its consequence. Secrets are shown once, where the
//! operator asked for them, and are nowhere else. Never reads the content of a transmission.

mod audit_commands;
mod billing;
mod billing_files;
mod certificate;
mod credentials;
mod desk;
mod letters;
mod licence_commands;
mod notices;
mod office;
mod offices;
mod offices_file;
mod private_file;
mod requests;
mod transmission;

use std::io::{stderr, stdout};

use anyhow::Context as _;

pub use billing::Command as BillingCommand;
pub use desk::Desk;
pub use offices_file::{BadLine, FileFault, OfficesFile, read_offices};

use crate::clock::Clock;
use crate::config::Config;
use crate::store::{DatabaseUrl, Store, StoreError};

/// 運用者の操作。動いている連携基盤のそばで実行できます。
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 事業所の取り込みと一覧
    #[command(subcommand)]
    Offices(offices::Command),
    /// 1つの事業所の利用停止と再開
    #[command(subcommand)]
    Office(office::Command),
    /// ユーザID・仮パスワード・証明書発行用パスワードの発行
    #[command(subcommand)]
    Credentials(credentials::Command),
    /// 事業所からの通知書の再発行の申し込み
    #[command(subcommand)]
    Requests(requests::Command),
    /// ライセンスの付与・終了・表示
    #[command(subcommand)]
    Licence(licence_commands::Command),
    /// 電子証明書の一覧と失効
    #[command(subcommand)]
    Certificate(certificate::Command),
    /// 送信の経過の表示（内容は表示しません）
    #[command(subcommand)]
    Transmission(transmission::Command),
    /// お知らせの掲載・修正・取り下げ
    #[command(subcommand)]
    Notices(notices::Command),
    /// 監査記録の検査と一覧
    #[command(subcommand)]
    Audit(audit_commands::Command),
}

impl Command {
    /// Runs the command on the configured database, and writes to standard output.
    ///
    /// # Errors
    /// What went wrong, in a Japanese sentence for the operator.
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        at_desk(config, async |desk| self.run_at(desk).await).await
    }

    /// Runs the command at a given desk.
    ///
    /// # Errors
    /// What went wrong, in a Japanese sentence for the operator.
    pub async fn run_at(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        match self {
            Self::Offices(command) => command.run(desk).await,
            Self::Office(command) => command.run(desk).await,
            Self::Credentials(command) => command.run(desk).await,
            Self::Requests(command) => command.run(desk).await,
            Self::Licence(command) => command.run(desk).await,
            Self::Certificate(command) => command.run(desk).await,
            Self::Transmission(command) => command.run(desk).await,
            Self::Notices(command) => command.run(desk).await,
            Self::Audit(command) => command.run(desk).await,
        }
    }
}

/// Works at a desk over the configured database, and writes to standard output.
async fn at_desk(
    config: &Config,
    work: impl AsyncFnOnce(&mut Desk<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let store = open(&config.database_url()?).await?;
    let (mut out, mut progress) = (stdout(), stderr());
    let site = config.site_url(config.website.listen.port())?;
    let mut desk = Desk {
        store: store.clone(),
        clock: Clock::system(),
        operator: desk::operator(),
        login: config.login.clone(),
        billing: config.billing_room(&store, &site)?,
        out: &mut out,
        progress: &mut progress,
    };
    let done = work(&mut desk).await;
    store.close().await;
    done
}

/// Opens a database that is there and up to date; an operator's command makes none.
async fn open(url: &DatabaseUrl) -> anyhow::Result<Store> {
    if let Some(path) = url.missing_file() {
        anyhow::bail!(
            "データベース `{}` がありません。--data や --config の場所を確かめるか、先に `careplan-platform serve` または `careplan-platform migrate` を実行してください。",
            path.display()
        );
    }
    let store = Store::connect(url).await.context(
        "データベースに接続できません。設定 `database` と、データベースが動いているかを確かめてください。",
    )?;
    let advice = match store.check_schema().await {
        Ok(()) => return Ok(store),
        Err(error @ StoreError::SchemaOlder { .. }) => (
            error,
            "データベースの形が古いため操作できません。`careplan-platform migrate` を実行してください。",
        ),
        Err(error @ StoreError::SchemaNewer { .. }) => (
            error,
            "データベースの形が、このプログラムより新しいため操作できません。新しい careplan-platform を使ってください。",
        ),
        Err(error) => (error, "データベースを確かめられません。"),
    };
    Err(anyhow::Error::new(advice.0).context(advice.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_that_is_not_there_is_named_and_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("exchange.db");
        let refusal = open(&DatabaseUrl::Sqlite(path.clone())).await.unwrap_err().to_string();
        assert!(refusal.contains("exchange.db") && refusal.contains("careplan-platform serve"), "{refusal}");
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn an_empty_database_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("exchange.db");
        std::fs::write(&path, "").unwrap();
        let refusal = open(&DatabaseUrl::Sqlite(path)).await.unwrap_err().to_string();
        assert!(refusal.contains("careplan-platform migrate"), "{refusal}");
    }
}
