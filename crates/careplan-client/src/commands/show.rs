//! `careplan-client show`

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use careplan_domain::{Timestamp, TransmissionId};
use careplan_protocol::manifest::Manifest;
use serde::Serialize;

use super::Outcome;
use super::list::Entry;
use super::screen::{local, say, say_json};
use crate::files::{self, Privacy};
use crate::office::{Office, OfficeFault};

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// 送信番号
    id: TransmissionId,
    /// 連携基盤にある封書をもう一度開き、ファイルをこのフォルダーに書き出します
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// JSONで出力します
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Details {
    #[serde(flatten)]
    entry: Entry,
    sealed_sha256: careplan_domain::Digest,
    contents: Vec<Content>,
    receipts: Vec<ReceiptLine>,
}

#[derive(Serialize)]
struct Content {
    name: String,
    bytes: u64,
    sha256: careplan_domain::Digest,
}

#[derive(Serialize)]
struct ReceiptLine {
    kind: &'static str,
    label: &'static str,
    at: Timestamp,
}

impl Show {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let details = details(office, self.id).await?;
        if self.json {
            say_json(&details)?;
        } else {
            say_details(&details);
        }
        if let Some(out) = &self.out {
            write_again(office, self.id, out).await?;
            if !self.json {
                say(format_args!("ファイルを「{}」に書き出しました。", out.display()));
            }
        }
        Ok(Outcome::Done)
    }
}

async fn details(office: &Office, id: TransmissionId) -> anyhow::Result<Details> {
    let state = office.state();
    let (entry, sealed_sha256, manifest) = if let Some(sent) = state.sent(id).await? {
        (Entry::of_sent(&sent), sent.header.sealed_digest, state.sent_manifest(id).await?)
    } else if let Some(received) = state.received(id).await? {
        (Entry::of_received(&received), received.header.sealed_digest, state.received_manifest(id).await?)
    } else {
        return Err(OfficeFault::Unknown(id).into());
    };
    let receipts = state.receipts(id).await?;
    let receipts = receipts.iter().map(|receipt| ReceiptLine {
        kind: receipt.kind.as_str(),
        label: receipt.kind.label_ja(),
        at: receipt.at,
    });
    let contents = manifest.as_deref().map(contents).transpose()?.unwrap_or_default();
    Ok(Details { entry, sealed_sha256, contents, receipts: receipts.collect() })
}

/// The files in a stored manifest, whose signature was verified when it was stored.
fn contents(signed: &[u8]) -> anyhow::Result<Vec<Content>> {
    let signed = careplan_envelope::verify(signed).context("保存した目録を読み取れません")?;
    let manifest: Manifest =
        serde_json::from_slice(&signed.content).context("保存した目録を読み取れません")?;
    let files = manifest.files.into_iter();
    Ok(files.map(|file| Content { name: file.name, bytes: file.bytes, sha256: file.sha256 }).collect())
}

fn say_details(details: &Details) {
    let entry = &details.entry;
    say(format_args!("送信番号　: {}", entry.id));
    say(format_args!("送信元　　: {}", entry.from));
    say(format_args!("宛先　　　: {}", entry.to));
    say(format_args!("送信単位　: {}　連番 {}", entry.unit, entry.serial.as_deref().unwrap_or("-")));
    say(format_args!("状態　　　: {}（{}）", entry.state_label, local(entry.state_at)));
    if let Some(replaces) = entry.replaces {
        say(format_args!("訂正元　　: {replaces}"));
    }
    if let Some(message) = entry.message.as_ref().filter(|message| !message.is_empty()) {
        say(format_args!("理由　　　: {message}"));
    }
    if let Some(folder) = &entry.folder {
        say(format_args!("フォルダー: {folder}"));
    }
    for content in &details.contents {
        say(format_args!("  {} {}バイト sha256:{}", content.name, content.bytes, content.sha256));
    }
    for receipt in &details.receipts {
        say(format_args!("  {}（{}）", receipt.label, local(receipt.at)));
    }
}

async fn write_again(office: &Office, id: TransmissionId, out: &std::path::Path) -> anyhow::Result<()> {
    let letter = match office.read_again(id).await? {
        Ok(letter) => letter,
        Err(refusal) => bail!("封書を開けません：{refusal}。この端末の鍵で封をしたものだけを開けます。"),
    };
    files::make_folder(out, Privacy::Ordinary)?;
    for file in &letter.files {
        let path = out.join(file.name.as_str());
        if files::read_if_there(&path)?.is_some_and(|there| there != file.bytes.as_slice()) {
            bail!(
                "「{}」に、内容の違う同じ名前のファイルがあります。別のフォルダーを指定してください。",
                path.display()
            );
        }
        files::replace(&path, &file.bytes, Privacy::Ordinary, office.mishaps())?;
    }
    Ok(())
}
