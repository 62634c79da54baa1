//! Possession of the key is proved; the chain is nobody's business here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, NamedGroup, SignatureAlgorithm, SignatureScheme};
use tokio::io::AsyncReadExt as _;

use super::world::{BOTH, GENEROUS, Identity, World, holder, nobody, provider, resolved, text};

#[tokio::test]
async fn a_peer_is_known_by_the_certificate_whose_key_it_holds() {
    let world = World::open(GENEROUS).await;
    let kinds = [
        Identity::ecdsa(&rcgen::PKCS_ECDSA_P256_SHA256),
        Identity::ecdsa(&rcgen::PKCS_ECDSA_P384_SHA384),
        Identity::rsa(),
    ];
    for identity in &kinds {
        for version in BOTH {
            let mut peer = world.http1(holder(identity, &[version])).await;
            assert_eq!(text(peer.get("/peer").await.unwrap()).await, identity.fingerprint());
        }
        let mut peer = world.http2(holder(identity, BOTH)).await;
        assert_eq!(text(peer.get("/peer").await.unwrap()).await, identity.fingerprint());
    }
}

#[tokio::test]
async fn a_peer_without_a_certificate_is_let_in_as_nobody() {
    let world = World::open(GENEROUS).await;
    let mut peer = world.http1(nobody()).await;
    assert_eq!(text(peer.get("/peer").await.unwrap()).await, "nobody");
}

/// Presents one certificate and signs with another key.
#[derive(Debug)]
struct Presents(Arc<CertifiedKey>);

impl ResolvesClientCert for Presents {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_certificate_whose_key_the_peer_does_not_hold_ends_the_handshake() {
    let world = World::open(GENEROUS).await;
    let stolen = Identity::ecdsa(&rcgen::PKCS_ECDSA_P256_SHA256);
    let own = Identity::ecdsa(&rcgen::PKCS_ECDSA_P256_SHA256);
    for version in BOTH {
        let key = provider().key_provider.load_private_key(own.key()).unwrap();
        let thief = Presents(Arc::new(CertifiedKey::new(vec![stolen.certificate.clone()], key)));
        let refused = match world.connect(resolved(Arc::new(thief), &[version])).await {
            Err(refused) => refused,
            // In TLS 1.3 the client hears of it with its first read.
            Ok(mut stream) => stream.read_u8().await.unwrap_err(),
        };
        assert!(refused.to_string().contains("alert"), "{refused}");
    }
}

/// An RSA key that can do no PSS: a card behind an older driver.
#[derive(Debug)]
struct WithoutPss(Arc<dyn SigningKey>);

impl SigningKey for WithoutPss {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = SignatureScheme::RSA_PKCS1_SHA256;
        if offered.contains(&scheme) { self.0.choose_scheme(&[scheme]) } else { None }
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }
}

#[tokio::test]
async fn a_card_without_pss_is_known_over_tls_1_2() {
    let world = World::open(GENEROUS).await;
    let card = Identity::rsa();
    let key = WithoutPss(provider().key_provider.load_private_key(card.key()).unwrap());
    let card_holder = Arc::new(CertifiedKey::new(vec![card.certificate.clone()], Arc::new(key)));
    let mut peer = world.http1(resolved(Arc::new(Presents(card_holder.clone())), &[&TLS12])).await;
    assert_eq!(text(peer.get("/peer").await.unwrap()).await, card.fingerprint());
    // TLS 1.3 knows no PKCS#1 v1.5 in handshakes: there the card can present nothing.
    let mut peer = world.http1(resolved(Arc::new(Presents(card_holder)), &[&TLS13])).await;
    assert_eq!(text(peer.get("/peer").await.unwrap()).await, "nobody");
}

/// Presents another certificate at each handshake.
#[derive(Debug)]
struct Changing(Vec<Arc<CertifiedKey>>, AtomicUsize);

impl ResolvesClientCert for Changing {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.get(self.1.fetch_add(1, Ordering::SeqCst)).cloned()
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_resumed_session_keeps_the_certificate_it_began_with() {
    for version in BOTH {
        let world = World::open(GENEROUS).await;
        let both = [0, 1].map(|_| Identity::ecdsa(&rcgen::PKCS_ECDSA_P256_SHA256));
        let keys = both.iter().map(|it| {
            let key = provider().key_provider.load_private_key(it.key()).unwrap();
            Arc::new(CertifiedKey::new(vec![it.certificate.clone()], key))
        });
        let client = resolved(Arc::new(Changing(keys.collect(), AtomicUsize::new(0))), &[version]);
        let mut peer = world.http1(client.clone()).await;
        assert_eq!(text(peer.get("/peer").await.unwrap()).await, both[0].fingerprint());
        drop(peer);
        let stream = world.connect(client.clone()).await.unwrap();
        assert_eq!(stream.get_ref().1.handshake_kind(), Some(HandshakeKind::Resumed), "{version:?}");
        drop(stream);
        let mut peer = world.http1(client).await;
        assert_eq!(text(peer.get("/peer").await.unwrap()).await, both[0].fingerprint());
    }
}

#[tokio::test]
async fn keys_are_agreed_on_so_that_a_quantum_computer_learns_nothing() {
    let world = World::open(GENEROUS).await;
    let stream = world.connect(nobody()).await.unwrap();
    let group = stream.get_ref().1.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, NamedGroup::X25519MLKEM768);
}
