//! What the directory says of the offices in the book, asked again from time to time: who joined is known without anybody looking.

use std::time::Duration;

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_protocol::Code;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::{PARTNERS_MAX, Partners};
use crate::office::{Office, OfficeFault};
use crate::state::{StateFault, commit, partner_rows as rows};

/// How long an answer is believed: offices join on some day, not within the hour.
pub(super) const BELIEVED: SignedDuration = SignedDuration::from_hours(6);

/// How often it is looked which answers are old. Offices that were put in just now are asked for then, too.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which offices are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those of which nothing is known, or nothing new.
    Due,
    /// All.
    All,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Refreshed {
    /// Offices that the directory spoke about.
    pub asked: usize,
    /// Offices that are still to be asked for.
    pub left: usize,
    /// Why it stopped before the end, if not for its time.
    pub fault: Option<OfficeFault>,
}

impl Partners {
    /// Asks the directory about offices of the book, those first that were asked for longest ago.
    ///
    /// # Errors
    /// [`StateFault`]; what the platform does not answer is no fault of the book.
    pub async fn refresh(&self, which: Which, patience: Duration) -> Result<Refreshed, StateFault> {
        self.take_in_exchanged().await?;
        let before = match which {
            Which::Due => self.office.now().saturating_sub(BELIEVED).unwrap_or(Timestamp::MIN),
            Which::All => Timestamp::MAX,
        };
        let due = self.office.state().partners_asked_before(before, PARTNERS_MAX).await?;
        let mut refreshed = Refreshed { left: due.len(), ..Refreshed::default() };
        let asking = async {
            for office in &due {
                match self.ask(office).await {
                    Ok(()) => (refreshed.asked, refreshed.left) = (refreshed.asked + 1, refreshed.left - 1),
                    Err(OfficeFault::State(fault)) => return Err(fault),
                    Err(fault) => {
                        refreshed.fault = Some(fault);
                        break;
                    }
                }
            }
            Ok(())
        };
        if let Ok(ended) = tokio::time::timeout(patience, asking).await {
            ended?;
        }
        Ok(refreshed)
    }

    /// Asks about one office and writes down the answer.
    async fn ask(&self, office: &OfficeNumber) -> Result<(), OfficeFault> {
        let link = self.office.link().await?;
        match link.platform.office(office).await {
            Ok(entry) => Ok(self.heard(&entry).await?),
            Err(fault) if fault.problem() == Some(Code::ReceiverUnknown) => {
                let mut tx = self.office.state().begin().await?;
                rows::heard_nothing(&mut tx, office, self.office.now()).await?;
                Ok(commit(tx).await?)
            }
            Err(fault) => Err(fault.into()),
        }
    }
}

/// Keeps the book fresh until told to stop. Troubles are overcome: the next look comes soon.
pub async fn keep_fresh(office: Office, stop: CancellationToken) {
    let partners = Partners::new(office);
    let look = async || {
        match partners.refresh(Which::Due, PATIENCE).await {
            Ok(refreshed) if refreshed.asked > 0 => {
                tracing::debug!(refreshed.asked, "partners were asked for")
            }
            Ok(_) => {}
            Err(fault) => tracing::warn!(%fault, "the book of partners could not be refreshed"),
        }
        // So that it is known on the day when the line is away.
        if let Err(fault) = partners.own_addresses().await {
            tracing::warn!(%fault, "what this office runs could not be written down");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    // A look that is dropped loses the answer in hand only.
    while stop.run_until_cancelled(look()).await.is_some() {}
}
