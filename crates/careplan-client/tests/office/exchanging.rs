//! The everyday way of a letter, and what an office sees of it.

use careplan_client::mishap::{Mishap, Mishaps};
use careplan_client::outbox::{DocumentOrder, SendOptions, UnitOutcome};
use careplan_client::staff::{Staff, THIS_PC};
use careplan_client::state::{ReceivedState, SentState};
use careplan_client::{Office, OfficeFault, Step};
use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use careplan_login::Hasher;
use careplan_protocol::Code;
use careplan_protocol::receipt::ReceiptKind;
use jiff::SignedDuration;

use crate::world::{RECEIVER, SENDER, World, drain, examples, files_below, send};

#[tokio::test]
async fn a_month_of_units_arrives_byte_for_byte_with_proof_for_both_sides() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    for example in ["01_K1_care_plan", "02_K2_use_slip"] {
        let report = send(&sender, &examples().join(example)).await;
        assert!(matches!(report.units[0].outcome, UnitOutcome::Prepared(_)), "{report:?}");
    }
    drain(&sender).await;
    drain(&receiver).await;
    drain(&sender).await;
    let arrived = files_below(&world.path(RECEIVER).join("inbox"));
    assert_eq!(arrived.len(), 7);
    for (path, bytes) in &arrived {
        let name = path.file_name().unwrap();
        let sent = ["01_K1_care_plan", "02_K2_use_slip"].map(|it| examples().join(it).join(name));
        let sent = sent.iter().find(|it| it.exists()).unwrap();
        assert_eq!(*bytes, std::fs::read(sent).unwrap());
        assert!(
            path.starts_with("9970000018-43/20261020093000")
                || path.starts_with("9970000018-43/20261025101500")
        );
    }
    for sent in sender.state().all_sent().await.unwrap() {
        assert_eq!(sent.state, SentState::Life(Life::Acknowledged));
        let receipts = sender.state().receipts(sent.header.id).await.unwrap();
        let kinds: Vec<_> = receipts.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [ReceiptKind::Accepted, ReceiptKind::Acknowledged]);
        let theirs = receiver.state().receipts(sent.header.id).await.unwrap();
        assert_eq!(theirs, receipts);
    }
}

#[tokio::test]
async fn units_are_written_in_the_order_of_their_serials_not_of_their_arrival() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    for serial in ["20261021110003", "20261021110001", "20261021110004", "20261021110002"] {
        send(&sender, &world.small_unit(serial)).await;
        drain(&sender).await;
    }
    let mut serials = Vec::new();
    for step in drain(&receiver).await {
        if let Step::Written(id) = step {
            serials.push(receiver.state().received(id).await.unwrap().unwrap().serial.unwrap());
        }
    }
    let sorted = ["20261021110001", "20261021110002", "20261021110003", "20261021110004"];
    assert_eq!(serials, sorted);
}

#[tokio::test]
async fn the_same_unit_is_not_sent_twice_unless_asked_for() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let folder = world.small_unit("20261021110000");
    send(&sender, &folder).await;
    // Once while it waits, once after it was accepted.
    for _ in 0..2 {
        let again = send(&sender, &folder).await;
        assert!(matches!(again.units[0].outcome, UnitOutcome::Duplicate(_)));
        drain(&sender).await;
    }
    assert_eq!(world.exchange.lock().letters.len(), 1);
    let options = SendOptions { again: true, ..SendOptions::default() };
    let report = sender.send_folder(&folder, &options).await.unwrap();
    let UnitOutcome::Prepared(id) = report.units[0].outcome else { panic!("{report:?}") };
    drain(&sender).await;
    let exchange = world.exchange.lock();
    assert_eq!(exchange.letters.len(), 2);
    assert!(exchange.letters[&id].entry.replaces.is_some());
}

