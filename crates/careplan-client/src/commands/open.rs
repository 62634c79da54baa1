//! `careplan-client open`

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;
use url::Url;

use super::Outcome;
use super::screen::{remark, say};
use crate::office::Office;
use crate::service::{PORTS, StartCode, start_page};

#[derive(Debug, clap::Args)]
pub(super) struct Open {
    /// ブラウザーを開かず、アドレスだけを表示します
    #[arg(long)]
    print: bool,
}

#[derive(Deserialize)]
struct Ports {
    screen: String,
}

impl Open {
    pub(super) fn perform(&self, office: &Office) -> anyhow::Result<Outcome> {
        let data = &office.options().data;
        let Ports { screen } = ports(data)?;
        let code = StartCode::read(data)?;
        let address = match &code {
            Some(code) => format!("{screen}/start?code={}", code.expose()),
            None => screen,
        };
        say(&address);
        if self.print {
            return Ok(Outcome::Done);
        }
        // The arguments of a command are shown to every account of this PC: the code may not be among them.
        let is_shown = match &code {
            Some(_) => browse(&file_url(&start_page::write(data, &address, office.mishaps())?)?),
            None => browse(&address),
        };
        if !is_shown {
            remark(
                "ブラウザーを開けませんでした。上のアドレスを、このパソコンのブラウザーで開いてください。",
            );
        } else if code.is_some() {
            remark("最初の設定の画面が開かないときは、上のアドレスをブラウザーに入力してください。");
        }
        Ok(Outcome::Done)
    }
}

/// Where the running client's screens are.
fn ports(data: &Path) -> anyhow::Result<Ports> {
    let ports = crate::files::read_if_there(&data.join(PORTS))?;
    let ports = ports.ok_or_else(|| not_running(data))?;
    serde_json::from_slice(&ports)
        .context("ports.json を読めません。careplan-client run を実行し直してください。")
}

/// A client that runs as a service has its data elsewhere, and nobody but its account reads them: to begin another one here would lead
/// astray.
pub(super) fn not_running(data: &Path) -> anyhow::Error {
    anyhow::anyhow!(
        "データフォルダー「{}」のクライアントが動いていません。careplan-client run を実行してから、もう一度お試しください。サービスとして動いているときは、そのアカウントで、サービスのデータフォルダーを --data に付けてください（例：sudo -u careplan careplan-client --data /var/lib/careplan open --print）。",
        data.display()
    )
}

/// The address of a file on this PC.
fn file_url(path: &Path) -> anyhow::Result<String> {
    let path = std::path::absolute(path).context("データフォルダーの場所が分かりません")?;
    let url = Url::from_file_path(path);
    Ok(url.map_err(|()| anyhow::anyhow!("データフォルダーの場所が分かりません"))?.into())
}

/// Asks the system to show an address.
fn browse(address: &str) -> bool {
    let (program, arguments): (&str, &[&str]) = if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    let mut browser = Command::new(program);
    browser.args(arguments).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    browser.status().is_ok_and(|status| status.success())
}
