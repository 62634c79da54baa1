//! The way out of the office's network, once the client is set up: tried before it is chosen, and noted by whom.

use crate::office::{Office, OfficeFault};
use crate::platform::{Proxy, ServerTrust};
use crate::state;

impl Office {
    /// Asks the platform for something that everybody may know, over a way that is not chosen yet; asked once, for a person waits.
    ///
    /// # Errors
    /// [`OfficeFault`]: also when the platform cannot be reached that way.
    pub async fn try_way_out(&self, proxy: &Proxy) -> Result<(), OfficeFault> {
        let settings = self.state().settings().await?.ok_or(OfficeFault::NotSetUp)?;
        let root = self.keys().root()?.ok_or(OfficeFault::NotSetUp)?;
        let trust = ServerTrust::Root(root.der().to_vec());
        let platform = self.connect_over(proxy, &settings.platform, (&trust, None))?.once();
        platform.authority_certificates().await?;
        Ok(())
    }

    /// From now on connections leave the office this way. What is under way ends as it began.
    ///
    /// # Errors
    /// [`OfficeFault::State`].
    pub async fn choose_way_out(&self, proxy: &Proxy, by: &str) -> Result<(), OfficeFault> {
        let mut tx = self.state().begin().await?;
        state::change_proxy(&mut tx, proxy, (by, self.now())).await?;
        state::commit(tx).await?;
        self.forget_link();
        Ok(())
    }
}
