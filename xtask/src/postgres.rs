//! A PostgreSQL server of our own for one run: installed when missing, started in a temporary
//! folder on a free port of 127.0.0.1, stopped and removed at the end.
//!
//! It is made to be thrown away and must never hold anything of worth. For tests it runs with
//! `fsync=off`; for the load it keeps every promise of durability, on a real disk.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use crate::{command, packages, stop};

/// Where the tests find the server.
pub(crate) const URL_VARIABLE: &str = "CAREPLAN_TEST_POSTGRES";

/// Keeps Debian's package from making and starting a cluster of its own.
const CREATE_CLUSTER_CONF: &str = "/etc/postgresql-common/createcluster.conf";

/// The tests of one machine open a few pools each; the default of 100 is met with many cores.
const CONNECTIONS_MAX: u32 = 400;

/// Kept over a restart of the machine, so never in memory (FHS 3.0, section 5.15).
pub(crate) const REAL_DISK: &str = "/var/tmp";

/// A running server; dropping it stops it and removes its data.
pub(crate) struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    fsync: &'static str,
}

impl Postgres {
    /// Installs what is missing and starts a server for tests.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("careplan-postgres-").context("make a temporary folder")?;
        Self::start_in(folder, "off")
    }

    /// The same, but what it commits survives a power cut.
    pub(crate) fn start_durable() -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix_in("careplan-postgres-", REAL_DISK);
        Self::start_in(folder.context("make a temporary folder")?, "on")
    }

    fn start_in(folder: TempDir, fsync: &'static str) -> anyhow::Result<Self> {
        let programs = match installed() {
            Some(programs) => programs,
            None => install()?,
        };
        if packages::is_root() {
            let path = folder.path().as_os_str();
            command::output(Command::new("chown").arg("postgres").arg(path)).context("chown")?;
        }
        let mut server = Self { folder, programs, port: 0, fsync };
        server.create()?;
        server.listen()?;
        Ok(server)
    }

    /// URL of the maintenance database, from which tests make their own.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The first of its processes.
    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        let file = self.data().join("postmaster.pid");
        let text = fs::read_to_string(&file).with_context(|| format!("read {}", file.display()))?;
        text.lines().next().and_then(|line| line.parse().ok()).context("read PostgreSQL's process number")
    }

    fn create(&self) -> anyhow::Result<()> {
        let mut initdb = self.program("initdb");
        initdb.arg("-D").arg(self.data());
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        command::output(&mut initdb).context("create a PostgreSQL cluster").map(drop)
    }

    /// Another program may take the free port between our look and the server's start: try again.
    fn listen(&mut self) -> anyhow::Result<()> {
        const TRIES_MAX: u32 = 5;
        for _ in 0..TRIES_MAX {
            self.port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let options = format!(
                "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync={} -c max_connections={CONNECTIONS_MAX}",
                self.port,
                self.folder.path().display(),
                self.fsync
            );
            let mut start = self.program("pg_ctl");
            start.arg("-D").arg(self.data()).arg("-l").arg(self.log());
            start.args(["-s", "-w", "-o"]).arg(options).arg("start");
            // Not `output`: the server would keep our pipe open for ever.
            start.stdin(std::process::Stdio::null());
            if start.status().context("start pg_ctl")?.success() {
                return Ok(());
            }
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        bail!("PostgreSQL does not start. Its log says:\n{log}")
    }

    /// `initdb` and `postgres` refuse to be root, so root runs them as the user `postgres`.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = if packages::is_root() {
            let mut runuser = Command::new("runuser");
            runuser.args(["-u", "postgres", "--"]).arg(path);
            runuser
        } else {
            Command::new(path)
        };
        command.current_dir(self.folder.path());
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.arg("-D").arg(self.data()).args(["-s", "-m", "immediate", "stop"]);
        if let Err(error) = command::output(&mut stop) {
            eprintln!("PostgreSQL in {} was not stopped: {error:#}", self.folder.path().display());
        }
    }
}

/// `cargo xtask postgres`: a server for tests that are run by hand.
pub(crate) fn serve() -> anyhow::Result<()> {
    let server = Postgres::start()?;
    println!("export {URL_VARIABLE}={}", server.url());
    println!("Runs until Ctrl-C; then its data is removed.");
    stop::wait();
    Ok(())
}

/// The newest PostgreSQL of this machine.
fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let version = folder.file_name()?.to_str()?.parse().ok()?;
            let programs = folder.join("bin");
            programs.join("initdb").is_file().then_some((version, programs))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

fn install() -> anyhow::Result<PathBuf> {
    if !Path::new(CREATE_CLUSTER_CONF).exists() && packages::is_root() {
        fs::create_dir_all("/etc/postgresql-common").context("make /etc/postgresql-common")?;
        fs::write(CREATE_CLUSTER_CONF, "create_main_cluster = false\n")
            .with_context(|| format!("write {CREATE_CLUSTER_CONF}"))?;
    }
    packages::debian(&["postgresql"], "the tests run on SQLite and on a real PostgreSQL")?;
    installed().context("PostgreSQL was installed, but /usr/lib/postgresql/*/bin/initdb is not there")
}
