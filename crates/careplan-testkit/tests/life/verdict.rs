//! What must hold at the end of a life.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, bail, ensure};
use careplan_client::history::Direction;
use careplan_client::state::{ReceivedState, SentState};
use careplan_domain::TransmissionId;
use careplan_domain::transmission::State;
use careplan_protocol::office_api::TransmissionEntry;
use careplan_protocol::receipt::ReceiptKind;
use careplan_testkit::office::TestOffice;

use crate::step::Who;
use crate::world::World;

/// Judges the world.
pub(crate) async fn pass(world: &World) -> anyhow::Result<()> {
    world.exchange.verify_audit().await?;
    for who in 0..world.members.len() {
        let (sender, receiver) = (&world.members[who], &world.members[1 - who]);
        let listed = sent_list(sender).await?;
        knows_the_same(sender, &listed, world).await?;
        let inbox = receiver.inbox()?;
        let reminders = reminders_of(who, world).await?;
        for (name, copies) in &inbox {
            let (sent, most) = match (world.documents.get(name), reminders.get(name)) {
                (Some(written), _) => (written, 1),
                (None, Some(pages)) => (pages, pages.len()),
                (None, None) => bail!("{name} was never sent"),
            };
            ensure!(copies.len() <= most, "{name} lies {} times in the inbox folder", copies.len());
            ensure!(copies.iter().all(|it| sent.contains(it)), "{name} is not as it was sent");
        }
        for entry in listed.values() {
            came_to_an_end(sender, receiver, entry).await.with_context(|| format!("{}", entry.id))?;
        }
        for id in world.poison.iter().filter(|id| listed.contains_key(id)) {
            let state = listed.get(id).map(|entry| entry.state);
            let good = matches!(state, Some(State::Refused | State::Expired));
            ensure!(good, "the poison {id} ended as {state:?}");
        }
    }
    folders_are_in_order(world).await
}

/// The pages of the letters with which an office reminded, by file name.
async fn reminders_of(who: Who, world: &World) -> anyhow::Result<BTreeMap<String, Vec<Vec<u8>>>> {
    let history = world.members.get(who).context("one of two offices")?.office().history();
    let mut pages: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for (_, id) in world.reminders.iter().filter(|(of, _)| *of == who) {
        for (name, bytes) in history.files(*id, Direction::Sent).await?.context("a reminder has its copy")? {
            pages.entry(name.as_str().to_owned()).or_default().push(bytes);
        }
    }
    Ok(pages)
}

/// Every set of an export folder is answered or waits whole for a file of its own; every unit was handed to the care software once.
async fn folders_are_in_order(world: &World) -> anyhow::Result<()> {
    for (who, member) in world.members.iter().enumerate() {
        let exported = TestOffice::files_below(&member.export_folder())?;
        let mut written: BTreeMap<&str, Vec<&[u8]>> = BTreeMap::new();
        for (name, bytes) in world.exported.iter().filter(|(of, _)| *of == who).flat_map(|(_, files)| files) {
            written.entry(name).or_default().push(bytes);
        }
        for (name, mut written) in written {
            let copies =
                exported.get(name).with_context(|| format!("{name} is gone from the export folder"))?;
            let mut copies: Vec<&[u8]> = copies.iter().map(Vec::as_slice).collect();
            copies.sort_unstable();
            written.sort_unstable();
            ensure!(
                copies == written,
                "{name} lies {} times, or otherwise than it was written",
                copies.len()
            );
        }
        let taken_by = fs::read_dir(member.export_folder())?
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(".taken-by-"));
        for folder in taken_by {
            let left = TestOffice::files_below(&folder.path())?;
            ensure!(left.is_empty(), "taken and never answered: {:?}", left.keys());
        }
        let lying = TestOffice::files_below(&member.import_folder())?;
        for received in member.office().state().all_received().await? {
            let Some(files) =
                member.office().history().files(received.header.id, Direction::Received).await?
            else {
                continue;
            };
            for (name, bytes) in files {
                let all = [&lying, &world.taken].into_iter().filter_map(|found| found.get(name.as_str()));
                let all: Vec<&Vec<u8>> = all.flatten().collect();
                ensure!(
                    all.iter().all(|copy| **copy == bytes),
                    "{} was handed over otherwise",
                    name.as_str()
                );
                // What only reminds is nothing for care software.
                let reminds = world.reminders.iter().any(|(_, id)| *id == received.header.id);
                let most = usize::from(!reminds);
                ensure!(all.len() <= most, "{} was handed over {} times", name.as_str(), all.len());
                let is_due = received.state == ReceivedState::Acknowledged && !reminds;
                ensure!(!is_due || all.len() == 1, "{} was never handed over", name.as_str());
            }
        }
    }
    Ok(())
}

