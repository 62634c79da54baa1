//! The safe: backups while the client works, and a new PC that goes on from one.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use careplan_client::desk::{Brought, Desk, Waited};
use careplan_client::history::Direction;
use careplan_client::mishap::{Mishap, Mishaps};
use careplan_client::safe::{BackupFault, RecoveryCode, RestoreFault, Restored, restore};
use careplan_client::staff::Actor;
use careplan_client::state::{ReceivedState, SentState, Waiting};
use careplan_client::{Office, OfficeOptions, Step};
use careplan_domain::transmission::State as Life;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::world::{RECEIVER, SENDER, World, drain, files_below, send};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn go_on() -> CancellationToken {
    CancellationToken::new()
}

/// A memory stick, and the code on paper.
async fn prepared(world: &World, office: &Office) -> (PathBuf, RecoveryCode) {
    let stick = world.path("stick");
    std::fs::create_dir_all(&stick).unwrap();
    let (code, _) = office.renew_recovery_key("yamada").await.unwrap();
    (stick, code)
}

/// What is on the stick.
fn names(stick: &Path) -> Vec<String> {
    files_below(stick).into_keys().map(|it| it.to_str().unwrap().to_owned()).collect()
}

async fn restored(world: &World, from: &Path, code: &RecoveryCode) -> (Restored, Office) {
    let to = world.path("new-pc");
    let now = world.exchange.lock().now;
    let restored = restore(from, &to, code, (now, &Mishaps::default())).await.unwrap();
    let options = OfficeOptions { data: to, ..world.options(SENDER, Mishaps::default()) };
    (restored, Office::open(options).await.unwrap())
}

/// The whole way: the PC is stolen a day after its last backup, and the next one goes on.
#[tokio::test]
async fn a_new_pc_goes_on_where_the_backup_was_and_loses_nothing_of_what_came_after() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let (stick, code) = prepared(&world, &sender).await;
    // Before the backup: one is sent and taken, one is stored and waits.
    let sent = send(&sender, &world.small_unit("20261021110001")).await.transmissions().next().unwrap();
    drain(&sender).await;
    drain(&receiver).await;
    drain(&sender).await;
    let waiting = send(&sender, &world.small_unit("20261021110002")).await.transmissions().next().unwrap();
    let report = sender.back_up(&stick, &go_on()).await.unwrap();
    // After it: the waiting one is sent, another one too, and the PC is gone.
    drain(&sender).await;
    let after = send(&sender, &world.small_unit("20261021110003")).await.transmissions().next().unwrap();
    drain(&sender).await;
    sender.close().await;
    std::fs::remove_dir_all(world.path(SENDER)).unwrap();
    world.pass(DAY);

    let (told, new) = restored(&world, &report.path, &code).await;
    assert_eq!((told.office.as_str(), told.missing_inbox), (SENDER, None));
    let steps = drain(&new).await;
    // What waited is sent again byte for byte, so that the platform knows it.
    assert!(steps.contains(&Step::Accepted(waiting)), "{steps:?}");
    assert!(!steps.iter().any(|it| matches!(it, Step::Rejected(..) | Step::SetAside(..))), "{steps:?}");
    assert_eq!(world.exchange.lock().letters.len(), 3);
    new.renew().await.unwrap();
    // And everything goes on: sending, and hearing of it.
    let fourth = send(&new, &world.small_unit("20261021110004")).await.transmissions().next().unwrap();
    drain(&new).await;
    drain(&receiver).await;
    drain(&new).await;
    for id in [sent, waiting, fourth] {
        let row = new.state().sent(id).await.unwrap().unwrap();
        assert_eq!(row.state, SentState::Life(Life::Acknowledged), "{id}");
        assert!(new.history().files(id, Direction::Sent).await.unwrap().is_some(), "{id}");
    }
    // What was sent after the backup is nowhere on the new PC, and safe with its receiver.
    assert!(new.state().sent(after).await.unwrap().is_none());
    assert_eq!(world.exchange.lock().letters[&after].entry.state, Life::Acknowledged);
}

