//! The history: copies of what was exchanged, who is in it, marks, versions, reports.

use std::io;
use std::path::Path;

use careplan_client::history::{
    CopyFault, Direction, Filter, KeepMonths, Key, NoteFault, Person, UnitOf, Who, difference,
};
use careplan_client::mishap::{Mishap, Mishaps};
use careplan_client::outbox::{DocumentOrder, SendOptions, UnitOutcome};
use careplan_client::{Office, OfficeFault};
use careplan_domain::{OfficeNumber, TransmissionId};
use careplan_standard::SourceFile;
use jiff::SignedDuration;
use sqlx::Connection as _;

use crate::world::{RECEIVER, SENDER, World, drain, examples, files_below, send};

/// Sends a folder and lets it arrive.
async fn exchange(sender: &Office, receiver: &Office, folder: &Path) -> TransmissionId {
    let id = send(sender, folder).await.transmissions().next().unwrap();
    for office in [sender, receiver, sender] {
        drain(office).await;
    }
    id
}

async fn contents(office: &Office, id: TransmissionId, direction: Direction) -> Vec<(String, Vec<u8>)> {
    let files = office.history().files(id, direction).await.unwrap().unwrap();
    files.into_iter().map(|(name, bytes)| (name.as_str().to_owned(), bytes)).collect()
}

/// Runs a statement on the state of a closed office, as an older client may have left it.
async fn rewrite(world: &World, number: &str, statement: &'static str) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(world.path(number).join("client.sqlite"));
    let mut connection = sqlx::sqlite::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn all_below(world: &World, number: &str, shelf: &str) -> Vec<String> {
    let below = files_below(&world.path(number).join(shelf));
    let names = below.into_keys().map(|path| path.to_str().unwrap().to_owned());
    names.filter(|name| name != ".lock").collect()
}

fn who() -> Who {
    "hanako".parse().unwrap()
}

#[tokio::test]
async fn what_was_sent_and_what_came_can_be_read_again_after_both_folders_were_emptied() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let folder = world.small_unit("20261021110000");
    let before: Vec<_> = files_below(&folder).into_values().collect();
    let id = exchange(&sender, &receiver, &folder).await;
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::remove_dir_all(world.path(RECEIVER).join("inbox")).unwrap();
    for (office, direction) in [(&sender, Direction::Sent), (&receiver, Direction::Received)] {
        let files = contents(office, id, direction).await;
        assert_eq!(files.iter().map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>(), before);
        assert!(office.history().item(id, direction).await.unwrap().unwrap().has_copy);
    }
    assert_eq!(all_below(&world, SENDER, "sent").len(), 1);
    assert!(all_below(&world, SENDER, "sent")[0].starts_with("9970000026-11/20261021110000/DLT1KYO"));
    assert!(all_below(&world, RECEIVER, "kept")[0].starts_with("9970000018-43/20261021110000/DLT1KYO"));
}

#[cfg(unix)]
#[tokio::test]
async fn copies_are_for_this_account_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let (sender, receiver) = world.two().await;
    exchange(&sender, &receiver, &world.small_unit("20261021110000")).await;
    for folder in [
        world.path(SENDER).join("sent"),
        world.path(SENDER).join("sent/9970000026-11/20261021110000"),
        world.path(RECEIVER).join("kept"),
        world.path(RECEIVER).join("kept/9970000018-43/20261021110000"),
    ] {
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", folder.display());
    }
}

#[tokio::test]
async fn a_copy_overwrites_no_other_of_its_serial() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let folder = world.small_unit("20261021110000");
    let first = send(&sender, &folder).await.transmissions().next().unwrap();
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&file, b"202407,990001,0009900021,20261016\r\n").unwrap();
    let second = send(&sender, &folder).await.transmissions().next().unwrap();
    assert_eq!(
        contents(&sender, first, Direction::Sent).await[0].1,
        b"202407,990001,0009900021,20261015\r\n"
    );
    assert_eq!(
        contents(&sender, second, Direction::Sent).await[0].1,
        b"202407,990001,0009900021,20261016\r\n"
    );
    assert_eq!(all_below(&world, SENDER, "sent").len(), 2);
}

