//! EST (RFC 7030) with programs that are not ours: `curl` and `openssl`.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use careplan_envelope::{Certificate, Purpose, chain_from_pem};
use careplan_protocol::{Problem, routes};
use careplan_testkit::on_both_databases;
use http::Request;
use tokio::process::Command;

use crate::stranger::Stranger;
use crate::world::{Credentials, Member, World};

const HOUR: i64 = 3600;

/// Runs a shell line in the world's folder and gives what it printed.
async fn sh(world: &World, line: &str) -> String {
    let output = Command::new("sh")
        .args(["-euc", line])
        .current_dir(world.folder.path())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Our root, fetched and unpacked as the standard says; then a key and a request for it.
async fn prepare(world: &World, key: &str) {
    let cacerts = world.url(routes::EST_CACERTS);
    sh(
        world,
        &format!(
            "curl -sk {cacerts} | openssl base64 -d | openssl pkcs7 -inform DER -print_certs -out ca.pem"
        ),
    )
    .await;
    new_request(world, key, "9970000018").await;
}

async fn new_request(world: &World, key: &str, common_name: &str) {
    sh(
        world,
        &format!(
            "openssl genpkey {key} -out new.key 2>/dev/null
         openssl req -new -key new.key -subj /CN={common_name} -outform DER | openssl base64 > request.b64"
        ),
    )
    .await;
}

/// `curl` to a route; status, then the body in the file `answer`.
async fn post(world: &World, route: &str, how: &str) -> u16 {
    let url = world.url(route);
    let line = format!(
        "curl -s --cacert ca.pem {how} -H 'Content-Type: application/pkcs10' --data-binary @request.b64 \
         -o answer -D head -w '%{{http_code}}' {url}"
    );
    sh(world, &line).await.parse().unwrap()
}

async fn enrol(world: &World, who: &Credentials) -> u16 {
    post(world, routes::EST_SIMPLEENROLL, &format!("-u {}:{}", who.user_id, who.password.expose())).await
}

/// The certificate in the answer, unpacked by `openssl` into `name`.
async fn unpack(world: &World, name: &str) -> Certificate {
    let line = format!(
        "openssl base64 -d -in answer | openssl pkcs7 -inform DER -print_certs | openssl x509 -out {name}
         openssl verify -CAfile ca.pem {name} >/dev/null; cat {name}"
    );
    Certificate::from_pem(&sh(world, &line).await).unwrap()
}

/// A request for the key `new.key`, whoever it was made for.
async fn request_for(world: &World, common_name: &str) {
    let line = format!(
        "openssl req -new -key new.key -subj /CN={common_name} -outform DER | openssl base64 > request.b64"
    );
    sh(world, &line).await;
}

/// Asks for the next certificate with the present one; the answer is in the file `answer`.
async fn renew(world: &World, present: &Member) -> u16 {
    let body = std::fs::read(world.folder.path().join("request.b64")).unwrap();
    let mut peer = world.connect(&world.client(Some(present))).await;
    let (status, answer) = peer.ask(Request::post(routes::EST_SIMPLEREENROLL), body).await;
    std::fs::write(world.folder.path().join("answer"), answer).unwrap();
    status.as_u16()
}

/// The PKCS#8 of the key `new.key`.
async fn key_of(world: &World) -> Vec<u8> {
    sh(world, "openssl pkcs8 -topk8 -nocrypt -in new.key -outform DER -out new.der").await;
    std::fs::read(world.folder.path().join("new.der")).unwrap()
}

fn pem_of(member: &Member) -> String {
    let key = careplan_envelope::SigningKey::from_pkcs8(&member.pkcs8).unwrap();
    careplan_platform::key_file::pem_of_key(&key).unwrap().to_string()
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap().to_lowercase()
}

fn problem(world: &World) -> Problem {
    serde_json::from_slice(&std::fs::read(world.folder.path().join("answer")).unwrap()).unwrap()
}

const P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";

on_both_databases! {
    async fn curl_and_openssl_enrol_and_are_let_in_with_p256_and_rsa(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        for key in [P256, RSA] {
            prepare(&world, key).await;
            let fetched = chain_from_pem(&read_exact(&world, "ca.pem")).unwrap();
            assert_eq!(fetched.as_slice(), std::slice::from_ref(&world.root));
            let who = world.issue_password(office, HOUR).await;
            assert_eq!(enrol(&world, &who).await, 200, "{}", read(world.folder.path(), "answer"));
            let head = read(world.folder.path(), "head");
            assert!(head.contains("content-type: application/pkcs7-mime; smime-type=certs-only"), "{head}");
            assert!(head.contains("content-transfer-encoding: base64"), "{head}");
            let it = unpack(&world, "mine.pem").await;
            assert_eq!(it.san_uris(), ["urn:x-careplan:office:9970000018"]);
            world.anchors().verify_chain(&it, &[], world.now(), Purpose::Signature).unwrap();
            // The certificate opens the door, and our revocation list does not name it.
            let inbox = world.url(routes::INBOX);
            let line = format!("curl -s --cacert ca.pem --cert mine.pem --key new.key -o /dev/null -w '%{{http_code}}' {inbox}");
            assert_eq!(sh(&world, &line).await, "200");
            let crl = world.url(routes::CRL);
            sh(&world, &format!(
                "curl -s --cacert ca.pem {crl} | openssl crl -inform DER -out list.pem
                 openssl verify -crl_check -CAfile ca.pem -CRLfile list.pem mine.pem >/dev/null"
            )).await;
        }
    }

    async fn the_longest_request_is_read_and_one_byte_more_is_refused(database: TestDatabase) {
        let world = World::open(&database).await;
        let who = world.issue_password(world.office("9970000018").await, HOUR).await;
        prepare(&world, P256).await;
        let request = world.folder.path().join("request.b64");
        let mut body = std::fs::read(&request).unwrap();
        body.resize(32 * 1024 + 1, b'\n');
        std::fs::write(&request, &body).unwrap();
        assert_eq!(enrol(&world, &who).await, 400);
        assert_eq!(problem(&world).code.as_str(), "enrolment-request-invalid");
        std::fs::write(&request, &body[..32 * 1024]).unwrap();
        assert_eq!(enrol(&world, &who).await, 200, "{}", read(world.folder.path(), "answer"));
    }

    async fn the_same_key_gets_the_same_certificate_and_another_key_none(database: TestDatabase) {
        let world = World::open(&database).await;
        let who = world.issue_password(world.office("9970000018").await, HOUR).await;
        prepare(&world, P256).await;
        assert_eq!(enrol(&world, &who).await, 200);
        let first = unpack(&world, "first.pem").await;
        assert_eq!(enrol(&world, &who).await, 200, "as if the answer had been lost");
        assert_eq!(unpack(&world, "again.pem").await, first);
        new_request(&world, P256, "9970000018").await;
        assert_eq!(enrol(&world, &who).await, 403);
        assert_eq!(problem(&world).code.as_str(), "issue-password-used");
    }

    async fn what_is_wrong_with_a_request_or_a_password_is_said(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        let who = world.issue_password(office, HOUR).await;
        prepare(&world, P256).await;
        assert_eq!(post(&world, routes::EST_SIMPLEENROLL, "").await, 401);
        assert_eq!(problem(&world).code.as_str(), "credentials-missing");
        assert!(read(world.folder.path(), "head").contains("www-authenticate: basic realm="));
        let wrong = Credentials { user_id: who.user_id.clone(), password: careplan_domain::Secret::new("wrong") };
        assert_eq!(enrol(&world, &wrong).await, 401);
        assert_eq!(problem(&world).code.as_str(), "issue-password-wrong");
        let sound = std::fs::read(world.folder.path().join("request.b64")).unwrap();
        for bad in [&b"not base64 at all!"[..], b"AAAA", b"", &vec![b'A'; 40_000]] {
            std::fs::write(world.folder.path().join("request.b64"), bad).unwrap();
            assert_eq!(enrol(&world, &who).await, 400);
            assert_eq!(problem(&world).code.as_str(), "enrolment-request-invalid");
        }
        for key in ["-algorithm ED25519", "-algorithm RSA -pkeyopt rsa_keygen_bits:4104"] {
            new_request(&world, key, "9970000018").await;
            assert_eq!(enrol(&world, &who).await, 400, "a key that is not accepted: {key}");
        }
        std::fs::write(world.folder.path().join("request.b64"), sound).unwrap();
        assert_eq!(enrol(&world, &who).await, 200, "none of these used the password up");
        let expired = world.issue_password(office, 0).await;
        assert_eq!(enrol(&world, &expired).await, 403);
        assert_eq!(problem(&world).code.as_str(), "issue-password-expired");
    }

    async fn three_wrong_issue_passwords_lock_for_half_an_hour(database: TestDatabase) {
        let world = World::open(&database).await;
        let who = world.issue_password(world.office("9970000018").await, HOUR).await;
        prepare(&world, P256).await;
        let wrong = Credentials { user_id: who.user_id.clone(), password: careplan_domain::Secret::new("wrong") };
        for _ in 0..3 {
            enrol(&world, &wrong).await;
        }
        assert_eq!(enrol(&world, &who).await, 403);
        let locked = problem(&world);
        assert_eq!(locked.code.as_str(), "account-locked");
        assert!(locked.detail.unwrap().contains("時"), "says until when");
        world.hand.advance(Duration::from_secs(30 * 60));
        assert_eq!(enrol(&world, &who).await, 200);
    }

    async fn the_present_certificate_obtains_the_next_one_also_for_another_key(database: TestDatabase) {
        let world = World::open(&database).await;
        let who = world.issue_password(world.office("9970000018").await, HOUR).await;
        prepare(&world, P256).await;
        assert_eq!(enrol(&world, &who).await, 200);
        let present = unpack(&world, "mine.pem").await;
        sh(&world, "cp new.key mine.key").await;
        let with_present = "--cert mine.pem --key mine.key";
        new_request(&world, RSA, "9970000018").await;
        assert_eq!(post(&world, routes::EST_SIMPLEREENROLL, with_present).await, 200);
        let next = unpack(&world, "next.pem").await;
        assert_eq!(next.subject_text(), present.subject_text());
        assert_ne!(next.public_key_spki(), present.public_key_spki());
        assert_eq!(post(&world, routes::EST_SIMPLEREENROLL, with_present).await, 200, "the answer was lost");
        assert_eq!(unpack(&world, "again.pem").await, next);
        new_request(&world, P256, "9970000026").await;
        assert_eq!(post(&world, routes::EST_SIMPLEREENROLL, with_present).await, 400, "another office");
        assert_eq!(problem(&world).code.as_str(), "enrolment-request-invalid");
        assert_eq!(post(&world, routes::EST_SIMPLEREENROLL, "").await, 401);
        assert_eq!(problem(&world).code.as_str(), "certificate-missing");
    }

    async fn a_certificate_of_a_foreign_authority_is_not_renewed_here(database: TestDatabase) {
        let world = World::open(&database).await;
        world.office("9970000018").await;
        let stranger = Stranger::new(world.now());
        world.trust_foreign(&stranger.settings());
        let member = stranger.member("KJ999970000018", "Kaigo");
        prepare(&world, P256).await;
        assert_eq!(renew(&world, &member).await, 403);
        assert_eq!(problem(&world).code.as_str(), "certificate-kind");
    }

    async fn a_renewal_for_a_key_that_was_certified_before_is_a_new_certificate(database: TestDatabase) {
        let world = World::open(&database).await;
        let first = world.member(world.office("9970000018").await).await;
        prepare(&world, P256).await;
        assert_eq!(renew(&world, &first).await, 200);
        let second = unpack(&world, "second.pem").await;
        let holder = Member { pkcs8: key_of(&world).await, chain: vec![second.der().to_vec()] };
        assert_eq!(renew(&world, &holder).await, 200, "the same key");
        assert_ne!(unpack(&world, "third.pem").await, second);
        // An office that shares the computer, and the key, gets a certificate of its own.
        let other = world.member(world.office("9970000026").await).await;
        request_for(&world, "9970000026").await;
        assert_eq!(renew(&world, &other).await, 200);
        assert_eq!(unpack(&world, "others.pem").await.san_uris(), ["urn:x-careplan:office:9970000026"]);
        // Back to a key that a certificate before the present one was for.
        world.hand.advance(Duration::from_secs(60));
        request_for(&world, "9970000018").await;
        let third = Certificate::from_pem(&read_exact(&world, "third.pem")).unwrap();
        let present = Member { pkcs8: key_of(&world).await, chain: vec![third.der().to_vec()] };
        new_request(&world, P256, "9970000018").await;
        assert_eq!(renew(&world, &present).await, 200);
        let fourth = unpack(&world, "fourth.pem").await;
        let present = Member { pkcs8: key_of(&world).await, chain: vec![fourth.der().to_vec()] };
        std::fs::write(world.folder.path().join("new.key"), pem_of(&holder)).unwrap();
        request_for(&world, "9970000018").await;
        assert_eq!(renew(&world, &present).await, 200);
        let fifth = unpack(&world, "fifth.pem").await;
        assert!(fifth != second && fifth != third && fifth.public_key_spki() == second.public_key_spki());
    }

    async fn a_terminal_is_told_to_come_back_while_the_authority_is_away(database: TestDatabase) {
        let world = World::open_waiting(&database, Duration::ZERO).await;
        let office = world.office("9970000018").await;
        let who = world.issue_password(office, HOUR).await;
        prepare(&world, P256).await;
        // The authority has gone; a restart of it is another loop over the same orders.
        world.desk_stop.cancel();
        world.desk_gone().await;
        assert_eq!(enrol(&world, &who).await, 202);
        assert!(read(world.folder.path(), "head").contains("retry-after: 5"));
        assert_eq!(enrol(&world, &who).await, 202, "still the same order");
        world.restart_desk().await;
        while enrol(&world, &who).await == 202 {}
        assert_eq!(unpack(&world, "mine.pem").await.san_uris(), ["urn:x-careplan:office:9970000018"]);
    }

    async fn a_suspended_office_obtains_no_certificate(database: TestDatabase) {
        let world = World::open(&database).await;
        let office = world.office("9970000018").await;
        let who = world.issue_password(office, HOUR).await;
        let mut tx = world.platform.store.begin().await.unwrap();
        let suspended = careplan_domain::gate::OfficeStatus::Suspended;
        careplan_platform::store::offices::set_status(&mut tx, &office, suspended).await.unwrap();
        tx.commit().await.unwrap();
        prepare(&world, P256).await;
        assert_eq!(enrol(&world, &who).await, 403);
        assert_eq!(problem(&world).code.as_str(), "office-suspended");
    }
}

fn read_exact(world: &World, name: &str) -> String {
    std::fs::read_to_string(world.folder.path().join(name)).unwrap()
}