#[tokio::test]
async fn a_bad_unit_stops_only_itself_and_says_why() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let folder = world.small_unit("20261021110000");
    let bad = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_20261021110009.CSV");
    std::fs::write(folder.join(bad), b"202407,990001\r\n").unwrap();
    let foreign = format!("DLT1KYO_9970000034_43_{RECEIVER}_11_20261021110008.CSV");
    std::fs::write(folder.join(foreign), b"202407,990001,0009900021,20261015\r\n").unwrap();
    std::fs::write(folder.join("virus.pdf"), b"MZ\x90\0").unwrap();
    let report = send(&sender, &folder).await;
    let outcomes: Vec<_> = report.units.iter().map(|unit| &unit.outcome).collect();
    assert!(matches!(outcomes[0], UnitOutcome::Prepared(_)), "{report:?}");
    let UnitOutcome::Failed(fault) = outcomes[1] else { panic!("{report:?}") };
    assert!(fault.text.contains("9970000034") && fault.text.contains("送信元"), "{fault:?}");
    assert!(matches!(outcomes[2], UnitOutcome::Blocked));
    assert_eq!(report.left_over, [folder.join("virus.pdf")]);
    assert_eq!(report.findings[0].code, "KIND-001");
    drain(&sender).await;
    assert_eq!(world.exchange.lock().letters.len(), 1);
}

#[tokio::test]
async fn a_number_that_is_no_address_is_named_with_its_side_and_nothing_is_sent() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    // A letter: the check blocks it. No prefecture: the standard leaves that open, the exchange does not.
    let letter = send(&sender, &world.small_unit_to("99A0000026", "20261021110000")).await;
    assert!(matches!(letter.units[0].outcome, UnitOutcome::Blocked), "{letter:?}");
    let finding = letter.units[0].findings.iter().find(|it| it.code == "NAME-009").unwrap();
    let said = &finding.message;
    assert!(said.contains("送信先の事業所番号「99A0000026」") && said.contains("宛先になりません"), "{said}");
    let prefecture = send(&sender, &world.small_unit_to("4870000026", "20261021110001")).await;
    let UnitOutcome::Failed(fault) = &prefecture.units[0].outcome else { panic!("{prefecture:?}") };
    assert_eq!(fault.code, "address_invalid");
    let said = "ファイル名の送信先の事業所番号「4870000026」は、はじめの2桁が都道府県の番号（01〜47）ではないため、宛先になりません。";
    assert!(
        fault.text.starts_with(said) && fault.text.ends_with("書き出し直してください。"),
        "{}",
        fault.text
    );
    assert!(sender.state().all_sent().await.unwrap().is_empty());
}

#[tokio::test]
async fn documents_go_where_the_office_says_and_stay_when_it_does_not() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let folder = world.path("documents");
    std::fs::create_dir(&folder).unwrap();
    // Beyond the limit of one body, so that it goes and comes in parts.
    let mut scan = b"%PDF-1.7\n".to_vec();
    scan.resize(2_500_000, b'x');
    std::fs::write(folder.join("第1表 署名.pdf"), &scan).unwrap();
    let left = send(&sender, &folder).await;
    assert_eq!((left.units.len(), left.documents_left.len()), (0, 1));
    let documents = DocumentOrder {
        from: "9970000018-43".parse().unwrap(),
        to: "9970000026-11".parse().unwrap(),
        month: Some("202611".parse().unwrap()),
    };
    let options = SendOptions { documents: Some(documents), ..SendOptions::default() };
    let report = sender.send_folder(&folder, &options).await.unwrap();
    let UnitOutcome::Prepared(id) = report.units[0].outcome else { panic!("{report:?}") };
    drain(&sender).await;
    drain(&receiver).await;
    let arrived = files_below(&world.path(RECEIVER).join("inbox"));
    let path = format!("9970000018-43/{id}/第1表 署名.pdf");
    assert_eq!(arrived.get(std::path::Path::new(&path)), Some(&scan));
    assert!(world.exchange.lock().uploads.is_empty());
}

#[tokio::test]
async fn our_own_letters_can_be_read_again() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let report = send(&sender, &world.small_unit("20261021110000")).await;
    let id = report.transmissions().next().unwrap();
    drain(&sender).await;
    let letter = sender.read_again(id).await.unwrap().unwrap();
    assert_eq!(&letter.files[0].bytes[..], b"202407,990001,0009900021,20261015\r\n");
}

