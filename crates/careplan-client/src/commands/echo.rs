//! `careplan-client echo`

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Outcome;
use super::run::{OnScreen, engine_soon, say_step, stop_on_signal};
use super::screen::{remark, say};
use crate::agent::{self, Watcher};
use crate::echo::{Answered, PRACTICE_NAME};
use crate::office::{Engine, Office, OfficeFault, Step};

/// How soon an answer that could not go is tried again.
const AGAIN: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
pub(super) struct Echo {
    /// いま届いているものにだけ答えて、終わります
    #[arg(long)]
    once: bool,
}

impl Echo {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        if !office.is_for_practice().await? {
            bail!(
                "この事業所の名前に「{PRACTICE_NAME}」が含まれていないため、自動では答えません。echo は、運用センターのおためし事業所だけで使ってください。"
            );
        }
        let engine = engine_soon(office).await?;
        if self.once { once(office, engine).await } else { always(office, engine).await }
    }
}

async fn once(office: &Office, mut engine: Engine) -> anyhow::Result<Outcome> {
    if let Err(fault) = office.renew().await {
        remark(format_args!("注意：{fault}"));
    }
    while follow(engine.step_inbox().await?) {}
    let mut is_complete = true;
    let answered = office.answer_what_came(|answered| {
        is_complete &= !matches!(answered, Answered::Later(..) | Answered::GivenUp(..));
        say_answer(answered);
    });
    answered.await?;
    while follow(engine.step_outbox().await?) {}
    while follow(engine.step_inbox().await?) {}
    while follow(engine.step_news().await?) {}
    Ok(if is_complete { Outcome::Done } else { Outcome::Refused })
}

/// Says what a step did, and whether there may be more.
fn follow(step: Step) -> bool {
    say_step(&step);
    !step.is_idle()
}

async fn always(office: &Office, engine: Engine) -> anyhow::Result<Outcome> {
    let stop = CancellationToken::new();
    let signals = stop_on_signal(stop.clone())?;
    say("届いたものに、自動で答えます（終わるには Ctrl-C）。");
    let came = Arc::new(Notify::new());
    let mut watcher = Coming { came: came.clone(), screen: OnScreen::default() };
    let worked = tokio::join!(
        async {
            let worked = agent::run(engine, &mut watcher, stop.clone()).await;
            stop.cancel();
            worked
        },
        async {
            let answered = keep_answering(office, &came, &stop).await;
            stop.cancel();
            answered
        }
    );
    signals.abort();
    worked.0?;
    worked.1?;
    say("終了しました。");
    Ok(Outcome::Done)
}

async fn keep_answering(office: &Office, came: &Notify, stop: &CancellationToken) -> Result<(), OfficeFault> {
    let mut told = Vec::new();
    while !stop.is_cancelled() {
        let mut waiting = Vec::new();
        let all = office.answer_what_came(|answered| {
            // The same trouble is said once, not every minute.
            if let Answered::Later(id, _) = answered {
                waiting.push(*id);
                if told.contains(id) {
                    return;
                }
            }
            say_answer(answered);
        });
        tokio::select! {
            answered = all => answered?,
            () = stop.cancelled() => break,
        }
        told = waiting;
        tokio::select! {
            () = came.notified() => {}
            () = tokio::time::sleep(AGAIN) => {}
            () = stop.cancelled() => {}
        }
    }
    Ok(())
}

fn say_answer(answered: &Answered) {
    match answered {
        Answered::WithActuals(id) => say(format_args!("実績を返します：{id}")),
        Answered::WithLetter(id, _) => say(format_args!("お返事の手紙を返します：{id}")),
        Answered::Silently(_) => {}
        Answered::Later(id, fault) => remark(format_args!("あとで答えます：{id} {}", fault.text)),
        Answered::GivenUp(id, fault) => remark(format_args!("答えられませんでした：{id} {}", fault.text)),
    }
}

/// Hears when something arrived that may be answered.
struct Coming {
    came: Arc<Notify>,
    screen: OnScreen,
}

impl Watcher for Coming {
    fn step(&mut self, step: &Step) {
        if matches!(step, Step::Acknowledged(_)) {
            self.came.notify_one();
        }
        self.screen.step(step);
    }

    fn trouble(&mut self, fault: &dyn std::fmt::Display, code: &str) {
        self.screen.trouble(fault, code);
    }
}
