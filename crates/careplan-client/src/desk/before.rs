//! What went before the units of a draft, and what changed since: to be seen before the button is pressed.

use careplan_domain::{Timestamp, TransmissionId};
use careplan_standard::SourceFile;
use careplan_standard::compare::FormsDiff;

use super::{Desk, DeskFault, Looked};
use crate::history::{CopiedFile, CopyFault, Direction, difference};
use crate::outbox::{Earlier, JudgedUnit};

/// What went before one unit.
#[derive(Debug, Clone)]
pub struct Before {
    /// Which.
    pub earlier: Earlier,
    /// When it was sealed.
    pub at: Timestamp,
    /// What changed since; `None` when one of the two cannot be read.
    pub changes: Option<FormsDiff>,
}

impl Before {
    /// The transmission.
    pub fn id(&self) -> TransmissionId {
        match self.earlier {
            Earlier::Same(id) | Earlier::Replaced(id) => id,
        }
    }
}

impl Desk {
    /// What went before each unit of a draft, in the order of its units. Before set-up nothing did.
    ///
    /// # Errors
    /// [`DeskFault::Office`].
    pub async fn before(&self, looked: &Looked) -> Result<Vec<Option<Before>>, DeskFault> {
        let Ok(link) = self.office.link().await else { return Ok(vec![None; looked.judged.units.len()]) };
        let mut all = Vec::new();
        for unit in &looked.judged.units {
            let earlier = self.office.earlier_of(&link, unit, &looked.files).await?;
            all.push(match earlier {
                Some(earlier) => self.since(earlier, unit, looked).await?,
                None => None,
            });
        }
        Ok(all)
    }

    async fn since(
        &self,
        earlier: Earlier,
        unit: &JudgedUnit,
        looked: &Looked,
    ) -> Result<Option<Before>, DeskFault> {
        let (Earlier::Same(id) | Earlier::Replaced(id)) = earlier;
        let Some(sent) = self.office.state().sent(id).await? else { return Ok(None) };
        let old = match (earlier, self.office.history().files(id, Direction::Sent).await) {
            (Earlier::Same(_), _) => None,
            (_, Err(CopyFault::State(fault))) => return Err(fault.into()),
            // Without a copy there is nothing to compare with; the unit goes all the same.
            (_, Err(_)) => None,
            (_, Ok(files)) => files,
        };
        let changes = old.and_then(|old| changes(&old, unit, looked));
        Ok(Some(Before { earlier, at: sent.created_at, changes }))
    }
}

fn changes(old: &[CopiedFile], unit: &JudgedUnit, looked: &Looked) -> Option<FormsDiff> {
    let old: Vec<SourceFile<'_>> =
        old.iter().map(|(name, bytes)| SourceFile::new(name.as_str(), bytes)).collect();
    let found = unit.files.iter().filter_map(|index| looked.files.get(*index));
    let new: Vec<SourceFile<'_>> =
        found.map(|found| SourceFile::new(&found.file.name, &found.file.bytes)).collect();
    difference(&old, &new)
}
