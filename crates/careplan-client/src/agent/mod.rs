//! The agent: the client that runs for good, from start-up to a graceful stop.
//!
//! Promises: what waits is sent, what comes is taken within a second of the platform's news, and
//! everything due by time (retries, renewals) happens by itself. News arrive as a stream; where a
//! proxy does not let streams through, by long polls; where that fails too, by asking every minute.
//! News are only a hint: after each (re)connection the lists are read from our own cursors.

mod listening;

use std::time::Duration;

use careplan_domain::Timestamp;
use jiff::SignedDuration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::enrol::EnrolFault;
use crate::keys::KeysFault;
use crate::office::{Engine, Office, OfficeFault, Step};

/// Longest sleep: other processes (`send`) put letters into the outbox without telling us.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often renewals are looked at.
const RENEW_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How soon renewals are looked at again after they failed.
const RENEW_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// How soon a whole round is tried again when the platform cannot be reached.
const ROUND_AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// How long a step in hand may go on after the stop was asked for.
const GRACE: Duration = Duration::from_secs(5);

/// Even without any hint the lists are read so often.
const LISTS_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// The code of the trouble that what is renewed by itself – certificate, announcement – is not.
pub const RENEWAL: &str = "renewal";

/// What is told while the agent works: one line each on the screen.
pub trait Watcher: Send {
    /// A step was done.
    fn step(&mut self, step: &Step);

    /// The platform was asked and answered, and there was nothing to tell.
    fn quiet(&mut self) {}

    /// What is renewed by itself is as it should be.
    fn renewed(&mut self) {}

    /// A round failed as a whole, or a renewal did ([`RENEWAL`]); the next one follows by itself.
    fn trouble(&mut self, fault: &dyn std::fmt::Display, code: &str);
}

/// When what is due next.
struct Due {
    renewal: Timestamp,
    lists: Timestamp,
}

/// Runs until told to stop. The step in hand is finished; nothing is lost by a harder end either.
///
/// # Errors
/// [`OfficeFault`] when this computer cannot work (state, keys, not set up). The platform's
/// troubles are told and overcome.
pub async fn run(
    mut engine: Engine,
    watcher: &mut dyn Watcher,
    stop: CancellationToken,
) -> Result<(), OfficeFault> {
    let office = engine.office().clone();
    let link = office.link().await?;
    let (hints, mut hinted) = mpsc::channel(1);
    let listening = tokio::spawn(listening::listen(office.clone(), hints, stop.clone()));
    drop(link);
    let mut due = Due { renewal: Timestamp::MIN, lists: Timestamp::MIN };
    let mut is_tidy = false;
    while !stop.is_cancelled() {
        let now = office.now();
        if now >= due.renewal {
            due.renewal = later(now, renew(&office, watcher).await?);
            is_tidy = false;
        }
        // A bounded piece at a time: letters do not wait for it.
        is_tidy = is_tidy || !tidy(&office).await;
        let read_lists = now >= due.lists;
        let worked = tokio::select! {
            worked = round(&mut engine, watcher, &stop, read_lists) => worked,
            () = grace(&stop) => break,
        };
        match worked {
            Ok(()) if read_lists => {
                due.lists = later(now, LISTS_EVERY);
                watcher.quiet();
            }
            Ok(()) => {}
            Err(fault) if is_local(&fault) => {
                stop.cancel();
                let _ = listening.await;
                return Err(fault);
            }
            Err(fault) => {
                watcher.trouble(&fault, fault.code());
                due.lists = later(now, ROUND_AGAIN);
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            hint = hinted.recv() => if hint.is_some() { due.lists = Timestamp::MIN },
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    let _ = listening.await;
    tracing::info!("stopped");
    Ok(())
}

/// Ends a while after the stop was asked for: the step in hand has that long. Dropping it after
/// that loses nothing.
async fn grace(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

/// Does all that can be done now.
async fn round(
    engine: &mut Engine,
    watcher: &mut dyn Watcher,
    stop: &CancellationToken,
    read_lists: bool,
) -> Result<(), OfficeFault> {
    loop {
        let step = engine.step_outbox().await?;
        watch(&step, watcher);
        if step.is_idle() || stop.is_cancelled() {
            break;
        }
    }
    let now = engine.office().now();
    let waiting = engine.office().state().next_receive().await?.is_some_and(|at| at <= now);
    let unproven = engine.office().state().next_news().await?.is_some_and(|at| at <= now);
    if !(read_lists || waiting || unproven) {
        return Ok(());
    }
    while !stop.is_cancelled() {
        let step = engine.step_inbox().await?;
        watch(&step, watcher);
        if step.is_idle() {
            break;
        }
    }
    while !stop.is_cancelled() {
        let step = engine.step_news().await?;
        watch(&step, watcher);
        if step.is_idle() {
            break;
        }
    }
    Ok(())
}

fn watch(step: &Step, watcher: &mut dyn Watcher) {
    if !step.is_idle() {
        watcher.step(step);
    }
}

/// Renews what is due, and says when to look again.
async fn renew(office: &Office, watcher: &mut dyn Watcher) -> Result<SignedDuration, OfficeFault> {
    match office.renew().await {
        Ok(renewed) => {
            if renewed.certificate || renewed.announcement {
                tracing::info!(renewed.certificate, renewed.announcement, "renewed");
            }
            watcher.renewed();
            Ok(RENEW_EVERY)
        }
        Err(EnrolFault::Office(fault)) if is_local(&fault) => Err(fault),
        // Without the platform nothing is renewed; that is no trouble of the certificate.
        Err(EnrolFault::Office(fault)) if fault.is_transient() => {
            watcher.trouble(&fault, fault.code());
            Ok(RENEW_AGAIN)
        }
        Err(fault) => {
            watcher.trouble(&fault, RENEWAL);
            Ok(RENEW_AGAIN)
        }
    }
}

/// Removes copies whose time is over and looks at what came before there was a history; says whether
/// there is more to do. What does not work is left for the next day.
async fn tidy(office: &Office) -> bool {
    let history = office.history();
    let done = async {
        Ok::<_, OfficeFault>(history.remove_old_copies(office.now()).await? | history.fill_in().await?)
    };
    match done.await {
        Ok(more) => more,
        Err(fault) => {
            tracing::warn!(code = fault.code(), "copies are not tidied up");
            false
        }
    }
}

/// Whether going on is of no use. A full disk gets better, and a card with the key is put in again.
fn is_local(fault: &OfficeFault) -> bool {
    match fault {
        OfficeFault::State(fault) => !fault.is_full(),
        OfficeFault::Keys(fault) => !matches!(fault, KeysFault::Store(_)),
        OfficeFault::NotSetUp => true,
        _ => false,
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}
