//! What has run its term: transmissions nobody acknowledged expire with a report to the sender,
//! bytes are dropped, and at last the proof.

use careplan_domain::Timestamp;
use careplan_domain::transmission::State;
use careplan_protocol::receipt::{Reason, ReceiptKind};
use futures_util::future::join_all;
use serde_json::json;

use super::{DROP_BLOB, JobFault};
use crate::audit::{Actor, Entry, append};
use crate::blobs::BlobName;
use crate::mailbox::{Operation, Statement, platform_receipt};
use crate::platform::Platform;
use crate::store::retention::{self, Term, over};
use crate::store::transmissions::{Held, Shelf};
use crate::store::{audit_rows, jobs};
use crate::trust::in_japan;

/// Transmissions treated in one step; a step is one commit.
const STEP: u32 = 64;

/// Lets everything expire whose deadline has passed; the sender gets the platform's signed report
/// with the cause. Returns how many expired.
///
/// # Errors
/// When database or signature fail.
pub async fn expire(platform: &Platform, now: Timestamp) -> Result<usize, JobFault> {
    let mut expired = 0;
    loop {
        let mut conn = platform.store.read().await?;
        let overdue = over(&mut conn, Term::Deadline, now, STEP).await?;
        drop(conn);
        let mut operations = Vec::with_capacity(overdue.len());
        for held in &overdue {
            let statement = Statement {
                kind: ReceiptKind::Expired,
                at: now,
                deadline: Some(held.deadline),
                reason: Some(cause(held)),
            };
            let receipt = platform_receipt(&*platform.signer, &held.header, statement)?;
            operations.push(Operation::Expire { id: held.header.id, receipt, at: now });
        }
        let writer = &platform.mailbox.writer;
        let mut progress = 0;
        for outcome in join_all(operations.into_iter().map(|operation| writer.submit(operation))).await {
            // Refused: it was acknowledged in this very moment, or another replica was faster.
            progress += usize::from(outcome?.is_ok_and(|done| done.first));
        }
        expired += progress;
        if progress == 0 {
            return Ok(expired);
        }
    }
}

/// Why it came to nothing, for the sender.
fn cause(held: &Held) -> Reason {
    let deadline = in_japan(held.deadline);
    if held.state == State::Fetched {
        let since = in_japan(held.state_at);
        let text = format!(
            "宛先の事業所は {since} に受信を始めましたが、期限（{deadline}）までに内容を確認できたとの連絡がなかったため、\
             期限切れになりました。宛先に受け取りの状況を確かめ、必要であれば新しい送信として送り直してください。"
        );
        return Reason { code: "not_acknowledged".to_owned(), text };
    }
    let text = format!(
        "宛先の事業所が期限（{deadline}）までに受信しなかったため、期限切れになりました。\
         宛先にシステムの利用状況を確かめ、必要であれば新しい送信として送り直すか、別の方法で届けてください。"
    );
    Reason { code: "not_fetched".to_owned(), text }
}

/// Drops bytes whose term is over: rows at once, blobs by a job. Returns how many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn drop_bytes(platform: &Platform, now: Timestamp) -> Result<usize, JobFault> {
    drop_steps(platform, Term::Bytes, now, now).await
}

/// Drops transmissions with events and receipts whose term is over, and the audit rows of that
/// time. Returns how many transmissions.
///
/// # Errors
/// When the database cannot be reached.
pub async fn drop_proofs(platform: &Platform, now: Timestamp) -> Result<usize, JobFault> {
    let days = i64::from(platform.mailbox.retention.proof_days);
    let term = jiff::SignedDuration::from_hours(days * 24);
    let before = now.saturating_sub(term).unwrap_or(Timestamp::MIN);
    let dropped = drop_steps(platform, Term::Proof, before, now).await?;
    let mut tx = platform.store.begin().await?;
    if audit_rows::drop_before(&mut tx, before).await? > 0 {
        tx.commit().await?;
    }
    Ok(dropped)
}

async fn drop_steps(
    platform: &Platform,
    term: Term,
    instant: Timestamp,
    now: Timestamp,
) -> Result<usize, JobFault> {
    let mut dropped = 0;
    loop {
        let mut conn = platform.store.read().await?;
        if over(&mut conn, term, instant, 1).await?.is_empty() {
            return Ok(dropped);
        }
        drop(conn);
        let mut tx = platform.store.begin().await?;
        let held = over(&mut tx, term, instant, STEP).await?;
        let ids: Vec<_> = held.iter().map(|held| held.header.id).collect();
        let action = match term {
            Term::Proof => "transmission.dropped",
            Term::Bytes | Term::Deadline => "transmission.bytes_dropped",
        };
        for held in &held {
            if held.shelf == Shelf::Blob {
                jobs::put(&mut tx, DROP_BLOB, json!(BlobName::of(held).to_string()).to_string(), now).await?;
            }
            let subject = held.header.id.to_string();
            append(&mut tx, now, Entry { actor: Actor::Platform, action, subject, detail: json!({}) });
        }
        match term {
            Term::Proof => retention::drop_proof(&mut tx, &ids).await?,
            Term::Bytes | Term::Deadline => retention::drop_bytes(&mut tx, &ids).await?,
        }
        tx.commit().await?;
        dropped += ids.len();
    }
}
