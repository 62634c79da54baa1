//! The export folder: what care software writes is taken once it is whole and stands still, sent once, and answered.

use std::fs;

use careplan_client::desk::Desk;
use careplan_client::folders::{FolderEvent, Mode, TroubleKind};
use careplan_client::staff::Actor;
use careplan_domain::transmission::State as Life;
use jiff::SignedDuration;

use crate::shared::{Shared, seen};
use crate::world::{RECEIVER, SENDER, World, drain, examples, files_below, send};

const SLIP: &str = "20261025101500_9970000026-11";

async fn sending(mode: Mode) -> (World, Shared) {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let shared = Shared::new(&world, &sender, mode).await;
    (world, shared)
}

/// A deletion of a plan, which is a unit of one file.
fn deletion(serial: &str) -> (String, Vec<u8>) {
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_{serial}.CSV");
    (name, b"202407,990001,0009900021,20261015\r\n".to_vec())
}

#[tokio::test]
async fn what_the_care_software_writes_is_sent_and_lies_in_the_folder_of_what_was_sent() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    shared.export_all(&examples().join("02_K2_use_slip"), "");
    let events = shared.settle(&world).await;
    assert!(matches!(events[..], [FolderEvent::Taken(_)]), "{events:?}");
    // The platform did not accept it yet, so it is not called sent.
    assert!(shared.in_export().is_empty() && shared.status().unanswered == 1);
    drain(&shared.office).await;
    let events = shared.look(&world).await;
    assert!(matches!(events[..], [FolderEvent::Sent(_)]), "{events:?}");
    let told = shared.in_export();
    assert!(
        told.len() == 3 && told.iter().all(|path| path.starts_with(&format!("送信済/{SLIP}/"))),
        "{told:?}"
    );
    drain(&world.open(RECEIVER).await).await;
    assert_eq!(files_below(&world.path(RECEIVER).join("inbox")).len(), 3);
    assert_eq!((shared.status().unanswered, shared.status().troubles.len()), (0, 0));
}

#[tokio::test]
async fn a_set_is_taken_no_earlier_than_it_stands_still() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let (name, bytes) = deletion("20261021110000");
    for half in [&bytes[..10], &bytes[..20], &bytes] {
        shared.write(&name, half);
        shared.look(&world).await;
    }
    // Nine seconds after it began, four seconds after it ended.
    shared.look(&world).await;
    assert_eq!((shared.in_export(), shared.status().to_take), (vec![name], 1));
    shared.look(&world).await;
    assert!(shared.in_export().is_empty());
    assert_eq!(shared.count_sent().await, 1);
}

#[tokio::test]
async fn a_file_that_grows_for_a_minute_is_told_and_taken_when_it_rests() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let (name, bytes) = deletion("20261021110000");
    for line in 1..25 {
        shared.write(&name, &bytes.repeat(line));
        shared.look(&world).await;
    }
    let said = shared.trouble(TroubleKind::Growing);
    assert!(said.contains("1分以上書き込まれ続けています") && said.contains(&name), "{said}");
    assert_eq!(shared.count_sent().await, 0);
    shared.write(&name, &bytes);
    shared.settle(&world).await;
    assert!(shared.status().troubles.is_empty());
    assert_eq!(shared.count_sent().await, 1);
}

#[tokio::test]
async fn a_set_that_misses_a_file_waits_then_says_which_and_goes_when_it_is_whole() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let example = examples().join("02_K2_use_slip");
    shared.export_all(&example, "UPSIKYU");
    shared.settle(&world).await;
    assert!(shared.status().troubles.is_empty(), "it may still come");
    shared.wait_a_minute(&world).await;
    let said = shared.trouble(TroubleKind::Missing);
    assert!(said.contains(SLIP) && said.contains("UPSIKYU"), "{said}");
    let note = format!("送信できず/{SLIP}_ファイル待ち_{SENDER}.txt");
    let text = fs::read_to_string(shared.export.join(&note)).unwrap();
    assert!(text.contains("UPSIKYU") && text.contains("自動で続けます"), "{text}");
    // What is there stays where it is, and nothing of it is sent.
    assert_eq!((shared.in_export().len(), shared.count_sent().await), (3, 0));
    shared.export_all(&example, "UPPLAN");
    shared.settle(&world).await;
    assert_eq!((shared.count_sent().await, shared.in_export().len()), (1, 0), "{:?}", shared.in_export());
    assert!(shared.status().troubles.is_empty());
}

