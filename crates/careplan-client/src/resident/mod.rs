//! 常駐: the client as a service of the operating system, running without anybody logged in.
//!
//! Promises: what is installed can be shown before and removed again; installing twice is like installing once; what another program wrote is
//! never touched. Each operating system has one implementation of [`SystemService`]:
//! [`Systemd`], and [`windows::Windows`], whose hand to Windows itself comes with the build for it.

mod fault;
mod notify;
mod systemd;
mod unit;
pub mod windows;

pub use fault::ResidentFault;
pub use notify::{Notice, notify};
pub use systemd::{Said, Systemctl, Systemd};
pub use unit::{Definition, UNIT, unit};

/// How the service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    /// The system knows none.
    NotInstalled,
    /// It does not run.
    Stopped,
    /// It runs, or is about to.
    Running,
    /// It ended with a fault, and the system gave up starting it.
    Failed,
}

impl ServiceState {
    /// In Japanese.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::NotInstalled => "登録されていません",
            Self::Stopped => "登録済み（停止しています）",
            Self::Running => "登録済み（動いています）",
            Self::Failed => "登録済み（異常終了しました）",
        }
    }
}

/// The service manager of an operating system, as far as this client needs it.
pub trait SystemService {
    /// Installs the service, so that it starts with the machine, and starts it. One that is there gives way.
    ///
    /// # Errors
    /// [`ResidentFault`].
    fn install(&self, definition: &Definition) -> Result<(), ResidentFault>;

    /// Stops and removes it; the data stays. One that is not there is removed already.
    ///
    /// # Errors
    /// [`ResidentFault`].
    fn remove(&self) -> Result<(), ResidentFault>;

    /// Starts it.
    ///
    /// # Errors
    /// [`ResidentFault::NotInstalled`]; and others.
    fn start(&self) -> Result<(), ResidentFault>;

    /// Stops it until the next start of the machine.
    ///
    /// # Errors
    /// [`ResidentFault::NotInstalled`]; and others.
    fn stop(&self) -> Result<(), ResidentFault>;

    /// How it stands.
    ///
    /// # Errors
    /// [`ResidentFault`].
    fn state(&self) -> Result<ServiceState, ResidentFault>;
}
