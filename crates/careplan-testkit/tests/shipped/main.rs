//! The shipped client against the shipped platform: what an office types, reads and gets back.
//!
//! Both programs are those of this build (`cargo build --workspace --bins`, which a test run of the
//! whole workspace includes). What differs from run to run is not compared.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod office;
mod practice;
mod programs;
mod vendors;

use std::fs;

use careplan_testkit::installation::Installation;
use office::{ClientOffice, said};

const SENDER: &str = "9970000018";
const FIRST: &str = "9970000026";
const SECOND: &str = "9970000034";

/// What differs from run to run.
fn settings(folder: &std::path::Path) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(&folder.to_string_lossy(), "[folder]");
    settings.add_filter(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[id]");
    settings.add_filter(r"[0-9a-f]{64}", "[sha256]");
    settings.add_filter(r#""certificate_serial": "[0-9a-f]+""#, r#""certificate_serial": "[serial]""#);
    settings.add_filter(r"\d{4}-\d{2}-\d{2}T[0-9:.]+Z", "[instant]");
    settings.add_filter(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", "[time]");
    settings.add_filter(r"localhost:\d+", "localhost:[port]");
    settings
}

#[tokio::test]
async fn an_office_sends_receives_takes_back_and_proves_with_the_shipped_programs() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap();
    let installation = Installation::new(&programs::platform(), &place.join("platform"), None, "").unwrap();
    let platform = installation.start().await.unwrap();
    let offices =
        office::register(&installation, &place, &[(SENDER, "43"), (FIRST, "11"), (SECOND, "15")]).await;
    let [sender, first, second] = offices.try_into().unwrap_or_else(|_| panic!("three offices"));
    settings(&place).bind(|| {
        insta::assert_snapshot!("setup", sender.set_up());
        first.set_up();
        second.set_up();
        let export = place.join("export");
        let to_first = office::unit(&export, SENDER, (FIRST, "11"), "20261021110001");
        office::unit(&export, SENDER, (SECOND, "15"), "20261021110002");
        send_to_two(&sender, &export);

        let id = first_receives(&first, &to_first);
        insta::assert_snapshot!("imported", first.tell(&["imported", &id]));
        taken_back_before_it_is_fetched(&sender, &second, &id);
        insta::assert_snapshot!("receive_news", sender.tell(&["receive"]));
        insta::assert_snapshot!("show", sender.tell(&["show", &id]));
        evidence(&sender, &id);
        insta::assert_snapshot!("status", sender.tell(&["status"]));

        office::unit(&place.join("more"), SENDER, (SECOND, "15"), "20261021110003");
        sender.tell(&["send", &place.join("more").to_string_lossy()]);
        insta::assert_snapshot!("run", second.run_until("受領証を返しました"));
    });
    platform.stop().await.unwrap();
}

/// One action, two receivers; on a terminal, where a bar shows how far it is.
fn send_to_two(sender: &ClientOffice, export: &std::path::Path) {
    let shown = sender.on_a_terminal(&["send", &export.to_string_lossy()]);
    for bar in ["[##########..........] 1/2", "[####################] 2/2"] {
        // Once while they are sealed, once while they are handed over.
        assert_eq!(shown.matches(&format!("\r{bar}\r\u{1b}[K")).count(), 2, "{shown:?}");
    }
    let mut lines: Vec<&str> = shown
        .split(['\r', '\n'])
        .map(|line| line.trim_start_matches("\u{1b}[K"))
        .filter(|line| !line.is_empty() && !line.starts_with('['))
        .collect();
    // Which of two that were sealed in the same millisecond goes first is nobody's business.
    lines.sort_by_key(|line| line.rsplit_once("→").map(|(_, to)| to.to_owned()));
    insta::assert_snapshot!("send", lines.join("\n"));
    let mut sent = sender.ask(&["list", "--sent", "--json"]);
    sent.as_array_mut().unwrap().sort_by_key(|entry| entry["serial"].to_string());
    insta::assert_snapshot!("list_sent", serde_json::to_string_pretty(&sent).unwrap());
}

/// The first receiver fetches its letter and nothing else; gives its id.
fn first_receives(first: &ClientOffice, sent: &std::path::Path) -> String {
    let received = first.ask(&["receive", "--json"]);
    insta::assert_snapshot!("receive", serde_json::to_string_pretty(&received).unwrap());
    assert_eq!(first.ask(&["list", "--received", "--json"]), received);
    let [entry] = received.as_array().unwrap().as_slice() else { panic!("{received}") };
    let file = first.inbox().join(entry["folder"].as_str().unwrap()).join(sent.file_name().unwrap());
    assert_eq!(fs::read(file).unwrap(), fs::read(sent).unwrap());
    assert_eq!(first.ask(&["receive", "--json"]), serde_json::json!([]), "once is enough");
    entry["id"].as_str().unwrap().to_owned()
}

fn taken_back_before_it_is_fetched(sender: &ClientOffice, second: &ClientOffice, fetched: &str) {
    let sent = sender.ask(&["list", "--sent", "--json"]);
    let waiting = sent.as_array().unwrap().iter().find(|entry| entry["id"] != fetched).unwrap();
    insta::assert_snapshot!("withdraw", sender.tell(&["withdraw", waiting["id"].as_str().unwrap()]));
    let refused = sender.output(&["withdraw", fetched]);
    assert_eq!(refused.status.code(), Some(1));
    insta::assert_snapshot!("withdraw_too_late", String::from_utf8(refused.stderr).unwrap());
    let received = second.ask(&["receive", "--json"]);
    insta::assert_snapshot!("receive_withdrawn", serde_json::to_string_pretty(&received).unwrap());
    assert!(!second.inbox().exists() || fs::read_dir(second.inbox()).unwrap().next().is_none());
}

/// The commands of the README in the evidence, run as an inspector would.
fn evidence(sender: &ClientOffice, id: &str) {
    let zip = sender.folder().join("evidence.zip");
    insta::assert_snapshot!("evidence", sender.tell(&["evidence", id, "--out", &zip.to_string_lossy()]));
    let unpacked = sender.folder().join("evidence");
    zip::ZipArchive::new(fs::File::open(&zip).unwrap()).unwrap().extract(&unpacked).unwrap();
    let readme = fs::read_to_string(unpacked.join("README.txt")).unwrap();
    let commands: Vec<&str> = readme.lines().filter(|line| line.starts_with("openssl cms")).collect();
    // The manifest, and receipts of acceptance, acknowledgement and import.
    assert_eq!(commands.len(), 4, "{readme}");
    for command in commands {
        let mut shell = std::process::Command::new("sh");
        said(shell.args(["-c", command]).current_dir(&unpacked));
    }
}
