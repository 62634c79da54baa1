//! The import folder: what was received lies there in the order of its serials, and counts as imported when it left.

use std::fs;
use std::path::Path;

use careplan_client::Office;
use careplan_client::folders::{FolderEvent, ImportFolder, Mode, Shape, TroubleKind};
use careplan_client::state::ReceivedState;
use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use jiff::SignedDuration;

use crate::shared::{Shared, seen, settings};
use crate::world::{RECEIVER, SENDER, World, drain, examples, files_below, one, send};

const FROM: &str = "9970000018-43";

fn name_of(serial: &str) -> String {
    format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_{serial}.CSV")
}

async fn receiving() -> (World, Office, Shared) {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let shared = Shared::new(&world, &receiver, Mode::Off).await;
    (world, sender, shared)
}

async fn sent(sender: &Office, folder: &Path) -> TransmissionId {
    let id = send(sender, folder).await.transmissions().next().unwrap();
    drain(sender).await;
    id
}

async fn state(shared: &Shared, id: TransmissionId) -> ReceivedState {
    shared.office.state().received(id).await.unwrap().unwrap().state
}

async fn choose(shared: &Shared, change: impl FnOnce(&mut ImportFolder)) {
    let mut chosen = settings(&shared.office, (&shared.export, &shared.import), Mode::Off);
    change(chosen.import.as_mut().unwrap());
    shared.office.choose_folders(&chosen, "yamada").await.unwrap();
}

#[tokio::test]
async fn what_comes_lies_in_the_folder_of_its_partner_and_counts_as_imported_when_it_left() {
    let (world, sender, mut shared) = receiving().await;
    let id = sent(&sender, &examples().join("02_K2_use_slip")).await;
    drain(&shared.office).await;
    assert_eq!(shared.look(&world).await, [FolderEvent::Placed(id)]);
    let there = shared.in_import();
    assert!(there.len() == 3 && there.iter().all(|path| path.starts_with(FROM)), "{there:?}");
    for (path, bytes) in files_below(&examples().join("02_K2_use_slip")) {
        assert_eq!(fs::read(shared.import.join(FROM).join(path.file_name().unwrap())).unwrap(), bytes);
    }
    assert_eq!(shared.status().to_import, 1);
    // The care software takes one file after the other.
    fs::remove_file(shared.import.join(&there[0])).unwrap();
    assert_eq!(shared.look(&world).await, []);
    fs::rename(shared.import.join(&there[1]), world.path("taken")).unwrap();
    fs::remove_file(shared.import.join(&there[2])).unwrap();
    assert_eq!(shared.look(&world).await, [FolderEvent::Left(id)]);
    assert_eq!(state(&shared, id).await, ReceivedState::Importing);
    drain(&shared.office).await;
    assert_eq!(state(&shared, id).await, ReceivedState::Imported);
    assert_eq!(world.exchange.lock().letters[&id].entry.state, Life::Imported);
    assert_eq!((shared.look(&world).await.len(), shared.in_import().len()), (0, 0), "it is not placed again");
}

