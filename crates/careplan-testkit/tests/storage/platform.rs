//! The platform's disk is full.

use std::path::Path;

use careplan_client::platform::PlatformFault;
use careplan_domain::TransmissionId;
use careplan_platform::serve::StartFault;
use careplan_protocol::Code;
use careplan_protocol::receipt::ReceiptKind;
use careplan_testkit::exchange::Exchange;
use careplan_testkit::small_disk::SmallDisk;
use tempfile::TempDir;

use crate::world::{IN_PARTS, LARGE, SMALL, World};

fn folder() -> TempDir {
    TempDir::with_prefix("careplan-storage-").unwrap()
}

/// 507 with its sentence, as a person reads it.
fn is_full(fault: &PlatformFault) {
    let PlatformFault::Problem(problem) = fault else { panic!("no answer: {fault}") };
    assert_eq!((problem.code, problem.status), (Code::StorageFull, 507), "{problem}");
    let said = problem.to_string();
    assert!(said.contains("保存領域が足りません") && said.contains("データは失われていません"), "{said}");
    assert!(fault.is_transient());
}

/// Files below a folder.
fn files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_without_room_takes_nothing_by_halves_and_goes_on_when_there_is_some() {
    let folder = folder();
    let Some(disk) = SmallDisk::mount(&folder.path().join("platform"), 32) else { return };
    let mut world = World::begin(Exchange::embedded(disk.path(), "").await.unwrap(), folder.path()).await;
    world.post("before.pdf", SMALL).await;
    world.post("before-large.pdf", LARGE).await;
    world.sender.work(10).await.unwrap();
    let before = world.accepted().await;
    assert_eq!(before.len(), 2);

    let mut during = Vec::new();
    for (name, bytes) in [("during.pdf", SMALL), ("during-large.pdf", LARGE)] {
        during.push(world.compose(name, bytes).await);
    }
    world.post("posted.pdf", SMALL).await;
    world.post("posted-in-parts.pdf", IN_PARTS).await;
    disk.fill();
    let courier = world.courier().await;
    let squeezed = squeeze(&world).await;
    let before = [before, squeezed.iter().map(|(_, id)| *id).collect()].concat();
    for letter in &during {
        is_full(&courier.send(letter).await.unwrap_err());
        let unknown = world.receipts(letter.header.id).await.unwrap_err();
        assert_eq!(unknown.problem(), Some(Code::TransmissionUnknown));
    }
    assert!(!world.sender.work(10).await.unwrap(), "a letter was accepted by a full platform");
    for sent in world.sender.office().state().all_sent().await.unwrap() {
        if !before.contains(&sent.header.id) {
            assert_eq!(sent.fault.unwrap().code, "storage-full");
        }
    }
    // What was accepted is listed; to fetch it is an event that wants to be written down.
    assert_eq!(world.accepted().await, before);
    world.receiver.work(10).await.unwrap();
    assert!(world.receiver.inbox().unwrap().is_empty());

    disk.make_room();
    for letter in &during {
        let receipt = courier.send(letter).await.unwrap();
        assert_eq!(courier.send(letter).await.unwrap(), receipt);
        assert_eq!(world.receipts(letter.header.id).await.unwrap(), [ReceiptKind::Accepted]);
    }
    world.later();
    let mut arrive = vec![
        ("before.pdf", SMALL),
        ("before-large.pdf", LARGE),
        ("during.pdf", SMALL),
        ("during-large.pdf", LARGE),
        ("posted.pdf", SMALL),
        ("posted-in-parts.pdf", IN_PARTS),
    ];
    arrive.extend(squeezed.iter().map(|(name, _)| (name.as_str(), SMALL)));
    world.all_arrive(&arrive).await;
    assert_eq!(world.accepted().await.len(), arrive.len());
}

/// Sends small letters to a full platform until it refuses one: where the database's log was folded a moment before, its file has room
/// for some. They are accepted as any other.
async fn squeeze(world: &World) -> Vec<(String, TransmissionId)> {
    let courier = world.courier().await;
    let mut accepted = Vec::new();
    for number in 0..SQUEEZED_MAX {
        let name = format!("squeezed-{number}.pdf");
        let letter = world.compose(&name, SMALL).await;
        match courier.send(&letter).await {
            Ok(_) => accepted.push((name, letter.header.id)),
            Err(fault) => {
                is_full(&fault);
                return accepted;
            }
        }
    }
    panic!("a full platform accepted {SQUEEZED_MAX} letters")
}

/// Letters for which the log of a small platform has room by no means.
const SQUEEZED_MAX: usize = 500;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_shelf_refuses_large_letters_leaves_nothing_of_them_and_lets_small_ones_pass() {
    let folder = folder();
    let platform = folder.path().join("platform");
    let letters = platform.join("letters");
    let Some(disk) = SmallDisk::mount(&letters, 8) else { return };
    let mut world = World::begin(Exchange::embedded(&platform, "").await.unwrap(), folder.path()).await;
    world.post("before-large.pdf", LARGE).await;
    world.sender.work(10).await.unwrap();
    let large = world.compose("large.pdf", LARGE).await;
    let small = world.compose("small.pdf", SMALL).await;
    world.post("in-parts.pdf", IN_PARTS).await;

    disk.fill();
    let lying = files(&letters);
    let courier = world.courier().await;
    is_full(&courier.send(&large).await.unwrap_err());
    assert!(!world.sender.work(10).await.unwrap(), "a letter was accepted by a full shelf");
    assert_eq!(files(&letters), lying, "something of the refused letters was left");
    courier.send(&small).await.unwrap();
    assert_eq!(world.accepted().await.len(), 2);
    // Reading needs no room on the shelf.
    world.receiver.work(10).await.unwrap();
    assert_eq!(world.receiver.inbox().unwrap().len(), 2);

    disk.make_room();
    let receipt = courier.send(&large).await.unwrap();
    assert_eq!(courier.send(&large).await.unwrap(), receipt);
    assert_eq!(world.receipts(large.header.id).await.unwrap(), [ReceiptKind::Accepted]);
    world.later();
    let arrive =
        [("before-large.pdf", LARGE), ("large.pdf", LARGE), ("small.pdf", SMALL), ("in-parts.pdf", IN_PARTS)];
    world.all_arrive(&arrive).await;
    assert_eq!(files(&letters), lying - 1 + 2, "one file for each large letter, and no filler");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_starts_on_a_full_disk_says_so_and_starts_when_there_is_room() {
    let folder = folder();
    let Some(disk) = SmallDisk::mount(&folder.path().join("platform"), 32) else { return };
    let mut exchange = Exchange::embedded(disk.path(), "").await.unwrap();
    exchange.stop().await.unwrap();
    disk.fill();
    let fault = exchange.restart().await.unwrap_err();
    assert!(matches!(fault.downcast_ref(), Some(StartFault::Full(_))), "{fault:?}");
    disk.make_room();
    exchange.restart().await.unwrap();
}
