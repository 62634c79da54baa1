//! An office at work: its client runs all day, its care software has a token, somebody has an account.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::care_software::CareSoftware;
use super::office::Office;
use crate::child::Child;
use crate::town::Files;
use crate::{command, curl};

/// What the account of each office is called, and its password; for the demo only.
pub(crate) const LOGIN: [&str; 2] = ["yamada", "haru no ogawa"];

/// What the care software is called.
const SOFTWARE: &str = "練習ソフト";

/// An office whose client runs.
pub(crate) struct AtWork {
    office: Office,
    client: Child,
    software: CareSoftware,
    /// Where the screens are.
    address: String,
}

impl AtWork {
    /// Starts the client.
    pub(crate) fn begin(office: Office) -> anyhow::Result<Self> {
        // Who begins anew has no use for the token of the last time, of which only the digest is kept.
        let _ = office.tell("api-token", &["revoke", SOFTWARE]);
        let token = office.tell("api-token", &["add", SOFTWARE])?;
        let client = office.run()?;
        let screens = office.screens()?;
        let address = screens.split("/start").next().unwrap_or(&screens).trim_end_matches('/').to_owned();
        let software = CareSoftware::new(&address, token.trim(), &office.folder().join("care-software"))?;
        Ok(Self { office, client, software, address })
    }

    /// The office.
    pub(crate) fn office(&self) -> &Office {
        &self.office
    }

    /// Its care software.
    pub(crate) fn software(&self) -> &CareSoftware {
        &self.software
    }

    /// Where its screens are.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Its care software takes over what was received, in its order; gives the number of files.
    pub(crate) fn take_over(&self, numbers: &[String]) -> anyhow::Result<usize> {
        self.software.wait_for(numbers)?;
        let mut count = 0;
        for number in numbers {
            let files = self.software.files(number)?;
            count += files.len();
            for (name, bytes) in files {
                fs::write(self.office.import().join(name), bytes)?;
            }
            self.software.imported(number)?;
        }
        Ok(count)
    }

    /// Makes the account of the manager, at the page to which the code of this PC leads.
    pub(crate) fn make_account(&self) -> anyhow::Result<()> {
        let [login, password] = LOGIN;
        let screens = self.office.screens()?;
        let code = screens.split("code=").nth(1).context("the first address has a code")?;
        self.fill_in(
            "/start",
            &[
                ("code", code),
                ("name", "山田 花子"),
                ("login", login),
                ("new", password),
                ("again", password),
            ],
        )
    }

    /// Logs in with that account, or makes it where there is none.
    pub(crate) fn be_somebody(&self) -> anyhow::Result<()> {
        if self.office.screens()?.contains("code=") {
            return self.make_account();
        }
        let [login, password] = LOGIN;
        self.fill_in("/login", &[("name", login), ("password", password)])
    }

    /// How long a page takes for who is logged in.
    pub(crate) fn view(&self, path: &str) -> anyhow::Result<Duration> {
        let jar = self.office.folder().join("cookies");
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--noproxy", "*", "--output", "/dev/null"]);
        curl.args(["--write-out", "%{http_code} %{time_total}"]).arg("--cookie").arg(jar);
        let said = command::output(curl.arg(format!("{}{path}", self.address)))?;
        let (status, seconds) = said.split_once(' ').context("curl says how long it took")?;
        ensure!(status == "200", "{path} answered {status}");
        Ok(Duration::from_secs_f64(seconds.parse()?))
    }

    /// The memory that the client holds, in KiB.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.client.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        Ok(line.context("the kernel says how much")?.trim().trim_end_matches(" kB").parse()?)
    }

    /// Brings files to the desk, as somebody does who drops them on the page.
    pub(crate) fn bring(&self, files: &Files) -> anyhow::Result<()> {
        self.be_somebody()?;
        let folder = self.office.folder().join("brought");
        fs::create_dir_all(&folder)?;
        let mut typed = String::new();
        for (name, bytes) in files {
            fs::write(folder.join(name), bytes)?;
            typed += &format!("form = \"files=@{}\"\n", folder.join(name).display());
        }
        self.curl("/send", &typed)
    }

    fn fill_in(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<()> {
        let typed = fields.iter().map(|(name, value)| format!("data-urlencode = \"{name}={value}\"\n"));
        self.curl(path, &typed.collect::<String>())
    }

    fn curl(&self, path: &str, typed: &str) -> anyhow::Result<()> {
        let jar = self.office.folder().join("cookies");
        let output = curl::run(
            |curl| {
                curl.args(["--noproxy", "*", "--output", "/dev/null", "--write-out", "%{http_code}"]);
                curl.args(["--header", "Sec-Fetch-Site: same-origin"]).arg("--cookie").arg(&jar);
                curl.arg("--cookie-jar").arg(&jar).arg(format!("{}{path}", self.address));
            },
            typed,
        )?;
        let status = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success() && status == "303", "{path} answered {status}");
        Ok(())
    }

    /// Stops the client in order; the office stays.
    pub(crate) fn stop(self) -> anyhow::Result<Office> {
        self.client.stop()?;
        Ok(self.office)
    }
}
