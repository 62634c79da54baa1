//! `careplan-client open`

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;

use super::Outcome;
use super::screen::{remark, say};
use crate::office::Office;
use crate::service::{PORTS, StartCode};

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
        let address = address(data)?;
        say(&address);
        if !self.print && !browse(&address) {
            remark(
                "ブラウザーを開けませんでした。上のアドレスを、このパソコンのブラウザーで開いてください。",
            );
        }
        Ok(Outcome::Done)
    }
}

/// The address of the running client's screens; before there is an account, with the code that makes one.
fn address(data: &Path) -> anyhow::Result<String> {
    let ports = crate::files::read_if_there(&data.join(PORTS))?;
    let ports = ports.context(
        "クライアントが動いていません。careplan-client run を実行してから、もう一度お試しください。",
    )?;
    let Ports { screen } = serde_json::from_slice(&ports)
        .context("ports.json を読めません。careplan-client run を実行し直してください。")?;
    Ok(match StartCode::read(data)? {
        Some(code) => format!("{screen}/start?code={}", code.expose()),
        None => screen,
    })
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
