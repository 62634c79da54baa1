//! What came to nothing, once more: the copies of its files lie on the desk again.

use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use uuid::Uuid;

use super::{About, Brought, Desk, DeskFault};
use crate::history::{CopyFault, Direction};
use crate::outbox::DocumentOrder;
use crate::state::SentState;

/// Whether something sent came to nothing, and can be sent anew.
pub fn came_to_nothing(state: SentState) -> bool {
    matches!(state, SentState::Rejected | SentState::Life(Life::Refused | Life::Expired | Life::Withdrawn))
}

impl Desk {
    /// Brings the files of something that came to nothing into a new draft, to be checked and sent again.
    ///
    /// # Errors
    /// [`DeskFault::Unknown`]; [`DeskFault::UnderWay`] of what is on its way or arrived; [`DeskFault::CopyGone`].
    pub async fn bring_again(&self, id: TransmissionId, by: &str) -> Result<Uuid, DeskFault> {
        let sent = self.office.state().sent(id).await?.ok_or(DeskFault::Unknown)?;
        if !came_to_nothing(sent.state) {
            return Err(DeskFault::UnderWay(sent.state.label_ja()));
        }
        let files = match self.office.history().files(id, Direction::Sent).await {
            Ok(files) => files.ok_or(DeskFault::CopyGone)?,
            Err(CopyFault::State(fault)) => return Err(fault.into()),
            Err(CopyFault::File(fault)) => return Err(fault.into()),
            Err(CopyFault::Changed(_)) => return Err(DeskFault::CopyGone),
        };
        let mut brought = Brought::default();
        for (name, bytes) in files {
            brought.add(name.as_str(), bytes)?;
        }
        let draft = self.bring(brought, by).await?;
        let header = &sent.header;
        if header.unit == careplan_domain::UnitKind::Document {
            let order = DocumentOrder { from: header.from, to: header.to, month: header.month };
            let persons = self.office.history().persons(id, Direction::Sent).await?;
            let about = About { kind: None, person: persons.into_iter().next() };
            self.describe_documents(draft, &about).await?;
            self.order_documents(draft, &order).await?;
        }
        Ok(draft)
    }
}
