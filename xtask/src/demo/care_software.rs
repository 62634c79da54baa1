//! A stand-in for the care software (介護ソフト) of one office: it talks to the client on its PC as `docs/vendors.md` says, by `curl`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::town::Files;
use crate::{curl, stop};

/// A debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where PDF and JPEG files go: their names do not say it.
pub(crate) struct Documents {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) month: String,
}

/// The care software.
pub(crate) struct CareSoftware {
    api: String,
    token: String,
    /// Where it puts what it is about to ask.
    folder: PathBuf,
}

impl CareSoftware {
    /// With the address of the client and a token of its own.
    pub(crate) fn new(address: &str, token: &str, folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { api: format!("{address}/api/v1"), token: token.to_owned(), folder: folder.to_owned() })
    }

    /// What the checks say, a line for each unit.
    pub(crate) fn check(&self, files: &Files) -> anyhow::Result<Vec<String>> {
        let checked = self.put("POST", "/check", &body(files, None))?;
        ensure!(checked["sendable"] == true, "the checks say: {checked}");
        let units = checked["units"].as_array().context("an answer with units")?;
        Ok(units
            .iter()
            .map(|unit| {
                let word = |name: &str| unit[name].as_str().unwrap_or_default().to_owned();
                format!("{} → {}：送信できます", word("unit_label"), word("to"))
            })
            .collect())
    }

    /// Sends files under a key, and waits until the platform has them; gives the numbers of the transmissions.
    pub(crate) fn send(
        &self,
        key: &str,
        files: &Files,
        documents: Option<&Documents>,
    ) -> anyhow::Result<Vec<String>> {
        let path = format!("/sends/{key}");
        self.put("PUT", &path, &body(files, documents))?;
        let sent = self.ask("GET", &path, &["--header", "Prefer: wait=30"])?;
        let sent: Value = serde_json::from_slice(&sent)?;
        let units = sent["units"].as_array().context("an answer with units")?;
        let number = |unit: &Value| {
            ensure!(unit["result"] == "prepared", "not sent: {unit}");
            unit["transmission"].as_str().map(str::to_owned).context("a transmission without a number")
        };
        units.iter().map(number).collect()
    }

    /// Waits until all of these lie there to be imported.
    pub(crate) fn wait_for(&self, numbers: &[String]) -> anyhow::Result<()> {
        self.until("what was sent to arrive", || {
            let waiting = self.get("/received?limit=100")?;
            let there = |number: &String| {
                waiting["units"].as_array().is_some_and(|units| units.iter().any(|it| it["id"] == **number))
            };
            Ok(numbers.iter().all(there))
        })
    }

    /// The files of a transmission that was received.
    pub(crate) fn files(&self, number: &str) -> anyhow::Result<Files> {
        let listed = self.get(&format!("/received/{number}/files"))?;
        let names = listed["files"].as_array().context("an answer with files")?.iter();
        let names = names.map(|file| file["name"].as_str().context("a file without a name"));
        names
            .map(|name| {
                let name = name?;
                let bytes = self.ask("GET", &format!("/received/{number}/files/{name}"), &[])?;
                Ok((name.to_owned(), bytes))
            })
            .collect()
    }

    /// Says that a transmission was imported.
    pub(crate) fn imported(&self, number: &str) -> anyhow::Result<()> {
        self.ask("PUT", &format!("/received/{number}/imported"), &[]).map(drop)
    }

    /// Waits until the receiver's proof of the import is there.
    pub(crate) fn wait_for_proof(&self, number: &str) -> anyhow::Result<()> {
        self.until("the receipt of the import", || {
            Ok(self.get(&format!("/sent/{number}"))?["state"] == "imported")
        })
    }

    fn until(&self, what: &str, look: impl Fn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !look()? {
            ensure!(!stop::asked(), "stopped by the user while waiting for {what}");
            ensure!(Instant::now() < deadline, "waited in vain for {what}");
            stop::pause(Duration::from_millis(100));
        }
        Ok(())
    }

    fn get(&self, path: &str) -> anyhow::Result<Value> {
        Ok(serde_json::from_slice(&self.ask("GET", path, &[])?)?)
    }

    fn put(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let file = self.folder.join("body.json");
        fs::write(&file, body.to_string())?;
        let data = format!("@{}", file.display());
        let answer =
            self.ask(method, path, &["--header", "Content-Type: application/json", "--data-binary", &data])?;
        Ok(serde_json::from_slice(&answer)?)
    }

    fn ask(&self, method: &str, path: &str, further: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output = curl::run(
            |curl| {
                curl.args(["--fail-with-body", "--noproxy", "*", "--request", method]).args(further);
                curl.arg(format!("{}{path}", self.api));
            },
            &format!("header = \"Authorization: Bearer {}\"\n", self.token),
        )?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            bail!("{method} {path}: {} {said}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(output.stdout)
    }
}

fn body(files: &Files, documents: Option<&Documents>) -> Value {
    let files: Vec<Value> = files
        .iter()
        .map(|(name, bytes)| json!({ "name": name, "content": STANDARD.encode(bytes) }))
        .collect();
    match documents {
        None => json!({ "files": files }),
        Some(Documents { from, to, month }) => {
            json!({ "files": files, "documents": { "from": from, "to": to, "month": month } })
        }
    }
}
