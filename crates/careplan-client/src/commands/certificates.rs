//! `careplan-client certificates`

use careplan_domain::Timestamp;
use serde::Serialize;

use super::Outcome;
use super::screen::{local, say, say_json};
use crate::clock::Clock;
use crate::enrol::{EnrolFault, Fingerprint};
use crate::keys;

#[derive(Debug, clap::Args)]
pub(super) struct Certificates {
    /// JSONで出力します
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Offered {
    fingerprint: String,
    subject: String,
    issuer: String,
    until: Timestamp,
}

impl Certificates {
    pub(super) fn perform(self) -> anyhow::Result<Outcome> {
        let store = keys::system_store().ok_or(EnrolFault::NoStore)?;
        let stored = keys::offered(store.as_ref(), Clock::system().now())?;
        let offered: Vec<_> = stored
            .iter()
            .map(|it| Offered {
                fingerprint: Fingerprint::of(&it.certificate).to_string(),
                subject: it.certificate.subject_text(),
                issuer: it.certificate.issuer_text(),
                until: it.certificate.not_after(),
            })
            .collect();
        if self.json {
            say_json(&offered)?;
            return Ok(Outcome::Done);
        }
        if offered.is_empty() {
            say(format_args!("{}に、鍵のある有効な電子証明書はありません。", store.name()));
        }
        for it in offered {
            say(&it.subject);
            say(format_args!("  発行元　: {}", it.issuer));
            say(format_args!("  有効期限: {}", local(it.until)));
            say(format_args!("  指紋　　: {}", it.fingerprint));
        }
        Ok(Outcome::Done)
    }
}