#[tokio::test]
async fn what_cannot_be_sent_lies_aside_with_a_note_that_says_why_and_what_to_do() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let (name, _) = deletion("20261021110000");
    shared.write(&name, b"\xFF\xFF\r\n");
    let (good, bytes) = deletion("20261021110001");
    shared.write(&good, &bytes);
    let events = shared.settle(&world).await;
    assert!(events.iter().any(|event| matches!(event, FolderEvent::Failed(_))), "{events:?}");
    let place = "送信できず/20261021110000_9970000026-11";
    assert_eq!(shared.in_export(), [format!("{place}.txt"), format!("{place}/{name}")]);
    let note = fs::read_to_string(shared.export.join(format!("{place}.txt"))).unwrap();
    for part in ["送信できませんでした", "■ 理由", "1. ", "→", "もう一度書き出してください", "\r\n"]
    {
        assert!(note.contains(part), "{part}: {note}");
    }
    assert_eq!(shared.count_sent().await, 1, "the other one goes");
    // Put back after it was mended it is taken again, and goes to a place of its own.
    shared.write(&name, b"\xFF\xFE\r\n");
    shared.settle(&world).await;
    assert!(shared.in_export().contains(&format!("{place}_2/{name}")), "{:?}", shared.in_export());
}

#[tokio::test]
async fn a_name_that_is_nearly_one_of_the_standard_is_told() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_2026102111000.CSV");
    shared.write(&name, b"x\r\n");
    shared.settle(&world).await;
    assert_eq!(
        shared.in_export(),
        std::slice::from_ref(&name),
        "some software writes under another name first"
    );
    shared.wait_a_minute(&world).await;
    let stem = name.trim_end_matches(".CSV");
    assert_eq!(shared.in_export(), [format!("送信できず/{stem}.txt"), format!("送信できず/{stem}/{name}")]);
}

#[tokio::test]
async fn the_same_serial_with_other_content_is_refused_and_with_the_same_content_is_sent_once() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let (name, bytes) = deletion("20261021110000");
    for content in [bytes.clone(), bytes.clone(), b"202407,990001,0009900039,20261015\r\n".to_vec()] {
        shared.write(&name, &content);
        shared.settle(&world).await;
        drain(&shared.office).await;
        shared.look(&world).await;
    }
    assert_eq!(shared.count_sent().await, 1);
    let unit = "20261021110000_9970000026-11";
    let told = shared.in_export();
    assert_eq!(
        told,
        [
            format!("送信できず/{unit}.txt"),
            format!("送信できず/{unit}/{name}"),
            format!("送信済/{unit}/{name}"),
            format!("送信済/{unit}_2/{name}"),
        ]
    );
    let note = fs::read_to_string(shared.export.join(&told[0])).unwrap();
    assert!(note.contains("同じ連番（20261021110000）で内容の違うもの"), "{note}");
    assert!(note.contains("2026年11月25日（水）") && note.contains("もう一度書き出して"), "{note}");
}

#[tokio::test]
async fn a_person_is_not_asked_about_a_serial_that_went_with_other_content() {
    let (world, mut shared) = sending(Mode::ConfirmFirst).await;
    let (name, bytes) = deletion("20261021110000");
    send(&shared.office, &world.small_unit("20261021110000")).await;
    drain(&shared.office).await;
    shared.write(&name, b"202407,990001,0009900039,20261015\r\n");
    shared.settle(&world).await;
    assert!(Desk::new(shared.office.clone()).drafts().await.unwrap().is_empty());
    let note = shared.in_export().remove(0);
    let note = fs::read_to_string(shared.export.join(note)).unwrap();
    assert!(note.contains("同じ連番（20261021110000）で内容の違うもの"), "{note}");
    shared.write(&name, &bytes);
    shared.settle(&world).await;
    assert_eq!(Desk::new(shared.office.clone()).drafts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_the_platform_refuses_for_good_lies_aside_with_its_reason() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let (name, bytes) = deletion("20261021110000");
    shared.write(&name, &bytes);
    shared.settle(&world).await;
    world.exchange.lock().refuse_sending = Some(careplan_protocol::Code::ReceiverUnlicensed);
    drain(&shared.office).await;
    shared.look(&world).await;
    let note = shared.export.join("送信できず/20261021110000_9970000026-11.txt");
    let note = fs::read_to_string(note).unwrap();
    assert!(note.contains("ライセンス"), "{note}");
}

#[tokio::test]
async fn while_the_platform_is_away_sets_are_taken_and_sent_when_it_is_back() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    world.exchange.lock().away = true;
    shared.office.forget_link();
    let (name, bytes) = deletion("20261021110000");
    shared.write(&name, &bytes);
    shared.settle(&world).await;
    let said = shared.trouble(TroubleKind::Waits);
    assert!(said.contains("まだ送信していません") && said.contains("自動でやり直します"), "{said}");
    assert_eq!(shared.count_sent().await, 0);
    world.exchange.lock().away = false;
    world.pass(SignedDuration::from_hours(24));
    shared.settle(&world).await;
    drain(&shared.office).await;
    shared.look(&world).await;
    assert_eq!(shared.in_export(), [format!("送信済/20261021110000_9970000026-11/{name}")]);
    assert!(shared.status().troubles.is_empty());
    assert_eq!(world.exchange.lock().letters.len(), 1);
}

