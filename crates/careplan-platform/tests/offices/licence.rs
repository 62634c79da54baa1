//! `GET /v1/licence`.

use careplan_testkit::on_both_databases;
use serde_json::{Value, json};

use crate::api::Api;
use crate::world::{Member, World, helper, manager};

async fn licence(api: &Api, member: &Member) -> Value {
    api.get(member, "/v1/licence").await.json()["licence"].clone()
}

on_both_databases! {
    async fn an_office_learns_where_it_stands_with_its_own_licence(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        assert_eq!(licence(&api, &member).await, json!({ "state": "not_applied" }));
        // Another's licence is not one's own.
        world.license(helper()).await;
        assert_eq!(licence(&api, &member).await, json!({ "state": "not_applied" }));
        world.admin(&["licence", "grant", "9970000018", "--from", "2026-12-01"]).await.unwrap();
        assert_eq!(licence(&api, &member).await, json!({ "state": "upcoming", "starts_at": "2026-11-30T15:00:00Z" }));
        world.hand.set("2026-11-30T15:00:00Z".parse().unwrap());
        assert_eq!(licence(&api, &member).await, json!({ "state": "valid", "ends_at": "2027-11-30T15:00:00Z" }));
        world.hand.set("2027-11-30T14:59:59.999Z".parse().unwrap());
        assert_eq!(licence(&api, &member).await, json!({ "state": "valid", "ends_at": "2027-11-30T15:00:00Z" }));
        world.hand.set("2027-11-30T15:00:00Z".parse().unwrap());
        assert_eq!(licence(&api, &member).await, json!({ "state": "expired", "ended_at": "2027-11-30T15:00:00Z" }));
        assert_eq!(api.get(&member, "/v1/licence").await.json()["office"], "9970000018");
    }
}
