//! `admin audit`: walk the chain, list its rows.

use anyhow::bail;
use careplan_envelope::{Purpose, TrustAnchors, verify};
use careplan_protocol::trust::PLATFORM_URI;
use serde_json::json;

use super::Desk;

use super::desk::minute;
use crate::audit::{AuditFault, Row, verify_chain};
use crate::authority::home;
use crate::store::audit_rows;
use crate::store::values::instant;

/// 監査記録の検査と一覧
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 監査記録のつながりを検査する（書き換え・削除・挿入を見つけます）
    Verify,
    /// 監査記録の一覧（新しいものから何行かを、古い順に）
    List {
        /// この番号より後から
        #[arg(long)]
        after: Option<i64>,
        /// 行数（1〜1000）
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// この対象（事業所番号、送信の番号、シリアル番号など）の行だけ
        #[arg(long, conflicts_with = "after")]
        subject: Option<String>,
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        let Self::List { after, limit, subject, json } = self else { return check(desk).await };
        let mut db = desk.store.read().await?;
        let rows = match subject {
            Some(subject) => audit_rows::of_subject(&mut db, &subject).await?,
            None => {
                let last = audit_rows::head(&mut db).await?.seq;
                let after = after.unwrap_or_else(|| (last - i64::from(limit)).max(0));
                audit_rows::after(&mut db, after, limit).await?
            }
        };
        drop(db);
        let earlier = rows.len().saturating_sub(limit as usize);
        let rows: Vec<Row> = rows.into_iter().skip(earlier).collect();
        list(desk, &rows, json)
    }
}

fn list(desk: &mut Desk<'_>, rows: &[Row], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let rows = rows.iter().map(in_json).collect::<anyhow::Result<Vec<_>>>()?;
        return desk.say_json(&rows);
    }
    for row in rows {
        let at = minute(instant(row.at)?);
        desk.say(format!(
            "{}\t{at}\t{}\t{}\t{}\t{}",
            row.seq, row.actor, row.action, row.subject, row.detail
        ))?;
    }
    Ok(())
}

fn in_json(row: &Row) -> anyhow::Result<serde_json::Value> {
    let detail: serde_json::Value = serde_json::from_str(&row.detail)?;
    Ok(json!({
        "seq": row.seq,
        "at": instant(row.at)?,
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "detail": detail,
        "hash": hex::encode(row.hash),
    }))
}

async fn check(desk: &mut Desk<'_>) -> anyhow::Result<()> {
    let anchors = TrustAnchors::new(home::roots(&mut desk.store.read().await?).await?)?;
    let verified = verify_chain(&desk.store, &|signed| open(signed, &anchors)).await?;
    let Some(fault) = verified.fault else {
        return desk.say(format!(
            "監査記録 {}行と署名された区切り {}個を検査しました。書き換え・削除・挿入は見つかりませんでした。",
            verified.rows, verified.checkpoints
        ));
    };
    let fault = said(&fault);
    bail!(
        "監査記録が書かれたときのままではありません。{fault}。記録とバックアップを保全し、調査してください。"
    )
}

/// The content of a checkpoint that the platform signed. Its certificate may have run out since, so it
/// is judged at the time of signing.
fn open(signed: &[u8], anchors: &TrustAnchors) -> Option<Vec<u8>> {
    let message = verify(signed).ok()?;
    let is_platform = message.signer.san_uris().iter().any(|uri| *uri == PLATFORM_URI);
    let at = message.signing_time;
    let chain = anchors.verify_chain(&message.signer, &message.chain, at, Purpose::Signature);
    (is_platform && chain.is_ok()).then_some(message.content)
}

fn said(fault: &AuditFault) -> String {
    match fault {
        AuditFault::Changed { seq } => {
            format!("{seq}行目が書き換えられたか、その前に行が挿入・削除されています")
        }
        AuditFault::Missing { seq } => format!("{seq}行目がありません"),
        AuditFault::Tail { found, expected } => {
            format!("{expected}行あるはずのところ、{found}行目で終わっています")
        }
        AuditFault::CheckpointSignature { seq } => {
            format!("{seq}行目の区切りの署名が連携基盤のものではありません")
        }
        AuditFault::Checkpoint { seq } => {
            format!("{seq}行目までの記録が、署名されたときの記録と違います（作り直されています）")
        }
    }
}
