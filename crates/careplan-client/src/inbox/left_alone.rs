//! Letters that only another terminal of this office can open, such as those sealed before this
//! one was set up.
//!
//! Promises: while another terminal of the office announces a key, such a letter is left as it is,
//! for a refusal would end it for the whole office. A person is told once; what became of the letter
//! is looked up seldom, and so is whether it opens now.

use careplan_domain::transmission::State as Life;
use careplan_domain::{Address, TransmissionId};
use jiff::SignedDuration;

use super::says_ended;
use crate::address_book::has_other_terminals;
use crate::letter::LetterRefusal;
use crate::mishap::Point;
use crate::office::{Link, Office, OfficeFault, Step};
use crate::state::{Fault, Received, ReceivedState};

/// How soon a letter that was left alone is looked at again. The other terminal takes it within
/// seconds when it runs; four looks a day show that it did, and cost the line next to nothing.
pub const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(6);

/// Why a letter is left alone, as the people at this terminal read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "送信元 {from} からの封書（送信番号 {id}）は、この端末の鍵では開けません（この端末の初期設定より前に送られた可能性があります）。この事業所のほかの端末で受信してください。ほかの端末でも開けないときは、送信元に送り直しを依頼してください。"
)]
pub struct ForOtherTerminal {
    /// The letter.
    pub id: TransmissionId,
    /// Who sent it.
    pub from: Address,
}

impl Office {
    /// A letter turned out not to be for the keys of this terminal.
    pub(super) async fn not_for_us(&self, link: &Link, received: &Received) -> Result<Step, OfficeFault> {
        match has_other_terminals(link, self.state(), self.now()).await {
            Ok(true) => self.leave_alone(received).await,
            Ok(false) => {
                let reason = LetterRefusal::NotForUs.reason();
                self.poisoned(received, Fault { code: reason.code, text: reason.text }).await
            }
            Err(fault) => self.later(received, fault.into()).await,
        }
    }

    /// Leaves a letter alone until the next look; the first time there is something to tell.
    pub(super) async fn leave_alone(&self, received: &Received) -> Result<Step, OfficeFault> {
        let id = received.header.id;
        let said = ForOtherTerminal { id, from: received.header.from };
        let fault = Fault { code: LetterRefusal::NotForUs.code().to_owned(), text: said.to_string() };
        let now = self.now();
        let look_at = now.saturating_add(LOOK_AGAIN).unwrap_or(careplan_domain::Timestamp::MAX);
        self.mishaps().pass(Point::LetterNotForUs).await;
        self.state().leave_alone(id, &fault, (now, look_at)).await?;
        if received.state == ReceivedState::LeftAlone {
            return Ok(Step::LookedAgain(id));
        }
        tracing::info!(transmission = %id, "letter is left to another terminal");
        Ok(Step::LeftAlone(id, fault))
    }

    /// Looks at a letter that was left alone: whether it came to an end elsewhere, and if not,
    /// whether it opens now or nobody else is there any more to open it.
    pub(super) async fn look_again(&self, received: &Received) -> Result<Step, OfficeFault> {
        let link = self.link().await?;
        match link.platform.transmission(received.header.id).await {
            Ok(view) if matches!(view.transmission.state, Life::Accepted | Life::Fetched) => {
                self.fetch(received).await
            }
            Ok(_) => self.ended(received).await,
            Err(fault) if says_ended(&fault) => self.ended(received).await,
            Err(fault) => self.later(received, fault.into()).await,
        }
    }
}
