//! Publishing this terminal's key, and taking over the platform's trust list.

use careplan_envelope::sign;
use careplan_protocol::Base64;
use careplan_protocol::announcement::{ANNOUNCEMENT_TYPE, ANNOUNCEMENT_VALIDITY_MAX, KeyAnnouncement};

use super::EnrolFault;
use crate::keys::KeysFault;
use crate::office::{Link, Office};
use crate::platform::Platform;
use crate::trust::Trust;

impl Office {
    /// Signs and publishes an announcement of this terminal's key.
    pub(super) async fn announce(&self, link: &Link) -> Result<(), EnrolFault> {
        let now = self.now();
        let key = self.keys().terminal()?;
        let announcement = KeyAnnouncement {
            document: ANNOUNCEMENT_TYPE.to_owned(),
            office: link.office(),
            terminal: link.settings.terminal,
            key: Base64(key.public_key_spki().to_vec()),
            issued_at: now,
            expires_at: now.saturating_add(ANNOUNCEMENT_VALIDITY_MAX).unwrap_or(now),
        };
        // cannot fail: plain data; the platform would refuse an empty document.
        let content = serde_json::to_vec(&announcement).unwrap_or_default();
        let signed = sign(&content, link.identity.signer(), now)
            .map_err(|_| KeysFault::Unusable(careplan_envelope::KeyFault::Unavailable))?;
        link.platform.announce(link.settings.terminal, signed).await?;
        self.state().store_announced_at(Some(now)).await?;
        tracing::info!("terminal key announced");
        Ok(())
    }

    /// Fetches the trust list and keeps it, when it holds and is not older than the one held.
    pub(super) async fn take_trust_list(&self, platform: &Platform, trust: &Trust) -> Result<(), EnrolFault> {
        let signed = platform.trust_list().await?;
        let newest = self.state().trust_list().await?.map(|(_, issued_at)| issued_at);
        let list = trust.read_list(&signed, newest, self.now())?;
        if newest != Some(list.issued_at) {
            self.state().store_trust_list(&signed, list.issued_at).await?;
            self.forget_link();
        }
        Ok(())
    }
}