/// What waited for the line when the backup was made may have gone from the old PC since.
#[tokio::test]
async fn what_waited_to_be_sent_by_itself_is_left_to_a_person_on_the_new_pc() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let (stick, code) = prepared(&world, &sender).await;
    let desk = Desk::new(sender.clone());
    let mut brought = Brought::default();
    for (path, bytes) in files_below(&world.small_unit("20261021110001")) {
        brought.add(path.to_str().unwrap(), bytes).unwrap();
    }
    let draft = desk.bring(brought, "yamada").await.unwrap();
    world.exchange.lock().away = true;
    desk.send(draft, Actor::default(), |_| {}).await.unwrap();
    let report = sender.back_up(&stick, &go_on()).await.unwrap();
    world.exchange.lock().away = false;
    world.pass(DAY);
    assert_eq!(desk.step_waiting().await.unwrap(), Waited::Changed);
    sender.close().await;
    let (_, new) = restored(&world, &report.path, &code).await;
    let desk = Desk::new(new.clone());
    assert_eq!(desk.step_waiting().await.unwrap(), Waited::Nothing);
    assert!(new.state().all_sent().await.unwrap().is_empty());
    let waiting = desk.drafts().await.unwrap().remove(0).waiting;
    assert!(matches!(&waiting, Some(Waiting::Left { why }) if why.contains("バックアップ")), "{waiting:?}");
}

#[tokio::test]
async fn a_new_pc_receives_what_waits_and_can_read_what_the_old_one_took_after_the_backup() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let (stick, code) = prepared(&world, &receiver).await;
    let first = send(&sender, &world.small_unit("20261021110001")).await.transmissions().next().unwrap();
    drain(&sender).await;
    drain(&receiver).await;
    let report = receiver.back_up(&stick, &go_on()).await.unwrap();
    let second = send(&sender, &world.small_unit("20261021110002")).await.transmissions().next().unwrap();
    drain(&sender).await;
    drain(&receiver).await;
    send(&sender, &world.small_unit("20261021110003")).await;
    drain(&sender).await;
    receiver.close().await;
    std::fs::remove_dir_all(world.path(RECEIVER)).unwrap();

    let to = world.path("new-pc");
    let now = world.exchange.lock().now;
    restore(&report.path, &to, &code, (now, &Mishaps::default())).await.unwrap();
    let options = OfficeOptions { data: to.clone(), ..world.options(RECEIVER, Mishaps::default()) };
    let new = Office::open(options).await.unwrap();
    let inbox = to.join("inbox/9970000018-43");
    assert!(inbox.join("20261021110001").is_dir(), "what was received before is in the backup");
    assert!(new.history().files(first, Direction::Received).await.unwrap().is_some());
    let steps = drain(&new).await;
    assert!(!steps.iter().any(|it| matches!(it, Step::SetAside(..))), "{steps:?}");
    assert!(inbox.join("20261021110003").is_dir(), "{steps:?}");
    // It is in the list, and the platform still has it.
    assert_eq!(new.state().received(second).await.unwrap().unwrap().state, ReceivedState::Elsewhere);
    assert_eq!(new.read_again(second).await.unwrap().unwrap().files.len(), 1);
    let lives: Vec<Life> = world.exchange.lock().letters.values().map(|it| it.entry.state).collect();
    assert_eq!(lives, [Life::Acknowledged; 3]);
}

