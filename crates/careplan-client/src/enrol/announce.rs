//! Publishing this terminal's key, and taking over the platform's trust list.

use careplan_envelope::sign;
use careplan_protocol::Base64;
use careplan_protocol::announcement::{ANNOUNCEMENT_TYPE, ANNOUNCEMENT_VALIDITY_MAX, KeyAnnouncement};

use super::EnrolFault;
use crate::address_book::newest_announcement_of_ours;
use crate::office::{Link, Office, OfficeFault};
use crate::platform::Platform;
use crate::staff::Actor;
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
            .map_err(|_| self.keys().refusal_of(&link.identity))?;
        // First, so that an announcement whose answer was lost is not taken for another's.
        self.state().store_announcing_at(now).await?;
        link.platform.announce(link.settings.terminal, signed).await?;
        self.state().store_announced_at(now).await?;
        tracing::info!("terminal key announced");
        Ok(())
    }

    /// Looks whether somebody else announced as this terminal after we did: then there are two living copies of it, of which one was
    /// restored from a backup of the other. Both may fetch the same letters, and neither knows what the other sent.
    pub(super) async fn look_for_other_copy(&self, link: &Link) -> Result<bool, EnrolFault> {
        let Some(ours) = self.state().announcing_at().await? else { return Ok(false) };
        let newest = newest_announcement_of_ours(link, self.state(), self.now()).await;
        let newest = newest.map_err(OfficeFault::from)?;
        let is_there = newest.is_some_and(|newest| newest.as_millisecond() > ours.as_millisecond());
        if is_there {
            tracing::warn!("another copy of this terminal announces its key");
            self.state().note_other_copy(self.now()).await?;
        }
        Ok(is_there)
    }

    /// Makes this the one copy of the terminal that counts: it is announced anew, and the other one will notice.
    ///
    /// # Errors
    /// [`EnrolFault`].
    pub async fn claim_terminal(&self, by: &Actor) -> Result<(), EnrolFault> {
        let link = self.link().await?;
        self.announce(&link).await?;
        Ok(self.state().forget_other_copy((by, self.now())).await?)
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
