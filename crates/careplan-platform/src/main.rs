//! The operations centre's program. What each command does is in the library; here are its words.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use careplan_envelope::Certificate;
use careplan_platform::admin;
use careplan_platform::authority::home;
use careplan_platform::clock::Clock;
use careplan_platform::config::Config;
use careplan_platform::serve::{self, open_store};
use careplan_platform::store::DatabaseUrl;
use careplan_platform::telemetry::start_log;
use careplan_protocol::routes;
use clap::{Parser, Subcommand};

/// The operations centre of Careplan Exchange: Office API, certificate authority, jobs.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, disable_help_subcommand = true)]
struct Arguments {
    /// Settings that differ from the defaults (TOML); see `config show`.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Folder for database, letters and keys; before the setting `data_dir`.
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve offices until told to stop (SIGTERM, SIGINT); SIGHUP reloads certificates and lists.
    Serve,
    /// Bring the database's schema up to date.
    Migrate,
    /// The certificate authority by itself, where `serve` runs with `authority.run = false`.
    Authority {
        #[command(subcommand)]
        command: AuthorityCommand,
    },
    /// Operators' work, beside a running platform: offices, credentials, licences, certificates.
    Admin {
        #[command(subcommand)]
        command: admin::Command,
    },
    /// Settings.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
enum AuthorityCommand {
    /// Issue certificates until told to stop.
    Run,
    /// Make the authority's key and root certificate, unless they are there.
    Init,
    /// Show the root certificates and their fingerprints.
    Show,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print the settings in effect, passwords masked.
    Show,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
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
    if matches!(config.database_url()?, DatabaseUrl::Sqlite(path) if !path.exists()) {
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