#[tokio::test]
async fn what_the_platform_refuses_for_good_is_rejected_and_can_be_sent_again_when_mended() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    world.exchange.lock().refuse_sending = Some(Code::ReceiverUnlicensed);
    let folder = world.small_unit("20261021110000");
    let report = send(&sender, &folder).await;
    let id = report.transmissions().next().unwrap();
    let steps = drain(&sender).await;
    let Step::Rejected(rejected, fault) = &steps[0] else { panic!("{steps:?}") };
    assert_eq!((*rejected, fault.code.as_str()), (id, "receiver-unlicensed"));
    assert!(fault.text.contains("ライセンス"), "{fault:?}");
    world.exchange.lock().refuse_sending = None;
    let again = send(&sender, &folder).await;
    assert!(matches!(again.units[0].outcome, UnitOutcome::Prepared(_)));
    drain(&sender).await;
    assert_eq!(world.exchange.lock().letters.len(), 1);
}

#[tokio::test]
async fn what_fails_for_now_or_for_the_whole_office_is_kept_and_sent_when_that_is_over() {
    for code in [Code::StorageUnavailable, Code::OfficeSuspended, Code::StorageFull, Code::CertificateExpired]
    {
        let world = World::new();
        let (sender, _receiver) = world.two().await;
        world.exchange.lock().refuse_sending = Some(code);
        send(&sender, &world.small_unit("20261021110000")).await;
        let steps = drain(&sender).await;
        assert!(matches!(&steps[..], [Step::Later(_, fault)] if fault.code == code.as_str()), "{steps:?}");
        world.exchange.lock().refuse_sending = None;
        // Not before its time, then at once.
        assert_eq!(drain(&sender).await, []);
        world.pass(SignedDuration::from_mins(5));
        assert!(matches!(&drain(&sender).await[..], [Step::Accepted(_)]));
    }
}

#[tokio::test]
async fn a_receipt_that_the_platform_did_not_sign_is_no_acceptance() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    // Somebody with a good office certificate in the platform's place.
    {
        let mut inside = world.exchange.lock();
        inside.signer = inside.authority.office_identity("9970000034");
    }
    send(&sender, &world.small_unit("20261021110000")).await;
    let steps = drain(&sender).await;
    assert!(matches!(&steps[0], Step::Later(_, fault) if fault.code == "receipt_unproven"), "{steps:?}");
    let sent = &sender.state().all_sent().await.unwrap()[0];
    assert_eq!(sent.state, SentState::Prepared);
    assert!(sent.fault.as_ref().unwrap().text.contains("連携基盤の署名ではありません"));
}

/// What the record of operations says of one act, newest first.
async fn noted(office: &Office, action: &str) -> Vec<TransmissionId> {
    let staff = Staff::new(office.state().clone(), Hasher::new(1));
    let lines = staff.operations(None, 100).await.unwrap();
    assert!(lines.iter().all(|line| line.actor == THIS_PC));
    lines.into_iter().filter(|line| line.action == action).map(|line| line.subject.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_letter_is_taken_back_until_it_is_fetched() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let first = send(&sender, &world.small_unit("20261021110001")).await.transmissions().next().unwrap();
    let second = send(&sender, &world.small_unit("20261021110002")).await.transmissions().next().unwrap();
    let waiting = send(&sender, &world.small_unit("20261021110003")).await.transmissions().next().unwrap();
    // One still waits here: nothing leaves.
    sender.withdraw(waiting).await.unwrap();
    drain(&sender).await;
    assert_eq!(world.exchange.lock().letters.len(), 2);
    sender.withdraw(first).await.unwrap();
    sender.withdraw(first).await.unwrap();
    drain(&receiver).await;
    let fault = sender.withdraw(second).await.unwrap_err();
    assert!(fault.to_string().contains("すでに受け取っている"), "{fault}");
    let state = |office: &Office, id| {
        let office = office.clone();
        async move { office.state().sent(id).await.unwrap().unwrap().state }
    };
    assert_eq!(state(&sender, first).await, SentState::Life(Life::Withdrawn));
    assert_eq!(state(&sender, waiting).await, SentState::Rejected);
    // Each act stands in the record once, and what was refused does not.
    assert_eq!(noted(&sender, "withdraw").await, [first, waiting]);
    assert_eq!(noted(&sender, "sent").await, [waiting, second, first]);
    assert_eq!(receiver.state().received(first).await.unwrap().unwrap().state, ReceivedState::Withdrawn);
    assert_eq!(files_below(&world.path(RECEIVER).join("inbox")).len(), 1);
}

#[tokio::test]
async fn what_the_care_software_took_over_is_proven_to_the_sender() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    let fault = receiver.mark_imported(id).await.unwrap_err();
    assert!(matches!(fault, OfficeFault::Unknown(_)));
    drain(&receiver).await;
    for _ in 0..2 {
        receiver.mark_imported(id).await.unwrap();
    }
    assert_eq!(noted(&receiver, "imported").await, [id]);
    assert!(drain(&receiver).await.contains(&Step::Imported(id)));
    drain(&sender).await;
    assert_eq!(sender.state().sent(id).await.unwrap().unwrap().state, SentState::Life(Life::Imported));
    assert_eq!(receiver.state().received(id).await.unwrap().unwrap().state, ReceivedState::Imported);
}

