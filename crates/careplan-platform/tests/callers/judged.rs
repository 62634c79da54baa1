//! Callers are judged at every request: also on connections that are open, and resumed sessions.

use careplan_domain::gate::OfficeStatus;
use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::{Certificate, DecryptionKey, Purpose, Signer, SigningKey, sign, verify};
use careplan_platform::store::certificates::revoke;
use careplan_platform::store::offices::set_status;
use careplan_protocol::announcement::{ANNOUNCEMENT_TYPE, KeyAnnouncement};
use careplan_protocol::office_api::OfficeKeys;
use careplan_protocol::trust::{PLATFORM_URI, TRUST_TYPE, TrustList};
use careplan_protocol::{Base64, Problem, routes};
use careplan_testkit::on_both_databases;
use http::{Request, StatusCode};
use insta::assert_snapshot;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::stranger::Stranger;
use crate::world::{Member, Peer, World};

const DAY: u64 = 86_400;

fn advance(world: &World, seconds: u64) {
    world.hand.advance(std::time::Duration::from_secs(seconds));
}

/// A terminal of an office with an announcement that is valid for a day.
fn announced(member: &Member, office: OfficeNumber, now: Timestamp) -> (Uuid, Vec<u8>) {
    let terminal = Uuid::now_v7();
    let announcement = KeyAnnouncement {
        document: ANNOUNCEMENT_TYPE.to_owned(),
        office,
        terminal,
        key: Base64(DecryptionKey::generate_p256().unwrap().public_key_spki().to_vec()),
        issued_at: now,
        expires_at: now + SignedDuration::from_secs(86_400),
    };
    let (key, certificate) =
        (SigningKey::from_pkcs8(&member.pkcs8).unwrap(), Certificate::from_der(&member.chain[0]).unwrap());
    let signer = Signer { key: &key, certificate: &certificate, chain: &[] };
    (terminal, sign(&serde_json::to_vec(&announcement).unwrap(), signer, now).unwrap())
}

async fn suspend(world: &World, office: &OfficeNumber, status: OfficeStatus) {
    let mut tx = world.platform.store.begin().await.unwrap();
    set_status(&mut tx, office, status).await.unwrap();
    tx.commit().await.unwrap();
}