/// No room below one folder.
struct FullBelow(&'static str);

impl Mishap for FullBelow {
    fn before_write(&self, path: &Path) -> io::Result<()> {
        if path.components().any(|part| part.as_os_str() == self.0) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_full_disk_fails_the_unit_with_what_to_do_and_leaves_nothing() {
    let world = World::new();
    world.two().await.0.close().await;
    let folder = world.small_unit("20261021110000");
    let office = Office::open(world.options(SENDER, Mishaps::new(FullBelow("sent")))).await.unwrap();
    let report = send(&office, &folder).await;
    let UnitOutcome::Failed(fault) = &report.units[0].outcome else { panic!("{report:?}") };
    assert_eq!(fault.code, "disk_full");
    assert!(fault.text.contains("ディスクの空きがありません"), "{fault:?}");
    assert!(office.state().all_sent().await.unwrap().is_empty());
    assert_eq!(all_below(&world, SENDER, "sent"), Vec::<String>::new());
    office.close().await;
    let report = send(&world.open(SENDER).await, &folder).await;
    assert!(matches!(report.units[0].outcome, UnitOutcome::Prepared(_)), "{report:?}");
}

#[tokio::test]
async fn what_cannot_be_kept_for_want_of_room_is_not_acknowledged_until_there_is_some() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    receiver.close().await;
    send(&sender, &world.small_unit("20261021110000")).await;
    drain(&sender).await;
    // Where the inbox lies on another disk, no second name helps.
    let full = Office::open(world.options(RECEIVER, Mishaps::new(FullBelow("kept")))).await.unwrap();
    drain(&full).await;
    assert_eq!(full.state().all_received().await.unwrap()[0].state.as_str(), "verified");
    full.close().await;
    world.pass(SignedDuration::from_mins(10));
    let receiver = world.open(RECEIVER).await;
    drain(&receiver).await;
    let received = &receiver.state().all_received().await.unwrap()[0];
    assert_eq!(received.state.as_str(), "acknowledged");
    assert_eq!(contents(&receiver, received.header.id, Direction::Received).await.len(), 1);
}

#[tokio::test]
async fn a_copy_that_was_changed_is_told_and_not_shown() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    let copy = world.path(SENDER).join("sent").join(&all_below(&world, SENDER, "sent")[0]);
    std::fs::write(copy, b"202407,990001,0009900021,20261016\r\n").unwrap();
    let fault = sender.history().files(id, Direction::Sent).await.unwrap_err();
    assert!(matches!(fault, CopyFault::Changed(changed) if changed == id), "{fault:?}");
}

#[tokio::test]
async fn copies_go_when_their_time_is_over_and_rows_and_receipts_stay() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = exchange(&sender, &receiver, &world.small_unit("20261021110000")).await;
    std::fs::remove_dir_all(world.path(RECEIVER).join("inbox")).unwrap();
    for office in [&sender, &receiver] {
        office
            .state()
            .store_keep_months(KeepMonths::new(2).unwrap(), ("yamada", office.now()), &serde_json::json!({}))
            .await
            .unwrap();
    }
    for (days, is_kept) in [(60, true), (2, false)] {
        world.pass(SignedDuration::from_hours(24 * days));
        for (office, direction) in [(&sender, Direction::Sent), (&receiver, Direction::Received)] {
            assert!(!office.history().remove_old_copies(office.now()).await.unwrap());
            let item = office.history().item(id, direction).await.unwrap().unwrap();
            assert_eq!(item.has_copy, is_kept);
            assert_eq!(office.history().files(id, direction).await.unwrap().is_some(), is_kept);
            assert_eq!(office.state().receipts(id).await.unwrap().len(), 2);
            assert_eq!(item.persons.len(), 1);
        }
    }
    assert_eq!(all_below(&world, SENDER, "sent"), Vec::<String>::new());
    assert_eq!(all_below(&world, RECEIVER, "kept"), Vec::<String>::new());
}

