//! Announcements of keys: stale, forged, foreign, ended.

use careplan_client::outbox::UnitOutcome;
use careplan_envelope::{DecryptionKey, sign};
use careplan_protocol::Base64;
use careplan_protocol::announcement::{ANNOUNCEMENT_TYPE, KeyAnnouncement};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::authority::Authority;
use crate::world::{RECEIVER, World, send};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// What the platform might show instead of the receiver's own announcement.
fn announcement(world: &World, change: impl FnOnce(&mut KeyAnnouncement)) -> (KeyAnnouncement, Uuid) {
    let inside = world.exchange.lock();
    let terminal = *inside.terminals[&RECEIVER.parse().unwrap()].keys().next().unwrap();
    let mut announcement = KeyAnnouncement {
        document: ANNOUNCEMENT_TYPE.into(),
        office: RECEIVER.parse().unwrap(),
        terminal,
        key: Base64(DecryptionKey::generate_p256().unwrap().public_key_spki().to_vec()),
        issued_at: inside.now,
        expires_at: inside.now + HOUR,
    };
    change(&mut announcement);
    (announcement, terminal)
}

fn show(world: &World, terminal: Uuid, signed: Vec<u8>) {
    let mut inside = world.exchange.lock();
    inside.terminals.get_mut(&RECEIVER.parse().unwrap()).unwrap().insert(terminal, signed);
}

async fn refusal(world: &World) -> String {
    let sender = world.open(crate::world::SENDER).await;
    let report = send(&sender, &world.small_unit("20261021110000")).await;
    match &report.units[0].outcome {
        UnitOutcome::Failed(fault) => {
            assert_eq!(fault.code, "receiver_keys_unverified");
            fault.text.clone()
        }
        other => panic!("sealed to a bad key: {other:?}"),
    }
}

#[tokio::test]
async fn a_key_that_the_receiver_did_not_announce_is_never_sealed_to() {
    type Change = fn(&mut KeyAnnouncement);
    let cases: [(&str, Change, &str); 5] = [
        (RECEIVER, |it| it.expires_at = it.issued_at, "有効期限"),
        (RECEIVER, |it| it.issued_at = it.expires_at, "未来"),
        (RECEIVER, |it| it.expires_at = it.issued_at + HOUR * 24 * 181, "長すぎ"),
        (RECEIVER, |it| it.document = "careplan.receipt.v1".into(), "公告ではない"),
        ("9970000034", |_| {}, "別の事業所"),
    ];
    for (signer, change, words) in cases {
        let world = World::new();
        world.two().await;
        let (document, terminal) = announcement(&world, change);
        let identity = world.exchange.lock().authority.office_identity(signer);
        let now = world.exchange.lock().now;
        let signed = sign(&serde_json::to_vec(&document).unwrap(), identity.signer(), now).unwrap();
        show(&world, terminal, signed);
        let text = refusal(&world).await;
        assert!(text.contains(words) && text.contains("内容は送っていません"), "{text}");
    }
}

#[tokio::test]
async fn a_key_signed_below_another_root_or_without_signature_is_never_sealed_to() {
    let world = World::new();
    world.two().await;
    let (document, terminal) = announcement(&world, |_| {});
    let stranger = Authority::new("よその認証局").office_identity(RECEIVER);
    let now = world.exchange.lock().now;
    let signed = sign(&serde_json::to_vec(&document).unwrap(), stranger.signer(), now).unwrap();
    show(&world, terminal, signed);
    assert!(refusal(&world).await.contains("発行元を信頼できません"));
    show(&world, terminal, b"nothing".to_vec());
    assert!(refusal(&world).await.contains("電子署名が正しくありません"));
}

#[tokio::test]
async fn an_older_announcement_than_one_seen_before_is_refused() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let terminal = announcement(&world, |_| {}).1;
    let old = world.exchange.lock().terminals[&RECEIVER.parse().unwrap()][&terminal].clone();
    world.pass(HOUR * 24 * 91);
    assert!(receiver.renew().await.unwrap().announcement);
    send(&sender, &world.small_unit("20261021110009")).await;
    show(&world, terminal, old);
    assert!(refusal(&world).await.contains("以前に見た公告より古い"));
}

#[tokio::test]
async fn a_receiver_without_terminal_is_told_from_one_with_bad_keys() {
    let world = World::new();
    let sender = world.set_up(crate::world::SENDER).await;
    let report = send(&sender, &world.small_unit("20261021110000")).await;
    let UnitOutcome::Failed(fault) = &report.units[0].outcome else { panic!("{report:?}") };
    assert_eq!(fault.code, "receiver_without_terminal");
    assert!(fault.text.contains("9970000026") && fault.text.contains("初期設定"), "{fault:?}");
}
