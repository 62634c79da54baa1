//! `careplan-client run`

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Outcome;
use super::screen::{remark, say};
use crate::agent::Watcher;
use crate::office::{Engine, Office, OfficeFault, Step};
use crate::resident::{self, Notice};
use crate::service::Service;

#[derive(Debug, clap::Args)]
pub(super) struct Run {
    /// 画面を開くポート番号（0 なら空いているもの。実際の番号はデータフォルダーの ports.json に書かれます）
    #[arg(long, value_name = "PORT", default_value_t = crate::screen::PORT, env = "CAREPLAN_SCREEN_PORT")]
    listen: u16,
    /// Where the service manager wants to be told that the screens answer.
    #[arg(long, env = "NOTIFY_SOCKET", hide = true)]
    notify_socket: Option<PathBuf>,
}

#[derive(Default)]
pub(super) struct OnScreen {
    last_trouble: String,
}

impl Watcher for OnScreen {
    fn step(&mut self, step: &Step) {
        self.last_trouble.clear();
        say_step(step);
    }

    /// The same trouble is said once, not every few seconds.
    fn trouble(&mut self, fault: &dyn std::fmt::Display, code: &str) {
        if self.last_trouble != code {
            self.last_trouble = code.to_owned();
            remark(format_args!("注意：{fault}"));
        }
    }
}

impl Run {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let stop = CancellationToken::new();
        let listener = stop_on_signal(stop.clone()).context("終了の合図を受け取れません")?;
        let service = Service::prepare(office.clone(), self.listen).await?;
        say(format_args!("画面：{}", service.address()));
        if service.awaits_first_manager().await? {
            say("はじめに、このパソコンで careplan-client open を実行し、最初の設定をしてください。");
        }
        if office.link().await.is_ok() {
            say("送受信を始めます（終わるには Ctrl-C）。");
        }
        let mut screen = OnScreen::default();
        tell(self.notify_socket.as_deref(), Notice::Ready);
        let asked = stop.clone();
        let stopping = async {
            asked.cancelled().await;
            tell(self.notify_socket.as_deref(), Notice::Stopping);
        };
        // Running ends by a stop, or cancels it itself.
        let (ended, ()) = tokio::join!(service.run(&mut screen, stop), stopping);
        listener.abort();
        ended.context("常駐を続けられません")?;
        say("終了しました。");
        Ok(Outcome::Done)
    }
}

/// Tells the service manager, where there is one. It goes on without an answer.
fn tell(socket: Option<&Path>, notice: Notice) {
    if let Some(Err(error)) = socket.map(|socket| resident::notify(socket, notice)) {
        tracing::warn!(kind = ?error.kind(), "the service manager cannot be told");
    }
}

/// A command in hand (`send`) holds the engine for a moment; wait for it.
pub(super) async fn engine_soon(office: &Office) -> Result<Engine, OfficeFault> {
    for _ in 0..ENGINE_TRIES {
        match office.engine() {
            Err(OfficeFault::Busy) => tokio::time::sleep(ENGINE_AGAIN).await,
            engine => return engine,
        }
    }
    office.engine()
}

/// How often the engine is asked for, and how long apart: three seconds in all.
const ENGINE_TRIES: u32 = 30;
const ENGINE_AGAIN: Duration = Duration::from_millis(100);

/// From now on a signal ends the work in order, also one that comes before the work began.
#[cfg(unix)]
pub(super) fn stop_on_signal(stop: CancellationToken) -> std::io::Result<JoinHandle<()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
    }))
}

#[cfg(not(unix))]
pub(super) fn stop_on_signal(stop: CancellationToken) -> std::io::Result<JoinHandle<()>> {
    Ok(tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        stop.cancel();
    }))
}

/// Says what a step did, where a person wants to know.
pub(super) fn say_step(step: &Step) {
    match step {
        Step::Accepted(id) => say(format_args!("送信しました：{id}")),
        Step::Rejected(id, fault) => say(format_args!("送信できませんでした：{id} {}", fault.text)),
        Step::Later(id, fault) if !fault.text.is_empty() => {
            remark(format_args!("あとでやり直します：{id} {}", fault.text));
        }
        Step::Written(id) => say(format_args!("受信しました：{id}")),
        Step::Acknowledged(id) => say(format_args!("受領証を返しました：{id}")),
        Step::Imported(id) => say(format_args!("取込証を返しました：{id}")),
        Step::SetAside(id, fault) => say(format_args!("開けないため脇に置きました：{id} {}", fault.text)),
        Step::LeftAlone(_, fault) => remark(format_args!("注意：{}", fault.text)),
        Step::Refused(id) => say(format_args!("受領不可を送信元へ知らせました：{id}")),
        Step::Ended(id, state) => say(format_args!("受信の前に終わりました：{id} {state}")),
        Step::Moved(id, life) => say(format_args!("状態が変わりました：{id} {}", life.label_ja())),
        Step::NotWithdrawn(id, fault) => {
            remark(format_args!("取り下げできませんでした：{id} {}", fault.text));
        }
        Step::Unproven(id, fault) => remark(format_args!("注意：{id} {}", fault.text)),
        Step::Later(..) | Step::Idle | Step::Listed(_) | Step::LookedAgain(_) => {}
        Step::Verified(_) | Step::News(_) => {}
    }
}
