//! `GET /v1/offices`, `/v1/offices/{number}`, `/v1/offices/{number}/keys`.

use std::time::Duration;

use axum::body::Body;
use careplan_platform::directory::{self, fold_place};
use careplan_platform::store::directory::Search;
use careplan_platform::store::offices::Registration;
use careplan_testkit::on_both_databases;
use http::Request;
use uuid::Uuid;

use crate::api::{Answer, Api, announcement, signed};
use crate::world::{Member, World, helper, manager, registration};

/// The two offices of the world, and five more.
async fn larger(world: &World) {
    world
        .register(&[
            registration("9970000034", "ケアプラン１００％堂", "ケアプランヒャクパーセントドウ", "43"),
            registration("9970000042", "ABC_care!", "エービーシー", "11"),
            registration("9970000059", "ﾊﾞﾗの里", "ﾊﾞﾗﾉｻﾄ", "15"),
            registration("1370000011", "東京ハラ", "トウキョウハラ", "11 A2"),
            registration("1370000029", "東京まり", "トウキョウマリ", "43"),
        ])
        .await;
}

async fn found(api: &Api, member: &Member, query: &str) -> Vec<String> {
    let page = api.get(member, &format!("/v1/offices?{query}")).await.json();
    page["offices"].as_array().unwrap().iter().map(|it| it["number"].as_str().unwrap().to_owned()).collect()
}

async fn search(api: &Api, member: &Member, query: &str) -> Answer {
    api.get(member, &format!("/v1/offices?{query}")).await
}

/// Percent-encodes everything.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

