//! お知らせ: what the operations centre tells all offices – stops, incidents, new versions of this program.
//!
//! Promise: what was heard once can be read without a line; what was withdrawn is shown no more.

use std::time::Duration;

use careplan_domain::Timestamp;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::office::{Office, OfficeFault};
use crate::service::Hub;
use crate::state::StateFault;

/// How often the operations centre is asked. What is urgent – an incident – is told of within that time.
const ASK_EVERY: Duration = Duration::from_secs(15 * 60);

/// How soon it is asked again when it did not answer.
const ASK_AGAIN: Duration = Duration::from_secs(60);

/// How long a notice stands on the first page.
const NEW_FOR: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Notices on the first page.
const NEW_MAX: u32 = 3;

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Names it.
    pub number: i64,
    /// What kind of thing it tells.
    pub category: Category,
    /// One line.
    pub title: String,
    /// Plain text; blank lines are between paragraphs.
    pub body: String,
    /// Since when it stands.
    pub published_at: Timestamp,
    /// When it was edited last.
    pub changed_at: Timestamp,
}

/// What kind of thing a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// A stop that is planned.
    Maintenance,
    /// Something that does not work.
    Incident,
    /// A new version of this program.
    Release,
    /// How something is done.
    Procedure,
    /// Anything else, also what a later platform may think of.
    Other,
}

impl Category {
    /// As the platform writes it.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "maintenance" => Self::Maintenance,
            "incident" => Self::Incident,
            "release" => Self::Release,
            "procedure" => Self::Procedure,
            _ => Self::Other,
        }
    }

    /// For people.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Maintenance => "メンテナンス",
            Self::Incident => "障害",
            Self::Release => "新しい版",
            Self::Procedure => "手続き",
            Self::Other => "その他",
        }
    }
}

/// The notices of an office's platform.
#[derive(Debug, Clone)]
pub struct Notices {
    office: Office,
}

impl Notices {
    /// Of an office.
    pub fn new(office: Office) -> Self {
        Self { office }
    }

    /// All that stand, newest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn list(&self) -> Result<Vec<Notice>, StateFault> {
        self.office.state().notices(u32::MAX).await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn one(&self, number: i64) -> Result<Option<Notice>, StateFault> {
        self.office.state().notice(number).await
    }

    /// Those that stand on the first page.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn new_ones(&self, now: Timestamp) -> Result<Vec<Notice>, StateFault> {
        let mut new = self.office.state().notices(NEW_MAX).await?;
        new.retain(|notice| now.duration_since(notice.published_at) < NEW_FOR);
        Ok(new)
    }

    /// Asks the platform what changed; says whether anything did.
    ///
    /// # Errors
    /// [`OfficeFault`]; what was heard before it is kept.
    pub async fn refresh(&self) -> Result<bool, OfficeFault> {
        let link = self.office.link().await?;
        let mut is_changed = false;
        loop {
            let after = self.office.state().notices_heard().await?;
            let page = link.platform.notices(after).await?;
            is_changed |= !page.notices.is_empty();
            self.office.state().hear_notices(&page).await?;
            // A platform that says "more" and gives nothing would be asked for ever.
            if !page.more || page.next <= after {
                return Ok(is_changed);
            }
        }
    }
}

/// Asks from time to time until told to stop.
pub(crate) async fn keep_fresh(office: Office, hub: Hub, stop: CancellationToken) {
    let notices = Notices::new(office);
    let look = async || {
        let rest = match notices.refresh().await {
            Ok(is_changed) => {
                if is_changed {
                    hub.changed();
                }
                ASK_EVERY
            }
            Err(fault) => {
                tracing::debug!(code = fault.code(), "the notices could not be asked for");
                ASK_AGAIN
            }
        };
        tokio::time::sleep(rest).await;
    };
    while stop.run_until_cancelled(look()).await.is_some() {}
}
