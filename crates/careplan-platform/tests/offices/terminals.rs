//! `PUT` and `DELETE /v1/terminals/{terminal}`.

use std::time::Duration;

use axum::body::Body;
use careplan_domain::limits::TERMINALS_MAX;
use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::SigningKey;
use careplan_platform::caller::NOTED_EVERY;
use careplan_platform::store::terminals;
use careplan_platform::terminals::ANNOUNCEMENT_BYTES_MAX;
use careplan_protocol::Base64;
use careplan_protocol::announcement::{ANNOUNCEMENT_VALIDITY_MAX, CLOCK_SKEW_MAX};
use careplan_testkit::certificates::{TestAuthority, Validity};
use careplan_testkit::on_both_databases;
use http::{Request, StatusCode};
use jiff::civil::date;
use uuid::Uuid;

use crate::api::{Api, announcement, signed, signed_bytes};
use crate::world::{Member, World, helper, manager};

const MILLISECOND: Duration = Duration::from_millis(1);

pub async fn keys(api: &Api, member: &Member) -> Vec<Vec<u8>> {
    let listed = api.get(member, "/v1/offices/9970000018/keys").await.json();
    let keys: careplan_protocol::office_api::OfficeKeys = serde_json::from_value(listed).unwrap();
    keys.terminals.into_iter().map(|key| key.announcement.0).collect()
}

async fn last_contact(world: &World, office: OfficeNumber) -> Timestamp {
    let listed = terminals::of_office(&mut world.store.read().await.unwrap(), &office).await.unwrap();
    listed[0].last_contact()
}

