//! `GET /v1/account`: user ID and password, no certificate.

use std::time::Duration;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_domain::Secret;
use careplan_testkit::on_both_databases;
use http::Request;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::{Answer, Api};
use crate::world::World;

async fn ask(api: &Api, user_id: &str, password: &str) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(format!("{user_id}:{password}")));
    let request = Request::get("/v1/account").header("authorization", basic);
    api.ask(None, request.body(Body::empty()).unwrap()).await
}

/// A world with credentials for 9970000018.
async fn credentials(world: &World) -> Value {
    world.found_authority().await;
    world.admin_json(&["credentials", "issue", "9970000018"]).await
}

on_both_databases! {
    async fn the_account_tells_what_is_still_to_do(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, letter) = (Api::new(&world).await, credentials(&world).await);
        let password = letter["temporary_password"].as_str().unwrap();
        let answer = ask(&api, "KJ999970000018", password).await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        let account = answer.json();
        assert_eq!(account["user_id"], "KJ999970000018");
        assert_eq!(account["office"]["name"], "さくら居宅介護支援事業所");
        assert_eq!(account["password_is_temporary"], true);
        assert_eq!(account["site"], "https://site.example");
        assert_eq!(account["issue_password_until"], "2026-12-31T00:00:00Z");
        assert_eq!(account["licence"], json!({ "state": "not_applied" }));

        let issue = Secret::new(letter["issue_password"].as_str().unwrap());
        let now = world.clock.now();
        let issue_passwords = world.issue_passwords();
        let grant = issue_passwords.check("KJ999970000018", &issue, b"key", now).await.unwrap();
        world.change(async |tx, now| { grant.spend(tx, Uuid::now_v7(), now).await.unwrap(); }).await;
        let account = ask(&api, "KJ999970000018", password).await.json();
        assert_eq!(account["issue_password_until"], Value::Null);
    }

    async fn an_issue_password_is_offered_to_just_before_its_end(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, letter) = (Api::new(&world).await, credentials(&world).await);
        let password = letter["temporary_password"].as_str().unwrap();
        world.hand.set("2026-12-30T23:59:59.999Z".parse().unwrap());
        assert!(ask(&api, "KJ999970000018", password).await.json()["issue_password_until"].is_string());
        world.hand.advance(Duration::from_millis(1));
        assert!(ask(&api, "KJ999970000018", password).await.json()["issue_password_until"].is_null());
    }

    async fn wrong_credentials_and_unknown_users_get_the_same_answer_and_a_challenge(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, letter) = (Api::new(&world).await, credentials(&world).await);
        let password = letter["temporary_password"].as_str().unwrap();
        let wrong = ask(&api, "KJ999970000018", "x").await;
        wrong.is_refused(401, "credentials-wrong", "3回続けて間違えると30分間使えなくなります。");
        for (user_id, password) in [("KJ999970000026", password), ("9970000018", password), ("", "")] {
            let other = ask(&api, user_id, password).await;
            assert_eq!((other.status, &other.body, &other.headers), (wrong.status, &wrong.body, &wrong.headers));
        }
        assert!(wrong.headers["www-authenticate"].to_str().unwrap().starts_with("Basic "));
        let none = api.ask(None, Request::get("/v1/account").body(Body::empty()).unwrap()).await;
        none.is_refused(401, "credentials-missing", "ユーザIDとパスワードを入力してください。");
        assert!(none.headers.contains_key("www-authenticate"));
    }

    async fn the_third_wrong_try_says_until_when_it_is_locked(database: TestDatabase) {
        let world = World::new(database).await;
        let (api, letter) = (Api::new(&world).await, credentials(&world).await);
        for _ in 0..2 {
            ask(&api, "KJ999970000018", "x").await.is_refused(401, "credentials-wrong", "");
        }
        let locked = ask(&api, "KJ999970000018", "x").await;
        locked.is_refused(403, "account-locked", "2026年11月1日 09時30分を過ぎると、また使えます。");
        let password = letter["temporary_password"].as_str().unwrap();
        ask(&api, "KJ999970000018", password).await.is_refused(403, "account-locked", "09時30分");
        world.hand.advance(Duration::from_secs(30 * 60));
        ask(&api, "KJ999970000018", password).await.json();
    }
}
