//! Listening: how soon a receiver knows, and what a stream on which nothing happens costs.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use careplan_client::platform::{Handover, NewsReader, Platform};
use careplan_domain::TransmissionId;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::figures::Times;
use crate::letters;
use crate::process;
use crate::world::Member;

/// News that does not come in this time does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Streams that are opened before those that are counted.
const WARMING: usize = 100;

/// Every member listens while `senders` send `each` letters at full speed. The time runs from the
/// start of the sender's request to the event at the receiver.
pub(crate) async fn notices(
    members: &Arc<[Member]>,
    address: SocketAddr,
    (senders, each): (usize, usize),
) -> anyhow::Result<Times> {
    let stacks = letters::prepare(members, senders, each).await?;
    let mut listening = JoinSet::new();
    for (place, member) in members.iter().enumerate() {
        let expected = senders_to(place, members.len(), senders) * each;
        if expected == 0 {
            continue;
        }
        let connection = member.connect(address).await?;
        let reader = connection.listen(newest(&connection).await?).await?;
        listening.spawn(async move {
            timeout(PATIENCE, read(reader, expected)).await.context("a notice did not come")?
        });
    }
    let began = Instant::now();
    let mut sending = JoinSet::new();
    for (hand, stack) in stacks.into_iter().enumerate() {
        let connection = members.get(hand % members.len()).context("a member")?.connect(address).await?;
        sending.spawn(async move {
            let mut started = Vec::with_capacity(stack.len());
            for prepared in stack.iter() {
                let letter = &prepared.letter;
                started.push((letter.header.id, Instant::now()));
                connection.send(&letter.header, Handover::Body(letter.sealed.clone())).await?;
            }
            Ok::<_, anyhow::Error>(started)
        });
    }
    let mut started = HashMap::new();
    while let Some(ended) = sending.join_next().await {
        started.extend(ended??);
    }
    let mut times = Vec::new();
    while let Some(ended) = listening.join_next().await {
        for (id, seen) in ended?? {
            let start = started.get(&id).context("a notice of an unknown letter")?;
            times.push(seen.duration_since(*start));
        }
    }
    Ok(Times::new(times, began.elapsed()))
}

/// How many of `senders` hands write to the member at `place`.
fn senders_to(place: usize, members: usize, senders: usize) -> usize {
    (0..senders).filter(|hand| (hand % members + 1) % members == place).count()
}

/// The end of a member's news.
async fn newest(connection: &Platform) -> anyhow::Result<i64> {
    let mut after = 0;
    loop {
        let page = connection.news(after, Duration::ZERO).await?;
        if page.events.is_empty() {
            return Ok(after);
        }
        after = page.next;
    }
}

async fn read(mut reader: NewsReader, expected: usize) -> anyhow::Result<Vec<(TransmissionId, Instant)>> {
    let mut seen = Vec::with_capacity(expected);
    while seen.len() < expected {
        let event = reader.next().await?.context("the stream of news ended")?;
        seen.push((event.transmission, Instant::now()));
    }
    Ok(seen)
}

/// KiB of the server for each of `count` streams on which nothing happens.
pub(crate) async fn idle_streams(
    members: &[Member],
    address: SocketAddr,
    pid: u32,
    count: usize,
) -> anyhow::Result<f64> {
    // From the end of their news, so that nothing is told. Some before all others, so that what the
    // first streams set up (pages of the database, a thread's memory) is not counted.
    let mut ends = Vec::with_capacity(members.len());
    for member in members {
        ends.push(newest(&member.connect(address).await?).await?);
    }
    let mut streams = Vec::with_capacity(count + WARMING);
    let mut before = 0.0;
    for place in 0..count + WARMING {
        if place == WARMING {
            (before, _) = process::memory(pid)?;
        }
        let place = place % members.len();
        let member = members.get(place).context("a member")?;
        let end = ends.get(place).context("the end of its news")?;
        streams.push(member.connect(address).await?.listen(*end).await?);
    }
    let (after, _) = process::memory(pid)?;
    Ok((after - before) / count as f64)
}