#[tokio::test]
async fn a_backup_holds_everything_and_shows_nothing() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let (stick, code) = prepared(&world, &sender).await;
    send(&sender, &world.small_unit("20261021110000")).await;
    let report = sender.back_up(&stick, &go_on()).await.unwrap();
    assert_eq!(names(&stick), [report.path.file_name().unwrap().to_str().unwrap()]);
    let bytes = std::fs::read(&report.path).unwrap();
    assert_eq!(bytes.len() as u64, report.bytes);
    for shown in [b"9970000018".as_slice(), b"PRIVATE KEY", b"SQLite", b"0009900021"] {
        assert!(!bytes.windows(shown.len()).any(|it| it == shown), "{shown:?}");
    }
    let (told, new) = restored(&world, &report.path, &code).await;
    new.close().await;
    let (old, new) = (files_below(&world.path(SENDER)), files_below(&world.path("new-pc")));
    let is_other = |path: &str| path.starts_with("client.sqlite") || path.ends_with(".lock");
    let belongs = |path: &&PathBuf| !is_other(path.to_str().unwrap());
    assert_eq!(
        old.keys().filter(belongs).collect::<Vec<_>>(),
        new.keys().filter(belongs).collect::<Vec<_>>()
    );
    assert_eq!(told.files, new.keys().filter(belongs).count() + 1);
    for (path, bytes) in new.iter().filter(|(path, _)| belongs(path)) {
        assert!(old[path] == *bytes, "{}", path.display());
    }
    assert!(!world.path(SENDER).join("backup-work").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn restored_keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let sender = world.set_up(SENDER).await;
    let (stick, code) = prepared(&world, &sender).await;
    let report = sender.back_up(&stick, &go_on()).await.unwrap();
    let (_, new) = restored(&world, &report.path, &code).await;
    let mode =
        |path: &str| std::fs::metadata(world.path("new-pc").join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(""), mode("keys"), mode("keys/office.pem")], [0o700, 0o700, 0o600]);
    assert!(new.keys().identity().unwrap().is_some());
}

/// Writes so many times, then the disk is full.
struct FullAfter(AtomicUsize);

impl Mishap for FullAfter {
    fn before_write(&self, path: &Path) -> io::Result<()> {
        let is_backup = path.to_string_lossy().contains("careplan-backup");
        let has_room =
            || self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1)).is_ok();
        if is_backup && !has_room() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

#[tokio::test]
async fn a_full_stick_is_told_and_noted_and_nothing_half_stays_on_it() {
    let world = World::new();
    drop(world.set_up(SENDER).await);
    for writes in 0..6 {
        let mishaps = Mishaps::new(FullAfter(AtomicUsize::new(writes)));
        let office = Office::open(world.options(SENDER, mishaps)).await.unwrap();
        let (stick, _) = prepared(&world, &office).await;
        let Err(fault) = office.back_up(&stick, &go_on()).await else {
            assert!(writes > 2, "so few writes cannot be a backup");
            return;
        };
        assert_eq!(fault.code(), "disk_full", "{fault}");
        assert!(fault.to_string().contains("ディスクの空きがありません"), "{fault}");
        assert_eq!(names(&stick), [""; 0], "after {writes} writes");
        let run = office.state().backup_runs(1).await.unwrap().remove(0);
        assert_eq!((run.bytes, run.fault), (None, Some(fault.stored())));
        assert!(office.state().last_good_backup().await.unwrap().is_none());
        world.pass(SignedDuration::from_secs(1));
    }
    panic!("it was never made");
}

#[tokio::test]
async fn a_stick_that_is_away_is_told_and_no_folder_is_made_in_its_place() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    prepared(&world, &office).await;
    let away = world.path("away");
    assert!(matches!(office.choose_backup_folder(Some(&away), "yamada").await, Err(BackupFault::Away(_))));
    assert!(matches!(office.back_up(&away, &go_on()).await, Err(BackupFault::Away(_))));
    assert!(!away.exists());
    let inside = world.path(SENDER).join("keys");
    for unsuitable in [Path::new("relative"), &inside, &world.path(SENDER)] {
        let refused = office.choose_backup_folder(Some(unsuitable), "yamada").await;
        assert!(matches!(refused, Err(BackupFault::Unsuitable(_))), "{}", unsuitable.display());
    }
}

#[tokio::test]
async fn without_a_recovery_key_nothing_is_written_and_a_stop_ends_it() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    let stick = world.path("stick");
    std::fs::create_dir(&stick).unwrap();
    assert!(matches!(office.back_up(&stick, &go_on()).await, Err(BackupFault::NoKey)));
    prepared(&world, &office).await;
    let stop = go_on();
    stop.cancel();
    assert!(matches!(office.back_up(&stick, &stop).await, Err(BackupFault::CutOff)));
    assert_eq!(names(&stick), [""; 0]);
}

