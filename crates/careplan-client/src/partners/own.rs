//! What this office itself runs: what set-up said, else what the directory says, whose last answer is kept.
//!
//! Promise: once the directory answered, a line that is away keeps nobody from saying from where something goes.

use std::time::Duration;

use careplan_domain::{Address, OfficeNumber, Timestamp};
use careplan_protocol::Code;
use careplan_protocol::office_api::OfficeEntry;

use super::Partners;
use super::refresh::BELIEVED;
use crate::office::OfficeFault;
use crate::state::{StateFault, commit, partner_rows as rows};

/// How long somebody before a page waits for the directory.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the directory says of an office, asked once while somebody waits.
pub(super) enum Answer {
    /// This.
    Entry(Box<OfficeEntry>),
    /// It does not know it.
    Unknown,
    /// It does not answer now.
    Silent,
}

impl Partners {
    /// The addresses that this office sends from; `None` where nobody said them yet and the directory does not answer now.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn own_addresses(&self) -> Result<Option<Vec<Address>>, StateFault> {
        let Some(settings) = self.office.state().settings().await? else { return Ok(None) };
        let office = settings.office();
        let of = |types: Vec<_>| types.into_iter().map(|service_type| Address { office, service_type });
        if !settings.service_types.is_empty() {
            return Ok(Some(of(settings.service_types).collect()));
        }
        let kept = self.office.state().own_types().await?;
        let now = self.office.now();
        let due = now.saturating_sub(BELIEVED).unwrap_or(Timestamp::MIN);
        let (kept, is_due) = match kept {
            Some((types, at)) => (Some(types), at < due),
            None => (None, true),
        };
        let types = match (is_due, kept) {
            (false, kept) => kept,
            (true, kept) => match self.ask_once(&office).await? {
                Answer::Entry(entry) => {
                    let mut tx = self.office.state().begin().await?;
                    rows::heard_of_us(&mut tx, &entry.service_types, now).await?;
                    commit(tx).await?;
                    Some(entry.service_types)
                }
                Answer::Unknown => kept.or_else(|| Some(Vec::new())),
                Answer::Silent => kept,
            },
        };
        Ok(types.map(|types| of(types).collect()))
    }

    /// Asks the directory about an office, once: somebody waits.
    pub(super) async fn ask_once(&self, office: &OfficeNumber) -> Result<Answer, StateFault> {
        let link = match self.office.link().await {
            Ok(link) => link,
            Err(OfficeFault::State(fault)) => return Err(fault),
            Err(_) => return Ok(Answer::Silent),
        };
        let platform = link.platform.clone().once();
        Ok(match tokio::time::timeout(PATIENCE, platform.office(office)).await {
            Ok(Ok(entry)) => Answer::Entry(Box::new(entry)),
            Ok(Err(fault))
                if matches!(fault.problem(), Some(Code::ReceiverUnknown | Code::OfficeUnknown)) =>
            {
                Answer::Unknown
            }
            Ok(Err(_)) | Err(_) => Answer::Silent,
        })
    }
}