#[tokio::test]
async fn both_sides_know_who_is_in_a_plan_and_find_it_by_name_kana_and_number() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = exchange(&sender, &receiver, &examples().join("02_K2_use_slip")).await;
    world.pass(SignedDuration::from_mins(1));
    let other = exchange(&sender, &receiver, &world.small_unit("20261021110000")).await;
    for (office, direction) in [(&sender, Direction::Sent), (&receiver, Direction::Received)] {
        let persons = office.history().persons(id, direction).await.unwrap();
        let names: Vec<_> = persons.iter().map(|it| (it.name.as_str(), it.kana.as_str())).collect();
        assert_eq!(names[..2], [("架空　花子", "カクウ　ハナコ"), ("例題　太郎", "レイダイ　タロウ")]);
        for (text, found) in [
            ("架空花子", vec![id]),
            ("ｶｸｳ", vec![id]),
            ("かくう はなこ", vec![id]),
            ("0009900013", vec![id]),
            ("９９０００２１", vec![other, id]),
            ("空花", vec![id]),
            ("花子例題", vec![]),
            ("%", vec![]),
        ] {
            let filter = Filter { text: Some(text.to_owned()), ..Filter::default() };
            let page = office.history().page(&filter, None, 10).await.unwrap();
            let ids: Vec<_> = page.items.iter().map(|item| item.key().id).collect();
            assert_eq!(ids, found, "{text}");
        }
    }
    for (office, partner) in [(&sender, RECEIVER), (&receiver, SENDER)] {
        let by_number = Filter { text: Some(partner[3..].to_owned()), ..Filter::default() };
        assert_eq!(office.history().page(&by_number, None, 10).await.unwrap().items.len(), 2);
        // The address book knows the name that was searched for.
        let named: Vec<OfficeNumber> = vec![partner.parse().unwrap()];
        let by_name = Filter { text: Some("見本ケア".to_owned()), named, ..Filter::default() };
        assert_eq!(office.history().page(&by_name, None, 10).await.unwrap().items.len(), 2);
    }
}

#[tokio::test]
async fn a_document_is_about_whom_its_sender_names() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let folder = world.path("documents");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("scan.pdf"), b"%PDF-1.7\n").unwrap();
    let person = Person {
        insurer: "990001".to_owned(),
        insured_number: "0009900013".to_owned(),
        name: "架空　花子".to_owned(),
        kana: "カクウ　ハナコ".to_owned(),
    };
    let documents = DocumentOrder {
        from: "9970000018-43".parse().unwrap(),
        to: "9970000026-11".parse().unwrap(),
        month: None,
    };
    let options = SendOptions {
        documents: Some(documents),
        document_person: Some(person.clone()),
        ..SendOptions::default()
    };
    let report = sender.send_folder(&folder, &options).await.unwrap();
    let id = report.transmissions().next().unwrap();
    assert_eq!(sender.history().persons(id, Direction::Sent).await.unwrap(), [person]);
}

#[tokio::test]
async fn what_came_is_unread_until_somebody_reads_it_and_everybody_who_did_is_known() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = exchange(&sender, &receiver, &world.small_unit("20261021110000")).await;
    let history = receiver.history();
    let unread = Filter { read: Some(false), ..Filter::default() };
    assert_eq!(history.page(&unread, None, 10).await.unwrap().items.len(), 1);
    assert_eq!(
        sender.history().page(&unread, None, 10).await.unwrap().items.len(),
        0,
        "what was sent is read"
    );
    let first = receiver.now();
    history.mark_seen(id, &who(), first).await.unwrap();
    world.pass(SignedDuration::from_mins(5));
    history.mark_seen(id, &who(), receiver.now()).await.unwrap();
    history.mark_seen(id, &"taro".parse().unwrap(), receiver.now()).await.unwrap();
    assert!(history.page(&unread, None, 10).await.unwrap().items.is_empty());
    let seen = history.seen_by(id).await.unwrap();
    assert_eq!(seen.iter().map(|it| it.who.as_str()).collect::<Vec<_>>(), ["hanako", "taro"]);
    assert_eq!(seen[0].at, first);
    let item = history.item(id, Direction::Received).await.unwrap().unwrap();
    assert_eq!(item.seen_at, Some(first));
    let unknown = "01920000-0000-7000-8000-000000000001".parse().unwrap();
    assert!(matches!(history.mark_seen(unknown, &who(), first).await, Err(OfficeFault::Unknown(_))));
}

#[tokio::test]
async fn notes_are_added_and_none_is_changed() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    let whose = (id, Direction::Sent);
    let history = sender.history();
    for text in [" 電話で確認済み \n", "再送を依頼"] {
        history.add_note(whose, (&who(), text), sender.now()).await.unwrap().unwrap();
    }
    let refused = history.add_note(whose, (&who(), " "), sender.now()).await.unwrap();
    assert_eq!(refused, Err(NoteFault::Empty));
    let notes = history.notes(id, Direction::Sent).await.unwrap();
    assert_eq!(notes.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["電話で確認済み", "再送を依頼"]);
    assert!(!format!("{notes:?}").contains("電話"));
    let stranger = history.add_note((id, Direction::Received), (&who(), "a"), sender.now()).await;
    assert!(matches!(stranger, Err(OfficeFault::Unknown(_))));
}

