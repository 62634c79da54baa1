//! Terminals whose announcements another authority's certificate signed: listed as long as that holds.

use std::time::Duration;

use careplan_domain::Timestamp;
use careplan_envelope::Certificate;
use careplan_platform::config::Foreign;
use careplan_protocol::trust::{RefusedKind, SubjectAttribute, SubjectRule};
use careplan_testkit::certificates::{TestAuthority, TestIdentity};
use careplan_testkit::on_both_databases;
use http::StatusCode;
use tempfile::TempDir;
use uuid::Uuid;

use crate::api::{Api, announcement, signed};
use crate::terminals::keys;
use crate::world::{Member, World, helper, manager};

const DAY: Duration = Duration::from_secs(86_400);

/// The authority of 介護保険証明書, with its files as an operator has them.
struct Kaigo {
    authority: TestAuthority,
    folder: TempDir,
}

impl Kaigo {
    fn new(now: Timestamp) -> Self {
        let kaigo =
            Self { authority: TestAuthority::new("Kaigo Root"), folder: tempfile::tempdir().unwrap() };
        let root = Certificate::from_der(kaigo.authority.root()).unwrap();
        std::fs::write(kaigo.folder.path().join("roots.pem"), root.to_pem()).unwrap();
        kaigo.publish(&[], now);
        kaigo
    }

    /// A revocation list that is current for a day.
    fn publish(&self, revoked: &[&TestIdentity], now: Timestamp) {
        let list = self.authority.revocation_list(revoked, now);
        std::fs::write(self.folder.path().join("kaigo.crl"), list).unwrap();
    }

    fn settings(&self) -> [Foreign; 1] {
        let attribute = SubjectAttribute::CommonName;
        let agent = SubjectAttribute::OrganizationalUnit;
        [Foreign {
            label: "介護保険証明書".into(),
            roots_file: self.folder.path().join("roots.pem"),
            crl_files: vec![self.folder.path().join("kaigo.crl")],
            office: SubjectRule { attribute, prefix: "KJ99".into(), suffix: String::new() },
            refused_kinds: vec![RefusedKind {
                label: "代理人証明書".into(),
                attribute: agent,
                contains: "Agent".into(),
            }],
        }]
    }
}

/// A terminal of 9970000018 that a certificate of `kaigo` announced for half a year.
async fn publish(api: &Api, world: &World, identity: &TestIdentity) -> Vec<u8> {
    let (member, terminal) = (Member::new(identity), Uuid::now_v7());
    let mut content = announcement(manager(), terminal, world.clock.now());
    content.expires_at = content.issued_at + DAY * 180;
    let der = signed(&member, &content);
    let answer = api.put_key(&member, terminal, &der).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&answer.body));
    der
}

on_both_databases! {
    async fn a_key_signed_with_a_foreign_certificate_is_listed_until_that_is_revoked(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, kaigo) = (Api::new(&world).await, Kaigo::new(world.clock.now()));
        api.trust(&kaigo.settings());
        let (kept, lost) = (kaigo.authority.foreign("KJ999970000018", "Kaigo"), kaigo.authority.foreign("KJ999970000018", "Kaigo"));
        let kept_key = publish(&api, &world, &kept).await;
        let lost_key = publish(&api, &world, &lost).await;
        let own = world.member(manager()).await;
        let terminal = Uuid::now_v7();
        let own_key = signed(&own, &announcement(manager(), terminal, world.clock.now()));
        api.put_key(&own, terminal, &own_key).await;
        let reader = world.member(helper()).await;
        assert_eq!(keys(&api, &reader).await, [kept_key.clone(), lost_key, own_key.clone()]);
        kaigo.publish(&[&lost], world.clock.now());
        api.trust(&kaigo.settings());
        assert_eq!(keys(&api, &reader).await, [kept_key, own_key.clone()]);
        // An authority that is believed no more speaks for nobody; our own terminals stay.
        api.trust(&[]);
        assert_eq!(keys(&api, &reader).await, [own_key]);
    }

    async fn while_nobody_can_say_whether_it_is_revoked_it_is_not_listed(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, kaigo) = (Api::new(&world).await, Kaigo::new(world.clock.now()));
        api.trust(&kaigo.settings());
        let key = publish(&api, &world, &kaigo.authority.foreign("KJ999970000018", "Kaigo")).await;
        let reader = world.member(helper()).await;
        world.hand.advance(DAY);
        assert_eq!(keys(&api, &reader).await, std::slice::from_ref(&key));
        world.hand.advance(Duration::from_millis(1));
        assert_eq!(keys(&api, &reader).await, Vec::<Vec<u8>>::new());
        kaigo.publish(&[], world.clock.now());
        api.trust(&kaigo.settings());
        assert_eq!(keys(&api, &reader).await, [key]);
    }

    async fn a_foreign_certificate_that_may_not_call_may_not_announce_either(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, kaigo) = (Api::new(&world).await, Kaigo::new(world.clock.now()));
        let caller = world.member(manager()).await;
        let announce = async |identity: &TestIdentity| {
            let terminal = Uuid::now_v7();
            let der = signed(&Member::new(identity), &announcement(manager(), terminal, world.clock.now()));
            api.put_key(&caller, terminal, &der).await
        };
        let good = kaigo.authority.foreign("KJ999970000018", "Kaigo");
        announce(&good).await.is_refused(422, "announcement-invalid", "発行元は受け付けていません。");
        api.trust(&kaigo.settings());
        let agent = kaigo.authority.foreign("KJ999970000018", "Agent");
        announce(&agent).await.is_refused(422, "announcement-invalid", "署名した電子証明書を受け付けられません。");
        let other = kaigo.authority.foreign("KJ999970000026", "Kaigo");
        announce(&other).await.is_refused(422, "announcement-invalid", "公告の事業所が電子証明書の事業所と違います。");
        assert_eq!(announce(&good).await.status, StatusCode::CREATED);
    }
}