/// Everything the platform took from this office.
async fn sent_list(member: &TestOffice) -> anyhow::Result<BTreeMap<TransmissionId, TransmissionEntry>> {
    let courier = member.courier().await?;
    let (mut listed, mut after) = (BTreeMap::new(), 0);
    loop {
        let page = courier.platform().sent(after, 100).await?;
        after = page.next;
        for entry in page.transmissions {
            let id = entry.id;
            ensure!(listed.insert(id, entry).is_none(), "{id} is listed twice");
        }
        if !page.more {
            return Ok(listed);
        }
    }
}

/// Client and platform agree on what was sent and how it ended.
async fn knows_the_same(
    sender: &TestOffice,
    listed: &BTreeMap<TransmissionId, TransmissionEntry>,
    world: &World,
) -> anyhow::Result<()> {
    let mut known = 0;
    for sent in sender.office().state().all_sent().await? {
        let id = sent.header.id;
        ensure!(!sent.is_withdrawing(), "somebody still waits for {id} to be taken back");
        match (sent.state, listed.get(&id)) {
            (SentState::Life(state), Some(entry)) => {
                ensure!(state == entry.state, "{id} is {:?}, and its sender believes {state:?}", entry.state);
                known += 1;
            }
            (SentState::Rejected, None) => {}
            (state, entry) => bail!("{id} is {state:?} at its sender and {entry:?} at the platform"),
        }
    }
    // Poison is handed over past the client, so only the platform knows it.
    let past_the_client = listed.keys().filter(|id| world.poison.contains(id)).count();
    ensure!(
        known + past_the_client == listed.len(),
        "the platform lists {} transmissions, the sender knows {known}",
        listed.len()
    );
    Ok(())
}

/// One definite end, with its receipt; what was acknowledged lies at its receiver.
async fn came_to_an_end(
    sender: &TestOffice,
    receiver: &TestOffice,
    entry: &TransmissionEntry,
) -> anyhow::Result<()> {
    let receipts = sender.courier().await?.platform().receipts(entry.id).await?.receipts;
    let kinds: Vec<ReceiptKind> = receipts.iter().map(|it| it.kind).collect();
    let ends: Vec<ReceiptKind> = kinds
        .iter()
        .copied()
        .filter(|kind| !matches!(kind, ReceiptKind::Accepted | ReceiptKind::Imported))
        .collect();
    ensure!(kinds.contains(&ReceiptKind::Accepted), "has no receipt of its acceptance");
    let expected = match entry.state {
        State::Acknowledged | State::Imported => ReceiptKind::Acknowledged,
        State::Withdrawn => ReceiptKind::Withdrawn,
        State::Refused => ReceiptKind::Refused,
        State::Expired => ReceiptKind::Expired,
        State::Accepted | State::Fetched => bail!("still waits after its deadline"),
    };
    ensure!(ends == [expected], "is {:?} and has the receipts {kinds:?}", entry.state);
    let known = receiver.office().state().received(entry.id).await?;
    if expected == ReceiptKind::Acknowledged {
        let folder = known.context("was acknowledged, and its receiver does not know it")?.folder;
        ensure!(folder.is_some(), "was acknowledged and lies in no folder");
    }
    Ok(())
}
