//! A replica as a process: signals, and the line that says it is ready.

use std::io::{IsTerminal as _, Write as _};

use anyhow::{Context as _, bail};
use careplan_protocol::routes;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Running, open_store, start};
use crate::authority::desk::Desk;
use crate::authority::home::{self, Home};
use crate::clock::Clock;
use crate::config::Config;

/// Exit status of a process that was told twice to stop.
const STOPPED_TWICE: i32 = 130;

/// Serves until the operating system asks to stop: SIGTERM or SIGINT stop gracefully, a second one
/// at once; SIGHUP reloads.
///
/// # Errors
/// When the replica cannot start.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let running = tokio::select! {
        running = start(config, Clock::system()) => running?,
        () = signals.stop() => return Ok(()),
    };
    announce(&running)?;
    while signals.next().await == Told::Reload {
        tokio::select! {
            // What went wrong is in the log.
            _ = running.reload() => {}
            () = signals.stop() => break,
        }
    }
    tokio::select! {
        _ = running.stop() => Ok(()),
        () = signals.stop() => {
            tracing::warn!("stopped at once by a second signal");
            std::process::exit(STOPPED_TWICE)
        }
    }
}

/// Issues certificates until the operating system asks to stop.
///
/// # Errors
/// When the authority's key is not here, or the database cannot be used.
pub async fn run_authority(config: Config) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let (clock, store) = (Clock::system(), open_store(&config).await?);
    let url = config.public_url(config.office_api.listen.port());
    let home = home::open(&config, &store, format!("{url}{}", routes::CRL), clock.now()).await?;
    let Home::Here(issuer) = home else {
        bail!(
            "認証局の鍵 `{}` がありません。鍵のある場所で実行するか、設定 `authority.key_file` を確かめてください。",
            config.authority_key_file().display()
        );
    };
    let desk = Desk::new(store.clone(), clock, issuer, &config.authority, Notify::new().into())
        .context("設定 `authority` の有効日数を確かめてください。")?;
    let stop = CancellationToken::new();
    tracing::info!("ready");
    tokio::join!(desk.run(stop.clone()), async {
        signals.stop().await;
        stop.cancel();
    });
    store.close().await;
    Ok(())
}

/// One line on standard output, for people or for programs.
fn announce(running: &Running) -> anyhow::Result<()> {
    let ports = running.ports();
    let root = format!("sha256:{}", hex::encode(running.root().fingerprint()));
    let mut out = std::io::stdout().lock();
    if out.is_terminal() {
        writeln!(
            out,
            "ready: Office API https://{}, operators http://{}, root {root}",
            ports.office_api, ports.operators
        )
    } else {
        let line = serde_json::json!({
            "ready": true,
            "office_api": ports.office_api,
            "operators": ports.operators,
            "root": root,
        });
        writeln!(out, "{line}")
    }
    .context("say that it is ready")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Stop,
    Reload,
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    reload: Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("listen for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            reload: listen(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
            _ = self.reload.recv() => Told::Reload,
        }
    }

    async fn stop(&mut self) {
        while self.next().await != Told::Stop {}
    }
}
