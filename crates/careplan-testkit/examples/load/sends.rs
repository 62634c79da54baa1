//! Sending: every hand has a connection of its own and sends one letter after the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use careplan_client::platform::{Handover, Platform};
use careplan_client::trust::Expected;
use careplan_protocol::receipt::ReceiptKind;
use tokio::task::JoinSet;

use crate::figures::{Round, Times};
use crate::letters::{self, Prepared};
use crate::process::Server;
use crate::world::Member;

/// Of so many receipts, one is verified in full. (Every single one must be there.)
const VERIFIED_ONE_IN: usize = 100;

/// What a round is sent to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// Where.
    pub(crate) address: SocketAddr,
    /// Whose cost is counted.
    pub(crate) server: Server,
    /// Whether it answers with receipts.
    pub(crate) is_platform: bool,
}

/// A round at the platform and the same at the yardstick, with the same letters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    /// The platform.
    pub(crate) platform: Round,
    /// The yardstick.
    pub(crate) yardstick: Round,
}

/// Sends `each` letters from every one of `hands`, first to the platform, then to the yardstick;
/// every second time the other way round.
pub(crate) async fn compare(
    members: &Arc<[Member]>,
    (platform, yardstick): (Target, Target),
    (hands, each): (usize, usize),
    turn: usize,
) -> anyhow::Result<Pair> {
    let stacks = letters::prepare(members, hands, each).await?;
    if turn.is_multiple_of(2) {
        let platform = round(members, platform, &stacks).await.context("send to the platform")?;
        let yardstick = round(members, yardstick, &stacks).await.context("send to the yardstick")?;
        return Ok(Pair { platform, yardstick });
    }
    let yardstick = round(members, yardstick, &stacks).await.context("send to the yardstick")?;
    let platform = round(members, platform, &stacks).await.context("send to the platform")?;
    Ok(Pair { platform, yardstick })
}

/// Sends all stacks at the same time.
pub(crate) async fn round(
    members: &[Member],
    target: Target,
    stacks: &[Arc<[Prepared]>],
) -> anyhow::Result<Round> {
    let mut connections = Vec::new();
    for (hand, stack) in stacks.iter().enumerate() {
        let member = members.get(hand % members.len()).context("a member")?;
        connections.push((member.connect(target.address).await?, Arc::clone(stack)));
    }
    let before = target.server.cost()?;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for (hand, (connection, stack)) in connections.into_iter().enumerate() {
        tasks.spawn(async move { Ok::<_, anyhow::Error>((hand, send_all(&connection, &stack).await?)) });
    }
    let mut answers = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        answers.push(ended??);
    }
    let wall = began.elapsed();
    let mut times = Vec::new();
    for (hand, sent) in answers {
        let stack = stacks.get(hand).context("a stack")?;
        if target.is_platform {
            verify(members, stack, &sent)?;
        }
        times.extend(sent.into_iter().map(|(time, _)| time));
    }
    let times = Times::new(times, wall);
    let (cpu, database_cpu) = target.server.since(before, times.count())?;
    Ok(Round { rate: times.rate(), p50: times.quantile(0.5), p99: times.quantile(0.99), cpu, database_cpu })
}

type Sent = Vec<(Duration, Vec<u8>)>;

async fn send_all(connection: &Platform, stack: &[Prepared]) -> anyhow::Result<Sent> {
    let mut sent = Vec::with_capacity(stack.len());
    for prepared in stack {
        let letter = &prepared.letter;
        let began = Instant::now();
        let receipt = connection.send(&letter.header, Handover::Body(letter.sealed.clone())).await?;
        sent.push((began.elapsed(), receipt));
    }
    Ok(sent)
}

/// Every answer is a receipt (a DER SEQUENCE), and some are verified with all they say.
fn verify(members: &[Member], stack: &[Prepared], sent: &Sent) -> anyhow::Result<()> {
    ensure!(stack.len() == sent.len(), "{} letters, {} answers", stack.len(), sent.len());
    for (at, (prepared, (_, receipt))) in stack.iter().zip(sent).enumerate() {
        let header = &prepared.letter.header;
        ensure!(receipt.first() == Some(&0x30), "{} was accepted without a receipt", header.id);
        if at % VERIFIED_ONE_IN == 0 {
            let trust = &members.get(prepared.sender).context("the sender")?.link.trust;
            let expected = Expected {
                id: header.id,
                from: header.from,
                to: header.to,
                unit: header.unit,
                sealed_sha256: header.sealed_digest,
                manifest_sha256: None,
            };
            let verified = trust.read_receipt(receipt, ReceiptKind::Accepted, &expected);
            verified.with_context(|| format!("the receipt of {}", header.id))?;
        }
    }
    Ok(())
}
