//! Letters for the load, sealed before the clock runs: the generator shares the machine with the
//! server. What sealing costs is printed apart.

use std::sync::Arc;

use anyhow::Context as _;
use careplan_client::letter::{Composed, Draft, OutgoingFile, compose};
use careplan_domain::{Timestamp, UnitKind};
use careplan_envelope::Recipient;
use careplan_testkit::courier::new_id;

use crate::world::Member;

/// A usual letter: a month's plan of one user, CSV and a PDF.
pub(crate) const LETTER_BYTES: usize = 20 * 1024;

/// Threads that seal.
const SEALERS: usize = 2;

/// A sealed letter and who sends it.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Place of the sender among the members.
    pub(crate) sender: usize,
    /// The letter.
    pub(crate) letter: Composed,
}

/// The instant, as the client library takes it.
#[expect(
    clippy::disallowed_methods,
    reason = "a program's edge: the library below takes the time as a value"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// The one file of every letter.
pub(crate) fn files() -> [OutgoingFile; 1] {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.resize(LETTER_BYTES, b'p');
    [OutgoingFile { name: "plan.pdf".to_owned(), bytes }]
}

/// Signs and seals one letter from a member to the next one.
pub(crate) fn seal(members: &[Member], sender: usize, files: &[OutgoingFile]) -> anyhow::Result<Composed> {
    let from = members.get(sender).context("a sender")?;
    let to = members.get((sender + 1) % members.len()).context("a receiver")?;
    let draft = Draft {
        id: new_id(),
        from: from.address,
        to: to.address,
        unit: UnitKind::Document,
        month: None,
        replaces: None,
        files,
        reminder: None,
    };
    let recipients: Vec<_> = to.keys.iter().map(Recipient::Terminal).collect();
    Ok(compose(&draft, from.link.identity.signer(), &recipients, now())?)
}

/// Seals `each` letters for every one of `hands`; hand *n* sends for member *n* modulo all.
pub(crate) async fn prepare(
    members: &Arc<[Member]>,
    hands: usize,
    each: usize,
) -> anyhow::Result<Vec<Arc<[Prepared]>>> {
    let mut sealing = Vec::new();
    for sealer in 0..SEALERS {
        let members = Arc::clone(members);
        sealing.push(tokio::task::spawn_blocking(move || {
            let files = files();
            let ours = (0..hands).filter(|hand| hand % SEALERS == sealer);
            ours.map(|hand| stack(&members, hand, each, &files).map(|it| (hand, it)))
                .collect::<anyhow::Result<Vec<_>>>()
        }));
    }
    let mut stacks = Vec::new();
    for sealer in sealing {
        stacks.extend(sealer.await??);
    }
    stacks.sort_by_key(|(hand, _)| *hand);
    Ok(stacks.into_iter().map(|(_, stack)| stack).collect())
}

fn stack(
    members: &[Member],
    hand: usize,
    each: usize,
    files: &[OutgoingFile],
) -> anyhow::Result<Arc<[Prepared]>> {
    let sender = hand % members.len();
    (0..each).map(|_| Ok(Prepared { sender, letter: seal(members, sender, files)? })).collect()
}
