//! What one action and one letter may hold, at the edge.

use careplan_client::Step;
use careplan_client::files::NAME_BYTES_MAX;
use careplan_client::letter::{Draft, OutgoingFile, Outside, Reader, compose};
use careplan_client::outbox::{DocumentOrder, SendOptions, UnitOutcome};
use careplan_client::trust::Trust;
use careplan_domain::TransmissionId;
use careplan_domain::limits::{
    DISPATCH_TRANSMISSIONS_MAX, SEALED_BYTES_MAX, TERMINALS_MAX, TRANSMISSION_BYTES_MAX,
    TRANSMISSION_FILES_MAX,
};
use careplan_domain::transmission::State as Life;
use careplan_envelope::{DecryptionKey, Recipient, Signer, TerminalPublicKey};
use careplan_protocol::receipt::ReceiptKind;
use jiff::SignedDuration;

use crate::authority::Authority;
use crate::world::{RECEIVER, SENDER, World, drain, send};

/// Certificates of one chain; the authorities that we know have two.
const CHAIN: usize = 4;

#[test]
fn the_largest_letter_to_the_most_terminals_is_not_larger_than_a_sealed_one_may_be() {
    let authority = Authority::new("練習用ルート");
    let identity = authority.office_identity(SENDER);
    let chain = vec![authority.root.clone(); CHAIN];
    let signer = Signer { chain: &chain, ..identity.signer() };
    let keys: Vec<DecryptionKey> =
        (0..2 * TERMINALS_MAX).map(|_| DecryptionKey::generate_p256().unwrap()).collect();
    let public: Vec<TerminalPublicKey> = keys.iter().map(|it| it.terminal_public_key().unwrap()).collect();
    let recipients: Vec<Recipient<'_>> = public.iter().map(Recipient::Terminal).collect();
    let files = largest_files();
    let now = "2026-11-25T01:00:00Z".parse().unwrap();
    let draft = Draft {
        id: "01920000-0000-7000-8000-000000000002".parse().unwrap(),
        from: format!("{SENDER}-43").parse().unwrap(),
        to: format!("{RECEIVER}-11").parse().unwrap(),
        unit: careplan_domain::UnitKind::Document,
        month: Some("202611".parse().unwrap()),
        replaces: Some("01920000-0000-7000-8000-000000000001".parse().unwrap()),
        files: &files,
        reminder: None,
    };
    let composed = compose(&draft, signer, &recipients, now).unwrap();
    assert!(composed.header.sealed_bytes > TRANSMISSION_BYTES_MAX);
    assert!(composed.header.sealed_bytes <= SEALED_BYTES_MAX, "{} bytes", composed.header.sealed_bytes);

    // And the last of its terminals reads it.
    let trust = Trust::new(authority.root.clone()).unwrap();
    let reader = Reader { office: RECEIVER.parse().unwrap(), keys: &[keys.last().unwrap()], trust: &trust };
    let letter =
        reader.read(&composed.sealed, &Outside { header: composed.header, accepted_at: now }).unwrap();
    assert_eq!(letter.files.len(), files.len());
}

/// As many files as may be, as large as may be together, with names as long as may be.
fn largest_files() -> Vec<OutgoingFile> {
    let count = u64::from(TRANSMISSION_FILES_MAX);
    let mut files: Vec<OutgoingFile> = (0..count)
        .map(|number| {
            let name = format!("{number:02}{}.pdf", "a".repeat(NAME_BYTES_MAX - 6));
            let mut bytes = b"%PDF-1.7\n".to_vec();
            bytes.resize((TRANSMISSION_BYTES_MAX / count) as usize, b' ');
            OutgoingFile { name, bytes }
        })
        .collect();
    let rest = TRANSMISSION_BYTES_MAX - files.iter().map(|file| file.bytes.len() as u64).sum::<u64>();
    files[0].bytes.extend(vec![b' '; rest as usize]);
    files
}

#[tokio::test]
async fn one_action_makes_a_thousand_transmissions_and_documents_count_among_them() {
    let world = World::new();
    let sender = world.set_up(SENDER).await;
    let folder = world.path("out");
    std::fs::create_dir(&folder).unwrap();
    let write = |number: usize| {
        // A serial is a point in time.
        let serial = format!("2026102111{:02}{:02}", number / 60, number % 60);
        let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_{serial}.CSV");
        std::fs::write(folder.join(name), b"202407,990001,0009900021,20261015\r\n").unwrap();
    };
    for number in 0..DISPATCH_TRANSMISSIONS_MAX {
        write(number);
    }
    std::fs::write(folder.join("scan.pdf"), b"%PDF-1.7\n").unwrap();
    let documents = DocumentOrder {
        from: format!("{SENDER}-43").parse().unwrap(),
        to: format!("{RECEIVER}-11").parse().unwrap(),
        month: None,
    };
    let options = SendOptions { dry_run: true, documents: Some(documents), ..SendOptions::default() };
    let report = sender.send_folder(&folder, &options).await.unwrap();
    let (last, before) = report.units.split_last().unwrap();
    assert_eq!(before.len(), DISPATCH_TRANSMISSIONS_MAX);
    assert!(before.iter().all(|unit| matches!(unit.outcome, UnitOutcome::Looked)));
    assert!(is_full(&last.outcome), "{last:?}");

    write(DISPATCH_TRANSMISSIONS_MAX);
    let options = SendOptions { dry_run: true, ..SendOptions::default() };
    let report = sender.send_folder(&folder, &options).await.unwrap();
    let full: Vec<_> = report.units.iter().map(|unit| is_full(&unit.outcome)).collect();
    assert_eq!(full.len(), DISPATCH_TRANSMISSIONS_MAX + 1);
    assert_eq!(full.iter().position(|it| *it), Some(DISPATCH_TRANSMISSIONS_MAX));
}

fn is_full(outcome: &UnitOutcome) -> bool {
    matches!(outcome, UnitOutcome::Failed(fault) if fault.code == "dispatch_full")
}

/// How often the engine tries to prove an acknowledgement before it lets the news go.
async fn tries_until_unproven(claimed: impl FnOnce(&World, TransmissionId)) -> u32 {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    claimed(&world, id);
    world.exchange.lock().event(id, Life::Acknowledged, SENDER.parse().unwrap());
    for tries in 1..100 {
        let steps = drain(&sender).await;
        let gone = steps.iter().any(|step| matches!(step, Step::Unproven(of, _) if *of == id));
        assert!(
            gone || steps.iter().any(|step| matches!(step, Step::Later(of, _) if *of == id)),
            "{steps:?}"
        );
        if gone {
            world.pass(SignedDuration::from_hours(1));
            assert_eq!(drain(&sender).await, [], "it is let go");
            return tries;
        }
        world.pass(SignedDuration::from_mins(5));
    }
    panic!("never let go");
}

#[tokio::test]
async fn a_proof_that_does_not_hold_is_tried_three_times_and_one_that_is_missing_twenty() {
    // Signed by the platform instead of the receiver.
    let forged =
        |world: &World, id| world.exchange.lock().platform_receipt(id, ReceiptKind::Acknowledged, None);
    assert_eq!(tries_until_unproven(forged).await, 3);
    assert_eq!(tries_until_unproven(|_, _| ()).await, 20);
}