on_both_databases! {
    async fn offices_are_found_by_what_people_know_of_them(database: TestDatabase) {
        let world = World::new(database).await;
        larger(&world).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        for (query, numbers) in [
            ("number=13", &["1370000011", "1370000029"][..]),
            ("number=9970000018", &["9970000018"]),
            ("number=98", &[]),
            ("prefecture=13&service_type=A2", &["1370000011"]),
            ("service_type=15", &["9970000026", "9970000059"]),
            ("prefecture=13&number=99", &[]),
            (&format!("name={}", encoded("ひまわり")), &["9970000026"]),
            (&format!("name={}", encoded("ﾋﾏﾜﾘ 訪問")), &["9970000026"]),
            (&format!("name={}", encoded("abc_CARE")), &["9970000042"]),
            (&format!("kana={}", encoded("ばらのさと")), &["9970000059"]),
            (&format!("name={}", encoded("バラ")), &["9970000059"]),
            (&format!("name={}", encoded("はら")), &["1370000011"]),
            (&format!("name={}", encoded("　")), &["1370000011", "1370000029", "9970000018", "9970000026",
                "9970000034", "9970000042", "9970000059"]),
        ] {
            assert_eq!(found(&api, &member, query).await, numbers, "{query}");
        }
    }

    async fn places_are_found_in_any_width_and_with_any_hyphen(database: TestDatabase) {
        let world = World::new(database).await;
        let wide = Registration {
            address: "例示県見本市　中央３－４ ﾐﾎﾝﾋﾞﾙ１Ｆ".to_owned(),
            ..registration("9970000034", "ワイド", "ワイド", "43")
        };
        world.register(&[wide]).await;
        let found = async |place: &str| {
            let search = Search { place: Some(fold_place(place)), limit: 10, ..Search::default() };
            let page = directory::page(&mut world.store.read().await.unwrap(), &search, world.clock.now()).await;
            page.unwrap().offices.into_iter().map(|it| it.number.to_string()).collect::<Vec<_>>()
        };
        for (place, numbers) in [
            ("中央3-4", &["9970000034"][..]),
            ("中央 ３‐４", &["9970000034"]),
            ("中央3−4", &["9970000034"]),
            ("みほんビル1f", &["9970000034"]),
            ("見本市１ー２ー３", &["9970000018", "9970000026"]),
            ("100%", &[]),
        ] {
            assert_eq!(found(place).await, numbers, "{place}");
        }
        // Those that were registered before places were folded are found once the schema was brought up to date.
        world.execute("update office set address_folded = ''").await;
        assert_eq!(found("中央3-4").await, Vec::<String>::new());
        world.store.migrate().await.unwrap();
        assert_eq!(found("中央3-4").await, ["9970000034"]);
    }

    async fn signs_that_mean_something_to_the_database_are_looked_for_as_they_are(database: TestDatabase) {
        let world = World::new(database).await;
        larger(&world).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        for (part, numbers) in [
            ("%", &["9970000034"][..]),
            ("100%", &["9970000034"]),
            ("_", &["9970000042"]),
            ("!", &["9970000042"]),
            ("!%", &[]),
            ("' or 1=1 --", &[]),
            ("\\", &[]),
        ] {
            assert_eq!(found(&api, &member, &format!("name={}", encoded(part))).await, numbers, "{part}");
        }
    }

    async fn pages_follow_each_other_by_number_without_gap_or_repetition(database: TestDatabase) {
        let world = World::new(database).await;
        larger(&world).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        let (mut all, mut after, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = search(&api, &member, &format!("limit=3{after}")).await.json();
            let offices = page["offices"].as_array().unwrap();
            all.extend(offices.iter().map(|it| it["number"].as_str().unwrap().to_owned()));
            pages += 1;
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!((all.len(), pages), (7, 3));
        assert!(all.is_sorted());
        // A full last page knows that it is the last.
        let last = search(&api, &member, "limit=7").await.json();
        assert_eq!((last["offices"].as_array().unwrap().len(), last["next"].is_null()), (7, true));
        let not_last = search(&api, &member, "limit=6").await.json();
        assert_eq!(not_last["next"], "9970000042");
    }

    async fn what_cannot_be_looked_for_is_refused_by_its_name(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        let longest = "a".repeat(100);
        for query in ["limit=1", "limit=500", "number=1234567890", &format!("name={longest}&kana={longest}")] {
            search(&api, &member, query).await.json();
        }
        for (query, part) in [
            ("limit=0", "項目 `limit`: 1〜500"),
            ("limit=501", "項目 `limit`: 1〜500"),
            ("number=", "項目 `number`"),
            ("number=12345678901", "項目 `number`"),
            ("number=1a", "項目 `number`"),
            ("prefecture=1", "項目 `prefecture`"),
            ("prefecture=1a", "項目 `prefecture`"),
            ("service_type=4", "項目 `service_type`"),
            ("after=1", "項目 `after`"),
            ("joined=maybe", "項目"),
            ("town=x", "項目"),
            (&format!("name={longest}a"), "項目 `name`: 100文字以内"),
            (&format!("kana={longest}a"), "項目 `kana`: 100文字以内"),
        ] {
            search(&api, &member, query).await.is_refused(400, "header-invalid", part);
        }
    }

    async fn an_office_has_joined_when_it_is_active_licensed_and_has_a_key(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member) = (Api::new(&world).await, world.member(helper()).await);
        let joined = async || -> bool {
            let one = api.get(&member, "/v1/offices/9970000026").await.json()["joined"].as_bool().unwrap();
            let numbers = found(&api, &member, "joined=true").await;
            assert_eq!(numbers, if one { vec!["9970000026"] } else { vec![] });
            let others = found(&api, &member, "joined=false").await;
            assert_eq!(others.len(), if one { 1 } else { 2 });
            one
        };
        assert!(!joined().await);
        world.license(helper()).await;
        assert!(!joined().await);
        let terminal = Uuid::now_v7();
        let publish = async |member: &Member| {
            world.hand.advance(Duration::from_millis(1));
            let der = signed(member, &announcement(helper(), terminal, world.clock.now()));
            assert!(api.put_key(member, terminal, &der).await.status.is_success());
        };
        publish(&member).await;
        assert!(joined().await);

        api.delete_key(&member, &terminal.to_string()).await;
        assert!(!joined().await);
        publish(&member).await;
        assert!(joined().await);

        let other = world.member(helper()).await;
        publish(&other).await;
        let serial = other.certificate.serial().to_string();
        world.admin(&["certificate", "revoke", &serial, "--reason", "紛失"]).await.unwrap();
        assert!(!joined().await);
        publish(&member).await;
        assert!(joined().await);

        world.hand.set("2026-12-31T14:59:59.998Z".parse().unwrap());
        publish(&member).await;
        assert!(joined().await, "the last millisecond of the licence");
        world.hand.advance(Duration::from_millis(1));
        assert!(!joined().await, "the licence has ended");
        world.admin(&["licence", "grant", "9970000026"]).await.unwrap();
        publish(&member).await;
        assert!(joined().await);
        let published = world.clock.now();
        world.hand.set(published + Duration::from_secs(24 * 3600) - Duration::from_millis(1));
        assert!(joined().await);
        world.hand.advance(Duration::from_millis(1));
        assert!(!joined().await, "the announcement has expired");
    }

    async fn a_suspended_office_is_listed_and_has_not_joined(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, reader, member) =
            (Api::new(&world).await, world.member(manager()).await, world.member(helper()).await);
        world.license(helper()).await;
        let terminal = Uuid::now_v7();
        let der = signed(&member, &announcement(helper(), terminal, world.clock.now()));
        api.put_key(&member, terminal, &der).await;
        assert_eq!(found(&api, &reader, "joined=true").await, ["9970000026"]);
        world.admin(&["office", "suspend", "9970000026"]).await.unwrap();
        let entry = api.get(&reader, "/v1/offices/9970000026").await.json();
        assert_eq!(entry["joined"], false);
        world.admin(&["office", "resume", "9970000026"]).await.unwrap();
        assert_eq!(found(&api, &reader, "joined=true").await, ["9970000026"]);
    }

    async fn one_office_is_shown_as_it_is_registered(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        let entry = api.get(&member, "/v1/offices/9970000026").await.json();
        assert_eq!(entry, serde_json::json!({
            "number": "9970000026",
            "name": "ひまわり訪問介護",
            "kana": "ヒマワリホウモンカイゴ",
            "prefecture": "99",
            "address": "例示県見本市1-2-3",
            "service_types": ["11", "15"],
            "joined": false,
        }));
        let keys = api.get(&member, "/v1/offices/9970000026/keys").await.json();
        assert_eq!(keys, serde_json::json!({ "office": "9970000026", "terminals": [] }));
    }

    async fn an_office_that_is_not_registered_is_not_found(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        for number in ["9970000034", "997000003", "x", "9970000034x"] {
            for path in [format!("/v1/offices/{number}"), format!("/v1/offices/{number}/keys")] {
                api.get(&member, &path).await
                    .is_refused(404, "receiver-unknown", "事業所検索から選び直してください。");
            }
        }
        let (_, _, said) = api.get(&member, "/v1/offices/9970000034").await.refusal();
        assert!(said.contains("お尋ねの事業所番号は `9970000034` です。"), "{said}");
    }

    async fn the_directory_is_for_offices_with_a_certificate(database: TestDatabase) {
        let world = World::new(database).await;
        let api = Api::new(&world).await;
        for path in ["/v1/offices", "/v1/offices/9970000018", "/v1/offices/9970000018/keys", "/v1/licence"] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            api.ask(None, request).await.is_refused(401, "certificate-missing", "初期設定");
        }
    }
}