/// An example of the standard under another serial, with one stretch of bytes replaced.
fn corrected(world: &World, example: &str, serial: &str, (from, to): (&[u8], &[u8])) -> std::path::PathBuf {
    let folder = world.path(serial);
    std::fs::create_dir(&folder).unwrap();
    for (path, mut bytes) in files_below(&examples().join(example)) {
        if let Some(at) = bytes.windows(from.len()).position(|window| window == from) {
            bytes.splice(at..at + from.len(), to.iter().copied());
        }
        let name = path.to_str().unwrap();
        let (head, _) = name.rsplit_once('_').unwrap();
        std::fs::write(folder.join(format!("{head}_{serial}.CSV")), bytes).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_corrected_unit_names_the_one_before_and_what_changed_is_shown() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let first = exchange(&sender, &receiver, &examples().join("01_K1_care_plan")).await;
    world.pass(SignedDuration::from_mins(1));
    let change: (&[u8], &[u8]) = (b",4,1000,1030,", b",4,1100,1130,");
    let folder = corrected(&world, "01_K1_care_plan", "20261022093000", change);
    let options = SendOptions { link_earlier: true, ..SendOptions::default() };
    let report = sender.send_folder(&folder, &options).await.unwrap();
    let second = report.transmissions().next().unwrap();
    for office in [&sender, &receiver, &sender] {
        drain(office).await;
    }
    assert_eq!(sender.state().sent(second).await.unwrap().unwrap().header.replaces, Some(first));
    assert_eq!(receiver.state().received(second).await.unwrap().unwrap().header.replaces, Some(first));
    for (office, direction) in [(&sender, Direction::Sent), (&receiver, Direction::Received)] {
        let item = office.history().item(second, direction).await.unwrap().unwrap();
        let older = office.history().older_versions(&item).await.unwrap();
        assert_eq!(older.iter().map(|it| it.key().id).collect::<Vec<_>>(), [first]);
        assert!(office.history().older_versions(&older[0]).await.unwrap().is_empty());
        let (old, new) =
            (contents(office, first, direction).await, contents(office, second, direction).await);
        fn sources(files: &[(String, Vec<u8>)]) -> Vec<SourceFile<'_>> {
            files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect()
        }
        let found = difference(&sources(&old), &sources(&new)).unwrap();
        assert!(found.to_text().contains("11:00"), "{}", found.to_text());
    }
}

#[tokio::test]
async fn the_unit_before_is_of_the_same_persons_kind_and_partner_and_was_not_taken_back() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    let person = |number: &str| Person {
        insurer: "990001".to_owned(),
        insured_number: number.to_owned(),
        name: String::new(),
        kana: String::new(),
    };
    let (same, other) = ([person("0009900021")], [person("0009900013")]);
    let unit = UnitOf {
        from: "9970000018-43".parse().unwrap(),
        to: "9970000026-11".parse().unwrap(),
        kind: "K3".parse().unwrap(),
        month: None,
        persons: &same,
    };
    let history = sender.history();
    let before =
        async |unit: &UnitOf<'_>| history.same_unit_before(unit).await.unwrap().map(|item| item.key().id);
    assert_eq!(before(&unit).await, Some(id));
    for another in [
        UnitOf { persons: &other, ..unit },
        UnitOf { persons: &[], ..unit },
        UnitOf { kind: "K4".parse().unwrap(), ..unit },
        UnitOf { month: Some("202611".parse().unwrap()), ..unit },
        UnitOf { to: "9970000026-13".parse().unwrap(), ..unit },
    ] {
        assert_eq!(before(&another).await, None, "{another:?}");
    }
    sender.withdraw(id).await.unwrap();
    assert_eq!(before(&unit).await, None);
}

#[tokio::test]
async fn what_came_before_there_was_a_history_is_looked_at_where_its_files_still_lie() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let kept = exchange(&sender, &receiver, &world.small_unit("20261021110001")).await;
    let gone = exchange(&sender, &receiver, &world.small_unit("20261021110002")).await;
    receiver.close().await;
    std::fs::remove_dir_all(world.path(RECEIVER).join("kept")).unwrap();
    std::fs::remove_dir_all(world.path(RECEIVER).join("inbox/9970000018-43/20261021110002")).unwrap();
    rewrite(&world, RECEIVER, "delete from person_in").await;
    rewrite(&world, RECEIVER, "update received set copy = null, persons_known = 0, persons_sha256 = null")
        .await;
    let receiver = world.open(RECEIVER).await;
    let history = receiver.history();
    while history.fill_in().await.unwrap() {}
    let item = history.item(kept, Direction::Received).await.unwrap().unwrap();
    assert!(item.persons_known && item.has_copy);
    assert_eq!(item.persons[0].insured_number, "0009900021");
    assert_eq!(all_below(&world, RECEIVER, "kept").len(), 1);
    let item = history.item(gone, Direction::Received).await.unwrap().unwrap();
    assert!(!item.persons_known && !item.has_copy);
}

