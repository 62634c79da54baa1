//! Taking a letter back, until its receiver first fetches it.

use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use careplan_protocol::Code;
use careplan_protocol::receipt::ReceiptKind;

use crate::office::{Engine, Office, OfficeFault};
use crate::staff::Actor;
use crate::state::{Fault, SentState};

impl Office {
    /// Takes back something that was sent. The platform decides, and its signed receipt is kept.
    ///
    /// # Errors
    /// [`OfficeFault`], such as the platform's `already-fetched`.
    pub async fn withdraw(&self, id: TransmissionId) -> Result<(), OfficeFault> {
        self.withdraw_by(id, &Actor::default()).await
    }

    /// The same by somebody, who is named in the record of operations.
    ///
    /// # Errors
    /// As [`withdraw`](Self::withdraw).
    pub async fn withdraw_by(&self, id: TransmissionId, by: &Actor) -> Result<(), OfficeFault> {
        let sent = self.state().sent(id).await?.ok_or(OfficeFault::Unknown(id))?;
        match sent.state {
            SentState::Life(Life::Withdrawn) => return Ok(()),
            SentState::Prepared => return self.engine()?.cancel(id, by).await,
            SentState::Rejected => return Err(OfficeFault::WrongState(id, sent.state.label_ja())),
            SentState::Life(_) => {}
        }
        let link = self.link().await?;
        let signed = link.platform.withdraw(id).await?;
        let expected = self.expected_of_sent(&sent.header).await?;
        let receipt = link.trust.read_receipt(&signed, ReceiptKind::Withdrawn, &expected)?;
        self.state().withdrawn(id, &receipt, (by, self.now())).await?;
        tracing::info!(transmission = %id, "withdrawn");
        Ok(())
    }
}

impl Engine {
    /// Takes back what waits here. The platform may hold it all the same, when its answer was lost.
    async fn cancel(&mut self, id: TransmissionId, by: &Actor) -> Result<(), OfficeFault> {
        let office = &self.office;
        let sent = office.state().sent(id).await?.ok_or(OfficeFault::Unknown(id))?;
        let link = office.link().await?;
        match link.platform.withdraw(id).await {
            Ok(signed) => {
                let expected = office.expected_of_sent(&sent.header).await?;
                let receipt = link.trust.read_receipt(&signed, ReceiptKind::Withdrawn, &expected)?;
                office.state().withdrawn(id, &receipt, (by, office.now())).await?;
            }
            Err(fault) if fault.problem() == Some(Code::TransmissionUnknown) => {
                let fault = Fault {
                    code: "cancelled".to_owned(),
                    text: "送信する前に取り消しました。".to_owned(),
                };
                office.state().cancelled(id, &fault, (by, office.now())).await?;
            }
            Err(fault) => return Err(fault.into()),
        }
        Ok(())
    }
}
