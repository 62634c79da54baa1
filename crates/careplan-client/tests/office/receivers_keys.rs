//! Announcements of keys: stale, forged, foreign, ended.

use careplan_client::keys::OfficeIdentity;
use careplan_client::outbox::UnitOutcome;
use careplan_envelope::{DecryptionKey, sign};
use careplan_protocol::Base64;
use careplan_protocol::announcement::{ANNOUNCEMENT_TYPE, KeyAnnouncement};
use careplan_protocol::trust::office_uri;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::authority::Authority;
use crate::world::{RECEIVER, SENDER, World, send};

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
    let sender = world.open(SENDER).await;
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
    let sender = world.set_up(SENDER).await;
    let report = send(&sender, &world.small_unit("20261021110000")).await;
    let UnitOutcome::Failed(fault) = &report.units[0].outcome else { panic!("{report:?}") };
    assert_eq!(fault.code, "receiver_without_terminal");
    assert!(fault.text.contains("9970000026") && fault.text.contains("初期設定"), "{fault:?}");
}

/// Shows the receiver's announcement of a fresh key under a signature, valid as long as any may be.
fn show_signed_by(world: &World, terminal: Option<Uuid>, identity: &OfficeIdentity) -> Uuid {
    let (mut document, known) = announcement(world, |it| it.expires_at = it.issued_at + HOUR * 24 * 180);
    document.terminal = terminal.unwrap_or(known);
    let signed =
        sign(&serde_json::to_vec(&document).unwrap(), identity.signer(), document.issued_at).unwrap();
    show(world, document.terminal, signed);
    document.terminal
}

#[tokio::test]
async fn a_key_whose_certificate_expired_since_is_left_out_and_that_is_said() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let uri = office_uri(&RECEIVER.parse().unwrap());
    let ends_soon = world.exchange.lock().authority.identity_until(RECEIVER, Some(&uri), 2027);
    let second = show_signed_by(&world, Some(Uuid::now_v7()), &ends_soon);
    let report = send(&sender, &world.small_unit("20261021110001")).await;
    assert!(report.terminals_left.is_empty(), "{report:?}");

    world.pass(HOUR * 24 * 40);
    let report = send(&sender, &world.small_unit("20261021110002")).await;
    assert!(matches!(report.units[0].outcome, UnitOutcome::Prepared(_)), "{report:?}");
    let [left] = report.terminals_left.as_slice() else { panic!("{:?}", report.terminals_left) };
    assert_eq!((left.office.as_str(), left.terminal), (RECEIVER, second));
    let said = left.to_string();
    assert!(said.contains(RECEIVER) && said.contains("電子証明書の有効期限が切れています"), "{said}");
    assert!(said.contains("その端末では開けません") && said.ends_with("ください。"), "{said}");

    // When it is the only one, nothing is sent.
    let only =
        world.exchange.lock().terminals[&RECEIVER.parse().unwrap()].keys().copied().collect::<Vec<_>>();
    for terminal in only.into_iter().filter(|it| *it != second) {
        world.exchange.lock().terminals.get_mut(&RECEIVER.parse().unwrap()).unwrap().remove(&terminal);
    }
    sender.close().await;
    receiver.close().await;
    let text = refusal(&world).await;
    assert!(text.contains("有効期限が切れています") && text.contains("内容は送っていません"), "{text}");
}

/// The platform lists an authority; offices take the list over when they renew.
async fn list(world: &World, foreign: &[&Authority]) {
    world.pass(SignedDuration::from_mins(1));
    {
        let mut inside = world.exchange.lock();
        inside.trust_list.issued_at = inside.now;
        inside.trust_list.foreign = foreign.iter().map(|authority| authority.listed()).collect();
    }
    let sender = world.open(SENDER).await;
    sender.renew().await.unwrap();
    sender.close().await;
}

#[tokio::test]
async fn a_key_signed_with_a_foreign_certificate_is_believed_by_the_signed_trust_list_alone() {
    let world = World::new();
    world.two().await;
    let kaigo = Authority::new("国保の認証局");
    let receivers = format!("KJ99{RECEIVER}");
    show_signed_by(&world, None, &kaigo.identity_until(&receivers, None, 2040));
    assert!(refusal(&world).await.contains("発行元を信頼できません"));

    list(&world, &[&kaigo]).await;
    let sender = world.open(SENDER).await;
    let report = send(&sender, &world.small_unit("20261021110005")).await;
    assert!(matches!(report.units[0].outcome, UnitOutcome::Prepared(_)), "{report:?}");
    sender.close().await;

    // What the list says about offices and kinds, and the certificate's own end, count here too.
    world.pass(SignedDuration::from_mins(1));
    for (common_name, until, words) in [
        (format!("KJ99{SENDER}"), 2040, "別の事業所"),
        (format!("代理人 {receivers}"), 2040, "代理人証明書"),
        ("somebody".to_owned(), 2040, "事業所番号を読み取れません"),
        (receivers.clone(), 2026, "有効期限が切れています"),
    ] {
        show_signed_by(&world, None, &kaigo.identity_until(&common_name, None, until));
        let text = refusal(&world).await;
        assert!(text.contains(words) && text.contains("内容は送っていません"), "{text}");
    }
    // An authority that left the list speaks for nobody any more.
    show_signed_by(&world, None, &kaigo.identity_until(&receivers, None, 2040));
    list(&world, &[]).await;
    assert!(refusal(&world).await.contains("発行元を信頼できません"));
}
