//! Ctrl-C and SIGTERM end a task in order: what it started is stopped, what it made is removed.
//!
//! The signal only raises a flag. Children in the same terminal get the signal too and end by
//! themselves; a task looks at the flag where it waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};

static ASKED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on a signal raises the flag; a second one ends the program at once.
pub(crate) fn watch() -> anyhow::Result<()> {
    let flag = ASKED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag down and only raises it.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(flag))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(flag)))
            .context("watch for Ctrl-C")?;
    }
    Ok(())
}

/// Whether someone asked to stop.
pub(crate) fn asked() -> bool {
    ASKED.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// Returns once someone asks to stop.
pub(crate) fn wait() {
    while !asked() {
        pause(Duration::from_millis(100));
    }
}

/// Gives the machine away for a moment, inside a loop that waits on a condition.
#[expect(clippy::disallowed_methods, reason = "only inside loops that test a condition and have a deadline")]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}
