//! Taking back what was sent, or what waits to be sent.
//!
//! Promise: the wish is durable before the platform is asked, and it is asked until it says yes or no. Who pressed the button while the line was
//! down need not remember it; what waits here is not sent in the meantime. A lost answer is asked for again.

use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use careplan_protocol::Code;
use careplan_protocol::receipt::ReceiptKind;

use super::next_try;
use crate::office::{Engine, Office, OfficeFault, Step};
use crate::staff::Actor;
use crate::state::{Fault, Sent, SentState};

/// The code of the fault that stands beside a letter while it is being taken back.
pub const WITHDRAWING: &str = "withdrawing";

/// What became of the wish to take something back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is taken back.
    Done,
    /// The platform could not be asked, or did not answer: it is asked again as soon as it can be.
    Waiting,
}

/// How one try ended.
enum Tried {
    Done(Step),
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
        let sent = self.state().sent(id).await?.ok_or(OfficeFault::Unknown(id))?;
        match sent.state {
            SentState::Life(Life::Withdrawn) => return Ok(Withdrawal::Done),
            SentState::Rejected => return Err(OfficeFault::WrongState(id, sent.state.label_ja())),
            SentState::Prepared | SentState::Life(_) => {}
        }
        let shown = Fault { code: WITHDRAWING.to_owned(), text: WAITING.to_owned() };
        self.state().wish_withdrawal(id, (by, self.now()), &shown).await?;
        let tried = if sent.state == SentState::Prepared {
            match self.engine() {
                Ok(mut engine) => engine.take_back(id, 0).await?,
                // Whoever has it may be sending this letter now, and sees to the wish next.
                Err(OfficeFault::Busy) => return Ok(Withdrawal::Waiting),
                Err(fault) => return Err(fault),
            }
        } else {
            self.ask_back(&sent, 0).await?
        };
        match tried {
            Tried::Done(_) => Ok(Withdrawal::Done),
            Tried::Refused(fault) => Err(fault),
            Tried::Later(_) => Ok(Withdrawal::Waiting),
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
                let shown = Fault {
                    code: fault.code().to_owned(),
                    text: format!("取り下げできませんでした。{fault}"),
                };
                self.state().not_withdrawn(id, Some(&shown)).await?;
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
        let Some(wish) = self.office.state().due_withdrawal(self.office.now()).await? else {
            return Ok(None);
        };
        let id = wish.transmission;
        Ok(Some(match self.take_back(id, wish.tries).await? {
            Tried::Done(step) => step,
            Tried::Refused(fault) => Step::NotWithdrawn(id, fault.stored()),
            Tried::Later(fault) => Step::Later(id, fault),
        }))
    }

    /// Nothing else is handed over meanwhile. What waits here may be at the platform all the same, when its answer was lost.
    async fn take_back(&mut self, id: TransmissionId, tries: u32) -> Result<Tried, OfficeFault> {
        let office = &self.office;
        match office.state().sent(id).await? {
            Some(sent) if !matches!(sent.state, SentState::Rejected | SentState::Life(Life::Withdrawn)) => {
                office.ask_back(&sent, tries).await
            }
            _ => {
                office.state().not_withdrawn(id, None).await?;
                Ok(Tried::Done(Step::Moved(id, Life::Withdrawn)))
            }
        }
    }
}

const WAITING: &str = "取り下げます。連携基盤に伝わるまで、お待ちください。";
const CANCELLED: &str = "送信する前に取り消しました。";
