//! The log: JSON for machines, one readable line for people; on standard error.

use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::config::{Log, LogFormat};

/// Starts the log of this process, and logs panics from now on.
///
/// # Errors
/// Directives that cannot be read, or a log that was started before.
pub fn start_log(settings: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.level)
        .with_context(|| format!("設定 `log.level` の値 `{}` を読み取れません", settings.level))?;
    let to_terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::NONE)
        .with_writer(std::io::stderr)
        .with_ansi(to_terminal);
    let is_json = match settings.format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !to_terminal,
    };
    let started = if is_json {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    } else {
        builder.with_target(false).try_init()
    };
    started.map_err(|error| anyhow::anyhow!(error)).context("start the log")?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Says where, and not what: the text of a panic may quote the data that caused it.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    tracing::error!(place, "panic");
}