#[tokio::test]
async fn reports_tell_how_much_was_exchanged_and_what_was_provided_about_whom() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let plan = exchange(&sender, &receiver, &examples().join("02_K2_use_slip")).await;
    let withdrawn = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    sender.withdraw(withdrawn).await.unwrap();
    // Stored, and not accepted by the platform: nothing was provided.
    send(&sender, &world.small_unit("20261021110001")).await;
    let (from, until) = ("202610".parse().unwrap(), "202611".parse().unwrap());
    let of_sender = sender.history().usage(from, until).await.unwrap();
    assert_eq!(of_sender.months.len(), 2);
    assert_eq!((of_sender.partners, of_sender.sends(), of_sender.receives()), (1, 1, 0));
    assert_eq!((of_sender.months[0].sends, of_sender.months[1].sends), (0, 1));
    let of_receiver = receiver.history().usage(from, until).await.unwrap();
    assert_eq!((of_receiver.partners, of_receiver.sends(), of_receiver.receives()), (1, 0, 1));
    assert!(sender.history().usage(until, from).await.is_err());

    let (from, until) = ("2026-11-25".parse().unwrap(), "2026-11-25".parse().unwrap());
    let record = sender.history().provision(from, until).await.unwrap();
    let of_plan: Vec<_> = record.lines.iter().filter(|line| line.id == plan).collect();
    assert_eq!(of_plan[0].person.as_ref().unwrap().name, "架空　花子");
    assert_eq!(of_plan[0].date.to_string(), "2026-11-25");
    assert!(of_plan[0].items_ja().contains("予定"));
    let taken_back = record.lines.iter().find(|line| line.id == withdrawn).unwrap();
    assert_eq!(taken_back.state.as_str(), "withdrawn");
    assert_eq!(record.lines.len(), of_plan.len() + 1);
    let csv = record.to_csv();
    assert!(csv.starts_with("\u{feff}\"提供した日\",\"提供先\",\"提供先の名称\",\"本人の氏名\""), "{csv}");
    assert!(
        csv.contains("\"2026-11-25\",\"9970000026-11\",\"みほんヘルパーステーション\",\"架空　花子\",\"990001\",\"0009900013\""),
        "{csv}"
    );
    assert!(receiver.history().provision(from, until).await.unwrap().lines.is_empty());
    let (from, until) = ("2026-11-26".parse().unwrap(), "2026-12-31".parse().unwrap());
    assert!(sender.history().provision(from, until).await.unwrap().lines.is_empty());
}

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended_while_more_arrives() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let mut all = Vec::new();
    for number in 0..5 {
        all.push(exchange(&sender, &receiver, &world.small_unit(&format!("2026102111000{number}"))).await);
        world.pass(SignedDuration::from_secs(1));
    }
    all.reverse();
    let (mut seen, mut after): (Vec<TransmissionId>, Option<Key>) = (Vec::new(), None);
    loop {
        let page = receiver.history().page(&Filter::default(), after, 2).await.unwrap();
        seen.extend(page.items.iter().map(|item| item.key().id));
        after = page.next;
        if after.is_none() {
            break;
        }
        let serial = format!("2026102112000{}", seen.len());
        exchange(&sender, &receiver, &world.small_unit(&serial)).await;
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn what_an_office_sends_to_itself_stands_in_the_list_both_ways_and_is_not_lost_between_pages() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = exchange(&sender, &sender, &world.small_unit_to(SENDER, "20261021110000")).await;
    let history = sender.history();
    let both = history.page(&Filter::default(), None, 10).await.unwrap();
    let keys: Vec<Key> = both.items.iter().map(|item| item.key()).collect();
    assert_eq!(keys.iter().map(|key| key.id).collect::<Vec<_>>(), [id, id]);
    assert_eq!(keys[0].at, keys[1].at);
    let first = history.page(&Filter::default(), None, 1).await.unwrap();
    let second = history.page(&Filter::default(), first.next, 1).await.unwrap();
    assert_eq!([first.items[0].key(), second.items[0].key()], keys[..]);
    assert_eq!(second.next, None);
}
