//! What must hold after the kills.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use careplan_domain::{Digest, TransmissionId};
use careplan_envelope::sha256;
use careplan_protocol::office_api::TransmissionEntry;
use careplan_protocol::receipt::ReceiptKind;
use careplan_testkit::courier::Courier;

use crate::senders::Ledger;

/// Every accepted letter is listed once, fetchable as it was sent, with its first receipt; and
/// nothing is listed that was not accepted.
pub(crate) async fn pass(receiver: &Courier, ledger: &Ledger) -> anyhow::Result<()> {
    let listed = inbox(receiver).await?;
    let accepted = std::mem::take(&mut *ledger.accepted());
    for id in listed.keys() {
        ensure!(accepted.contains_key(id), "{id} is in the inbox, and nobody was told that it is accepted");
    }
    for (id, letter) in &accepted {
        let entry = listed.get(id).with_context(|| format!("{id} was accepted and is not in the inbox"))?;
        let sealed = receiver.platform().letter(*id, entry.sealed_bytes).await;
        let sealed = sealed.with_context(|| format!("fetch {id}"))?;
        ensure!(Digest(sha256(&sealed)) == letter.digest, "{id} is not as it was sent");
        let receipt = receiver.platform().receipt(*id, ReceiptKind::Accepted).await?;
        ensure!(receipt.as_ref() == Some(&letter.receipt), "{id} has another receipt than its sender got");
    }
    *ledger.accepted() = accepted;
    Ok(())
}

async fn inbox(receiver: &Courier) -> anyhow::Result<BTreeMap<TransmissionId, TransmissionEntry>> {
    let mut listed = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = receiver.platform().inbox(after, 500, None).await?;
        for entry in page.transmissions {
            ensure!(entry.seq > after, "the inbox goes backwards at {}", entry.id);
            after = entry.seq;
            let id = entry.id;
            ensure!(listed.insert(id, entry).is_none(), "{id} is listed twice");
        }
        if !page.more {
            return Ok(listed);
        }
    }
}
