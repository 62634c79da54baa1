//! What went before: the transmission that a unit would repeat or correct, known before it is sent.

use careplan_domain::TransmissionId;

use super::gather::FoundFile;
use super::judge::JudgedUnit;
use super::parcel::Parcel;
use crate::office::{Link, Office, OfficeFault};

/// What went before a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earlier {
    /// The very same files: it will not be sent once more.
    Same(TransmissionId),
    /// The same unit with other files: it will be named as the one that is corrected.
    Replaced(TransmissionId),
}

impl Office {
    /// What went before a unit, as [`send_files`](Self::send_files) will find it too.
    ///
    /// # Errors
    /// [`OfficeFault::State`].
    pub async fn earlier_of(
        &self,
        link: &Link,
        unit: &JudgedUnit,
        files: &[FoundFile],
    ) -> Result<Option<Earlier>, OfficeFault> {
        // A unit that cannot go from here replaces nothing.
        let Ok(parcel) = Parcel::of_unit(unit, files, link) else { return Ok(None) };
        let content = parcel.content_digest();
        if let Some(same) = self.state().same_content(&parcel.from, &parcel.to, &content).await? {
            return Ok(Some(Earlier::Same(same.header.id)));
        }
        Ok(self.earlier(&parcel).await?.map(Earlier::Replaced))
    }

    /// The newest transmission of the same unit.
    pub(super) async fn earlier(&self, parcel: &Parcel<'_>) -> Result<Option<TransmissionId>, OfficeFault> {
        Ok(self.history().same_unit_before(&parcel.unit()).await?.map(|item| item.key().id))
    }
}
