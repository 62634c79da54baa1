//! The program itself: its lines, signals and exit status, seen from outside.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use careplan_domain::Digest;
use careplan_envelope::{Certificate, sha256, verify};
use careplan_platform::clock::Clock;
use careplan_protocol::Base64;
use careplan_protocol::receipt::{Receipt, ReceiptKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::world::{HANG, Kaigo, connect, connect_as};

pub(super) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_careplan-platform"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A serving process; killed when the test ends without stopping it.
struct Served {
    child: Child,
    office_api: SocketAddr,
    log: BufReader<std::process::ChildStderr>,
}

impl Served {
    fn start(folder: &Path, settings: &str) -> Self {
        Self::start_by(program(), folder, settings)
    }

    fn start_by(mut command: Command, folder: &Path, settings: &str) -> Self {
        let file = folder.join("settings.toml");
        let ports = "office_api.listen = '127.0.0.1:0'\nwebsite.listen = '127.0.0.1:0'\noperators.listen = '127.0.0.1:0'\n";
        std::fs::write(&file, format!("{ports}{settings}")).unwrap();
        command.arg("serve").arg("--config").arg(file).arg("--data").arg(folder.join("data"));
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("not ready: {}", rest(child.stderr.take())));
        assert_eq!(ready["ready"], true);
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, office_api: ready["office_api"].as_str().unwrap().parse().unwrap(), log }
    }

    fn signal(&self, name: &str) {
        let told = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
    }

    /// Reads the log until a line holds `word`.
    fn logged(&mut self, word: &str) -> String {
        for line in self.log.by_ref().lines() {
            let line = line.unwrap();
            if line.contains(word) {
                return line;
            }
        }
        panic!("the log ended without `{word}`");
    }

    fn exit(&mut self) -> ExitStatus {
        let give_up = Instant::now() + HANG;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < give_up, "the process does not end");
            std::thread::yield_now();
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn rest(log: Option<std::process::ChildStderr>) -> String {
    let mut text = String::new();
    if let Some(mut log) = log {
        log.read_to_string(&mut text).unwrap();
    }
    text
}

fn root_in(folder: &Path) -> Certificate {
    Certificate::from_pem(&std::fs::read_to_string(folder.join("data/authority/ca.pem")).unwrap()).unwrap()
}

#[test]
fn curl_finds_the_description_by_the_root_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(folder.path(), "");
    let url = format!("https://localhost:{}/v1/openapi.json", served.office_api.port());
    for version in ["--http1.1", "--http2"] {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", version, "--cacert"]);
        curl.arg(folder.path().join("data/authority/ca.pem")).arg(&url);
        let answer = curl.output().unwrap();
        assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
        let description: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
        assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    }
    served.signal("TERM");
    assert!(served.exit().success());
    assert!(!folder.path().join("data/ports.json").exists());
}

/// A request whose body is half there: the server waits for the rest.
async fn half_a_request(
    served: &Served,
    root: &Certificate,
) -> tokio_rustls::client::TlsStream<tokio::net::TcpStream> {
    let mut stream = connect(served.office_api, root).await.unwrap();
    let head = "POST /.well-known/est/simpleenroll HTTP/1.1\r\nhost: localhost\r\ncontent-length: 8\r\n\
         content-type: application/pkcs10\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    // The server asks for the body when the handler does: the request is under way.
    stream.read_exact(&mut go_on).await.unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"));
    stream
}

async fn refused(address: SocketAddr) {
    let give_up = Instant::now() + HANG;
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < give_up, "the port stays open");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn at_sigterm_a_request_under_way_finishes_and_a_new_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(folder.path(), "");
    let mut request = half_a_request(&served, &root_in(folder.path())).await;
    served.signal("TERM");
    refused(served.office_api).await;
    request.write_all(b"MAAwAA==").await.unwrap();
    let mut answer = Vec::new();
    request.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    assert!(served.exit().success());
    assert!(served.logged("\"stopped\"").contains("\"finished\":true"));
}

/// A letter on its way, as bytes on a line.
struct Sending {
    path: String,
    letter: Vec<u8>,
    line: tokio_rustls::client::TlsStream<tokio::net::TcpStream>,
}

impl Sending {
    /// The head of the request is there, and the server asks for the body.
    async fn begin(
        mut line: tokio_rustls::client::TlsStream<tokio::net::TcpStream>,
        (number, bytes): (u64, usize),
    ) -> Self {
        let path = format!("/v1/transmissions/01920000-0000-7000-8000-{number:012x}");
        let letter = vec![7; bytes];
        let digest = serde_json::to_value(Base64(sha256(&letter).to_vec())).unwrap();
        let head = format!(
            "PUT {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/cms\r\n\
             content-length: {bytes}\r\ncareplan-from: 9970000018-43\r\ncareplan-to: 9970000026-11\r\n\
             careplan-unit: K2\r\ncareplan-month: 202611\r\ncareplan-files: 1\r\n\
             content-digest: sha-256=:{}:\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
            digest.as_str().unwrap()
        );
        line.write_all(head.as_bytes()).await.unwrap();
        let mut go_on = [0; 25];
        line.read_exact(&mut go_on).await.unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&go_on));
        Self { path, letter, line }
    }

    async fn first_half(&mut self) {
        self.line.write_all(&self.letter[..self.letter.len() / 2]).await.unwrap();
        self.line.flush().await.unwrap();
    }

    async fn second_half(&mut self) -> (String, Vec<u8>) {
        self.line.write_all(&self.letter[self.letter.len() / 2..]).await.unwrap();
        whole(&mut self.line).await
    }
}

/// Head and body of the last answer on a line.
async fn whole(line: &mut tokio_rustls::client::TlsStream<tokio::net::TcpStream>) -> (String, Vec<u8>) {
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
}