/// Waits until a contact is written; it is behind the answer to its request.
async fn heard_of_at(world: &World, office: OfficeNumber, at: Timestamp) {
    for _ in 0..500 {
        if last_contact(world, office).await == at {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} and not {at}", last_contact(world, office).await);
}

on_both_databases! {
    async fn a_key_is_published_repeated_renewed_and_retired(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member, terminal) = (Api::new(&world).await, world.member(manager()).await, Uuid::now_v7());
        let first = signed(&member, &announcement(manager(), terminal, world.clock.now()));
        assert_eq!(api.put_key(&member, terminal, &first).await.status, StatusCode::CREATED);
        assert_eq!(api.put_key(&member, terminal, &first).await.status, StatusCode::OK);
        assert_eq!(keys(&api, &member).await, std::slice::from_ref(&first));
        world.hand.advance(Duration::from_secs(1));
        let newer = signed(&member, &announcement(manager(), terminal, world.clock.now()));
        assert_eq!(api.put_key(&member, terminal, &newer).await.status, StatusCode::OK);
        assert_eq!(keys(&api, &member).await, std::slice::from_ref(&newer));
        api.put_key(&member, terminal, &first).await
            .is_refused(409, "announcement-superseded", "クライアントを再起動してください。");
        for _ in 0..2 {
            let retired = api.delete_key(&member, &terminal.to_string()).await;
            assert_eq!((retired.status, retired.body.len()), (StatusCode::NO_CONTENT, 0));
        }
        assert_eq!(keys(&api, &member).await, Vec::<Vec<u8>>::new());
        // A repeated message does not bring a key back that was given up; a newer one does.
        api.put_key(&member, terminal, &newer).await.is_refused(409, "announcement-superseded", "より新しい鍵");
        world.hand.advance(MILLISECOND);
        let newest = signed(&member, &announcement(manager(), terminal, world.clock.now()));
        assert_eq!(api.put_key(&member, terminal, &newest).await.status, StatusCode::OK);
        let subject = format!("9970000018/{terminal}");
        assert_eq!(world.audited().await, ["published", "published", "retired", "published"]
            .map(|what| format!("terminal.{what} {subject}")));
    }

    async fn a_terminal_was_heard_of_with_its_newest_request_noted_once_in_a_quarter_of_an_hour(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member, terminal) = (Api::new(&world).await, world.member(manager()).await, Uuid::now_v7());
        let other = world.member(helper()).await;
        for (office, member) in [(manager(), &member), (helper(), &other)] {
            let key = signed(member, &announcement(office, terminal, world.clock.now()));
            assert_eq!(api.put_key(member, terminal, &key).await.status, StatusCode::CREATED);
        }
        world.hand.advance(NOTED_EVERY.unsigned_abs());
        keys(&api, &member).await;
        let noted = world.clock.now();
        heard_of_at(&world, manager(), noted).await;
        world.hand.advance(NOTED_EVERY.unsigned_abs() - MILLISECOND);
        // What is noted is written in its order: when the other one's request is, this one's would be.
        keys(&api, &member).await;
        keys(&api, &other).await;
        heard_of_at(&world, helper(), world.clock.now()).await;
        assert_eq!(last_contact(&world, manager()).await, noted);
        world.hand.advance(MILLISECOND);
        keys(&api, &member).await;
        heard_of_at(&world, manager(), world.clock.now()).await;
        // What is out of use is not brought back by a request.
        api.delete_key(&member, &terminal.to_string()).await;
        let listed = terminals::of_office(&mut world.store.read().await.unwrap(), &manager()).await.unwrap();
        assert!(!listed[0].is_in_use(world.clock.now()));
    }

    async fn as_many_terminals_as_allowed_are_taken_and_one_more_is_refused(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        let mut terminals = Vec::new();
        for _ in 0..TERMINALS_MAX {
            let terminal = Uuid::now_v7();
            let der = signed(&member, &announcement(manager(), terminal, world.clock.now()));
            assert_eq!(api.put_key(&member, terminal, &der).await.status, StatusCode::CREATED);
            terminals.push(terminal);
        }
        let one_more = Uuid::now_v7();
        let der = signed(&member, &announcement(manager(), one_more, world.clock.now()));
        api.put_key(&member, one_more, &der).await
            .is_refused(409, "terminal-limit", "使っていない端末の登録を解除してください。");
        // Renewing one of them is no terminal more.
        world.hand.advance(MILLISECOND);
        let renewed = signed(&member, &announcement(manager(), terminals[0], world.clock.now()));
        assert_eq!(api.put_key(&member, terminals[0], &renewed).await.status, StatusCode::OK);
        api.delete_key(&member, &terminals[1].to_string()).await;
        assert_eq!(api.put_key(&member, one_more, &der).await.status, StatusCode::CREATED);
    }

    async fn terminals_that_vanished_make_room_when_their_announcement_ends(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        for _ in 0..TERMINALS_MAX {
            let terminal = Uuid::now_v7();
            let der = signed(&member, &announcement(manager(), terminal, world.clock.now()));
            api.put_key(&member, terminal, &der).await;
        }
        world.hand.advance(Duration::from_secs(24 * 3600) - MILLISECOND);
        let terminal = Uuid::now_v7();
        let der = signed(&member, &announcement(manager(), terminal, world.clock.now()));
        api.put_key(&member, terminal, &der).await.is_refused(409, "terminal-limit", "16台");
        assert_eq!(keys(&api, &member).await.len(), TERMINALS_MAX);
        world.hand.advance(MILLISECOND);
        assert_eq!(keys(&api, &member).await.len(), 0);
        assert_eq!(api.put_key(&member, terminal, &der).await.status, StatusCode::CREATED);
    }

    async fn another_office_cannot_touch_a_terminal(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, terminal) = (Api::new(&world).await, Uuid::now_v7());
        let (owner, other) = (world.member(manager()).await, world.member(helper()).await);
        let der = signed(&owner, &announcement(manager(), terminal, world.clock.now()));
        api.put_key(&owner, terminal, &der).await;
        let part = "公告の事業所が電子証明書の事業所と違います。";
        // The owner's announcement in another's hands; another's signature under the owner's name.
        api.put_key(&other, terminal, &der).await.is_refused(422, "announcement-invalid", part);
        let forged = signed(&other, &announcement(manager(), terminal, world.clock.now()));
        for caller in [&owner, &other] {
            api.put_key(caller, terminal, &forged).await.is_refused(422, "announcement-invalid", part);
        }
        api.delete_key(&other, &terminal.to_string()).await
            .is_refused(404, "terminal-unknown", "その端末は登録されていません。");
        assert_eq!(keys(&api, &owner).await, [der]);
        // The same number of a terminal in another office is another terminal.
        let own = signed(&other, &announcement(helper(), terminal, world.clock.now()));
        assert_eq!(api.put_key(&other, terminal, &own).await.status, StatusCode::CREATED);
        assert_eq!(keys(&api, &owner).await.len(), 1);
    }

    async fn what_is_no_good_announcement_is_refused_with_the_reason(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member, terminal) = (Api::new(&world).await, world.member(manager()).await, Uuid::now_v7());
        let now = world.clock.now();
        let good = announcement(manager(), terminal, now);
        let with = |change: &dyn Fn(&mut careplan_protocol::announcement::KeyAnnouncement)| {
            let mut changed = good.clone();
            change(&mut changed);
            signed(&member, &changed)
        };
        let mut broken = signed(&member, &good);
        *broken.last_mut().unwrap() ^= 1;
        let rsa = SigningKey::generate_rsa_2048().unwrap();
        let rsa = careplan_envelope::OfficeKey::public_key_spki(&rsa).to_vec();
        let refused: Vec<(Vec<u8>, &str)> = vec![
            (b"nonsense".to_vec(), "署名が正しくありません。"),
            (Vec::new(), "署名が正しくありません。"),
            (broken, "署名が正しくありません。"),
            (signed_bytes(&member, b"{}", now), "署名された内容が端末鍵の公告ではありません。"),
            (with(&|it| it.document = "careplan.receipt.v1".into()), "署名された内容が端末鍵の公告ではありません。"),
            (with(&|it| it.key = Base64(rsa.clone())), "署名された内容が端末鍵の公告ではありません。"),
            (with(&|it| it.key.0[40] ^= 1), "署名された内容が端末鍵の公告ではありません。"),
            (with(&|it| it.terminal = Uuid::nil()), "公告の端末が要求の端末と違います。"),
            (with(&|it| it.office = helper()), "公告の事業所が電子証明書の事業所と違います。"),
            (with(&|it| it.issued_at = now + CLOCK_SKEW_MAX + MILLISECOND), "連携基盤の時刻より先です。"),
            (with(&|it| it.expires_at = now), "公告の有効期限が切れています。"),
            (with(&|it| it.expires_at = now + ANNOUNCEMENT_VALIDITY_MAX + MILLISECOND), "180日を超えています。"),
        ];
        for (der, part) in refused {
            api.put_key(&member, terminal, &der).await.is_refused(422, "announcement-invalid", part);
        }
        assert_eq!(world.audited().await, Vec::<String>::new());
        let longest = with(&|it| it.expires_at = now + ANNOUNCEMENT_VALIDITY_MAX);
        assert_eq!(api.put_key(&member, terminal, &longest).await.status, StatusCode::CREATED);
    }

    async fn the_certificate_that_signed_must_be_good_now(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member, terminal) = (Api::new(&world).await, world.member(manager()).await, Uuid::now_v7());
        let content = announcement(manager(), terminal, world.clock.now());
        let own = |validity| Member::new(&world.authority.office("9970000018", validity));
        let unrecorded = own(Validity::Good);
        let not_begun = own(Validity::NotBegun);
        world.record(&not_begun.certificate, "office", Some(manager())).await;
        let revoked = world.member(manager()).await;
        let serial = revoked.certificate.serial().to_string();
        world.admin(&["certificate", "revoke", &serial, "--reason", "紛失"]).await.unwrap();
        let stranger = Member::new(&TestAuthority::new("Other").office("9970000018", Validity::Good));
        for (signer, part) in [
            (&unrecorded, "この電子証明書は失効しています。"),
            (&not_begun, "電子証明書の有効期間がまだ始まっていません。"),
            (&revoked, "この電子証明書は失効しています。"),
            (&stranger, "発行元は受け付けていません。"),
        ] {
            let answer = api.put_key(&member, terminal, &signed(signer, &content)).await;
            answer.is_refused(422, "announcement-invalid", part);
            answer.is_refused(422, "announcement-invalid", "署名した電子証明書を受け付けられません。");
        }
        // Another good certificate of the same office may sign.
        let second = world.member(manager()).await;
        let answer = api.put_key(&member, terminal, &signed(&second, &content)).await;
        assert_eq!(answer.status, StatusCode::CREATED);
    }

    async fn keys_signed_with_a_revoked_certificate_are_no_longer_listed(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member, terminal) = (Api::new(&world).await, world.member(manager()).await, Uuid::now_v7());
        let der = signed(&member, &announcement(manager(), terminal, world.clock.now()));
        api.put_key(&member, terminal, &der).await;
        let reader = world.member(helper()).await;
        assert_eq!(keys(&api, &reader).await.len(), 1);
        let serial = member.certificate.serial().to_string();
        world.admin(&["certificate", "revoke", &serial, "--reason", "紛失"]).await.unwrap();
        assert_eq!(keys(&api, &reader).await.len(), 0);
    }

    async fn keys_signed_with_a_certificate_that_expired_since_are_no_longer_listed(database: TestDatabase) {
        let world = World::new(database).await;
        world.license(manager()).await;
        let (api, terminal) = (Api::new(&world).await, Uuid::now_v7());
        let member = Member::new(&world.authority.office("9970000018", Validity::Until(date(2026, 11, 2))));
        world.record(&member.certificate, "office", Some(manager())).await;
        let mut content = announcement(manager(), terminal, world.clock.now());
        content.expires_at = content.issued_at + ANNOUNCEMENT_VALIDITY_MAX;
        let der = signed(&member, &content);
        assert_eq!(api.put_key(&member, terminal, &der).await.status, StatusCode::CREATED);
        let reader = world.member(helper()).await;
        let joined = async || api.get(&reader, "/v1/offices/9970000018").await.json()["joined"].clone();
        world.hand.advance(Duration::from_secs(24 * 3600));
        assert_eq!(world.clock.now(), member.certificate.not_after());
        assert_eq!((keys(&api, &reader).await, joined().await), (vec![der.clone()], true.into()));
        world.hand.advance(MILLISECOND);
        assert_eq!((keys(&api, &reader).await.len(), joined().await), (0, false.into()));

        // Nor does it publish another one: not as the caller's, not as the signer's.
        let newer = announcement(manager(), terminal, world.clock.now());
        let by_expired = signed(&member, &newer);
        api.put_key(&member, terminal, &by_expired).await
            .is_refused(403, "certificate-expired", "有効期限は 2026年11月2日 09時00分 でした。");
        let renewed = world.member(manager()).await;
        api.put_key(&renewed, terminal, &by_expired).await
            .is_refused(422, "announcement-invalid", "電子証明書の有効期限が切れています。");
        assert_eq!(keys(&api, &reader).await.len(), 0);
        // The same terminal with the next certificate is there again.
        let answer = api.put_key(&renewed, terminal, &signed(&renewed, &newer)).await;
        assert_eq!((answer.status, keys(&api, &reader).await.len()), (StatusCode::OK, 1));
    }

    async fn an_announcement_of_the_greatest_size_is_read_and_a_larger_one_is_not(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member, terminal) = (Api::new(&world).await, world.member(manager()).await, Uuid::now_v7());
        let largest = vec![0x30; ANNOUNCEMENT_BYTES_MAX];
        api.put_key(&member, terminal, &largest).await
            .is_refused(422, "announcement-invalid", "署名が正しくありません。");
        let larger = vec![0x30; ANNOUNCEMENT_BYTES_MAX + 1];
        api.put_key(&member, terminal, &larger).await
            .is_refused(422, "announcement-invalid", "公告の大きさは 65536 バイトまでです。");
    }

    async fn a_terminal_that_is_no_uuid_is_named_and_a_caller_without_certificate_refused(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        let put = || Request::put("/v1/terminals/x").header("content-length", 0).body(Body::empty()).unwrap();
        api.ask(Some(&member), put()).await.is_refused(400, "header-invalid", "項目 `terminal`");
        api.ask(None, put()).await.is_refused(401, "certificate-missing", "初期設定");
        api.delete_key(&member, "x").await.is_refused(404, "terminal-unknown", "端末の番号");
    }
}
