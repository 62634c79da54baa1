//! What goes out between the look at the outbox and the letter's own row: another window of the office sends at the same moment.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use careplan_client::mishap::{Mishap, Mishaps, Point};
use careplan_client::outbox::{SendOptions, SerialUsed, UnitOutcome};
use careplan_client::{Office, OfficeOptions};

use crate::world::{RECEIVER, SENDER, World, files_below, send};

const SERIAL: &str = "20261021110000";
const AS_IT_WENT: &[u8] = b"202407,990001,0009900021,20261015\r\n";
const CORRECTED: &[u8] = b"202407,990001,0009900021,20261016\r\n";
const OTHER_USER: &[u8] = b"202407,990001,0009900039,20261015\r\n";

/// Somebody who sends a folder to its end, once, when a letter is sealed and not stored yet.
struct Meanwhile(Mutex<Option<(OfficeOptions, PathBuf)>>);

impl Mishap for Meanwhile {
    fn strikes_at(&self, point: Point) -> bool {
        let due = if point == Point::LetterSealed { self.0.lock().unwrap().take() } else { None };
        if let Some((options, folder)) = due {
            std::thread::spawn(move || send_all(options, &folder)).join().unwrap();
        }
        false
    }
}

#[tokio::main(flavor = "current_thread")]
async fn send_all(options: OfficeOptions, folder: &Path) {
    let office = Office::open(options).await.unwrap();
    let report = send(&office, folder).await;
    assert_eq!(report.transmissions().count(), 1);
    office.close().await;
}

/// A unit under one serial, in a folder of its own.
fn unit(world: &World, content: &[u8], folder: &str) -> PathBuf {
    let from = world.small_unit(SERIAL);
    let folder = world.path(folder);
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        std::fs::write(folder.join(file.unwrap().file_name()), content).unwrap();
    }
    folder
}

/// What becomes of a unit when another of its serial goes while it is sealed; and how many letters there are then.
async fn outcome(content: &[u8], serial_used: SerialUsed) -> (UnitOutcome, usize) {
    let world = World::new();
    world.set_up(SENDER).await.close().await;
    world.set_up(RECEIVER).await;
    let other = (world.options(SENDER, Mishaps::default()), unit(&world, AS_IT_WENT, "other"));
    let meanwhile = Mishaps::new(Meanwhile(Mutex::new(Some(other))));
    let office = Office::open(world.options(SENDER, meanwhile)).await.unwrap();
    let options = SendOptions { serial_used, ..SendOptions::default() };
    let report = office.send_folder(&unit(&world, content, "own"), &options).await.unwrap();
    let count = office.state().all_sent().await.unwrap().len();
    let copies = files_below(&world.path(SENDER).join("sent"));
    let copies = copies.keys().filter(|path| path.extension().is_some_and(|it| it == "CSV"));
    assert_eq!(copies.count(), count, "what did not go leaves no copy");
    (report.units.into_iter().next().unwrap().outcome, count)
}

#[tokio::test]
async fn a_serial_that_goes_with_other_content_while_a_unit_is_sealed_stops_that_unit() {
    for (content, serial_used) in [
        (CORRECTED, SerialUsed::Refused),
        (OTHER_USER, SerialUsed::Refused),
        (OTHER_USER, SerialUsed::Corrected),
    ] {
        let (outcome, count) = outcome(content, serial_used).await;
        let UnitOutcome::Failed(fault) = outcome else { panic!("{serial_used:?} {outcome:?}") };
        assert_eq!((fault.code.as_str(), count), ("serial_used", 1), "{serial_used:?}");
        assert!(fault.text.contains("同じ連番（20261021110000）で内容の違うもの"), "{}", fault.text);
    }
}

#[tokio::test]
async fn whoever_has_looked_or_corrects_the_same_unit_sends_it_all_the_same() {
    for (content, serial_used) in [
        (OTHER_USER, SerialUsed::Passed),
        (CORRECTED, SerialUsed::Passed),
        (CORRECTED, SerialUsed::Corrected),
    ] {
        let (outcome, count) = outcome(content, serial_used).await;
        assert!(matches!(outcome, UnitOutcome::Prepared(_)), "{serial_used:?} {outcome:?}");
        assert_eq!(count, 2, "{serial_used:?}");
    }
    let (same, count) = outcome(AS_IT_WENT, SerialUsed::Refused).await;
    assert!(matches!(same, UnitOutcome::Duplicate(_)) && count == 1, "{same:?}");
}
