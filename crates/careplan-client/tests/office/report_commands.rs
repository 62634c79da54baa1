//! Lists by what they are asked for, and reports, on the command line.

use jiff::SignedDuration;

use crate::commands::{client, err, out};
use crate::world::{RECEIVER, SENDER, World, drain, examples, send};

/// A plan and a deletion, sent and received; gives the arguments that name the sender's data.
async fn exchanged(world: &World) -> Vec<String> {
    let (sender, receiver) = world.two().await;
    send(&sender, &examples().join("02_K2_use_slip")).await;
    // Of two that were sealed in the same instant, either may come first.
    world.pass(SignedDuration::from_secs(1));
    send(&sender, &world.small_unit("20261021110000")).await;
    for office in [&sender, &receiver, &sender] {
        drain(office).await;
    }
    sender.close().await;
    receiver.close().await;
    vec!["--data".to_owned(), world.path(SENDER).to_str().unwrap().to_owned()]
}

#[tokio::test]
async fn a_list_shows_only_what_was_asked_for() {
    let world = World::new();
    let data = exchanged(&world).await;
    let list = |more: &[&str]| {
        let data: Vec<&str> = data.iter().map(String::as_str).collect();
        let output = client(&[&["list", "--json"], more, &data].concat());
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        let lines: serde_json::Value = serde_json::from_str(&out(&output)).unwrap();
        let units = lines.as_array().unwrap().iter().map(|it| it["unit"].as_str().unwrap().to_owned());
        units.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(list(&[]), "K2 K3");
    assert_eq!(list(&["--partner", RECEIVER]), "K2 K3");
    assert_eq!(list(&["--partner", "9970000034"]), "");
    assert_eq!(list(&["--month", "202611"]), "K2");
    assert_eq!(list(&["--kind", "K3"]), "K3");
    assert_eq!(list(&["--user", "ｶｸｳ ﾊﾅｺ"]), "K2");
    assert_eq!(list(&["--user", "0009900021"]), "K2 K3");
    assert_eq!(list(&["--state", "受領済"]), "K2 K3");
    assert_eq!(list(&["--state", "acknowledged", "--kind", "K2"]), "K2");
    assert_eq!(list(&["--state", "取下げ"]), "");
    assert_eq!(list(&["--state", "未読"]), "");
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    let nothing = client(&[&["list", "--kind", "S1"], &data[..]].concat());
    assert_eq!(out(&nothing), "条件に合う送受信はありません。\n");
    let wrong = client(&[&["list", "--state", "行方不明"], &data[..]].concat());
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("そのような状態はありません"), "{}", err(&wrong));
}

#[tokio::test]
async fn reports_are_shown_and_written_as_csv_for_this_account_only() {
    let world = World::new();
    let data = exchanged(&world).await;
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    let report = |more: &[&str]| client(&[&["report"], more, &data].concat());
    let usage = ["usage", "--from", "202610", "--until", "202611"];
    assert_eq!(
        out(&report(&usage)),
        "2026年10月：事業所 0、送信 0件、受信 0件\n2026年11月：事業所 1、送信 2件、受信 0件\n合計：事業所 1、送信 2件、受信 0件\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&out(&report(&[&usage[..], &["--json"]].concat()))).unwrap();
    assert_eq!((json["sends"].as_u64(), json["months"][1]["month"].as_str()), (Some(2), Some("202611")));
    let provision = ["provision", "--from", "2026-11-01", "--until", "2026-11-30"];
    let shown = out(&report(&provision));
    assert!(shown.contains("2026-11-25 → 9970000026-11 0009900013 架空　花子"), "{shown}");
    let path = world.path("provision.csv");
    let written = report(&[&provision[..], &["--csv", path.to_str().unwrap()]].concat());
    assert_eq!(written.status.code(), Some(0), "{}", err(&written));
    assert!(!out(&written).contains("架空"));
    let csv = std::fs::read_to_string(&path).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.contains("\"架空　花子\""), "{csv}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let turned = report(&["usage", "--from", "202611", "--until", "202610"]);
    assert_eq!(turned.status.code(), Some(2));
    assert!(err(&turned).contains("期間が正しくありません"), "{}", err(&turned));
}