#[tokio::test]
async fn units_are_placed_in_the_order_of_their_serials_whatever_came_first() {
    let (world, sender, mut shared) = receiving().await;
    choose(&shared, |import| import.shape = Shape::Flat).await;
    let serials = ["20261021110003", "20261021110001", "20261021110002"];
    let mut ids = Vec::new();
    for serial in serials {
        ids.push((serial, sent(&sender, &world.small_unit(serial)).await));
    }
    drain(&shared.office).await;
    ids.sort();
    let placed: Vec<FolderEvent> = ids.iter().map(|(_, id)| FolderEvent::Placed(*id)).collect();
    assert_eq!(shared.look(&world).await, placed);
    let names: Vec<String> = ids.iter().map(|(serial, _)| name_of(serial)).collect();
    assert_eq!(shared.in_import(), names);
    let times: Vec<_> = names
        .iter()
        .map(|name| fs::metadata(shared.import.join(name)).unwrap().modified().unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[tokio::test]
async fn what_lies_there_under_the_same_name_is_not_overwritten_and_it_is_said_where_the_other_lies() {
    let (world, sender, mut shared) = receiving().await;
    let serial = "20261021110000";
    let occupied = shared.import.join(FROM).join(name_of(serial));
    fs::create_dir_all(occupied.parent().unwrap()).unwrap();
    fs::write(&occupied, b"mine").unwrap();
    let id = sent(&sender, &world.small_unit(serial)).await;
    drain(&shared.office).await;
    shared.look(&world).await;
    assert_eq!(fs::read(&occupied).unwrap(), b"mine");
    let beside = format!("{FROM}/{serial}_2");
    let there = [
        format!("{FROM}/{}", name_of(serial)),
        format!("{beside}.txt"),
        format!("{beside}/{}", name_of(serial)),
    ];
    let mut sorted = there.to_vec();
    sorted.sort();
    assert_eq!(shared.in_import(), sorted);
    let said = shared.trouble(TroubleKind::Occupied);
    assert!(said.contains(&format!("{serial}_2")) && said.contains("どちらが正しいか"), "{said}");
    fs::remove_file(shared.import.join(&beside).join(name_of(serial))).unwrap();
    assert_eq!(shared.look(&world).await, [FolderEvent::Left(id)]);
    assert_eq!(shared.in_import(), [format!("{FROM}/{}", name_of(serial))]);
    assert!(shared.status().troubles.is_empty());
}

#[tokio::test]
async fn a_folder_that_is_away_or_another_one_makes_nothing_count_as_imported() {
    let (world, sender, mut shared) = receiving().await;
    let id = sent(&sender, &world.small_unit("20261021110000")).await;
    drain(&shared.office).await;
    shared.look(&world).await;
    let away = world.path("away");
    fs::rename(&shared.import, &away).unwrap();
    shared.look(&world).await;
    assert!(shared.trouble(TroubleKind::FolderGone).contains("取込フォルダー"));
    // The place where a share is not connected.
    fs::create_dir(&shared.import).unwrap();
    let later = sent(&sender, &world.small_unit("20261021110001")).await;
    drain(&shared.office).await;
    shared.look(&world).await;
    let said = shared.trouble(TroubleKind::FolderGone);
    assert!(said.contains("目印もありません") && said.contains("設定で"), "{said}");
    assert!(files_below(&shared.import).is_empty());
    assert_eq!(state(&shared, id).await, ReceivedState::Acknowledged);
    fs::remove_dir(&shared.import).unwrap();
    fs::rename(&away, &shared.import).unwrap();
    assert_eq!(shared.look(&world).await, [FolderEvent::Placed(later)]);
    assert!(shared.status().troubles.is_empty());
}

#[tokio::test]
async fn choosing_a_folder_that_was_made_anew_places_once_more_what_was_not_imported() {
    let (world, sender, mut shared) = receiving().await;
    let id = sent(&sender, &world.small_unit("20261021110000")).await;
    drain(&shared.office).await;
    shared.look(&world).await;
    fs::remove_dir_all(&shared.import).unwrap();
    fs::create_dir(&shared.import).unwrap();
    shared.look(&world).await;
    shared.trouble(TroubleKind::FolderGone);
    let since = world.exchange.lock().now.saturating_sub(SignedDuration::from_hours(1)).unwrap();
    choose(&shared, |import| import.since = since).await;
    assert_eq!(shared.look(&world).await, [FolderEvent::Placed(id)]);
    assert_eq!(state(&shared, id).await, ReceivedState::Acknowledged);
}

#[tokio::test]
async fn another_folder_gets_what_still_lies_in_the_one_before() {
    let (world, sender, mut shared) = receiving().await;
    let since = shared.office.now();
    let taken = sent(&sender, &world.small_unit("20261021110000")).await;
    let left = sent(&sender, &world.small_unit("20261021110001")).await;
    drain(&shared.office).await;
    shared.look(&world).await;
    fs::remove_file(shared.import.join(FROM).join(name_of("20261021110000"))).unwrap();
    let other = world.path("other");
    fs::create_dir(&other).unwrap();
    choose(&shared, |import| (import.folder, import.since) = (other.clone(), since)).await;
    let events = shared.look(&world).await;
    assert_eq!(events, [FolderEvent::Left(taken), FolderEvent::Placed(left)]);
    assert_eq!(seen(&other), [format!("{FROM}/{}", name_of("20261021110001"))]);
}

#[tokio::test]
async fn from_a_folder_that_is_away_another_one_is_chosen_and_nothing_counts_as_imported() {
    let (world, sender, mut shared) = receiving().await;
    let since = shared.office.now();
    let id = sent(&sender, &world.small_unit("20261021110000")).await;
    drain(&shared.office).await;
    shared.look(&world).await;
    // The share is not connected any more, and an empty folder is in its place.
    fs::rename(&shared.import, world.path("away")).unwrap();
    fs::create_dir(&shared.import).unwrap();
    let other = world.path("other");
    fs::create_dir(&other).unwrap();
    choose(&shared, |import| (import.folder, import.since) = (other.clone(), since)).await;
    assert_eq!(shared.look(&world).await, [FolderEvent::Placed(id)]);
    assert_eq!(state(&shared, id).await, ReceivedState::Acknowledged);
}

#[tokio::test]
async fn what_came_before_the_folder_was_chosen_is_not_placed() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    sent(&sender, &world.small_unit("20261021110000")).await;
    drain(&receiver).await;
    world.pass(SignedDuration::from_secs(1));
    let mut shared = Shared::new(&world, &receiver, Mode::Off).await;
    assert_eq!((shared.look(&world).await.len(), shared.in_import().len()), (0, 0));
}

#[tokio::test]
async fn what_was_marked_by_hand_is_not_placed_and_nobody_looks_after_its_files() {
    let (world, sender, mut shared) = receiving().await;
    let before = sent(&sender, &world.small_unit("20261021110000")).await;
    drain(&shared.office).await;
    shared.office.mark_imported(before).await.unwrap();
    let after = sent(&sender, &world.small_unit("20261021110001")).await;
    drain(&shared.office).await;
    assert_eq!(shared.look(&world).await, [FolderEvent::Placed(after)]);
    shared.office.mark_imported(after).await.unwrap();
    shared.look(&world).await;
    assert_eq!(shared.status().to_import, 0);
}

#[tokio::test]
async fn what_left_before_its_receipt_was_handed_in_is_marked_when_it_was() {
    let (world, sender, mut shared) = receiving().await;
    let id = sent(&sender, &world.small_unit("20261021110000")).await;
    {
        let mut engine = shared.office.engine().unwrap();
        while state_or_none(&shared, id).await != Some(ReceivedState::Written) {
            one(&mut engine, 1).await.unwrap();
        }
    }
    shared.look(&world).await;
    fs::remove_file(shared.import.join(FROM).join(name_of("20261021110000"))).unwrap();
    assert_eq!(shared.look(&world).await, [FolderEvent::Left(id)]);
    assert_eq!(state(&shared, id).await, ReceivedState::Written);
    drain(&shared.office).await;
    shared.look(&world).await;
    drain(&shared.office).await;
    assert_eq!(state(&shared, id).await, ReceivedState::Imported);
}

async fn state_or_none(shared: &Shared, id: TransmissionId) -> Option<ReceivedState> {
    shared.office.state().received(id).await.unwrap().map(|it| it.state)
}
