//! What somebody told the desk to send while the platform is away.
//!
//! Promise: the wish is durable before the platform is asked, and the draft is sent by itself when the line is back: once, in the name of who
//! asked, over a kill and with no page open. Whoever changes the draft or throws it away ends the wish, and so does whoever says so.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Desk, DeskFault, is_sent};
use crate::outbox::{DispatchReport, SerialUsed, UnitOutcome, UnitReport, next_try};
use crate::platform::is_away;
use crate::service::{Hub, Line};
use crate::staff::Actor;
use crate::state::{AfterTry, StateFault};

/// How often it is looked whether something waits: soon enough for a person who looks on, and one indexed row.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Units whose fault is kept in words: what is wrong with one receiver is mostly wrong with each of its units.
const LEFT_TOLD_MAX: usize = 5;

/// What one step did for the drafts that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// None is due.
    Nothing,
    /// One was tried, and waits on.
    Later,
    /// Something was sent, or a draft waits no more.
    Changed,
}

/// Who asks for a try.
pub(super) struct Asking {
    pub(super) by: Actor,
    pub(super) serial_used: SerialUsed,
    /// Somebody looks on and reads what comes of it.
    pub(super) is_by_hand: bool,
}

impl Desk {
    /// Tries the next draft that waits and is due.
    ///
    /// # Errors
    /// [`DeskFault`]; the draft is tried again later.
    pub async fn step_waiting(&self) -> Result<Waited, DeskFault> {
        let state = self.office.state();
        let Some(due) = state.due_send_wish(self.office.now()).await? else { return Ok(Waited::Nothing) };
        let _turn = self.sending.lock().await;
        // Somebody may have pressed the button meanwhile, or ended it.
        let wish = state.send_wish(due.draft).await?.filter(|wish| wish.next_try_at <= self.office.now());
        let Some(wish) = wish else { return Ok(Waited::Later) };
        let asking = Asking { by: wish.by, serial_used: wish.serial_used, is_by_hand: false };
        let report = match self.try_sending(wish.draft, asking, |_| {}).await {
            Ok(report) => report,
            Err(fault) if is_over(&fault) => return Ok(Waited::Changed),
            Err(fault) => return Err(fault),
        };
        let is_changed = !is_waiting(&report)
            || report.units.iter().any(|unit| matches!(unit.outcome, UnitOutcome::Prepared(_)));
        Ok(if is_changed { Waited::Changed } else { Waited::Later })
    }

    /// Somebody does not want a draft to be sent by itself any more. What went meanwhile is sent.
    ///
    /// # Errors
    /// [`DeskFault::Unknown`], [`DeskFault::Closed`].
    pub async fn end_waiting(&self, id: Uuid, by: &Actor) -> Result<(), DeskFault> {
        let _turn = self.sending.lock().await;
        self.open(id).await?;
        Ok(self.office.state().end_sending(id, (by, self.office.now())).await?)
    }

    /// Tries to send a draft that is wished to be sent, and puts the wish off when that fails as a whole.
    pub(super) async fn try_sending(
        &self,
        id: Uuid,
        asking: Asking,
        tell: impl FnMut(&UnitReport) + Send,
    ) -> Result<DispatchReport, DeskFault> {
        let is_by_hand = asking.is_by_hand;
        let went = self.send_now(id, asking, tell).await;
        if let Err(fault) = &went {
            // Where even that fails, whoever drives the steps rests: the wish is as due as before.
            self.put_off(id, is_over(fault), is_by_hand).await?;
        }
        went
    }

    async fn put_off(&self, id: Uuid, is_over: bool, is_by_hand: bool) -> Result<(), StateFault> {
        let state = self.office.state();
        let Some(wish) = state.send_wish(id).await? else { return Ok(()) };
        // Who was just told that it failed was not told that it waits.
        if is_over || is_by_hand && wish.tries == 0 {
            return state.forget_sending(id).await;
        }
        state.sending_failed(id, next_try(self.office.now(), wish.tries)).await
    }

    /// What becomes of the wish after a try.
    pub(super) async fn after_try(
        &self,
        id: Uuid,
        report: &DispatchReport,
        is_by_hand: bool,
    ) -> Result<AfterTry, StateFault> {
        if is_waiting(report) {
            let tries = self.office.state().send_wish(id).await?.map_or(0, |wish| wish.tries);
            return Ok(AfterTry::Waits(next_try(self.office.now(), tries)));
        }
        let left = if is_by_hand { String::new() } else { told(report) };
        Ok(if left.is_empty() { AfterTry::Fulfilled } else { AfterTry::Left(left) })
    }
}

/// Whether something of a draft could not go because the platform did not answer.
fn is_waiting(report: &DispatchReport) -> bool {
    report
        .units
        .iter()
        .any(|unit| matches!(&unit.outcome, UnitOutcome::Failed(fault) if is_away(&fault.code)))
}

/// Whether there is nothing left to be tried.
fn is_over(fault: &DeskFault) -> bool {
    matches!(fault, DeskFault::Unknown | DeskFault::Closed(_) | DeskFault::Empty)
}

/// What did not go, a line for each unit.
fn told(report: &DispatchReport) -> String {
    let failed = report.units.iter().filter(|unit| !is_sent(&unit.outcome));
    let mut lines: Vec<String> = failed.filter_map(UnitReport::failure_ja).collect();
    let more = lines.len().saturating_sub(LEFT_TOLD_MAX);
    lines.truncate(LEFT_TOLD_MAX);
    if more > 0 {
        lines.push(format!("ほかに{more}件あります。"));
    }
    lines.join("\n")
}

/// Sends what waits until told to stop. While the line is known to be away nothing is tried; when it is back, everything is at once.
pub(crate) async fn keep_sending(desk: Desk, hub: Hub, stop: CancellationToken) {
    let mut was_online = false;
    let mut look = async || {
        let line = hub.condition().line;
        if !matches!(line, Line::Offline { .. }) {
            let is_back = line == Line::Online && !was_online;
            match desk.send_waiting(is_back).await {
                Ok(true) => hub.changed(),
                Ok(false) => {}
                Err(fault) => tracing::warn!(%fault, "a draft that waits could not be sent"),
            }
        }
        was_online = line == Line::Online;
        tokio::time::sleep(LOOK_EVERY).await;
    };
    // A try that is dropped is the same as a kill: the wish is there.
    while stop.run_until_cancelled(look()).await.is_some() {}
}

impl Desk {
    /// Everything that is due, or all that waits; says whether anything changed.
    async fn send_waiting(&self, is_back: bool) -> Result<bool, DeskFault> {
        if is_back {
            self.office.state().hurry_send_wishes().await?;
        }
        let mut is_changed = false;
        loop {
            match self.step_waiting().await {
                Ok(Waited::Nothing) => return Ok(is_changed),
                Ok(Waited::Later) => {}
                Ok(Waited::Changed) => is_changed = true,
                // What went before it is told all the same.
                Err(fault) if is_changed => {
                    tracing::warn!(%fault, "a draft that waits could not be sent");
                    return Ok(true);
                }
                Err(fault) => return Err(fault),
            }
        }
    }
}
