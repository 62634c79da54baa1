//! Names of partners and whether they can be written to, asked of the platform and kept for a while: a page must not wait for it twice.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_protocol::Code;
use jiff::SignedDuration;

use crate::office::Office;

/// How long an answer is believed.
const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// How long a page waits for the platform. Without an answer it shows numbers.
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
    NotAsked,
}

impl Partner {
    /// The name, or nothing.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Known { name, .. } => name,
            Self::Unknown | Self::NotAsked => "",
        }
    }

    /// Why nothing can be sent to it, and what else to do.
    pub(super) fn trouble(&self) -> Option<&'static str> {
        match self {
            Self::Known { joined: true, .. } | Self::NotAsked => None,
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
                    Some(partner) => partner,
                    None => self.ask(office, &number, now).await,
                };
                // One that does not answer will not answer for the next one either.
                let is_away = partner == Partner::NotAsked;
                found.insert(number, partner);
                if is_away {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(PATIENCE, asking).await;
        found
    }

    fn kept(&self, number: &OfficeNumber, now: Timestamp) -> Option<Partner> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, partner) = kept.get(number)?;
        (now.duration_since(*at) < KEPT).then(|| partner.clone())
    }

    async fn ask(&self, office: &Office, number: &OfficeNumber, now: Timestamp) -> Partner {
        let Ok(link) = office.link().await else { return Partner::NotAsked };
        let partner = match link.platform.office(number).await {
            Ok(entry) => Partner::Known { name: entry.name, joined: entry.joined },
            Err(fault) if matches!(fault.problem(), Some(Code::ReceiverUnknown | Code::OfficeUnknown)) => {
                Partner::Unknown
            }
            Err(_) => return Partner::NotAsked,
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(*number, (now, partner.clone()));
        partner
    }
}
