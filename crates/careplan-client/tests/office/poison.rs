//! Letters that cannot be taken, many of them, and a good one behind.

use careplan_client::Step;
use careplan_client::inbox::POISON_TRIES_MAX;
use careplan_client::state::{ReceivedState, SentState};
use careplan_domain::transmission::State as Life;
use careplan_protocol::receipt::{Receipt, ReceiptKind};
use jiff::SignedDuration;

use crate::world::{RECEIVER, World, drain, files_below, send};

#[tokio::test]
async fn a_flood_of_poison_is_set_aside_with_refusals_and_blocks_nothing() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let mut poisoned = Vec::new();
    for number in 0..12 {
        let unit = world.small_unit(&format!("202610211100{number:02}"));
        poisoned.extend(send(&sender, &unit).await.transmissions());
    }
    drain(&sender).await;
    {
        // The platform's bytes are changed, and so is what it says of them.
        let mut inside = world.exchange.lock();
        for id in &poisoned {
            let held = inside.letters.get_mut(id).unwrap();
            let mut letter = held.letter.to_vec();
            let place = letter.len() - 5;
            letter[place] ^= 1;
            held.entry.sealed_sha256 = careplan_client::letter::digest_of(&letter);
            held.letter = letter.into();
            inside.platform_receipt(*id, ReceiptKind::Accepted, None);
        }
    }
    let good = send(&sender, &world.small_unit("20261021120000")).await.transmissions().next().unwrap();
    drain(&sender).await;

    let first_pass = drain(&receiver).await;
    assert!(first_pass.contains(&Step::Acknowledged(good)), "{first_pass:?}");
    assert!(!first_pass.iter().any(|step| matches!(step, Step::SetAside(..))));
    for _ in 1..POISON_TRIES_MAX {
        world.pass(SignedDuration::from_mins(1));
        drain(&receiver).await;
    }
    for id in &poisoned {
        let received = receiver.state().received(*id).await.unwrap().unwrap();
        assert_eq!(received.state, ReceivedState::Refused);
        assert_eq!(received.fault.unwrap().code, "cannot_open");
    }
    assert_eq!(files_below(&world.path(RECEIVER).join("inbox")).len(), 1);

    let inside = world.exchange.lock();
    let signed =
        careplan_envelope::verify(&inside.letters[&poisoned[0]].receipts[&ReceiptKind::Refused]).unwrap();
    let receipt: Receipt = serde_json::from_slice(&signed.content).unwrap();
    let reason = receipt.reason.unwrap();
    assert_eq!(reason.code, "cannot_open");
    assert!(reason.text.contains("開けません") && reason.text.contains("送り直して"), "{}", reason.text);
}

#[tokio::test]
async fn the_sender_learns_of_a_refusal_with_its_reason() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    // The receiver lost its key: it cannot open what was sealed to it.
    let key = world.path(RECEIVER).join("keys/terminal.pem");
    std::fs::remove_file(key).unwrap();
    for _ in 0..POISON_TRIES_MAX {
        drain(&receiver).await;
        world.pass(SignedDuration::from_mins(1));
    }
    drain(&sender).await;
    let sent = sender.state().sent(id).await.unwrap().unwrap();
    assert_eq!(sent.state, SentState::Life(Life::Refused));
    let fault = sent.fault.unwrap();
    assert_eq!(fault.code, "not_for_us");
    assert!(fault.text.contains("この端末の鍵では開けません"), "{fault:?}");
    let proof = sender.state().receipt(id, ReceiptKind::Refused).await.unwrap();
    assert!(proof.is_some());
}