on_both_databases! {
    async fn each_kind_of_caller_gets_its_own_answer_over_tls(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        let stranger = Stranger::new(world.now());
        world.trust_foreign(&stranger.settings());
        let other = Stranger::new(world.now());
        let cases = [
            (None, "certificate-missing"),
            (Some(world.member(office).await), "ok"),
            (Some(stranger.member("KJ999970000018", "Kaigo")), "ok"),
            (Some(stranger.member("KJ999970000026", "Kaigo")), "office-unknown"),
            (Some(stranger.member("KJ999970000018", "Agent 7")), "certificate-kind"),
            (Some(stranger.member("Taro", "Kaigo")), "certificate-no-office"),
            (Some(other.member("KJ999970000018", "Kaigo")), "certificate-unknown-authority"),
        ];
        for (member, expected) in cases {
            let client = world.client(member.as_ref());
            assert_eq!(world.connect(&client).await.verdict().await, expected);
        }
    }

    async fn a_revocation_bites_on_the_next_request_of_an_open_connection(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        let member = world.member(office).await;
        let mut peer = world.connect(&world.client(Some(&member))).await;
        assert_eq!(peer.verdict().await, "ok");
        let serial = *Certificate::from_der(&member.chain[0]).unwrap().serial();
        let mut tx = world.platform.store.begin().await.unwrap();
        assert!(revoke(&mut tx, &serial, world.now(), "key lost").await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(peer.verdict().await, "certificate-revoked");
    }

    async fn a_suspension_bites_at_once_and_ends_at_once(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        let mut peer = world.connect(&world.client(Some(&world.member(office).await))).await;
        suspend(&world, &office, OfficeStatus::Suspended).await;
        assert_eq!(peer.verdict().await, "office-suspended");
        suspend(&world, &office, OfficeStatus::Active).await;
        assert_eq!(peer.verdict().await, "ok");
    }

    async fn what_is_no_certificate_and_what_is_no_route_are_told_in_sentences(database: TestDatabase) {
        let world = World::open(&database).await;
        let mut member = world.member(world.office("9970000018").await).await;
        // The handshake asks for the key of the first one only.
        member.chain.push(b"no certificate".to_vec());
        let mut peer = world.connect(&world.client(Some(&member))).await;
        let told = async |peer: &mut Peer, route: &str| {
            let (status, body) = peer.get(route).await;
            let problem: Problem = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem.status, status.as_u16());
            format!("{} {} {problem}", problem.status, problem.code)
        };
        assert_snapshot!(told(&mut peer, routes::INBOX).await, @"403 certificate-unreadable 電子証明書を読み取れません。電子証明書を発行し直すか、正しい証明書ファイルを取り込み直してください。");
        assert_snapshot!(told(&mut peer, "/v1/post-office").await, @"404 route-unknown その窓口はありません。クライアントを最新版にしてください。");
    }

    async fn a_certificate_expires_on_an_open_connection(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        let member = world.member(office).await;
        let mut peer = world.connect(&world.client(Some(&member))).await;
        let it = Certificate::from_der(&member.chain[0]).unwrap();
        world.hand.set(it.not_after());
        assert_eq!(peer.verdict().await, "ok");
        world.hand.set(it.not_after() + SignedDuration::from_secs(1));
        assert_eq!(peer.verdict().await, "certificate-expired");
        world.hand.set(it.not_before() - SignedDuration::from_secs(1));
        assert_eq!(peer.verdict().await, "certificate-not-yet-valid");
    }

    async fn a_resumed_session_is_judged_like_a_new_one(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        let member = world.member(office).await;
        let client = world.client(Some(&member));
        let mut first = world.connect(&client).await;
        assert_eq!((first.verdict().await.as_str(), first.is_resumed), ("ok", false));
        let mut second = world.connect(&client).await;
        assert_eq!((second.verdict().await.as_str(), second.is_resumed), ("ok", true));
        let serial = *Certificate::from_der(&member.chain[0]).unwrap().serial();
        let mut tx = world.platform.store.begin().await.unwrap();
        revoke(&mut tx, &serial, world.now(), "key lost").await.unwrap();
        tx.commit().await.unwrap();
        let mut third = world.connect(&client).await;
        assert_eq!((third.verdict().await.as_str(), third.is_resumed), ("certificate-revoked", true));
    }

    async fn a_new_foreign_list_counts_on_open_connections_and_an_old_one_refuses(database: TestDatabase) {
        let world = World::open(&database).await;
        world.office("9970000018").await;
        let stranger = Stranger::new(world.now());
        world.trust_foreign(&stranger.settings());
        let member = stranger.member("KJ999970000018", "Kaigo");
        let mut peer = world.connect(&world.client(Some(&member))).await;
        assert_eq!(peer.verdict().await, "ok");
        advance(&world, DAY);
        assert_eq!(peer.verdict().await, "ok", "the last instant of the list");
        advance(&world, 1);
        assert_eq!(peer.verdict().await, "revocation-unknown");
        stranger.publish(&[], world.now());
        world.trust_foreign(&stranger.settings());
        assert_eq!(peer.verdict().await, "ok");
        stranger.publish(&[&member], world.now());
        world.trust_foreign(&stranger.settings());
        assert_eq!(peer.verdict().await, "certificate-revoked");
    }

    async fn a_kind_that_is_refused_from_now_on_is_refused_on_open_connections(database: TestDatabase) {
        let world = World::open(&database).await;
        world.office("9970000018").await;
        let stranger = Stranger::new(world.now());
        world.trust_foreign(&stranger.settings());
        let member = stranger.member("KJ999970000018", "Kaigo");
        let mut peer = world.connect(&world.client(Some(&member))).await;
        assert_eq!(peer.verdict().await, "ok");
        let mut settings = stranger.settings();
        settings.refused_kinds[0].contains = "Kaigo".into();
        world.trust_foreign(&settings);
        assert_eq!(peer.verdict().await, "certificate-kind");
    }

    async fn keys_signed_with_a_certificate_that_a_foreign_authority_revoked_are_no_longer_listed(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        let stranger = Stranger::new(world.now());
        world.trust_foreign(&stranger.settings());
        let member = stranger.member("KJ999970000018", "Kaigo");
        let (terminal, der) = announced(&member, office, world.now());
        let mut peer = world.connect(&world.client(Some(&member))).await;
        let publish = Request::put(routes::with(routes::TERMINAL, terminal)).header("content-length", der.len());
        assert_eq!(peer.ask(publish, der).await.0, StatusCode::CREATED);
        let mut reader = world.connect(&world.client(Some(&world.member(office).await))).await;
        let mut keys = async || {
            let (_, body) = reader.get(&routes::with(routes::OFFICE_KEYS, office)).await;
            serde_json::from_slice::<OfficeKeys>(&body).unwrap().terminals.len()
        };
        assert_eq!(keys().await, 1);
        stranger.publish(&[&member], world.now());
        world.trust_foreign(&stranger.settings());
        assert_eq!(keys().await, 0);
    }

    /// As with a stolen authority key, or a database restored from before the certificate.
    async fn a_certificate_of_ours_that_is_not_on_record_is_refused(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        let member = world.member(office).await;
        let elsewhere = careplan_testkit::database::TestDatabase::fresh(database.engine()).await;
        let other = World::open(&elsewhere).await;
        other.office("9970000018").await;
        let both = careplan_platform::trust::Trust::new(vec![other.root.clone(), world.root.clone()], Vec::new());
        other.platform.trust.replace(both.unwrap());
        assert_eq!(other.connect(&other.client(Some(&member))).await.verdict().await, "certificate-revoked");
        elsewhere.remove().await;
    }

    async fn the_trust_list_is_signed_by_the_platform_and_for_everybody(database: TestDatabase) {
        let world = World::open(&database).await;
        let stranger = Stranger::new(world.now());
        world.trust_foreign(&stranger.settings());
        let (status, body) = world.connect(&world.client(None)).await.get(routes::TRUST).await;
        assert!(status.is_success());
        let signed = verify(&body).unwrap();
        world.anchors().verify_chain(&signed.signer, &[], world.now(), Purpose::Signature).unwrap();
        assert_eq!(signed.signer.san_uris(), [PLATFORM_URI]);
        let list: TrustList = serde_json::from_slice(&signed.content).unwrap();
        assert_eq!((list.document.as_str(), list.issued_at), (TRUST_TYPE, world.now()));
        assert_eq!(list.foreign[0].label, "介護保険証明書");
        assert_eq!(list.foreign[0].refused_kinds[0].label, "代理人証明書");
    }
}