#[tokio::test]
async fn what_a_kill_left_is_removed_by_the_next_one() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    let (stick, _) = prepared(&world, &office).await;
    let report = office.back_up(&stick, &go_on()).await.unwrap();
    let name = report.path.file_name().unwrap().to_str().unwrap();
    std::fs::rename(&report.path, stick.join(format!(".{name}.part"))).unwrap();
    std::fs::write(stick.join(".other.part"), b"x").unwrap();
    let work = world.path(SENDER).join("backup-work");
    std::fs::create_dir(&work).unwrap();
    std::fs::write(work.join("client.sqlite"), b"half").unwrap();
    world.pass(SignedDuration::from_secs(1));
    let again = office.back_up(&stick, &go_on()).await.unwrap();
    let made = again.path.file_name().unwrap().to_str().unwrap();
    assert_eq!(names(&stick), [".other.part", made]);
}

#[tokio::test]
async fn each_day_has_one_and_the_rule_removes_the_old_ones_of_this_terminal_only() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    let (stick, _) = prepared(&world, &office).await;
    assert!(office.back_up_if_due(&go_on()).await.unwrap().is_none(), "nobody chose a folder");
    office.choose_backup_folder(Some(&stick), "yamada").await.unwrap();
    let strangers = [
        "9970000018-00000000-20200101-000000.careplan-backup",
        "9970000018-00000000-20200101-120000.careplan-backup",
        "家計簿.xlsx",
    ];
    for name in strangers {
        std::fs::write(stick.join(name), b"x").unwrap();
    }
    for _ in 0..40 {
        assert!(office.back_up_if_due(&go_on()).await.unwrap().is_some());
        world.pass(SignedDuration::from_hours(2));
        assert!(office.back_up_if_due(&go_on()).await.unwrap().is_none(), "the day has its own");
        world.pass(DAY - SignedDuration::from_hours(2));
    }
    let left = names(&stick);
    for name in strangers {
        assert!(left.iter().any(|it| it == name), "{name}");
    }
    // Of 40 days: seven, the Sundays of the two weeks before, and the ends of two months.
    assert_eq!(left.len() - strangers.len(), 11, "{left:?}");
}

#[tokio::test]
async fn nothing_is_restored_with_another_code_from_another_file_or_over_what_is_there() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    let (stick, code) = prepared(&world, &office).await;
    let report = office.back_up(&stick, &go_on()).await.unwrap();
    let to = world.path("new-pc");
    let none = Mishaps::default();
    let now = office.now();
    let fault = restore(&report.path, &to, &RecoveryCode::fresh().unwrap(), (now, &none)).await.unwrap_err();
    let (key, _) = office.state().recovery_key().await.unwrap().unwrap();
    assert!(
        matches!(fault, RestoreFault::WrongCode { .. }) && fault.to_string().contains(&key.number()),
        "{fault}"
    );
    let other = world.path("other");
    std::fs::write(&other, b"PK").unwrap();
    let fault = restore(&other, &to, &code, (now, &none)).await.unwrap_err();
    assert!(matches!(fault, RestoreFault::NotABackup(_)), "{fault}");
    // Cut off anywhere, or with a byte changed.
    let bytes = std::fs::read(&report.path).unwrap();
    for end in [40, 1_000, bytes.len() - 1] {
        std::fs::write(&other, &bytes[..end]).unwrap();
        let fault = restore(&other, &to, &code, (now, &none)).await.unwrap_err();
        assert!(matches!(fault, RestoreFault::CutOff(_)), "{end}: {fault}");
    }
    let mut changed = bytes.clone();
    changed[bytes.len() / 2] ^= 1;
    std::fs::write(&other, &changed).unwrap();
    let fault = restore(&other, &to, &code, (now, &none)).await.unwrap_err();
    assert!(matches!(fault, RestoreFault::Damaged(_)), "{fault}");
    let there = world.path(SENDER);
    let fault = restore(&report.path, &there, &code, (now, &none)).await.unwrap_err();
    assert!(matches!(fault, RestoreFault::Occupied(_)), "{fault}");
    assert!(!to.exists() && !world.path(".new-pc.part").exists());
    std::fs::create_dir(&to).unwrap();
    restore(&report.path, &to, &code, (now, &none)).await.unwrap();
}

