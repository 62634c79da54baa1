//! Tokens of applications: made once, shown once, revoked at once.

use std::path::Path;
use std::process::{Command, Output};

use careplan_client::Office;
use careplan_client::local_api::{APPLICATIONS_MAX, ApplicationFault};
use careplan_client::staff::Staff;
use careplan_login::Hasher;
use jiff::SignedDuration;
use serde_json::Value;

use crate::software::Client;
use crate::world::{SENDER, World, files_below};

fn tell(data: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_careplan-client"));
    command.env_remove("CAREPLAN_DATA").env_remove("CAREPLAN_LOG").env("HOME", "/nonexistent");
    command.arg("--data").arg(data).arg("api-token").args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn a_token_is_made_shown_once_used_and_revoked_on_the_command_line() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    let data = world.path(SENDER);
    assert!(out(&tell(&data, &["list"])).contains("登録したアプリケーションはありません"));
    let made = out(&tell(&data, &["add", "ソフトA"]));
    let token = made.trim_end();
    assert_eq!(token.len(), 43, "the token alone: {made}");

    let client = Client::of(office);
    let mut software = client.software("other").await;
    software.authorization = Some(format!("Bearer {token}"));
    assert_eq!(software.get("/api/v1/office").await.good()["application"], "ソフトA");

    let listed = out(&tell(&data, &["list"]));
    assert!(listed.contains("ソフトA（登録 2026-") && listed.contains("最後の利用 2026-"), "{listed}");
    let listed: Value = serde_json::from_str(&out(&tell(&data, &["list", "--json"]))).unwrap();
    assert_eq!((&listed[1]["name"], &listed[1]["revoked_at"]), (&"ソフトA".into(), &Value::Null));
    assert!(!listed.to_string().contains(token));

    let taken = tell(&data, &["add", "ソフトA"]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&taken.stderr).contains("すでにトークンを持っています"));
    assert!(out(&tell(&data, &["revoke", "ソフトA"])).contains("取り消しました"));
    software.get("/api/v1/office").await.is(401, "token-revoked");
    let unknown = tell(&data, &["revoke", "ソフトA"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("ありません"));
    assert_ne!(out(&tell(&data, &["add", "ソフトA"])).trim_end(), token);
    assert!(out(&tell(&data, &["list"])).contains("取消し 2026-"));
}

#[tokio::test]
async fn only_the_digest_of_a_token_is_kept_and_the_record_says_who_was_added_and_revoked() {
    let world = World::new();
    let office = world.open(SENDER).await;
    let name = "ソフトA".parse().unwrap();
    let token = office.add_application(&name, "yamada").await.unwrap();
    office.revoke_application(&name, "yamada").await.unwrap();
    let staff = Staff::new(office.state().clone(), Hasher::new(1));
    let lines = staff.operations(None, 10).await.unwrap();
    let told: Vec<_> =
        lines.iter().map(|it| (it.actor.as_str(), it.action.as_str(), it.subject.as_str())).collect();
    assert_eq!(
        told,
        [("yamada", "application.revoked", "ソフトA"), ("yamada", "application.added", "ソフトA")]
    );
    assert_eq!(staff.verify_operations().await.unwrap(), Ok(2));
    office.close().await;
    let secret = token.expose().as_bytes();
    for (path, bytes) in files_below(&world.path(SENDER)) {
        assert!(!bytes.windows(secret.len()).any(|it| it == secret), "{}", path.display());
    }
}

#[tokio::test]
async fn the_last_use_is_kept_to_the_minute() {
    let world = World::new();
    let client = Client::of(world.open(SENDER).await);
    let software = client.software("a").await;
    let used = async |office: &Office| office.state().applications().await.unwrap()[0].last_used_at;
    assert_eq!(used(&client.office).await, None);
    let first = client.office.now();
    software.get("/api/v1/office").await.good();
    world.pass(SignedDuration::from_secs(59));
    software.get("/api/v1/office").await.good();
    assert_eq!(used(&client.office).await, Some(first));
    world.pass(SignedDuration::from_secs(1));
    software.get("/api/v1/office").await.good();
    assert_eq!(used(&client.office).await, Some(client.office.now()));
}

#[tokio::test]
async fn the_most_applications_are_taken_and_one_more_is_not_until_one_was_revoked() {
    let world = World::new();
    let office = world.open(SENDER).await;
    let name = |n: i64| format!("n{n}").parse().unwrap();
    for n in 0..APPLICATIONS_MAX {
        office.add_application(&name(n), "yamada").await.unwrap();
    }
    let more = name(APPLICATIONS_MAX);
    assert!(matches!(office.add_application(&more, "yamada").await, Err(ApplicationFault::TooMany)));
    office.revoke_application(&name(0), "yamada").await.unwrap();
    office.add_application(&more, "yamada").await.unwrap();
}
