//! Reading: a drain of what waits, and full cycles from sending to the receipt at the sender.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use careplan_client::letter::{Outside, Reader};
use careplan_client::platform::{Handover, Platform};
use careplan_domain::Digest;
use careplan_envelope::{sha256, sign};
use careplan_protocol::office_api::TransmissionEntry;
use careplan_protocol::receipt::{RECEIPT_TYPE, Receipt, ReceiptKind};
use tokio::task::JoinSet;

use crate::figures::{Round, Times};
use crate::letters::{self, Prepared};
use crate::process::Server;
use crate::world::Member;

/// Letters asked for at once, as the client does.
const PAGE_ENTRIES: u32 = 100;

/// The readers of an exchange: each member has one at most, and remembers how far it read.
pub(crate) struct Readers {
    members: Arc<[Member]>,
    address: SocketAddr,
    server: Server,
    cursors: Vec<i64>,
}

/// What one hand did in a round.
struct Done {
    hand: usize,
    cursor: i64,
    times: Vec<std::time::Duration>,
}

impl Readers {
    /// Readers that have read nothing.
    pub(crate) fn new(members: &Arc<[Member]>, address: SocketAddr, server: Server) -> Self {
        Self { members: Arc::clone(members), address, server, cursors: vec![0; members.len()] }
    }

    /// The first `readers` members list, fetch, open, verify and acknowledge `each` letters.
    pub(crate) async fn drain(&mut self, readers: usize, each: usize) -> anyhow::Result<Round> {
        let mut tasks = JoinSet::new();
        let mut ready = Vec::new();
        for hand in 0..readers {
            let connection = self.member(hand)?.connect(self.address).await?;
            ready.push((hand, connection, self.cursor(hand)));
        }
        let before = self.server.cost()?;
        let began = Instant::now();
        for (hand, connection, cursor) in ready {
            let members = Arc::clone(&self.members);
            tasks.spawn(async move {
                let member = members.get(hand).context("a member")?;
                drain_one(member, &connection, cursor, each).await.map(|it| Done { hand, ..it })
            });
        }
        self.finish(tasks, before, began).await
    }

    /// In each of `stacks` a sender and the next member play whole cycles: send, list, fetch,
    /// acknowledge, and the acknowledgement back to the sender.
    pub(crate) async fn cycles(&mut self, stacks: Vec<Arc<[Prepared]>>) -> anyhow::Result<Round> {
        let mut tasks = JoinSet::new();
        let mut ready = Vec::new();
        for (sender, stack) in stacks.into_iter().enumerate() {
            let receiver = (sender + 1) % self.members.len();
            let sending = self.member(sender)?.connect(self.address).await?;
            let receiving = self.member(receiver)?.connect(self.address).await?;
            let cursor = newest(&receiving, self.cursor(receiver)).await?;
            ready.push((receiver, sending, receiving, cursor, stack));
        }
        let before = self.server.cost()?;
        let began = Instant::now();
        for (receiver, sending, receiving, mut cursor, stack) in ready {
            let members = Arc::clone(&self.members);
            tasks.spawn(async move {
                let member = members.get(receiver).context("a member")?;
                let mut times = Vec::with_capacity(stack.len());
                for prepared in stack.iter() {
                    let began = Instant::now();
                    cursor = cycle(member, (&sending, &receiving), cursor, prepared).await?;
                    times.push(began.elapsed());
                }
                Ok(Done { hand: receiver, cursor, times })
            });
        }
        self.finish(tasks, before, began).await
    }

    async fn finish(
        &mut self,
        mut tasks: JoinSet<anyhow::Result<Done>>,
        before: crate::process::Cost,
        began: Instant,
    ) -> anyhow::Result<Round> {
        let mut times = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            let done = ended??;
            times.extend(done.times);
            if let Some(cursor) = self.cursors.get_mut(done.hand) {
                *cursor = done.cursor;
            }
        }
        let times = Times::new(times, began.elapsed());
        let (cpu, database_cpu) = self.server.since(before, times.count())?;
        let (p50, p99) = (times.quantile(0.5), times.quantile(0.99));
        Ok(Round { rate: times.rate(), p50, p99, cpu, database_cpu })
    }

    fn member(&self, hand: usize) -> anyhow::Result<&Member> {
        self.members.get(hand).context("a member")
    }

    fn cursor(&self, hand: usize) -> i64 {
        self.cursors.get(hand).copied().unwrap_or_default()
    }
}

