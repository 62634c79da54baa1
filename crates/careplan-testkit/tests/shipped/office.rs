//! An office at its command line.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use careplan_testkit::installation::Installation;
use careplan_testkit::members::{Credentials, Invented};
use serde_json::Value;

use crate::programs;

/// An office with what the operations centre wrote to it.
pub(crate) struct ClientOffice {
    folder: PathBuf,
    platform: String,
    letter: Credentials,
}

/// Registers and licenses offices as an operator does.
pub(crate) async fn register(
    installation: &Installation,
    place: &Path,
    offices: &[Invented<'_>],
) -> Vec<ClientOffice> {
    register_as("練習事業所", (installation, place), offices).await
}

/// The same with another beginning of their names.
pub(crate) async fn register_as(
    name: &str,
    (installation, place): (&Installation, &Path),
    offices: &[Invented<'_>],
) -> Vec<ClientOffice> {
    let mut list = String::from("number,name,kana,prefecture,address,service_types\n");
    for (number, service_type) in offices {
        list += &format!("{number},{name}{number},レンシュウ,99,練習県練習市1-1,{service_type}\n");
    }
    let file = place.join("offices.csv");
    fs::write(&file, list).unwrap();
    installation.command(&["admin", "offices", "import", &file.to_string_lossy()]).await.unwrap();
    let mut registered = Vec::new();
    for (number, _) in offices {
        installation.command(&["admin", "licence", "grant", number]).await.unwrap();
        let issued =
            installation.command(&["admin", "credentials", "issue", number, "--json"]).await.unwrap();
        let folder = place.join(number);
        fs::create_dir(&folder).unwrap();
        let letter = Credentials::read(&issued).unwrap();
        registered.push(ClientOffice { folder, platform: installation.url(), letter });
    }
    registered
}

/// Writes the smallest good unit (a deletion) into a folder; gives its only file.
pub(crate) fn unit(folder: &Path, from: &str, to: Invented<'_>, serial: &str) -> PathBuf {
    let (number, service_type) = to;
    fs::create_dir_all(folder).unwrap();
    let file = folder.join(format!("DLT1KYO_{from}_43_{number}_{service_type}_{serial}.CSV"));
    fs::write(&file, b"202407,990001,0009900021,20261015\r\n").unwrap();
    file
}

/// What a command that succeeds printed.
pub(crate) fn said(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} ended with {}: {out}{err}", output.status);
    out
}

impl ClientOffice {
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn inbox(&self) -> PathBuf {
        self.data().join("inbox")
    }

    /// Without what this computer's own environment says.
    fn client(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(programs::client());
        command.env_clear().env("HOME", "/nonexistent");
        command.args(arguments).arg("--data").arg(self.data());
        command
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.client(arguments).stdin(Stdio::null()).output().unwrap()
    }

    pub(crate) fn tell(&self, arguments: &[&str]) -> String {
        said(&mut self.client(arguments))
    }

    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.tell(arguments)).unwrap()
    }

    /// Set-up with what the letter says; the secrets are in files that only we can read.
    pub(crate) fn set_up(&self) -> String {
        let secret = |name: &str, secret: &str| {
            let path = self.folder.join(name);
            let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            std::io::Write::write_all(&mut file.unwrap(), secret.as_bytes()).unwrap();
            path.to_string_lossy().into_owned()
        };
        let password = secret("password", self.letter.password.expose());
        let issue_password = secret("issue-password", self.letter.issue_password.expose());
        self.tell(&[
            "setup",
            "--platform",
            &self.platform,
            "--ca-fingerprint",
            &self.letter.fingerprint,
            "--user-id",
            &self.letter.user_id,
            "--password-file",
            &password,
            "--issue-password-file",
            &issue_password,
        ])
    }

    /// Everything a command shows on a terminal, bars included.
    pub(crate) fn on_a_terminal(&self, arguments: &[&str]) -> String {
        let command = self.client(arguments);
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let mut script = Command::new("script");
        script.env_clear().env("PATH", "/usr/bin:/bin").env("SHELL", "/bin/sh").env("HOME", "/nonexistent");
        said(script.args(["--quiet", "--return", "--command", &line, "/dev/null"]))
    }

    /// Stays online until it is dropped.
    pub(crate) fn run_in_the_background(&self) -> Online {
        let mut command = self.client(&["run", "--listen", "0"]);
        let mut child = Killed(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
        let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.unwrap().strip_prefix("画面：").map(str::to_owned)).unwrap();
        // What nobody reads would stop it one day.
        std::thread::spawn(move || lines.for_each(drop));
        Online { _child: child, address }
    }

    /// Stays online until it says `word`, then Ctrl-C; gives all it said.
    pub(crate) fn run_until(&self, word: &str) -> String {
        let mut command = self.client(&["run", "--listen", "0"]);
        let mut child = Killed(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
        let mut all = String::new();
        for line in BufReader::new(child.0.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if line.contains(word) {
                said(Command::new("kill").args(["-s", "INT", &child.0.id().to_string()]));
            }
            all += &(line + "\n");
        }
        let status = child.0.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{all}");
        all
    }
}

/// A client that runs; dropping it kills it.
pub(crate) struct Online {
    _child: Killed,
    address: String,
}

impl Online {
    /// Where screens and local API are.
    pub(crate) fn address(&self) -> String {
        self.address.clone()
    }
}

/// Killed when a test fails before its end.
struct Killed(std::process::Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
