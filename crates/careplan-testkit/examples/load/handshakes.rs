//! Full mutual handshakes: a new connection each, no resumption.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;

use crate::figures::{Round, Times};
use crate::sends::Target;
use crate::wire;
use crate::world::Member;

/// Connections that are opened at the same time.
const AT_ONCE: usize = 16;

/// Opens and closes `count` connections.
pub(crate) async fn round(members: &Arc<[Member]>, target: Target, count: usize) -> anyhow::Result<Round> {
    let left = Arc::new(AtomicUsize::new(count));
    let before = target.server.cost()?;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for hand in 0..AT_ONCE {
        let (members, left) = (Arc::clone(members), Arc::clone(&left));
        tasks.spawn(async move {
            let member = members.get(hand % members.len()).context("a member")?;
            let mut times = Vec::new();
            while left.try_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1)).is_ok() {
                let began = Instant::now();
                shake(member, target.address).await?;
                times.push(began.elapsed());
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut times = Vec::with_capacity(count);
    while let Some(ended) = tasks.join_next().await {
        times.extend(ended??);
    }
    let times = Times::new(times, began.elapsed());
    let (cpu, database_cpu) = target.server.since(before, times.count())?;
    Ok(Round { rate: times.rate(), p50: times.quantile(0.5), p99: times.quantile(0.99), cpu, database_cpu })
}

/// In TLS 1.3 the client is ready before the server has judged the client's certificate: the
/// handshake counts when the server has answered our close with its own.
async fn shake(member: &Member, address: SocketAddr) -> anyhow::Result<()> {
    let mut stream = wire::connect(address, member.tls()).await?;
    stream.shutdown().await.context("close a connection")?;
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.context("the server did not close in good order")?;
    Ok(())
}
