//! `PUT /api/v1/sends/{key}` and what follows: sent once, whatever happens.

use careplan_client::local_api::{KEY_CHARS_MAX, SENDS_KEPT};
use careplan_client::mishap::{Mishap, Mishaps, Point};
use careplan_client::staff::Staff;
use careplan_client::{Office, OfficeOptions};
use careplan_login::Hasher;
use careplan_protocol::Code;
use futures_util::FutureExt as _;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::exchange::Loss;
use crate::software::{Client, Two, body, example, small};
use crate::world::{RECEIVER, SENDER, World, drain, files_below};

const SERIAL: &str = "20261021110000";

async fn count(office: &Office) -> usize {
    office.state().all_sent().await.unwrap().len()
}

fn results(sent: &Value) -> Vec<&str> {
    sent["units"].as_array().unwrap().iter().map(|it| it["result"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_sent_under_a_key_arrives_and_its_states_are_told() {
    let two = Two::new().await;
    let sent =
        two.here.put("/api/v1/sends/month-10", &example(&["01_K1_care_plan", "02_K2_use_slip"])).await.good();
    assert_eq!((results(&sent), &sent["settled"]), (vec!["prepared", "prepared"], &true.into()), "{sent}");
    assert_eq!(sent["units"][0]["status"]["state"], "prepared");
    two.work().await;
    let shown = two.here.get("/api/v1/sends/month-10").await.good();
    assert_eq!(shown["units"][0]["status"]["state"], "acknowledged", "{shown}");
    let id = shown["units"][1]["transmission"].as_str().unwrap();
    let one = two.here.get(&format!("/api/v1/sent/{id}")).await.good();
    assert_eq!((&one["direction"], &one["state_label"]), (&"sent".into(), &"受領済".into()));
    assert_eq!(files_below(&two.world.path(RECEIVER).join("inbox")).len(), 7);
    let staff = Staff::new(two.sender.office.state().clone(), Hasher::new(1));
    let line = staff.operations(None, 1).await.unwrap().remove(0);
    assert_eq!(
        (line.actor.as_str(), line.action.as_str(), line.subject.as_str()),
        ("アプリ「ソフトA」", "send", "month-10")
    );
}

#[tokio::test]
async fn the_same_key_answers_the_same_and_with_other_content_it_is_refused() {
    let two = Two::new().await;
    let first = two.here.put("/api/v1/sends/k", &small(SERIAL)).await.good();
    assert_eq!(two.here.put("/api/v1/sends/k", &small(SERIAL)).await.good(), first);
    assert_eq!(two.here.get("/api/v1/sends/k").await.good(), first);
    let problem = two.here.put("/api/v1/sends/k", &small("20261021110001")).await.is(409, "key-conflict");
    assert!(problem["detail"].as_str().unwrap().contains("`k`"), "{problem}");
    assert_eq!(count(&two.sender.office).await, 1);
}

#[tokio::test]
async fn two_that_ask_at_the_same_time_send_once_and_hear_the_same() {
    let two = Two::new().await;
    let (body, other) = (small(SERIAL), two.here.clone());
    let (one, other) =
        tokio::join!(two.here.put("/api/v1/sends/k", &body), other.put("/api/v1/sends/k", &body));
    assert_eq!(one.good(), other.good());
    assert_eq!(count(&two.sender.office).await, 1);
}

#[tokio::test]
async fn a_unit_that_was_sent_before_is_a_duplicate_under_another_key_and_of_another_application() {
    let two = Two::new().await;
    let first = two.here.put("/api/v1/sends/k", &small(SERIAL)).await.good();
    let other = two.sender.software("別のソフト").await;
    other.get("/api/v1/sends/k").await.is(404, "send-unknown");
    for (software, key) in [(&two.here, "k2"), (&other, "k")] {
        let again = software.put(&format!("/api/v1/sends/{key}"), &small(SERIAL)).await.good();
        assert_eq!(results(&again), ["duplicate"]);
        assert_eq!(again["units"][0]["transmission"], first["units"][0]["transmission"]);
    }
    assert_eq!(count(&two.sender.office).await, 1);
}

#[tokio::test]
async fn what_blocks_is_not_sent_and_what_was_mended_goes_under_a_new_key() {
    let two = Two::new().await;
    let mut both = example(&["02_K2_use_slip"]);
    let bad = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_{SERIAL}.CSV");
    let wrong = body(&[(&bad, b"202407,990001,0009900021,20261131\r\n"), ("memo.txt", b"x")]);
    both["files"].as_array_mut().unwrap().extend(wrong["files"].as_array().unwrap().clone());
    let sent = two.here.put("/api/v1/sends/k", &both).await.good();
    let mut told = results(&sent);
    told.sort_unstable();
    assert_eq!(
        (told, &sent["settled"], &sent["left_over"]),
        (vec!["blocked", "prepared"], &true.into(), &json!(["memo.txt"]))
    );
    let mended = two.here.put("/api/v1/sends/k2", &small(SERIAL)).await.good();
    assert_eq!(results(&mended), ["prepared"]);
}

#[tokio::test]
async fn a_unit_that_failed_is_tried_again_by_the_same_request_and_the_others_are_not() {
    let world = World::new();
    let client = Client::of(world.set_up(SENDER).await);
    let software = client.software("a").await;
    // The receiver has no terminal yet.
    let sent = software.put("/api/v1/sends/k", &small(SERIAL)).await.good();
    assert_eq!((results(&sent), &sent["settled"]), (vec!["failed"], &false.into()), "{sent}");
    assert_eq!(sent["units"][0]["trouble"]["code"], "receiver_without_terminal");
    let _receiver = world.set_up(RECEIVER).await;
    let again = software.put("/api/v1/sends/k", &small(SERIAL)).await.good();
    assert_eq!((results(&again), &again["settled"]), (vec!["prepared"], &true.into()), "{again}");
}

/// The power goes when a letter is stored.
struct Cut;

impl Mishap for Cut {
    fn strikes_at(&self, point: Point) -> bool {
        point == Point::LetterStored
    }
}

#[tokio::test]
async fn a_send_that_was_cut_off_is_finished_by_the_same_request_and_nothing_goes_twice() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let software = Client::of(sender.clone()).software("a").await;
    let options = OfficeOptions { mishaps: Mishaps::new(Cut), ..world.options(SENDER, Mishaps::default()) };
    let cut = Client::of(Office::open(options).await.unwrap());
    let mut dying = cut.software("b").await;
    dying.authorization.clone_from(&software.authorization);
    let both = example(&["01_K1_care_plan", "02_K2_use_slip"]);
    let ended =
        tokio::time::timeout(std::time::Duration::from_secs(2), dying.put("/api/v1/sends/k", &both)).await;
    assert!(ended.is_err(), "the power is gone");
    assert_eq!(count(&sender).await, 1, "one unit was stored");
    let begun = software.get("/api/v1/sends/k").await.good();
    assert_eq!((&begun["settled"], &begun["units"]), (&false.into(), &json!([])));
    // What was stored is even taken back by somebody before the application asks again.
    let stored = sender.state().all_sent().await.unwrap()[0].header.id;
    drain(&sender).await;
    sender.withdraw(stored).await.unwrap();
    let sent = software.put("/api/v1/sends/k", &both).await.good();
    assert_eq!((results(&sent), &sent["settled"]), (vec!["prepared", "prepared"], &true.into()), "{sent}");
    assert!(sent["units"].to_string().contains("\"withdrawn\""), "{sent}");
    assert_eq!(count(&sender).await, 2);
    drain(&sender).await;
    drain(&receiver).await;
    assert!(!files_below(&world.path(RECEIVER).join("inbox")).is_empty());
}

#[tokio::test]
async fn documents_go_where_it_is_said_and_stay_where_it_is_not() {
    let two = Two::new().await;
    let mut with = body(&[("計画書.pdf", b"%PDF-1.7\n%%EOF\n")]);
    let sent = two.here.put("/api/v1/sends/k", &with).await.good();
    assert_eq!((&sent["units"], &sent["documents_left"]), (&json!([]), &json!(["計画書.pdf"])));
    for (documents, status, code) in [
        (json!({ "from": "9970000018-43", "to": "x" }), 400, "request-invalid"),
        (
            json!({ "from": "9970000018-43", "to": "9970000026-11", "month": "202613" }),
            400,
            "request-invalid",
        ),
        (json!({ "from": "9970000026-11", "to": "9970000018-43" }), 422, "document-sender"),
    ] {
        with["documents"] = documents;
        two.here.put("/api/v1/sends/k2", &with).await.is(status, code);
    }
    with["documents"] = json!({ "from": "9970000018-43", "to": "9970000026-11", "month": "202611" });
    let sent = two.here.put("/api/v1/sends/k3", &with).await.good();
    let unit = &sent["units"][0];
    assert_eq!(
        (&unit["unit"], &unit["result"], &unit["status"]["month"]),
        (&"DOC".into(), &"prepared".into(), &"202611".into())
    );
    assert_eq!(two.here.put("/api/v1/sends/k3", &with).await.good(), sent);
    // About whom it is, its bytes do not say.
    with["documents"]["person"] =
        json!({ "insurer": "990001", "insured_number": "0009900021", "name": "見本 太郎" });
    two.here.put("/api/v1/sends/k3", &with).await.is(409, "key-conflict");
    with["files"][0]["name"] = "計画書2.pdf".into();
    let sent = two.here.put("/api/v1/sends/k4", &with).await.good();
    assert_eq!(sent["units"][0]["status"]["persons"][0]["name"], "見本 太郎", "{sent}");
}

#[tokio::test]
async fn what_corrects_an_earlier_unit_names_it() {
    let two = Two::new().await;
    let first = two.here.put("/api/v1/sends/k", &example(&["01_K1_care_plan"])).await.good();
    two.work().await;
    let mut again = example(&["01_K1_care_plan"]);
    for file in again["files"].as_array_mut().unwrap() {
        let name = file["name"].as_str().unwrap();
        let (head, serial) = name.rsplit_once('_').unwrap();
        let (serial, kind) = serial.split_once('.').unwrap();
        let later = serial.parse::<u64>().unwrap() + 1;
        file["name"] = format!("{head}_{later}.{kind}").into();
    }
    let second = two.here.put("/api/v1/sends/k2", &again).await.good();
    assert_eq!(results(&second), ["prepared"], "{second}");
    assert_eq!(second["units"][0]["status"]["replaces"], first["units"][0]["transmission"], "{second}");
}

#[tokio::test]
async fn a_serial_that_went_with_other_content_does_not_go_again() {
    let two = Two::new().await;
    two.here.put("/api/v1/sends/k", &small(SERIAL)).await.good();
    two.work().await;
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_{SERIAL}.CSV");
    let other = body(&[(&name, b"202407,990001,0009900021,20261102\r\n")]);
    let refused = two.here.put("/api/v1/sends/k2", &other).await.good();
    assert_eq!(results(&refused), ["failed"], "{refused}");
    let trouble = &refused["units"][0]["trouble"];
    assert_eq!(trouble["code"], "serial_used");
    assert!(trouble["message"].as_str().unwrap().contains("もう一度書き出してください"), "{trouble}");
}

#[tokio::test]
async fn a_key_is_remembered_for_ninety_days_and_the_outbox_knows_the_unit_after_that() {
    let two = Two::new().await;
    two.here.put("/api/v1/sends/k", &small(SERIAL)).await.good();
    two.work().await;
    two.world.pass(SENDS_KEPT);
    two.here.put("/api/v1/sends/other", &small(SERIAL)).await.good();
    two.here.get("/api/v1/sends/k").await.good();
    two.world.pass(SignedDuration::from_secs(1));
    two.here.put("/api/v1/sends/another", &small(SERIAL)).await.good();
    two.here.get("/api/v1/sends/k").await.is(404, "send-unknown");
    assert_eq!(results(&two.here.put("/api/v1/sends/k", &small(SERIAL)).await.good()), ["duplicate"]);
}

#[tokio::test]
async fn a_key_is_plain_and_a_client_that_is_not_set_up_says_so() {
    let (_world, client) = Client::alone().await;
    let software = client.software("a").await;
    let longest = "x".repeat(KEY_CHARS_MAX);
    software.put(&format!("/api/v1/sends/{longest}"), &small(SERIAL)).await.is(409, "not-set-up");
    for key in [format!("{longest}x"), "a%20b".to_owned(), "%E3%81%82".to_owned()] {
        software.put(&format!("/api/v1/sends/{key}"), &small(SERIAL)).await.is(400, "request-invalid");
        software.get(&format!("/api/v1/sends/{key}")).await.is(404, "send-unknown");
    }
}

#[tokio::test]
async fn who_waits_hears_when_everything_was_handed_over() {
    let two = Two::new().await;
    two.here.put("/api/v1/sends/k", &small(SERIAL)).await.good();
    let ask = two.here.request("GET", "/api/v1/sends/k").header("prefer", "wait=30");
    let mut waiting = Box::pin(two.here.ask(ask, ""));
    assert!((&mut waiting).now_or_never().is_none());
    drain(&two.sender.office).await;
    two.sender.hub.changed();
    assert_eq!(waiting.await.good()["units"][0]["status"]["state"], "accepted");
}

#[tokio::test]
async fn what_was_not_fetched_is_taken_back_and_what_was_is_not() {
    let two = Two::new().await;
    let sent = two.here.put("/api/v1/sends/k", &small(SERIAL)).await.good();
    let path = format!("/api/v1/sent/{}/withdrawal", sent["units"][0]["transmission"].as_str().unwrap());
    drain(&two.sender.office).await;
    for _ in 0..2 {
        assert_eq!(two.here.put(&path, &Value::Null).await.good()["state"], "withdrawn");
    }
    let id = two.arrived("20261021110001").await;
    let problem =
        two.here.put(&format!("/api/v1/sent/{id}/withdrawal"), &Value::Null).await.is(409, "already-fetched");
    assert_eq!(problem["title"], Code::AlreadyFetched.title());
    for unknown in ["01920000-0000-7000-8000-000000000009", "x", "01920000-0000-4000-8000-000000000009"] {
        two.here
            .put(&format!("/api/v1/sent/{unknown}/withdrawal"), &Value::Null)
            .await
            .is(404, "transmission-unknown");
        two.here.get(&format!("/api/v1/sent/{unknown}")).await.is(404, "transmission-unknown");
    }
}

#[tokio::test]
async fn while_the_engine_hands_a_letter_over_and_while_the_line_is_away_taking_back_is_for_later() {
    let two = Two::new().await;
    let sent = two.here.put("/api/v1/sends/k", &small(SERIAL)).await.good();
    let path = format!("/api/v1/sent/{}/withdrawal", sent["units"][0]["transmission"].as_str().unwrap());
    let engine = two.sender.office.engine().unwrap();
    let asked = two.here.put(&path, &Value::Null).await;
    assert_eq!(asked.status.as_u16(), 202);
    assert_eq!(asked.json()["trouble"]["code"], "withdrawing");
    drop(engine);
    drain(&two.sender.office).await;
    assert_eq!(two.here.get(&path.replace("/withdrawal", "")).await.good()["state"], "rejected");
    assert!(two.world.exchange.lock().letters.is_empty(), "what was taken back in time never went");

    let sent = two.here.put("/api/v1/sends/k2", &small("20261021110002")).await.good();
    let path = format!("/api/v1/sent/{}/withdrawal", sent["units"][0]["transmission"].as_str().unwrap());
    drain(&two.sender.office).await;
    let next = two.world.exchange.lock().exchanges;
    two.world.exchange.lock().lose = Some((next, Loss::Request));
    assert_eq!(two.here.put(&path, &Value::Null).await.status.as_u16(), 202);
    two.world.pass(jiff::SignedDuration::from_mins(1));
    drain(&two.sender.office).await;
    assert_eq!(two.here.get(&path.replace("/withdrawal", "")).await.good()["state"], "withdrawn");
}
