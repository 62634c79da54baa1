//! The examples of `docs/vendors.md`, run as they stand there, against the shipped programs.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use careplan_testkit::installation::Installation;
use serde_json::Value;

use crate::office::{self, ClientOffice, said};
use crate::{FIRST, SENDER, programs};

const DOCUMENT: &str = include_str!("../../../../docs/vendors.md");

/// A debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// An example by the name that stands above it.
fn example(name: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("<!-- example: {name} -->\n```")).unwrap();
    let (_, code) = rest.split_once('\n').unwrap();
    code.split_once("\n```\n").unwrap().0
}

/// An office whose client runs, and an application that has a token.
struct AtWork<'a> {
    office: &'a ClientOffice,
    folder: PathBuf,
    address: String,
    token: String,
}

impl<'a> AtWork<'a> {
    fn new(office: &'a ClientOffice, address: String) -> Self {
        let folder = office.folder().join("software");
        fs::create_dir(&folder).unwrap();
        fs::create_dir(folder.join("tmp")).unwrap();
        for name in ["send.sh", "receive.sh", "careplan.py"] {
            fs::write(folder.join(name), example(name)).unwrap();
        }
        let token = office.tell(&["api-token", "add", "練習ソフト"]).trim().to_owned();
        Self { office, folder, address, token }
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.env("CAREPLAN_API", &self.address).env("CAREPLAN_TOKEN", &self.token);
        command.env("TMPDIR", self.folder.join("tmp"));
        // An office's proxy must not come in between.
        command.env("http_proxy", "http://192.0.2.1:9").env("HTTP_PROXY", "http://192.0.2.1:9");
        command
    }

    /// Runs an example to its end.
    fn run(&self, program: &str, arguments: &[&str]) -> String {
        said(&mut self.command(program, arguments))
    }

    fn state(&self, id: &str) -> String {
        let listed = self.office.ask(&["list", "--json"]);
        let one = listed.as_array().unwrap().iter().find(|it| it["id"] == id).unwrap();
        one["state"].as_str().unwrap().to_owned()
    }
}

/// A folder with the smallest good unit; gives the name and the bytes of its file.
fn export(place: &Path, serial: &str) -> (PathBuf, String, Vec<u8>) {
    let folder = place.join(format!("export-{serial}"));
    let file = office::unit(&folder, SENDER, (FIRST, "11"), serial);
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    (folder, name, fs::read(&file).unwrap())
}

/// Sends one unit with curl and takes it over with curl; gives its id.
fn with_curl(here: &AtWork<'_>, there: &AtWork<'_>, place: &Path) -> String {
    let (folder, name, bytes) = export(place, "20261021110001");
    let told = here.run("sh", &["send.sh", &folder.to_string_lossy(), "key-1"]);
    let answers: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [checked, sent, shown] = answers.as_slice() else { panic!("{told}") };
    assert_eq!((&checked["sendable"], &sent["units"][0]["result"]), (&true.into(), &"prepared".into()));
    let unit = &shown["units"][0];
    assert_ne!(unit["status"]["state"], "prepared", "it was handed over: {shown}");
    let id = unit["transmission"].as_str().unwrap().to_owned();
    let imported: Value = serde_json::from_str(&there.run("sh", &["receive.sh", "."])).unwrap();
    assert_eq!((&imported["id"], &imported["state"]), (&unit["transmission"], &"importing".into()));
    let zip = fs::File::open(there.folder.join(format!("{id}.zip"))).unwrap();
    let mut inside = Vec::new();
    zip::ZipArchive::new(zip).unwrap().by_name(&name).unwrap().read_to_end(&mut inside).unwrap();
    assert_eq!(inside, bytes);
    id
}

/// What lies in the folder of the software after the scripts ran: no care plan was left behind.
fn left_in(place: &AtWork<'_>) -> Vec<String> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let mut left = names(&place.folder);
    left.extend(names(&place.folder.join("tmp")));
    left.sort();
    left
}

/// A name that JSON writes otherwise comes through as it is, and what failed leaves nothing behind either.
fn with_an_odd_name(here: &AtWork<'_>, place: &Path) {
    let folder = place.join("export-odd");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(r#"a"b\c.txt"#), b"x").unwrap();
    let output = here.command("sh", &["send.sh", &folder.to_string_lossy(), "key-odd"]).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let checked: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    // The client read the JSON, and refuses the name as what it is.
    assert_eq!((output.status.success(), &checked["code"]), (false, &"file-name".into()), "{told}");
    assert!(checked["detail"].as_str().unwrap().contains(r#"「a"b\c.txt」"#), "{checked}");
    assert_eq!(left_in(here), ["careplan.py", "receive.sh", "send.sh", "tmp"]);
}

/// The same in Python; gives the folder that was sent.
fn in_python(here: &AtWork<'_>, there: &AtWork<'_>, place: &Path) -> PathBuf {
    let (folder, name, bytes) = export(place, "20261021110002");
    let send = |key| here.run("python3", &["careplan.py", "send", &folder.to_string_lossy(), key]);
    let told = send("key-2");
    assert!(told.starts_with(&format!("20261021110002 {FIRST}-11 prepared ")), "{told}");
    let again = send("key-3");
    assert!(again.contains(" duplicate "), "{again}");
    let told = there.run("python3", &["careplan.py", "receive", "."]);
    assert_eq!(told, format!("20261021110002 {SENDER}-43 居宅サービス計画書の削除 取り込みました\n"));
    let file = there.folder.join(format!("{SENDER}-43/20261021110002/{name}"));
    assert_eq!(fs::read(file).unwrap(), bytes);
    folder
}

#[tokio::test]
async fn the_examples_for_makers_of_care_software_send_receive_and_import_for_real() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap();
    let installation = Installation::new(&programs::platform(), &place.join("platform"), None, "").unwrap();
    let platform = installation.start().await.unwrap();
    let offices = office::register(&installation, &place, &[(SENDER, "43"), (FIRST, "11")]).await;
    let [sender, receiver] = offices.try_into().unwrap_or_else(|_| panic!("two offices"));
    sender.set_up();
    receiver.set_up();
    let (sending, receiving) = (sender.run_in_the_background(), receiver.run_in_the_background());
    let here = AtWork::new(&sender, sending.address());
    let there = AtWork::new(&receiver, receiving.address());

    let id = with_curl(&here, &there, &place);
    assert_eq!(left_in(&here), ["careplan.py", "receive.sh", "send.sh", "tmp"]);
    with_an_odd_name(&here, &place);
    let sent = in_python(&here, &there, &place);

    // What the receiver's software said comes back to the sender, proven.
    let end = Instant::now() + PATIENCE;
    while here.state(&id) != "imported" {
        assert!(Instant::now() < end, "{}", here.state(&id));
    }

    // A problem is a sentence that says what to do.
    let mut wrong = here.command("python3", &["careplan.py", "send", &sent.to_string_lossy(), "key-2"]);
    let output = wrong.env("CAREPLAN_TOKEN", "x").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("トークンが正しくありません"));
    drop((sending, receiving));
    platform.stop().await.unwrap();
}
