//! systemd, by its unit files and `systemctl`.

use std::path::PathBuf;
use std::process::Command;

use super::unit::OURS;
use super::{Definition, ResidentFault, ServiceState, SystemService, UNIT, unit};
use crate::files::{self, Privacy};
use crate::mishap::Mishaps;

/// Where an administrator's units are.
const UNITS: &str = "/etc/systemd/system";

/// What `systemctl` said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Whether it ended well.
    pub is_good: bool,
    /// What it printed.
    pub text: String,
}

/// How `systemctl` is asked; tests ask another.
pub trait Systemctl {
    /// Runs it to its end.
    ///
    /// # Errors
    /// When there is none.
    fn ask(&self, arguments: &[&str]) -> std::io::Result<Said>;
}

struct Installed;

impl Systemctl for Installed {
    fn ask(&self, arguments: &[&str]) -> std::io::Result<Said> {
        let output = Command::new("systemctl").args(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(Said { is_good: output.status.success(), text })
    }
}

/// The service manager of Linux.
pub struct Systemd {
    units: PathBuf,
    systemctl: Box<dyn Systemctl>,
}

impl Systemd {
    /// That of this machine.
    pub fn of_this_machine() -> Self {
        Self::new(UNITS, Installed)
    }

    /// One with its units in a folder.
    pub fn new(units: impl Into<PathBuf>, systemctl: impl Systemctl + 'static) -> Self {
        Self { units: units.into(), systemctl: Box::new(systemctl) }
    }

    fn path(&self) -> PathBuf {
        self.units.join(UNIT)
    }

    /// Whether it is installed, by us.
    fn is_there(&self) -> Result<bool, ResidentFault> {
        match files::read_if_there(&self.path())? {
            None => Ok(false),
            Some(text) if text.starts_with(OURS.as_bytes()) => Ok(true),
            Some(_) => Err(ResidentFault::Foreign),
        }
    }

    fn ask(&self, arguments: &[&str]) -> Result<(), ResidentFault> {
        let said = self.systemctl.ask(arguments).map_err(|_| ResidentFault::NoManager)?;
        if said.is_good { Ok(()) } else { Err(ResidentFault::Refused(arguments.join(" "))) }
    }

    fn drive(&self, verb: &str) -> Result<(), ResidentFault> {
        if self.is_there()? { self.ask(&[verb, UNIT]) } else { Err(ResidentFault::NotInstalled) }
    }
}

impl SystemService for Systemd {
    fn install(&self, definition: &Definition) -> Result<(), ResidentFault> {
        let text = unit(definition)?;
        self.is_there()?;
        if !self.units.is_dir() {
            return Err(ResidentFault::NoManager);
        }
        files::replace(&self.path(), text.as_bytes(), Privacy::Ordinary, &Mishaps::default())?;
        self.ask(&["daemon-reload"])?;
        self.ask(&["enable", UNIT])?;
        // One that runs goes on with what is installed now.
        self.ask(&["restart", UNIT])
    }

    fn remove(&self) -> Result<(), ResidentFault> {
        if !self.is_there()? {
            return Ok(());
        }
        self.ask(&["disable", "--now", UNIT])?;
        files::remove(&self.path())?;
        self.ask(&["daemon-reload"])
    }

    fn start(&self) -> Result<(), ResidentFault> {
        self.drive("start")
    }

    fn stop(&self) -> Result<(), ResidentFault> {
        self.drive("stop")
    }

    fn state(&self) -> Result<ServiceState, ResidentFault> {
        if !self.is_there()? {
            return Ok(ServiceState::NotInstalled);
        }
        // It ends badly for everything that is not active.
        let said = self.systemctl.ask(&["is-active", UNIT]).map_err(|_| ResidentFault::NoManager)?;
        Ok(match said.text.as_str() {
            "active" | "activating" | "reloading" => ServiceState::Running,
            "failed" => ServiceState::Failed,
            _ => ServiceState::Stopped,
        })
    }
}
