//! The shipped platform binary in a folder of its own: started, killed, started again.
//!
//! For drivers that need the real program and not the library: torture and load. Nothing here
//! waits on time alone: starting ends when the platform says that it is ready, or with its log.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

/// A debug build on a busy machine migrates, makes its keys and listens in a few seconds.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// A platform on this machine: its program, its settings, its data.
#[derive(Debug, Clone)]
pub struct Installation {
    binary: PathBuf,
    folder: PathBuf,
    office_api: SocketAddr,
    operators: SocketAddr,
}

/// A running platform; dropping it kills it.
#[derive(Debug)]
pub struct Running {
    child: Child,
}

impl Installation {
    /// Writes the settings of a platform into `folder`. Without a `database_url` it is the embedded
    /// default. `further` is TOML that is added to its settings.
    ///
    /// # Errors
    /// When the folder cannot be written or no port is free.
    pub fn new(
        binary: &Path,
        folder: &Path,
        database_url: Option<&str>,
        further: &str,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).context("make the platform's folder")?;
        let (office_api, operators) = two_free_ports()?;
        let data = folder.join("data");
        let database = database_url.map(|url| format!("[database]\nurl = \"{url}\"\n")).unwrap_or_default();
        let settings = format!(
            "data_dir = {data:?}\n[office_api]\nlisten = \"{office_api}\"\n[website]\nlisten = \"127.0.0.1:0\"\n[operators]\nlisten = \"{operators}\"\n{database}{further}\n"
        );
        fs::write(folder.join("platform.toml"), settings).context("write the platform's settings")?;
        Ok(Self { binary: binary.to_owned(), folder: folder.to_owned(), office_api, operators })
    }

    /// `https://localhost:PORT`.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.office_api.port())
    }

    /// Where offices connect.
    pub fn office_api(&self) -> SocketAddr {
        self.office_api
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Its log.
    pub fn log(&self) -> PathBuf {
        self.folder.join("platform.log")
    }

    /// Starts the platform and returns once it is ready.
    ///
    /// # Errors
    /// When it ends instead, or is not ready in time: with its log.
    pub async fn start(&self) -> anyhow::Result<Running> {
        let log = File::options().create(true).append(true).open(self.log()).context("open the log")?;
        let mut child = Command::new(&self.binary)
            .arg("serve")
            .arg("--config")
            .arg(self.folder.join("platform.toml"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {}", self.binary.display()))?;
        let deadline = Instant::now() + START_PATIENCE;
        while !self.is_ready().await {
            if let Some(status) = child.try_wait()? {
                bail!("the platform ended with {status}; its log:\n{}", self.end_of_log());
            }
            ensure!(Instant::now() < deadline, "the platform is not ready; its log:\n{}", self.end_of_log());
            sleep(Duration::from_millis(5)).await;
        }
        Ok(Running { child })
    }

    /// Runs `careplan-platform ARGUMENTS --config …` to its end and returns what it printed.
    ///
    /// # Errors
    /// When it fails: with what it said.
    pub async fn command(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(&self.binary);
        command.args(arguments).arg("--config").arg(self.folder.join("platform.toml"));
        let output = command.stdin(Stdio::null()).output().await.context("run the platform's command")?;
        if !output.status.success() {
            bail!(
                "`careplan-platform {}` failed: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// `GET` of a path on the operators' port; `None` unless it answers 200.
    pub async fn operators_page(&self, path: &str) -> Option<String> {
        let mut socket = TcpStream::connect(self.operators).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
    }

    async fn is_ready(&self) -> bool {
        self.operators_page("/readyz").await.is_some()
    }

    fn end_of_log(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Running {
    /// Its process number.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Kills it as a power cut would: SIGKILL, no chance to finish anything.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("kill the platform")
    }

    /// Asks it to stop (SIGTERM) and waits for its end.
    ///
    /// # Errors
    /// When it does not end in time, or ends badly.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(pid) = self.pid() {
            Command::new("kill").arg(pid.to_string()).status().await.context("send SIGTERM")?;
        }
        let ended = tokio::time::timeout(START_PATIENCE, self.child.wait()).await;
        let status = ended.context("the platform does not stop")??;
        ensure!(status.success(), "the platform ended with {status}");
        Ok(())
    }
}

/// Taken together, so that they differ.
fn two_free_ports() -> anyhow::Result<(SocketAddr, SocketAddr)> {
    let one = TcpListener::bind(("127.0.0.1", 0))?;
    let other = TcpListener::bind(("127.0.0.1", 0))?;
    Ok((one.local_addr()?, other.local_addr()?))
}