#[tokio::test]
async fn an_expired_letter_comes_to_its_sender_with_the_reason() {
    use careplan_protocol::receipt::Reason;
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    {
        let mut inside = world.exchange.lock();
        let reason = Reason {
            code: "not_fetched".into(), text: "期限までに受け取られませんでした。".into()
        };
        inside.platform_receipt(id, ReceiptKind::Expired, Some(reason));
        inside.event(id, Life::Expired, SENDER.parse().unwrap());
    }
    assert!(drain(&sender).await.contains(&Step::Moved(id, Life::Expired)));
    let sent = sender.state().sent(id).await.unwrap().unwrap();
    assert_eq!(sent.state, SentState::Life(Life::Expired));
    assert_eq!(sent.fault.unwrap().text, "期限までに受け取られませんでした。");
}

#[tokio::test]
async fn news_without_a_good_receipt_moves_nothing() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    {
        // The platform claims an acknowledgement, signed by itself instead of the receiver.
        let mut inside = world.exchange.lock();
        inside.platform_receipt(id, ReceiptKind::Acknowledged, None);
        inside.event(id, Life::Acknowledged, SENDER.parse().unwrap());
    }
    let mut unproven = false;
    for _ in 0..5 {
        unproven |= drain(&sender).await.iter().any(|step| matches!(step, Step::Unproven(..)));
        world.pass(SignedDuration::from_mins(5));
    }
    assert!(unproven);
    let sent = sender.state().sent(id).await.unwrap().unwrap();
    assert_eq!(
        (sent.state, sent.fault.unwrap().code.as_str()),
        (SentState::Life(Life::Accepted), "receipt_unproven")
    );
}

#[tokio::test]
async fn two_processes_do_not_send_at_the_same_time() {
    let world = World::new();
    let sender = world.set_up(SENDER).await;
    let engine = sender.engine().unwrap();
    let other = world.open(SENDER).await;
    let busy = other.engine().unwrap_err();
    assert!(matches!(busy, OfficeFault::Busy) && busy.to_string().contains("常駐中"));
    drop(engine);
    assert!(other.engine().is_ok());
}

struct NoRoomInInbox(std::sync::Arc<std::sync::atomic::AtomicBool>);

impl Mishap for NoRoomInInbox {
    fn before_write(&self, path: &std::path::Path) -> std::io::Result<()> {
        let second_file = path.to_string_lossy().contains("UPSIKYU");
        if second_file && self.0.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_full_disk_leaves_nothing_half_written_and_the_letter_comes_when_there_is_room() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    send(&sender, &examples().join("02_K2_use_slip")).await;
    drain(&sender).await;
    drop(receiver);
    let full = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let options = world.options(RECEIVER, Mishaps::new(NoRoomInInbox(full.clone())));
    let receiver = Office::open(options).await.unwrap();
    let steps = drain(&receiver).await;
    let Some(Step::Later(_, fault)) = steps.iter().find(|step| matches!(step, Step::Later(..))) else {
        panic!("{steps:?}")
    };
    assert!(fault.code == "disk_full" && fault.text.contains("空き"), "{fault:?}");
    assert!(files_below(&world.path(RECEIVER).join("inbox")).is_empty());
    full.store(false, std::sync::atomic::Ordering::SeqCst);
    world.pass(SignedDuration::from_mins(5));
    drain(&receiver).await;
    assert_eq!(files_below(&world.path(RECEIVER).join("inbox")).len(), 3);
}

#[tokio::test]
async fn a_different_file_of_the_same_name_is_never_overwritten() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    send(&sender, &world.small_unit("20261021110000")).await;
    drain(&sender).await;
    let there = world.path(RECEIVER).join("inbox/9970000018-43/20261021110000");
    std::fs::create_dir_all(&there).unwrap();
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_20261021110000.CSV");
    std::fs::write(there.join(&name), b"something of mine").unwrap();
    drain(&receiver).await;
    assert_eq!(std::fs::read(there.join(&name)).unwrap(), b"something of mine");
    let folder = receiver.state().all_received().await.unwrap()[0].folder.clone().unwrap();
    assert!(folder.starts_with("9970000018-43/20261021110000_"), "{folder}");
    let written = world.path(RECEIVER).join("inbox").join(folder).join(name);
    assert_eq!(std::fs::read(written).unwrap(), b"202407,990001,0009900021,20261015\r\n");
}

