//! The folder of one replica: its lock, and the file that says which ports it took.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::StartFault;

/// Held as long as a replica serves from the folder; the system releases it with the process.
const LOCK_FILE: &str = "serve.lock";

const PORTS_FILE: &str = "ports.json";

/// Where a replica listens; also the content of `ports.json` in its data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// The Office API.
    pub office_api: SocketAddr,
    /// The web site.
    pub website: SocketAddr,
    /// The operators' port.
    pub operators: SocketAddr,
}

/// A data folder that this process serves from.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the folder for its owner only, and takes it. What an earlier run wrote about its ports
    /// is not true any more and goes.
    pub(super) fn take(path: &Path) -> Result<Self, StartFault> {
        let fault = |source| StartFault::DataDir { path: path.to_owned(), source };
        make(path).map_err(fault)?;
        let lock = File::create(path.join(LOCK_FILE)).map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartFault::DataDirBusy { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(fault(source)),
        }
        let taken = Self { path: path.to_owned(), _lock: lock };
        taken.forget_ports();
        Ok(taken)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Says which ports were taken; whoever waits for the file never sees half of it.
    pub(super) fn write_ports(&self, ports: Ports) -> Result<(), StartFault> {
        let write = || -> io::Result<()> {
            let draft = self.path.join("ports.json.new");
            let mut file = File::create(&draft)?;
            file.write_all(&serde_json::to_vec(&ports)?)?;
            fs::rename(&draft, self.path.join(PORTS_FILE))
        };
        write().map_err(|source| StartFault::DataDir { path: self.path.clone(), source })
    }

    /// Nobody listens any more.
    pub(super) fn forget_ports(&self) {
        match fs::remove_file(self.path.join(PORTS_FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "ports.json of an earlier run stays");
            }
            _ => {}
        }
    }
}

/// Makes a folder that only its owner can enter; one that is there is left as it is.
pub(super) fn make(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}
