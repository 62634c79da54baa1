//! Names of partners and whether they can be written to, asked of the platform and kept for a while: a page must not wait for it twice.
//! Where it does not answer, the address book says the name.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_protocol::Code;
use jiff::SignedDuration;

use crate::office::Office;
use crate::partners::NO_SUCH_OFFICE;

/// How long an answer is believed.
const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// How long a page waits for the platform. Without an answer it shows what the address book knows.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is known of a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Partner {
    /// In the directory.
    Known {
        /// 事業所名.
        name: String,
        /// Whether letters can be sent to it now.
        joined: bool,
    },
    /// Not in the directory.
    Unknown,
    /// The platform did not answer.
    NotAsked {
        /// What the address book calls it, or nothing.
        name: String,
    },
}

impl Partner {
    /// The name, or that there is no such office; nothing where the name is still to come.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Known { name, .. } | Self::NotAsked { name } => name,
            Self::Unknown => NO_SUCH_OFFICE,
        }
    }

    /// Why nothing can be sent to it, and what else to do.
    pub(super) fn trouble(&self) -> Option<&'static str> {
        match self {
            Self::Known { joined: true, .. } | Self::NotAsked { .. } => None,
            Self::Known { joined: false, .. } => Some(
                "この事業所は、いま送受信できません（利用申請がまだか、ライセンスの期限が切れています）。今回はこれまでどおりの方法で送り、Webサイトの「案内状」で利用を勧めてください。",
            ),
            Self::Unknown => {
                Some("この事業所番号は登録されていません。介護ソフトで宛先の事業所番号を確かめてください。")
            }
        }
    }
}

/// The partners that were asked for.
#[derive(Debug, Default)]
pub(super) struct Partners(Mutex<BTreeMap<OfficeNumber, (Timestamp, Partner)>>);

impl Partners {
    /// What is known of some offices, each once.
    pub(super) async fn of(
        &self,
        office: &Office,
        numbers: &[OfficeNumber],
    ) -> BTreeMap<OfficeNumber, Partner> {
        let now = office.now();
        let mut found = BTreeMap::new();
        let asking = async {
            for number in numbers.iter().copied() {
                if found.contains_key(&number) {
                    continue;
                }
                let partner = match self.kept(&number, now) {
                    Some(partner) => Some(partner),
                    None => self.ask(office, &number, now).await,
                };
                // One that does not answer will not answer for the next one either.
                let Some(partner) = partner else { break };
                found.insert(number, partner);
            }
        };
        let _ = tokio::time::timeout(PATIENCE, asking).await;
        for number in numbers.iter().copied() {
            if let Entry::Vacant(place) = found.entry(number) {
                // Where even the book cannot be read, the page says it of what else it reads.
                let booked = office.state().partner(&number).await.ok().flatten();
                place.insert(Partner::NotAsked { name: booked.map(|it| it.name).unwrap_or_default() });
            }
        }
        found
    }

    fn kept(&self, number: &OfficeNumber, now: Timestamp) -> Option<Partner> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, partner) = kept.get(number)?;
        (now.duration_since(*at) < KEPT).then(|| partner.clone())
    }

    /// Asks the platform; `None` where it does not answer.
    async fn ask(&self, office: &Office, number: &OfficeNumber, now: Timestamp) -> Option<Partner> {
        let link = office.link().await.ok()?;
        let partner = match link.platform.office(number).await {
            Ok(entry) => Partner::Known { name: entry.name, joined: entry.joined },
            Err(fault) if matches!(fault.problem(), Some(Code::ReceiverUnknown | Code::OfficeUnknown)) => {
                Partner::Unknown
            }
            Err(_) => return None,
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(*number, (now, partner.clone()));
        Some(partner)
    }
}
