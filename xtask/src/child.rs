//! Programs that run beside us: stopped in order, or killed when we fail.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use crate::stop;

/// A debug build on a busy machine starts in seconds; its graceful stop takes at most 30 s.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program; dropping it kills it.
pub(crate) struct Child {
    child: std::process::Child,
    name: String,
}

impl Child {
    /// Starts a program that reads nothing from the terminal.
    pub(crate) fn start(mut command: Command, name: &str) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).spawn().with_context(|| format!("start {name}"))?;
        Ok(Self { child, name: name.to_owned() })
    }

    /// Its number among the processes.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop (SIGTERM) and waits until it did.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        // Ctrl-C may have reached it before us; a signal to a program that ended is no matter.
        let _ = Command::new("kill").arg(self.child.id().to_string()).stderr(Stdio::null()).status();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "{} ended with {status}", self.name);
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{} does not stop", self.name);
            stop::pause(Duration::from_millis(20));
        }
    }

    fn ended(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("{} ended with {status}", self.name),
            None => Ok(()),
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `look` finds something, while `child` runs and nobody asks to stop.
pub(crate) fn wait_for<T>(what: &str, child: &mut Child, look: impl Fn() -> Option<T>) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        child.ended()?;
        ensure!(!stop::asked(), "stopped by the user while waiting for {what}");
        ensure!(Instant::now() < deadline, "waited in vain for {what}");
        stop::pause(Duration::from_millis(20));
    }
}