async fn drain_one(
    member: &Member,
    connection: &Platform,
    mut cursor: i64,
    each: usize,
) -> anyhow::Result<Done> {
    let mut times = Vec::with_capacity(each);
    while times.len() < each {
        let rest = u32::try_from(each - times.len())?.min(PAGE_ENTRIES);
        let page = connection.inbox(cursor, rest, None).await?;
        ensure!(!page.transmissions.is_empty(), "the inbox holds fewer letters than were sent");
        for entry in &page.transmissions {
            let began = Instant::now();
            let sealed = connection.letter(entry.id, entry.sealed_bytes).await?;
            let reader = Reader {
                office: member.address.office,
                keys: &[&member.terminal],
                trust: &member.link.trust,
            };
            let letter = reader.read(&sealed, &Outside::of(entry)).context("open a letter")?;
            let manifest = Digest(sha256(&letter.signed_manifest));
            acknowledge(member, connection, entry, manifest).await?;
            times.push(began.elapsed());
        }
        cursor = page.next;
    }
    Ok(Done { hand: 0, cursor, times })
}

/// One cycle; gives the receiver's next cursor.
async fn cycle(
    member: &Member,
    (sending, receiving): (&Platform, &Platform),
    cursor: i64,
    prepared: &Prepared,
) -> anyhow::Result<i64> {
    let letter = &prepared.letter;
    let header = &letter.header;
    let accepted = sending.send(header, Handover::Body(letter.sealed.clone())).await?;
    ensure!(accepted.first() == Some(&0x30), "{} was accepted without a receipt", header.id);
    let page = receiving.inbox(cursor, PAGE_ENTRIES, None).await?;
    let entry = page.transmissions.iter().find(|it| it.id == header.id);
    let entry = entry.with_context(|| format!("{} is not in the inbox", header.id))?;
    let sealed = receiving.letter(entry.id, entry.sealed_bytes).await?;
    ensure!(Digest(sha256(&sealed)) == header.sealed_digest, "{} is not as it was sent", header.id);
    let manifest = Digest(sha256(&letter.signed_manifest));
    let signed = acknowledge(member, receiving, entry, manifest).await?;
    let back = sending.receipt(header.id, ReceiptKind::Acknowledged).await?;
    ensure!(back.as_ref() == Some(&signed), "{} came back with another receipt", header.id);
    Ok(page.next)
}

/// Signs the receipt and hands it in; the platform must answer with the same bytes.
async fn acknowledge(
    member: &Member,
    connection: &Platform,
    entry: &TransmissionEntry,
    manifest: Digest,
) -> anyhow::Result<Vec<u8>> {
    let now = letters::now();
    let receipt = Receipt {
        document: RECEIPT_TYPE.to_owned(),
        kind: ReceiptKind::Acknowledged,
        transmission: entry.id,
        from: entry.from,
        to: entry.to,
        unit: entry.unit,
        sealed_sha256: entry.sealed_sha256,
        at: now,
        manifest_sha256: Some(manifest),
        deadline: None,
        reason: None,
    };
    let signed = sign(&serde_json::to_vec(&receipt)?, member.link.identity.signer(), now)?;
    let stored = connection.hand_in(entry.id, ReceiptKind::Acknowledged, signed.clone()).await?;
    ensure!(stored == signed, "{} has another receipt than was handed in", entry.id);
    Ok(signed)
}

/// The end of an inbox.
async fn newest(connection: &Platform, mut cursor: i64) -> anyhow::Result<i64> {
    const LONGEST_PAGE: u32 = 500;
    loop {
        let page = connection.inbox(cursor, LONGEST_PAGE, None).await?;
        cursor = page.next;
        if !page.more {
            return Ok(cursor);
        }
    }
}
