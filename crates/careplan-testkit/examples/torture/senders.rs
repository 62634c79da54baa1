//! Senders that never give up, and the ledger of what the platform answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{bail, ensure};
use careplan_client::letter::Composed;
use careplan_domain::{Address, Digest, TransmissionId};
use careplan_testkit::courier::Courier;
use tokio::time::{Instant, sleep};

use crate::random::Random;
use crate::{RECEIVING, SENDING};

/// Senders at the same time.
pub(crate) const SENDERS: u64 = 4;

/// One letter gets its answer within this time, however often the platform is killed meanwhile.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the platform answered *accepted* to.
pub(crate) struct Accepted {
    pub(crate) digest: Digest,
    pub(crate) receipt: Vec<u8>,
}

/// The ledger of all senders.
#[derive(Default)]
pub(crate) struct Ledger {
    accepted: Mutex<BTreeMap<TransmissionId, Accepted>>,
    repeats: AtomicU64,
    stop: AtomicBool,
}

impl Ledger {
    /// Senders finish the letter in hand and end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// How many requests got no answer.
    pub(crate) fn repeats(&self) -> u64 {
        self.repeats.load(Ordering::SeqCst)
    }

    /// Everything accepted.
    pub(crate) fn accepted(&self) -> std::sync::MutexGuard<'_, BTreeMap<TransmissionId, Accepted>> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends letters until told to stop.
pub(crate) async fn send(
    courier: Courier,
    mut random: Random,
    ledger: std::sync::Arc<Ledger>,
) -> anyhow::Result<()> {
    let from: Address = format!("{}-{}", SENDING.0, SENDING.1).parse()?;
    let to: Address = format!("{}-{}", RECEIVING.0, RECEIVING.1).parse()?;
    // The keys may be asked for while the platform is down.
    let keys = insist(&ledger, || courier.keys_of(&to)).await?;
    while !ledger.stop.load(Ordering::SeqCst) {
        // Most letters lie in the database, every eighth on the shelf for large ones.
        let bytes = if random.below(8) == 0 { 100_000 } else { 2_000 };
        let letter = courier.compose((from, to), &keys, ("plan.pdf", vec![b'p'; bytes]))?;
        let receipt = accepted(&courier, &letter, &ledger).await?;
        if random.below(3) == 0 {
            let again = accepted(&courier, &letter, &ledger).await?;
            ensure!(again == receipt, "{} got another receipt when repeated", letter.header.id);
        }
        let accepted = Accepted { digest: letter.header.sealed_digest, receipt };
        ledger.accepted().insert(letter.header.id, accepted);
    }
    Ok(())
}

async fn accepted(courier: &Courier, letter: &Composed, ledger: &Ledger) -> anyhow::Result<Vec<u8>> {
    insist(ledger, || async {
        match courier.send(letter).await {
            Err(fault) if !fault.is_transient() => Ok(Err(fault)),
            Err(fault) => Err(fault.into()),
            Ok(receipt) => Ok(Ok(receipt)),
        }
    })
    .await?
    .map_err(|refusal| anyhow::anyhow!("{} was refused: {refusal}", letter.header.id))
}

/// Tries until there is an answer.
async fn insist<T, F>(ledger: &Ledger, mut attempt: impl FnMut() -> F) -> anyhow::Result<T>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(error) if Instant::now() > deadline => bail!("no answer for {PATIENCE:?}: {error:#}"),
            Err(_) => {
                ledger.repeats.fetch_add(1, Ordering::SeqCst);
                sleep(Duration::from_millis(20)).await;
            }
        }
    }
}