#[tokio::test]
async fn with_automatic_sending_off_nothing_is_taken() {
    let (world, mut shared) = sending(Mode::Off).await;
    let (name, bytes) = deletion("20261021110000");
    shared.write(&name, &bytes);
    shared.wait_a_minute(&world).await;
    assert_eq!((shared.in_export(), shared.count_sent().await), (vec![name], 0));
}

#[tokio::test]
async fn what_is_to_be_confirmed_becomes_one_draft_and_is_answered_when_a_person_sent_it() {
    let (world, mut shared) = sending(Mode::ConfirmFirst).await;
    shared.export_all(&examples().join("02_K2_use_slip"), "");
    let (name, bytes) = deletion("20261021110000");
    shared.write(&name, &bytes);
    shared.write("計画書.pdf", b"%PDF-1.7\n%%EOF\n");
    let events = shared.settle(&world).await;
    assert_eq!(events.iter().filter(|event| matches!(event, FolderEvent::HandedOver(_))).count(), 1);
    assert_eq!((shared.in_export().len(), shared.count_sent().await), (0, 0));
    let desk = Desk::new(shared.office.clone());
    let [draft] = &desk.drafts().await.unwrap()[..] else { panic!("not one draft") };
    assert_eq!(draft.made_by, "書き出しフォルダー");
    assert_eq!(desk.look(draft.id).await.unwrap().files.len(), 5);
    desk.send(draft.id, Actor::default(), |_| {}).await.unwrap();
    drain(&shared.office).await;
    shared.settle(&world).await;
    assert_eq!(world.exchange.lock().letters.len(), 2);
    let told = shared.in_export();
    assert!(told.len() == 4 && told.iter().all(|path| path.starts_with("送信済/")), "{told:?}");
    // The document has no receiver yet: it is still on the desk.
    assert_eq!(shared.status().unanswered, 1);
    desk.throw_away(draft.id, &Actor::default()).await.unwrap();
    shared.look(&world).await;
    let note = shared.in_export().into_iter().find(|path| path.ends_with(".txt")).unwrap();
    let note = fs::read_to_string(shared.export.join(note)).unwrap();
    assert!(note.contains("送信の画面で取り消されました"), "{note}");
    assert_eq!(shared.status().unanswered, 0);
}

#[tokio::test]
async fn documents_are_not_sent_by_themselves_and_it_is_said_why() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    shared.write("計画書.pdf", b"%PDF-1.7\n%%EOF\n");
    shared.write("メモ.txt", b"x");
    shared.wait_a_minute(&world).await;
    let said = shared.trouble(TroubleKind::NotSent);
    assert!(said.contains("計画書.pdf") && said.contains("送信の画面に入れて"), "{said}");
    assert_eq!((shared.in_export().len(), shared.status().left_alone), (2, 1));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_another_program_holds_waits_and_is_told() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let (name, bytes) = deletion("20261021110000");
    let held = fs::File::open(shared.write(&name, &bytes)).unwrap();
    held.lock().unwrap();
    shared.settle(&world).await;
    let said = shared.trouble(TroubleKind::Locked);
    assert!(said.contains(&name) && said.contains("開いているソフトがあれば閉じてください"), "{said}");
    held.unlock().unwrap();
    shared.look(&world).await;
    assert!(shared.status().troubles.is_empty());
    assert_eq!(shared.count_sent().await, 1);
}