#[tokio::test]
async fn evidence_is_checked_by_openssl_alone() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    drain(&receiver).await;
    drain(&sender).await;
    for office in [&sender, &receiver] {
        let out = world.path("evidence.zip");
        let report = office.write_evidence(id, &out).await.unwrap();
        assert_eq!(report.receipts, [ReceiptKind::Accepted, ReceiptKind::Acknowledged]);
        let folder = world.path("evidence");
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&out).unwrap()).unwrap();
        zip.extract(&folder).unwrap();
        let readme = std::fs::read_to_string(folder.join("README.txt")).unwrap();
        let commands: Vec<_> = readme.lines().filter(|line| line.starts_with("openssl cms")).collect();
        assert_eq!(commands.len(), 3, "{readme}");
        for command in commands {
            let words: Vec<_> = command.split(' ').collect();
            let run = std::process::Command::new(words[0]).args(&words[1..]).current_dir(&folder).output();
            let run = run.unwrap();
            assert!(run.status.success(), "{command}: {}", String::from_utf8_lossy(&run.stderr));
        }
        for name in ["manifest", "accepted", "acknowledged"] {
            let checked = std::fs::read(folder.join(format!("{name}.checked.json"))).unwrap();
            assert_eq!(checked, std::fs::read(folder.join(format!("{name}.json"))).unwrap());
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

#[tokio::test]
async fn a_letter_that_waited_too_long_is_given_up_unless_it_was_accepted_after_all() {
    use careplan_client::outbox::OUTBOX_WAIT_MAX;
    let second = SignedDuration::from_secs(1);
    for (wait, answer_lost, accepted) in [
        (OUTBOX_WAIT_MAX, false, true),
        (OUTBOX_WAIT_MAX + second, false, false),
        (OUTBOX_WAIT_MAX + second, true, true),
    ] {
        let world = World::new();
        let (sender, _receiver) = world.two().await;
        let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
        if answer_lost {
            let next = world.exchange.lock().exchanges;
            world.exchange.lock().lose = Some((next, crate::exchange::Loss::Answer));
            drain(&sender).await;
        }
        world.pass(wait);
        let steps = drain(&sender).await;
        let state = sender.state().sent(id).await.unwrap().unwrap().state;
        if accepted {
            assert_eq!(state, SentState::Life(Life::Accepted), "{steps:?}");
        } else {
            assert!(matches!(&steps[0], Step::Rejected(_, fault) if fault.code == "too_old"), "{steps:?}");
            assert!(world.exchange.lock().letters.is_empty());
        }
    }
}

#[tokio::test]
async fn a_letter_larger_than_any_may_be_is_not_even_fetched() {
    use careplan_domain::limits::SEALED_BYTES_MAX;
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    world.exchange.lock().letters.get_mut(&id).unwrap().entry.sealed_bytes = SEALED_BYTES_MAX + 1;
    let steps = drain(&receiver).await;
    let too_large = |step: &Step| matches!(step, Step::Later(_, fault) if fault.code == "too_large");
    assert!(steps.iter().any(too_large), "{steps:?}");
    assert_eq!(world.exchange.lock().letters[&id].entry.state, Life::Accepted);
    // It comes to a definite end all the same.
    for _ in 0..4 {
        world.pass(SignedDuration::from_mins(5));
        drain(&receiver).await;
    }
    assert_eq!(world.exchange.lock().letters[&id].entry.state, Life::Refused);
}
