//! `GET /v1/notices`: what the operator tells all clients.

use careplan_protocol::office_api::NoticePage;
use careplan_testkit::on_both_databases;

use crate::api::Api;
use crate::world::{Member, World, manager};

async fn listed(api: &Api, member: &Member, query: &str) -> NoticePage {
    serde_json::from_value(api.get(member, &format!("/v1/notices{query}")).await.json()).unwrap()
}

fn told(page: &NoticePage) -> Vec<(i64, i64, &str)> {
    page.notices.iter().map(|it| (it.number, it.seq, it.title.as_str())).collect()
}

on_both_databases! {
    async fn a_client_that_asks_on_learns_every_change_once(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, member) = (Api::new(&world).await, world.member(manager()).await);
        assert_eq!(listed(&api, &member, "").await, NoticePage { notices: Vec::new(), next: 0, more: false });
        for title in ["一つ目", "二つ目", "三つ目"] {
            let line = ["notices", "add", "--category", "release", "--title", title, "--body", "本文。"];
            world.admin(&line).await.unwrap();
        }
        let first = listed(&api, &member, "?limit=2").await;
        assert_eq!((told(&first), first.next, first.more), (vec![(1, 1, "一つ目"), (2, 2, "二つ目")], 2, true));
        assert_eq!((first.notices[0].category.as_str(), first.notices[0].body.as_str()), ("release", "本文。"));
        let rest = listed(&api, &member, "?after=2").await;
        assert_eq!((told(&rest), rest.next, rest.more), (vec![(3, 3, "三つ目")], 3, false));
        world.admin(&["notices", "edit", "1", "--title", "一つ目（訂正）"]).await.unwrap();
        world.admin(&["notices", "withdraw", "2"]).await.unwrap();
        let changed = listed(&api, &member, "?after=3").await;
        assert_eq!(told(&changed), [(1, 4, "一つ目（訂正）"), (2, 5, "")]);
        assert!(changed.notices[1].withdrawn && changed.notices[1].body.is_empty() && !changed.notices[0].withdrawn);
        assert_eq!(listed(&api, &member, "?after=5").await.next, 5);
        api.get(&member, "/v1/notices?after=-1").await.is_refused(400, "header-invalid", "after");
        api.get(&member, "/v1/notices?limit=501").await.is_refused(400, "header-invalid", "limit");
    }
}
