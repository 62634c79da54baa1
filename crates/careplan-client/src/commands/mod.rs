//! The command line: thin commands around the office, with Japanese messages for people and JSON for programs.
//!
//! Exit codes: 0 done, 1 something was refused or blocks, 2 could not run. Secrets are never taken
//! as plain arguments and never printed.

mod api_token;
mod backup;
mod certificates;
mod check;
mod compare;
mod data_folder;
mod echo;
mod evidence;
mod findings;
mod help;
mod imported;
mod list;
mod open;
mod reading;
mod receive;
mod render;
mod report;
mod run;
mod screen;
mod secrets;
mod send;
mod service;
mod setup;
mod show;
mod staff;
mod status;
mod withdraw;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use careplan_domain::TransmissionId;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::office::{Office, OfficeOptions};

/// ケアプランデータ連携クライアント：ケアプランのデータを、事業所の間で安全に送受信します。
#[derive(Debug, Parser)]
#[command(name = "careplan-client", version, max_term_width = 100)]
pub struct Arguments {
    /// データフォルダー（鍵・状態・受信したファイルの置き場所）
    #[arg(long, global = true, env = "CAREPLAN_DATA", value_name = "DIR", hide_env_values = true)]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Files(OfFiles),
    #[command(flatten)]
    Office(OfOffice),
    /// バックアップを、復元キーで、新しいパソコンのデータフォルダーに戻します
    Restore(backup::Restore),
    /// 証明書ストア（Windows）に入っていて、初期設定（setup --stored）で選べる電子証明書を一覧にします
    Certificates(certificates::Certificates),
    /// 常駐：サービスとして登録・取消し・起動・停止し、状態を表示します
    #[command(subcommand)]
    Service(service::Service),
}

/// What only looks at files, and needs no office.
#[derive(Debug, Subcommand)]
enum OfFiles {
    /// ファイルを検査します（送信はしません）
    Check(check::Check),
    /// ファイルの内容を、帳票（第１表〜第７表など）のHTML・PDFにします
    Render(render::Render),
    /// 1か月の予定と実績を比べます（終了コード：0 予定どおり、1 違いあり、2 比べられない）
    Compare(compare::Compare),
    /// 同じ帳票の前のものと新しいものを比べます（終了コード：0 同じ、1 違いあり、2 比べられない）
    Diff(compare::Diff),
}

impl OfFiles {
    fn perform(self) -> anyhow::Result<Outcome> {
        match self {
            Self::Check(check) => check.perform(),
            Self::Render(render) => render.perform(),
            Self::Compare(compare) => compare.perform(),
            Self::Diff(diff) => diff.perform(),
        }
    }
}

/// What an office does.
#[derive(Debug, Subcommand)]
enum OfOffice {
    /// 初期設定：接続先を確かめ、電子証明書を取得し、この端末の鍵を公告します（途中で止まったら、もう一度実行すると続きから行います）
    Setup(setup::Setup),
    /// 常駐して、画面を開き、送信・受信・状態の更新・証明書の更新を続けます
    Run(run::Run),
    /// 画面をブラウザーで開きます（run が動いているとき）
    Open(open::Open),
    /// フォルダーやファイルを検査し、ファイル名の宛先へ送信します
    Send(send::Send),
    /// 届いているものを1回受信し、送信したものの状態を更新します
    Receive(receive::Receive),
    /// 送受信の一覧を表示します
    List(list::List),
    /// 1件の詳細を表示します
    Show(show::Show),
    /// 宛先がまだ受け取っていない送信を取り下げます
    Withdraw(OfId),
    /// 受信したものを介護ソフトに取り込んだことを、送信元へ知らせます（取込証）
    Imported(OfId),
    /// 1件の送受信の証拠（署名・受付票・受領証・証明書）をZIPに書き出します
    Evidence(evidence::Evidence),
    /// 報告：利用実績と、第三者提供の記録
    Report(report::Report),
    /// 画面を使う職員：一覧、仮パスワードの出し直し、操作記録
    #[command(subcommand)]
    Staff(staff::Staff),
    /// おためし事業所として、届いた予定に予定どおりの実績を自動で返します（運用センター用）
    Echo(echo::Echo),
    /// 事業所・証明書・ライセンス・送受信待ちの状態を表示します
    Status(status::Status),
    /// 介護ソフトなどが使うローカルAPIのトークンを作り、一覧にし、取り消します
    #[command(subcommand)]
    ApiToken(api_token::ApiToken),
    /// 鍵・記録・控えのすべてを、復元キーで開くバックアップとして保存します（run の動作中でもかまいません）
    Backup(backup::Backup),
}

#[derive(Debug, clap::Args)]
struct OfId {
    /// 送信番号
    id: TransmissionId,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All was done.
    Done,
    /// Something was refused or blocks, or a comparison found differences; it was said what.
    Refused,
}

impl Arguments {
    /// What was typed; ends the program after help, and after a line that cannot be understood.
    pub fn typed() -> Self {
        let typed = help::in_japanese(Self::command()).get_matches();
        Self::from_arg_matches(&typed).unwrap_or_else(|fault| fault.exit())
    }

    /// Runs the command.
    pub async fn run(self) -> ExitCode {
        match self.perform().await {
            Ok(Outcome::Done) => ExitCode::SUCCESS,
            Ok(Outcome::Refused) => ExitCode::from(1),
            Err(error) => {
                screen::complain(&error);
                ExitCode::from(2)
            }
        }
    }

    async fn perform(self) -> anyhow::Result<Outcome> {
        let command = match self.command {
            Command::Files(command) => return command.perform(),
            Command::Restore(restore) => return restore.perform(self.data).await,
            Command::Certificates(certificates) => return certificates.perform(),
            Command::Service(service) => return service.perform(self.data),
            Command::Office(command) => command,
        };
        let data = match self.data {
            Some(data) => data,
            None => data_folder::default()?,
        };
        // What begins with an empty folder.
        let begins = matches!(command, OfOffice::Setup(_) | OfOffice::Run(_));
        if !begins && !Office::exists_at(&data) {
            return Err(match command {
                OfOffice::Open(_) => open::not_running(&data),
                _ => crate::OfficeFault::NotSetUp.into(),
            });
        }
        let office = Office::open(OfficeOptions::at(&data)).await;
        let office = office.with_context(|| format!("データフォルダー「{}」を開けません", data.display()))?;
        let outcome = match command {
            OfOffice::Setup(setup) => setup.perform(&office).await,
            OfOffice::Run(run) => run.perform(&office).await,
            OfOffice::Open(open) => open.perform(&office),
            OfOffice::Send(send) => send.perform(&office).await,
            OfOffice::Receive(receive) => receive.perform(&office).await,
            OfOffice::List(list) => list.perform(&office).await,
            OfOffice::Show(show) => show.perform(&office).await,
            OfOffice::Withdraw(of) => withdraw::perform(&office, of.id).await,
            OfOffice::Imported(of) => imported::perform(&office, of.id).await,
            OfOffice::Evidence(evidence) => evidence.perform(&office).await,
            OfOffice::Report(report) => report.perform(&office).await,
            OfOffice::Staff(staff) => staff.perform(&office).await,
            OfOffice::Echo(echo) => echo.perform(&office).await,
            OfOffice::Status(status) => status.perform(&office, &data).await,
            OfOffice::ApiToken(of) => of.perform(&office).await,
            OfOffice::Backup(backup) => backup.perform(&office).await,
        };
        office.close().await;
        outcome
    }
}
