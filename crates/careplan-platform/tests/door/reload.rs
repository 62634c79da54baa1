//! A new server certificate on an open process.

use super::world::{BOTH, GENEROUS, Identity, World, fingerprint, holder, nobody, text};

async fn server_seen(world: &World) -> String {
    let stream = world.connect(nobody()).await.unwrap();
    fingerprint(&stream.get_ref().1.peer_certificates().unwrap()[0])
}

#[tokio::test]
async fn new_connections_meet_the_new_certificate_and_open_ones_go_on() {
    let world = World::open(GENEROUS).await;
    let mut open = world.http1(nobody()).await;
    let renewed = Identity::ecdsa(&rcgen::PKCS_ECDSA_P256_SHA256);
    assert_ne!(server_seen(&world).await, renewed.fingerprint());
    world.tls.replace(vec![renewed.certificate.clone()], renewed.key()).unwrap();
    assert_eq!(server_seen(&world).await, renewed.fingerprint());
    assert_eq!(text(open.get("/peer").await.unwrap()).await, "nobody");
}

#[tokio::test]
async fn a_certificate_of_another_key_is_refused_and_the_old_one_stays() {
    let world = World::open(GENEROUS).await;
    let before = server_seen(&world).await;
    let (one, other) = (Identity::rsa(), Identity::rsa());
    let fault = world.tls.replace(vec![one.certificate.clone()], other.key()).unwrap_err();
    assert!(fault.to_string().contains("cannot be used"), "{fault}");
    assert_eq!(server_seen(&world).await, before);
}

#[tokio::test]
async fn sessions_can_be_resumed_after_a_reload() {
    let world = World::open(GENEROUS).await;
    let office = Identity::ecdsa(&rcgen::PKCS_ECDSA_P256_SHA256);
    let client = holder(&office, BOTH);
    let mut peer = world.http1(client.clone()).await;
    assert_eq!(text(peer.get("/peer").await.unwrap()).await, office.fingerprint());
    let renewed = Identity::ecdsa(&rcgen::PKCS_ECDSA_P256_SHA256);
    world.tls.replace(vec![renewed.certificate.clone()], renewed.key()).unwrap();
    let stream = world.connect(client).await.unwrap();
    assert_eq!(stream.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Resumed));
}
