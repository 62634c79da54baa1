//! The operations centre of the demo: the shipped platform on its embedded default.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

use crate::child::{self, Child};
use crate::command;
use crate::programs::Programs;
use crate::town::Invented;

/// The running platform.
pub(crate) struct Platform {
    program: PathBuf,
    folder: PathBuf,
    office_api: String,
    website: String,
    operators: String,
    child: Child,
}

/// What the operations centre posts to a new office: user ID and the three secrets.
pub(crate) struct Letter {
    pub(crate) user_id: String,
    pub(crate) password: String,
    pub(crate) issue_password: String,
    pub(crate) fingerprint: String,
}

impl Platform {
    /// Starts the platform, with further settings, and registers the offices.
    pub(crate) fn start(
        programs: &Programs,
        folder: &Path,
        offices: &[&Invented],
        further_settings: &str,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        let data = folder.join("data");
        // Only the ports differ from the defaults, so that the demo never meets another program.
        let settings = format!(
            "data_dir = {data:?}\n[office_api]\nlisten = \"127.0.0.1:0\"\n[website]\nlisten = \"127.0.0.1:0\"\n[operators]\nlisten = \"127.0.0.1:0\"\n{further_settings}"
        );
        fs::write(folder.join("platform.toml"), settings)?;
        let log = File::create(folder.join("platform.log"))?;
        let mut serve = Command::new(&programs.platform);
        serve.arg("serve").arg("--config").arg(folder.join("platform.toml"));
        serve.stdout(log.try_clone()?).stderr(log);
        let mut child = Child::start(serve, "careplan-platform serve")?;
        let ports = child::wait_for("the platform to be ready", &mut child, || read_ports(&data))
            .with_context(|| format!("see {}", folder.join("platform.log").display()))?;
        let platform = Self {
            program: programs.platform.clone(),
            folder: folder.to_owned(),
            office_api: ports.office_api,
            website: ports.website,
            operators: ports.operators,
            child,
        };
        platform.register(offices)?;
        Ok(platform)
    }

    fn register(&self, offices: &[&Invented]) -> anyhow::Result<()> {
        let mut list = String::from("number,name,kana,prefecture,address,service_types\n");
        for office in offices {
            let Invented { number, name, kana, service_type, .. } = office;
            list += &format!("{number},{name},{kana},99,練習県練習市1-2-3,{service_type}\n");
        }
        let file = self.folder.join("offices.csv");
        fs::write(&file, list)?;
        self.admin(&["offices", "import", &file.to_string_lossy()])?;
        Ok(())
    }

    /// Issues the first credentials of an office.
    pub(crate) fn letter_to(&self, office: &Invented) -> anyhow::Result<Letter> {
        let issued = self.admin(&["credentials", "issue", office.number, "--json"])?;
        let issued: Value = serde_json::from_str(&issued).context("read the issued credentials")?;
        let field = |name: &str| {
            issued[name]
                .as_str()
                .map(str::to_owned)
                .with_context(|| format!("the credentials have no `{name}`"))
        };
        Ok(Letter {
            user_id: field("user_id")?,
            password: field("temporary_password")?,
            issue_password: field("issue_password")?,
            fingerprint: field("root_fingerprint")?,
        })
    }

    /// Runs `careplan-platform admin …`.
    pub(crate) fn admin(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut admin = Command::new(&self.program);
        command::output(admin.arg("admin").args(arguments).arg("--config").arg(self.settings()))
    }

    /// Runs `careplan-platform billing …`.
    pub(crate) fn billing(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut billing = Command::new(&self.program);
        command::output(billing.arg("billing").args(arguments).arg("--config").arg(self.settings()))
    }

    /// `https://localhost:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.office_api.replace("127.0.0.1", "localhost"))
    }

    /// Where people reach the web site.
    pub(crate) fn site_url(&self) -> String {
        format!("https://{}", self.website.replace("127.0.0.1", "localhost"))
    }

    /// The certificate of its authority, which browsers do not know.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.join("data").join("authority").join("ca.pem")
    }

    /// Where the mails lie that it would send.
    pub(crate) fn mail_folder(&self) -> PathBuf {
        self.folder.join("data").join("mail")
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn operators_url(&self) -> String {
        format!("http://{}", self.operators)
    }

    /// Its settings.
    pub(crate) fn settings(&self) -> PathBuf {
        self.folder.join("platform.toml")
    }

    /// Stops it in order.
    pub(crate) fn stop(self) -> anyhow::Result<()> {
        self.child.stop()
    }
}

/// The addresses of a running platform.
#[derive(serde::Deserialize)]
struct Ports {
    office_api: String,
    website: String,
    operators: String,
}

/// The platform writes its real ports when it is ready.
fn read_ports(data: &Path) -> Option<Ports> {
    serde_json::from_str(&fs::read_to_string(data.join("ports.json")).ok()?).ok()
}
