//! The operations centre's program. What each command does is in the library; here are its words.

mod help;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use careplan_envelope::Certificate;
use careplan_platform::admin;
use careplan_platform::authority::home;
use careplan_platform::clock::Clock;
use careplan_platform::config::Config;
use careplan_platform::serve::{self, open_store};
use careplan_platform::telemetry::start_log;
use careplan_protocol::routes;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

/// ケアプランデータ連携基盤：事業所との送受信、認証局、定期の仕事を行う運用センターのプログラム
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// 既定と違う設定を書いたファイル（TOML）。項目は `config show` で確かめられる
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// データベース・封書・鍵を置くフォルダー（設定 `data_dir` より優先）
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 終わるように言われるまで（SIGTERM、SIGINT）、事業所に応える。SIGHUPで証明書と失効リストを読み直す
    Serve,
    /// データベースの構造を最新にする
    Migrate,
    /// 認証局だけを扱う（`serve` を `authority.run = false` で動かす場合）
    Authority {
        #[command(subcommand)]
        command: AuthorityCommand,
    },
    /// 運用者の仕事：事業所、通知書、ライセンス、電子証明書など。基盤を動かしたまま行える
    Admin {
        #[command(subcommand)]
        command: admin::Command,
    },
    /// 料金：月次の請求、差引結果と入金の取り込み、返金・免除など
    Billing {
        #[command(subcommand)]
        command: admin::BillingCommand,
    },
    /// 設定
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
enum AuthorityCommand {
    /// 終わるように言われるまで、証明書を発行する
    Run,
    /// 認証局の鍵とルート証明書を、まだなければ作る
    Init,
    /// ルート証明書とその指紋を表示する
    Show,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// いま効いている設定を表示する（パスワードは伏せる）
    Show,
}

fn main() -> ExitCode {
    let typed = help::in_japanese(Arguments::command()).get_matches();
    let arguments = Arguments::from_arg_matches(&typed).unwrap_or_else(|fault| fault.exit());
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            for cause in error.chain().skip(1) {
                eprintln!("  原因: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let config = Config::load(arguments.config.as_deref(), arguments.data)?;
    match arguments.command {
        Command::Serve => {
            start_log(&config.log)?;
            serve::run(config).await
        }
        Command::Migrate => {
            serve::migrate(&config).await?;
            println!("データベースの構造は最新です。");
            Ok(())
        }
        Command::Authority { command: AuthorityCommand::Run } => {
            start_log(&config.log)?;
            serve::run_authority(config).await
        }
        Command::Authority { command: AuthorityCommand::Init } => init_authority(config).await,
        Command::Authority { command: AuthorityCommand::Show } => show_authority(&config).await,
        Command::Admin { command } => command.run(&config).await,
        Command::Billing { command } => command.run(&config).await,
        Command::Config { command: ConfigCommand::Show } => {
            print!("{}", config.show()?);
            Ok(())
        }
    }
}

async fn init_authority(mut config: Config) -> anyhow::Result<()> {
    config.authority.run = true;
    let store = open_store(&config).await?;
    let list = format!("{}{}", config.public_url(config.office_api.listen.port()), routes::CRL);
    let home = home::open(&config, &store, list, Clock::system().now()).await?;
    println!("{}", line_of(home.root()));
    store.close().await;
    Ok(())
}

async fn show_authority(config: &Config) -> anyhow::Result<()> {
    let roots = known_roots(config).await?;
    if roots.is_empty() {
        bail!(
            "認証局はまだありません（データフォルダ `{}`）。場所が正しければ、`careplan-platform authority init` で作ってください。",
            config.data_dir.display()
        );
    }
    for root in &roots {
        println!("{}", line_of(root));
    }
    Ok(())
}

/// The roots that the database knows; a database that is not there knows none, and is not made by
/// looking.
async fn known_roots(config: &Config) -> anyhow::Result<Vec<Certificate>> {
    if config.database_url()?.missing_file().is_some() {
        return Ok(Vec::new());
    }
    let store = open_store(config).await?;
    let roots = home::roots(&mut store.read().await.context("データベースを読めません")?).await?;
    store.close().await;
    Ok(roots)
}

fn line_of(root: &Certificate) -> String {
    format!(
        "{}  {} – {}  sha256:{}",
        root.subject_text(),
        root.not_before(),
        root.not_after(),
        hex::encode(root.fingerprint())
    )
}
