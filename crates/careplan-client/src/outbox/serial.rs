//! A serial that went before with other content: the receiver could not tell which of the two counts.
//!
//! The standard gives every export a serial of its own, also a correction. Only where the care software cannot export anew, the same unit
//! may go once more under its serial, as the correction of the one before: the letter names it, and the receiver's client shows both.

use careplan_domain::{Timestamp, TransmissionId, calendar};

use super::gather::FoundFile;
use super::judge::JudgedUnit;
use super::parcel::Parcel;
use crate::office::{Link, Office, OfficeFault};
use crate::state::{Fault, StateFault};

/// What is done with a unit whose serial went with other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SerialUsed {
    /// It goes like any other: whoever sends has looked.
    #[default]
    Passed,
    /// It does not go.
    Refused,
    /// It goes where it corrects the same unit, and not else: somebody wants it so.
    Corrected,
}

impl SerialUsed {
    /// Whether a unit goes although another one went under its serial.
    pub(crate) fn lets(self, other: &OtherOfSerial) -> bool {
        match self {
            Self::Passed => true,
            Self::Refused => false,
            Self::Corrected => other.is_same_unit,
        }
    }
}

/// Something different of the same serial between the same two, on its way or arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherOfSerial {
    /// Which.
    pub id: TransmissionId,
    /// When it was sealed.
    pub at: Timestamp,
    /// Whether it is the same unit – kind, month, users –, so that the new one can go as its correction.
    pub is_same_unit: bool,
}

impl OtherOfSerial {
    /// What is the matter.
    pub fn message_ja(&self, serial: &str) -> String {
        let local = self.at.to_zoned(calendar::japan());
        format!(
            "同じ連番（{serial}）で内容の違うものを、{} {:02}:{:02}に送信しています。相手先では、どちらが正しいか分からなくなります。",
            calendar::spoken(calendar::day(self.at)),
            local.hour(),
            local.minute()
        )
    }

    /// What to do.
    pub fn fix_ja(&self) -> &'static str {
        "訂正して送るときは、介護ソフトからもう一度書き出してください（新しい連番になります）。"
    }

    /// Both, as they stand in notes and reports.
    pub(crate) fn told(&self, serial: &str) -> String {
        format!("{}\n   → {}", self.message_ja(serial), self.fix_ja())
    }

    /// Why a unit of this serial does not go.
    pub(super) fn refusal(&self, serial: &str) -> Fault {
        let text = format!("{}{}", self.message_ja(serial), self.fix_ja());
        Fault { code: "serial_used".to_owned(), text }
    }
}

impl Office {
    /// What else went under the serial of a unit, as [`send_files`](Self::send_files) will find it too.
    ///
    /// # Errors
    /// [`OfficeFault::State`].
    pub async fn other_of_serial(
        &self,
        link: &Link,
        unit: &JudgedUnit,
        files: &[FoundFile],
    ) -> Result<Option<OtherOfSerial>, OfficeFault> {
        // A unit that cannot go from here went from here under no serial.
        let Ok(parcel) = Parcel::of_unit(unit, files, link) else { return Ok(None) };
        Ok(self.other_of(&parcel).await?)
    }

    async fn other_of(&self, parcel: &Parcel<'_>) -> Result<Option<OtherOfSerial>, StateFault> {
        let Some(serial) = parcel.serial else { return Ok(None) };
        self.state().sent_otherwise(&parcel.unit(), serial, &parcel.content_digest()).await
    }

    /// Why a unit does not go because of its serial, before it is sealed; what goes meanwhile is found when it is stored.
    pub(super) async fn serial_refused(
        &self,
        parcel: &Parcel<'_>,
        used: SerialUsed,
    ) -> Result<Option<Fault>, StateFault> {
        if used == SerialUsed::Passed {
            return Ok(None);
        }
        let other = self.other_of(parcel).await?.filter(|other| !used.lets(other));
        Ok(other.map(|other| other.refusal(parcel.serial.unwrap_or_default())))
    }
}
