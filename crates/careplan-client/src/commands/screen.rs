//! What people read, and what programs read instead.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use careplan_domain::Timestamp;
use serde::Serialize;

/// Whether a bar stands on the terminal's last line.
static BAR_SHOWN: AtomicBool = AtomicBool::new(false);

/// Prints one line. A reader that went away (`| head`) ends nothing. Colours reach a terminal only, and none
/// where `NO_COLOR` is set.
pub(super) fn say(line: impl std::fmt::Display) {
    wipe_bar();
    let _ = writeln!(anstream::stdout(), "{line}");
}

/// Prints a value as JSON. A program that reads it must not take half of it for the whole, so what cannot be written is an error;
/// only a reader that went away is none.
pub(super) fn say_json(value: &impl Serialize) -> anyhow::Result<()> {
    wipe_bar();
    let text = serde_json::to_string_pretty(value)?;
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("結果を書き出せません。書き出す先の空き容量を確かめてください。")
        }
        _ => Ok(()),
    }
}

/// Prints a remark beside the result.
pub(super) fn remark(line: impl std::fmt::Display) {
    wipe_bar();
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Prints why a command could not run: the outermost sentence, then its causes where they add something.
pub(super) fn complain(error: &anyhow::Error) {
    remark(format_args!("エラー：{error}"));
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        // What libraries say is English and may name paths; only our own sentences are shown.
        if !text.is_ascii() && !said.contains(&text) {
            remark(format_args!("　　　　{text}"));
            said = text;
        }
    }
}

/// Shows a bar on a terminal until the next line is printed; elsewhere prints nothing.
pub(super) fn progress(done: usize, all: usize) {
    let mut err = std::io::stderr();
    if err.is_terminal() && all > 1 {
        let filled = (done * 20).checked_div(all).unwrap_or(0);
        let bar: String = (0..20).map(|place| if place < filled { '#' } else { '.' }).collect();
        let _ = write!(err, "\r[{bar}] {done}/{all}");
        let _ = err.flush();
        BAR_SHOWN.store(true, Ordering::Relaxed);
    }
}

/// Takes the bar away before a line is printed in its place.
fn wipe_bar() {
    if BAR_SHOWN.swap(false, Ordering::Relaxed) {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
}

/// An instant as an office in Japan reads it.
pub(super) fn local(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9))).strftime("%Y-%m-%d %H:%M").to_string()
}
