//! A client's disk is full.

use std::fs;

use careplan_client::OfficeFault;
use careplan_client::outbox::{DocumentOrder, SendOptions, gather, judge};
use careplan_client::{Office, OfficeOptions};
use careplan_domain::transmission::State as Life;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::exchange::Exchange;
use careplan_testkit::small_disk::SmallDisk;
use tempfile::TempDir;

use crate::world::{LARGE, SMALL, World, document};

/// Room for a client's state and some letters.
const MEBIBYTES: u32 = 16;

async fn platform() -> Exchange {
    Exchange::start(&TestDatabase::fresh(Engine::Sqlite).await, "").await.unwrap()
}

/// The sentence says what happened and what to do.
fn says_full(fault: &OfficeFault) {
    let said = fault.to_string();
    assert!(fault.code() == "disk_full" && fault.is_transient(), "{fault:?}");
    assert!(said.contains("空き") && said.contains("失われません"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_without_room_says_so_keeps_nothing_by_halves_and_sends_once_there_is_some() {
    let folder = TempDir::with_prefix("careplan-storage-").unwrap();
    let client = folder.path().join("9970000018-43").join("client");
    let Some(disk) = SmallDisk::mount(&client, MEBIBYTES) else { return };
    let mut world = World::begin(platform().await, folder.path()).await;
    let path = folder.path().join("plan.pdf");
    fs::write(&path, document("plan.pdf", LARGE)).unwrap();
    let files = gather(&[path]).unwrap();
    let order = DocumentOrder { from: world.sender.address(), to: world.receiver.address(), month: None };
    let options = SendOptions { documents: Some(order), ..SendOptions::default() };
    let office = world.sender.office().clone();

    // Before anything is stored.
    disk.fill();
    let fault = office.send_files(&files, &judge(&files), &options, |_| {}).await.unwrap_err();
    says_full(&fault);
    assert!(office.state().all_sent().await.unwrap().is_empty());
    assert!(!world.sender.work(10).await.unwrap());
    disk.make_room();
    office.send_files(&files, &judge(&files), &options, |_| {}).await.unwrap();

    // Between the platform's acceptance and our note of it.
    disk.fill();
    assert!(!world.sender.work(10).await.unwrap());
    let accepted = world.accepted().await;
    assert_eq!(accepted.len(), 1);
    assert!(!world.sender.work(10).await.unwrap());
    disk.make_room();
    assert!(world.sender.work(10).await.unwrap());
    assert_eq!(world.accepted().await, accepted);
    let state = office.state().all_sent().await.unwrap()[0].state;
    assert_eq!(state, careplan_client::state::SentState::Life(Life::Accepted));
    drop(office);
    world.all_arrive(&[("plan.pdf", LARGE)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_whose_disk_is_full_at_every_step_takes_every_letter_whole_and_once() {
    let folder = TempDir::with_prefix("careplan-storage-").unwrap();
    let client = folder.path().join("9970000026-11").join("client");
    let Some(disk) = SmallDisk::mount(&client, MEBIBYTES) else { return };
    let mut world = World::begin(platform().await, folder.path()).await;
    let documents = [("small.pdf", SMALL), ("large.pdf", LARGE)];
    for (name, bytes) in documents {
        world.post(name, bytes).await;
    }
    world.sender.work(10).await.unwrap();
    let (mut met, mut quiet) = (0, 0);
    while quiet < 3 {
        let inbox = world.receiver.inbox().unwrap();
        disk.fill();
        assert!(!world.receiver.work(1).await.unwrap(), "a step was done without room for it");
        assert_eq!(world.receiver.inbox().unwrap(), inbox, "something half-written lies in the inbox");
        disk.make_room();
        world.later();
        let moved = world.receiver.work(1).await.unwrap();
        met += u32::from(moved);
        quiet = if moved { 0 } else { quiet + 1 };
    }
    // Listed, and for each letter: verified, written, acknowledged.
    assert_eq!(met, 1 + 3 * 2);
    world.all_arrive(&documents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_starts_on_a_full_disk_says_so() {
    let folder = TempDir::with_prefix("careplan-storage-").unwrap();
    let client = folder.path().join("9970000018-43").join("client");
    let Some(disk) = SmallDisk::mount(&client, MEBIBYTES) else { return };
    let world = World::begin(platform().await, folder.path()).await;
    world.sender.office().clone().close().await;
    disk.fill();
    says_full(&Office::open(OfficeOptions::at(&client)).await.unwrap_err());
    disk.make_room();
    assert!(Office::open(OfficeOptions::at(&client)).await.unwrap().link().await.is_ok());
}