#[tokio::test]
async fn two_living_copies_of_one_terminal_are_noticed_until_one_of_them_is_chosen() {
    let world = World::new();
    let old = world.set_up(SENDER).await;
    let (stick, code) = prepared(&world, &old).await;
    let report = old.back_up(&stick, &go_on()).await.unwrap();
    world.pass(DAY);
    assert!(!old.renew().await.unwrap().announcement);
    assert_eq!(old.state().other_copy_at().await.unwrap(), None, "alone");
    let (_, new) = restored(&world, &report.path, &code).await;
    assert!(new.renew().await.unwrap().announcement, "a restored one announces anew");
    old.renew().await.unwrap();
    assert_eq!(old.state().other_copy_at().await.unwrap(), Some(old.now()));
    new.renew().await.unwrap();
    assert_eq!(new.state().other_copy_at().await.unwrap(), None, "the restored one is the newer");
    // The office decides for the old one.
    world.pass(DAY);
    old.claim_terminal(&careplan_client::staff::Actor::default()).await.unwrap();
    assert_eq!(old.state().other_copy_at().await.unwrap(), None);
    new.renew().await.unwrap();
    assert!(new.state().other_copy_at().await.unwrap().is_some());
}

#[tokio::test]
async fn a_backup_is_of_one_instant_although_the_client_works_on() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let (stick, code) = prepared(&world, &sender).await;
    let writing = sender.clone();
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let told = stop.clone();
    let folders: Vec<PathBuf> = (0..30).map(|n| world.small_unit(&format!("202610211200{n:02}"))).collect();
    let busy = tokio::spawn(async move {
        let mut count = 0;
        for folder in folders {
            send(&writing, &folder).await;
            count += 1;
            if told.load(Ordering::SeqCst) {
                break;
            }
        }
        count
    });
    let report = sender.back_up(&stick, &go_on()).await.unwrap();
    stop.store(true, Ordering::SeqCst);
    let _ = busy.await.unwrap();
    let (_, new) = restored(&world, &report.path, &code).await;
    // Every row has its letter and its copy: each can still be sent.
    let counts = new.state().counts().await.unwrap();
    drain(&new).await;
    assert_eq!(new.state().counts().await.unwrap().waiting, 0);
    assert_eq!(world.exchange.lock().letters.len() as u64, counts.waiting);
    let accepted: Vec<_> = world.exchange.lock().letters.keys().copied().collect();
    for id in accepted {
        assert!(new.history().files(id, Direction::Sent).await.unwrap().is_some(), "{id}");
    }
}

/// A stick that forgets what was written to it.
struct Forgetful;

impl Mishap for Forgetful {
    fn before_write(&self, path: &Path) -> io::Result<()> {
        let name = path.file_name().unwrap().to_str().unwrap();
        let part = path.with_file_name(format!(".{name}.part"));
        if part.exists() {
            use std::io::Write as _;
            std::fs::OpenOptions::new().write(true).open(part)?.write_all(b"?")?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_backup_that_reads_otherwise_than_it_was_written_is_none() {
    let world = World::new();
    drop(world.set_up(SENDER).await);
    let office = Office::open(world.options(SENDER, Mishaps::new(Forgetful))).await.unwrap();
    let (stick, _) = prepared(&world, &office).await;
    let fault = office.back_up(&stick, &go_on()).await.unwrap_err();
    assert!(matches!(fault, BackupFault::Changed(_)), "{fault}");
    assert_eq!(names(&stick), [""; 0]);
}