#[tokio::test]
async fn of_two_terminals_that_watch_one_folder_one_sends_each_set() {
    let (world, mut one) = sending(Mode::AfterCheck).await;
    let office = world.other_terminal(SENDER, careplan_client::mishap::Mishaps::default()).await.unwrap();
    let import = world.path("import");
    fs::create_dir(&import).unwrap();
    let mut other = Shared::at(&office, (one.export.clone(), import), Mode::AfterCheck).await;
    let names: Vec<String> = (0..6).map(|n| deletion(&format!("2026102111000{n}")).0).collect();
    for name in &names {
        one.write(name, &deletion("").1);
    }
    for _ in 0..4 {
        world.pass(SignedDuration::from_secs(3));
        let (first, second) = tokio::join!(one.folders.step(), other.folders.step());
        first.unwrap();
        second.unwrap();
    }
    for it in [&mut one, &mut other] {
        drain(&it.office).await;
        it.settle(&world).await;
    }
    assert_eq!(one.count_sent().await + other.count_sent().await, names.len());
    assert_eq!(world.exchange.lock().letters.len(), names.len());
    assert_eq!(one.in_export().len(), names.len(), "{:?}", one.in_export());
    assert!(one.in_export().iter().all(|path| path.starts_with("送信済/")));
}

#[tokio::test]
async fn what_another_terminal_took_and_left_is_told_after_an_hour() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let (name, bytes) = deletion("20261021110000");
    shared.write(&format!(".taken-by-other/1/{name}"), &bytes);
    shared.settle(&world).await;
    assert!(shared.status().troubles.is_empty());
    world.pass(SignedDuration::from_hours(1));
    shared.look(&world).await;
    let said = shared.trouble(TroubleKind::Elsewhere);
    assert!(said.contains("ほかの端末（other）") && said.contains("書き出しフォルダーへ戻すと"), "{said}");
    assert_eq!(shared.count_sent().await, 0);
}

#[tokio::test]
async fn files_of_another_office_are_left_to_its_own_client() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    shared.export_all(&examples().join("03_S1_actuals"), "");
    shared.wait_a_minute(&world).await;
    let said = shared.trouble(TroubleKind::NotSent);
    assert!(said.contains("送信元がほかの事業所"), "{said}");
    assert_eq!((shared.in_export().len(), shared.count_sent().await), (1, 0));
}

#[tokio::test]
async fn a_folder_that_is_gone_is_told_and_the_work_goes_on_when_it_is_back() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let (name, bytes) = deletion("20261021110000");
    shared.write(&name, &bytes);
    shared.settle(&world).await;
    let away = world.path("away");
    fs::rename(&shared.export, &away).unwrap();
    drain(&shared.office).await;
    shared.look(&world).await;
    let said = shared.trouble(TroubleKind::FolderGone);
    assert!(said.contains("書き出しフォルダー") && said.contains("ネットワーク"), "{said}");
    // An empty folder in its place – a share that is not connected – is not taken for it.
    fs::create_dir(&shared.export).unwrap();
    shared.look(&world).await;
    shared.trouble(TroubleKind::FolderGone);
    assert!(files_below(&shared.export).is_empty());
    fs::remove_dir(&shared.export).unwrap();
    fs::rename(&away, &shared.export).unwrap();
    shared.look(&world).await;
    assert_eq!(shared.in_export(), [format!("送信済/20261021110000_9970000026-11/{name}")]);
    assert!(shared.status().troubles.is_empty());
}

#[tokio::test]
async fn a_clock_that_is_a_day_wrong_makes_nothing_go_early_and_nothing_wait_for_ever() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    let (name, bytes) = deletion("20261021110000");
    shared.write(&name, &bytes);
    shared.look(&world).await;
    world.pass(SignedDuration::from_hours(24));
    shared.look(&world).await;
    assert_eq!(shared.count_sent().await, 0, "seen twice only");
    world.pass(SignedDuration::from_hours(-24));
    shared.settle(&world).await;
    assert_eq!(shared.count_sent().await, 1);
}

#[tokio::test]
async fn what_was_sent_by_hand_before_is_not_sent_again_by_the_folder() {
    let (world, mut shared) = sending(Mode::AfterCheck).await;
    send(&shared.office, &examples().join("02_K2_use_slip")).await;
    drain(&shared.office).await;
    shared.export_all(&examples().join("02_K2_use_slip"), "");
    shared.settle(&world).await;
    drain(&shared.office).await;
    shared.look(&world).await;
    assert!(seen(&shared.export).iter().all(|path| path.starts_with("送信済/")));
    let letters = world.exchange.lock().letters.values().map(|it| it.entry.state).collect::<Vec<_>>();
    assert_eq!(letters, [Life::Accepted]);
}
