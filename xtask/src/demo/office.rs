//! One office of the demo: the shipped client, its data folder, and a stand-in for its care software.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::platform::{Letter, Platform};
use crate::child::{self, Child};
use crate::command;
use crate::programs::Programs;
use crate::town::{Files, Invented};
use anyhow::{Context as _, ensure};

/// An office whose client is set up.
pub(crate) struct Office {
    program: PathBuf,
    invented: &'static Invented,
    folder: PathBuf,
}

impl Office {
    /// Puts the secrets of the letter into files that only we can read and runs `careplan-client setup`.
    pub(crate) fn set_up(
        programs: &Programs,
        invented: &'static Invented,
        folder: &Path,
        platform: &Platform,
        letter: &Letter,
    ) -> anyhow::Result<Self> {
        let office = Self::empty(programs, invented, folder)?;
        let [password, issue_password] = ["password", "issue-password"].map(|name| folder.join(name));
        write_secret(&password, &letter.password)?;
        write_secret(&issue_password, &letter.issue_password)?;
        write_letter(&office.letter_file(), invented, letter)?;
        for folder in [office.export(), office.import()] {
            fs::create_dir_all(folder)?;
        }
        let mut setup = office.command("setup");
        setup.args(["--platform", &platform.url(), "--ca-fingerprint", &letter.fingerprint]);
        setup.args(["--user-id", &letter.user_id, "--service-type", invented.service_type]);
        setup.arg("--password-file").arg(password).arg("--issue-password-file").arg(issue_password);
        command::output(&mut setup).with_context(|| format!("set up the client of {}", invented.name))?;
        Ok(office)
    }

    /// An office whose client was just unpacked.
    pub(crate) fn empty(
        programs: &Programs,
        invented: &'static Invented,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { program: programs.client.clone(), invented, folder: folder.to_owned() })
    }

    /// A command of the client on this office's data.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(name).arg("--data").arg(self.data());
        command
    }

    /// Runs a command.
    pub(crate) fn tell(&self, name: &str, arguments: &[&str]) -> anyhow::Result<String> {
        command::output(self.command(name).args(arguments))
    }

    /// The numbers of what was received and not imported yet.
    pub(crate) fn waiting(&self) -> anyhow::Result<Vec<String>> {
        let listed: Value = serde_json::from_str(&self.tell("list", &["--json", "--received"])?)?;
        let entries = listed.as_array().context("a list")?.iter().filter(|it| it["state"] == "acknowledged");
        entries.map(|it| it["id"].as_str().map(str::to_owned).context("an entry without a number")).collect()
    }

    /// Starts the client as it runs all day, and returns once it does: from then on Ctrl-C ends it in order.
    pub(crate) fn run(&self) -> anyhow::Result<Child> {
        // Two clients on one PC have a port each.
        self.run_until(&["run", "--listen", "0"], "送受信を始めます")
    }

    /// The same before anything is set up.
    pub(crate) fn run_empty(&self) -> anyhow::Result<Child> {
        self.run_until(&["run", "--listen", "0"], "careplan-client open")
    }

    /// Answers by itself as the practice partner.
    pub(crate) fn echo(&self) -> anyhow::Result<Child> {
        self.run_until(&["echo"], "自動で答えます")
    }

    /// Starts a command that goes on, and returns once it said so.
    fn run_until(&self, words: &[&str], said: &str) -> anyhow::Result<Child> {
        let path = self.folder.join("client.log");
        let log = fs::File::create(&path)?;
        let (name, arguments) = words.split_first().context("a command")?;
        let mut run = self.command(name);
        run.args(arguments).stdout(log.try_clone()?).stderr(log);
        let mut child = Child::start(run, &format!("careplan-client of {}", self.invented.name))?;
        child::wait_for("the client to be online", &mut child, || {
            fs::read_to_string(&path).ok()?.contains(said).then_some(())
        })
        .with_context(|| format!("see {}", path.display()))?;
        Ok(child)
    }

    /// The address of its screens; before there is an account, with the code that makes the first one.
    pub(crate) fn screens(&self) -> anyhow::Result<String> {
        Ok(self.tell("open", &["--print"])?.trim().to_owned())
    }

    /// The care software writes its files: copies of the examples, or made here.
    pub(crate) fn write_export(&self, files: &Files) -> anyhow::Result<()> {
        for (name, bytes) in files {
            fs::write(self.export().join(name), bytes)?;
        }
        Ok(())
    }

    /// Every file in the inbox folder, by name.
    pub(crate) fn inbox_files(&self) -> anyhow::Result<BTreeMap<String, PathBuf>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![self.data().join("inbox")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| format!("look into {}", folder.display()))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if entry.file_type()?.is_dir() {
                    folders.push(entry.path());
                } else {
                    ensure!(found.insert(name.clone(), entry.path()).is_none(), "{name} arrived twice");
                }
            }
        }
        Ok(found)
    }

    /// The invented office.
    pub(crate) fn invented(&self) -> &'static Invented {
        self.invented
    }

    /// `9970000018-43`.
    pub(crate) fn address(&self) -> String {
        format!("{}-{}", self.invented.number, self.invented.service_type)
    }

    /// Everything of this office.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The client's data.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("client")
    }

    /// Where the care software writes.
    pub(crate) fn export(&self) -> PathBuf {
        self.folder.join("care-software").join("export")
    }

    /// What the care software took over.
    pub(crate) fn import(&self) -> PathBuf {
        self.folder.join("care-software").join("import")
    }

    /// The letter with user ID and passwords.
    pub(crate) fn letter_file(&self) -> PathBuf {
        self.folder.join("letter.txt")
    }
}

/// What came in the post, or what became of it.
pub(crate) fn write_letter(path: &Path, office: &Invented, letter: &Letter) -> anyhow::Result<()> {
    let Letter { user_id, password, issue_password, fingerprint } = letter;
    let text = format!(
        "{} 御中\n\nユーザID                  {user_id}\nパスワード                {password}\n証明書発行用パスワード    {issue_password}\n認証局の指紋              {fingerprint}\n\n（デモ用に作られた架空の事業所です）\n",
        office.name
    );
    write_secret(path, &text)
}

/// Writes what only we may read.
pub(crate) fn write_secret(path: &Path, secret: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(secret.as_bytes())?;
    Ok(())
}