/// Registers and licenses a sender and a receiver, as an operator does.
fn two_offices(folder: &Path) {
    let file = folder.join("offices.csv");
    let offices = "number,name,kana,prefecture,address,service_types\n\
         9970000018,見本居宅,ミホン,99,見本県見本市1-1,43\n9970000026,見本訪問,ミホン,99,見本県見本市1-2,11\n";
    std::fs::write(&file, offices).unwrap();
    let year = format!("{}-01-01", Clock::system().now().to_zoned(jiff::tz::TimeZone::UTC).year());
    let commands = [
        vec!["offices", "import", file.to_str().unwrap()],
        vec!["licence", "grant", "9970000018", "--from", &year, "--years", "2"],
        vec!["licence", "grant", "9970000026", "--from", &year, "--years", "2"],
    ];
    for words in commands {
        let mut command = program();
        command.arg("admin").args(words).arg("--data").arg(folder.join("data"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// One letter for a row of the database, one for the shelf.
const LETTERS: [(u64, usize); 2] = [(1, 1000), (2, 100_000)];

#[tokio::test]
async fn at_sigterm_letters_under_way_are_taken_and_are_there_after_a_restart() {
    let (folder, kaigo) = (tempfile::tempdir().unwrap(), Kaigo::new());
    let (sender, receiver) = (kaigo.office("9970000018"), kaigo.office("9970000026"));
    let mut served = Served::start(folder.path(), &kaigo.settings());
    two_offices(folder.path());
    let root = root_in(folder.path());
    let mut under_way = Vec::new();
    for letter in LETTERS {
        let line = connect_as(served.office_api, &root, Some(&sender)).await.unwrap();
        let mut sending = Sending::begin(line, letter).await;
        sending.first_half().await;
        under_way.push(sending);
    }
    served.signal("TERM");
    refused(served.office_api).await;
    let mut receipts = Vec::new();
    for sending in &mut under_way {
        let (head, receipt) = sending.second_half().await;
        assert!(head.starts_with("HTTP/1.1 201"), "{head}\n{}", String::from_utf8_lossy(&receipt));
        let signed = verify(&receipt).unwrap();
        let stated: Receipt = serde_json::from_slice(&signed.content).unwrap();
        assert_eq!(stated.kind, ReceiptKind::Accepted);
        assert_eq!(stated.sealed_sha256, Digest(sha256(&sending.letter)));
        receipts.push(receipt);
    }
    assert!(served.exit().success());
    assert!(served.logged("\"stopped\"").contains("\"finished\":true"));

    let served = Served::start(folder.path(), &kaigo.settings());
    for (sent, receipt) in under_way.iter().zip(receipts) {
        let mut line = connect_as(served.office_api, &root, Some(&receiver)).await.unwrap();
        let head =
            format!("GET {}/letter HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", sent.path);
        line.write_all(head.as_bytes()).await.unwrap();
        let (head, letter) = whole(&mut line).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(letter == sent.letter, "another letter came back");
        let mut line = connect_as(served.office_api, &root, Some(&sender)).await.unwrap();
        let head = format!(
            "GET {}/receipts/accepted HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
            sent.path
        );
        line.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(whole(&mut line).await.1, receipt);
    }
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(folder.path(), "");
    let request = half_a_request(&served, &root_in(folder.path())).await;
    served.signal("INT");
    refused(served.office_api).await;
    served.signal("TERM");
    assert_eq!(served.exit().code(), Some(130));
    drop(request);
}

#[tokio::test]
async fn sighup_reloads() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::start(folder.path(), "");
    std::fs::remove_file(folder.path().join("data/keys/platform-server.pem")).unwrap();
    served.signal("HUP");
    served.logged("\"reloaded\"");
    served.signal("TERM");
    assert!(served.exit().success());
}

#[test]
fn the_authority_can_be_a_process_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("database.url = 'sqlite:{}'\n", folder.path().join("shared.db").display());
    let there = folder.path().join("there");
    std::fs::create_dir(&there).unwrap();
    let file = there.join("settings.toml");
    std::fs::write(&file, &database).unwrap();
    let done = |arguments: &[&str]| {
        let mut command = program();
        command.args(arguments).arg("--config").arg(&file).arg("--data").arg(there.join("data"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    done(&["migrate"]);
    let made = done(&["authority", "init"]);
    assert_eq!(made, done(&["authority", "show"]));
    let mut command = program();
    command.args(["authority", "run"]).arg("--config").arg(&file).arg("--data").arg(there.join("data"));
    let mut authority = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut served = Served::start(folder.path(), &format!("{database}authority.run = false\n"));
    served.signal("TERM");
    assert!(served.exit().success());
    let told = Command::new("kill").arg(authority.id().to_string()).status().unwrap();
    assert!(told.success() && authority.wait().unwrap().success());
}

#[test]
fn a_process_that_may_open_too_few_files_says_so_once_and_what_to_do() {
    for (connections_max, warnings) in [(44, 0), (45, 1)] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n 300 && exec \"$0\" \"$@\""]).arg(program().get_program());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let settings = format!("office_api.connections_max = {connections_max}\n");
        let mut served = Served::start_by(command, folder.path(), &settings);
        let mut said = Vec::new();
        for line in served.log.by_ref().lines() {
            let line = line.unwrap();
            if line.contains("\"ready\"") {
                break;
            }
            said.push(line);
        }
        said.retain(|line| line.contains("open files"));
        assert_eq!(said.len(), warnings, "{said:?}");
        for line in said {
            for part in
                ["\"WARN\"", "\"connections_max\":45", "\"open_files_max\":300", "LimitNOFILE=", "ulimit -n"]
            {
                assert!(line.contains(part), "no {part} in {line}");
            }
        }
    }
}
