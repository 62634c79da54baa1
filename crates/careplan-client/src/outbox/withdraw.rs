//! Taking back what was sent, or what waits to be sent.
//!
//! Promise: the wish is durable before the platform is asked, and it is asked until it says yes or no. Who pressed the button while the line was
//! down need not remember it; what waits here is not sent in the meantime. A lost answer is asked for again.

use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use careplan_protocol::Code;
use careplan_protocol::receipt::ReceiptKind;

use super::{UnitOutcome, next_try};
use crate::keys::KeysFault;
use crate::office::{Engine, Office, OfficeFault, Step};
use crate::staff::Actor;
use crate::state::{Fault, Sent, SentState, WITHDRAWING, is_over};

/// What became of the wish to take something back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is taken back.
    Done,
    /// The platform could not be asked, or did not answer: it is asked again as soon as it can be.
    Waiting,
}

/// How one try ended.
enum Tried {
    Done(Step),
    /// There was nothing left to take back.
    Over,
    Refused(OfficeFault),
    Later(Fault),
}

impl Office {
    /// Takes back something that was sent and not fetched yet, or that waits to be sent.
    ///
    /// # Errors
    /// [`OfficeFault`], such as the platform's `already-fetched`.
    pub async fn withdraw(&self, id: TransmissionId) -> Result<Withdrawal, OfficeFault> {
        self.withdraw_by(id, &Actor::default()).await
    }

    /// The same by somebody, who is named in the record of operations.
    ///
    /// # Errors
    /// As [`withdraw`](Self::withdraw).
    pub async fn withdraw_by(&self, id: TransmissionId, by: &Actor) -> Result<Withdrawal, OfficeFault> {
        let sent = self.state().wish_withdrawal(id, (by, self.now())).await?;
        let sent = sent.ok_or(OfficeFault::Unknown(id))?;
        let tried = match sent.state {
            SentState::Life(Life::Withdrawn) => return Ok(Withdrawal::Done),
            SentState::Rejected => return Err(OfficeFault::WrongState(id, sent.state.label_ja())),
            SentState::Prepared => match self.engine() {
                Ok(mut engine) => engine.take_back(id, 0).await,
                // Whoever has it may be sending this letter now, and sees to the wish next.
                Err(OfficeFault::Busy) => return Ok(Withdrawal::Waiting),
                Err(fault) => Err(fault),
            },
            SentState::Life(_) => self.ask_back(&sent, 0).await,
        };
        match tried {
            Ok(Tried::Done(_) | Tried::Over) => Ok(Withdrawal::Done),
            Ok(Tried::Refused(fault)) => Err(fault),
            Ok(Tried::Later(_)) => Ok(Withdrawal::Waiting),
            // The wish is kept all the same, and seen to when there is room or the card is back.
            Err(fault) if fault.is_transient() || matches!(fault, OfficeFault::Keys(KeysFault::Store(_))) => {
                Ok(Withdrawal::Waiting)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn ask_back(&self, sent: &Sent, tries: u32) -> Result<Tried, OfficeFault> {
        let (id, now) = (sent.header.id, self.now());
        let answer = async {
            let link = self.link().await?;
            let signed = link.platform.withdraw(id).await?;
            let expected = self.expected_of_sent(&sent.header).await?;
            Ok::<_, OfficeFault>(link.trust.read_receipt(&signed, ReceiptKind::Withdrawn, &expected)?)
        };
        match answer.await {
            Ok(receipt) => {
                self.state().withdrawn(id, &receipt, now).await?;
                tracing::info!(transmission = %id, "withdrawn");
                Ok(Tried::Done(Step::Moved(id, Life::Withdrawn)))
            }
            Err(OfficeFault::Platform(fault))
                if sent.state == SentState::Prepared
                    && fault.problem() == Some(Code::TransmissionUnknown) =>
            {
                let fault = Fault { code: "cancelled".to_owned(), text: CANCELLED.to_owned() };
                self.state().cancelled(id, &fault, now).await?;
                Ok(Tried::Done(Step::Rejected(id, fault)))
            }
            Err(OfficeFault::Platform(fault)) if fault.is_final() => {
                self.state().withdrawal_refused(id, &format!("取り下げできませんでした。{fault}")).await?;
                Ok(Tried::Refused(fault.into()))
            }
            Err(fault @ (OfficeFault::State(_) | OfficeFault::Keys(_) | OfficeFault::NotSetUp)) => Err(fault),
            Err(fault) => {
                tracing::warn!(transmission = %id, code = fault.code(), tries, "not withdrawn yet");
                self.state().withdrawal_failed(id, next_try(now, tries)).await?;
                Ok(Tried::Later(fault.stored()))
            }
        }
    }
}

impl Engine {
    /// Sees to the next letter that somebody wants back; `None` when there is none.
    pub(super) async fn step_withdrawal(&mut self) -> Result<Option<Step>, OfficeFault> {
        while let Some(due) = self.office.state().due_withdrawal(self.office.now()).await? {
            let id = due.transmission;
            return Ok(Some(match self.take_back(id, due.tries).await? {
                Tried::Over => continue,
                Tried::Done(step) => step,
                Tried::Refused(fault) => Step::NotWithdrawn(id, fault.stored()),
                Tried::Later(fault) => Step::Later(id, fault),
            }));
        }
        Ok(None)
    }

    /// Nothing else is handed over meanwhile. What waits here may be at the platform all the same, when its answer was lost.
    async fn take_back(&mut self, id: TransmissionId, tries: u32) -> Result<Tried, OfficeFault> {
        let office = &self.office;
        let sent = office.state().sent(id).await?.ok_or(OfficeFault::Unknown(id))?;
        if is_over(sent.state) {
            office.state().withdrawal_over(id, sent.state, office.now()).await?;
            return Ok(Tried::Over);
        }
        office.ask_back(&sent, tries).await
    }
}

const CANCELLED: &str = "送信する前に取り消しました。";
/// The same is on its way or arrived, unless somebody is taking it back: then nothing would be left of it.
pub(super) fn already_sent(before: Box<Sent>) -> UnitOutcome {
    if before.is_withdrawing() {
        return UnitOutcome::Failed(Fault { code: WITHDRAWING.to_owned(), text: TAKEN_BACK.to_owned() });
    }
    UnitOutcome::Duplicate(before)
}

const TAKEN_BACK: &str = "同じ内容のものを取り下げているところです。「送信したもの」で取下げの結果を確かめてから、もう一度送信してください。";
