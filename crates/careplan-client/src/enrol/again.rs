//! Obtaining a certificate anew, once the present one does not do any more: it ended, was revoked, or its key is gone.

use careplan_domain::{Secret, Timestamp};
use careplan_envelope::{Certificate, OfficeKey as _};

use super::{CertificateSource, EnrolFault, Fingerprint, RootSource, SetupOrder};
use crate::keys::KeysFault;
use crate::office::{Office, OfficeFault};
use crate::staff::Actor;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Obtained {
    /// Whether the certificate is another one than before. The present one is kept where it still does, and no issue password is spent.
    pub is_new: bool,
    /// Until when it is valid.
    pub until: Timestamp,
}

impl Office {
    /// Sets up again with what is held – platform, root, user ID, service types, inbox – and another certificate. Who asked for it is
    /// named in the record of operations. May be repeated after any failure or kill: it goes on where it stopped.
    ///
    /// # Errors
    /// [`EnrolFault`]; [`OfficeFault::NotSetUp`] where nothing is held yet.
    pub async fn obtain_again(
        &self,
        certificate: CertificateSource,
        password: Secret,
        by: &Actor,
    ) -> Result<Obtained, EnrolFault> {
        let settings = self.state().settings().await?.ok_or(OfficeFault::NotSetUp)?;
        let root = self.keys().root()?.ok_or(OfficeFault::NotSetUp)?;
        if let Some(present) = self.present_certificate()? {
            self.drop_used_pending(&present)?;
        }
        let order = SetupOrder {
            platform: settings.platform,
            root: RootSource::Fingerprint(Fingerprint::of(&root)),
            user_id: settings.user_id,
            password,
            certificate,
            service_types: settings.service_types,
            inbox: settings.inbox.map(Into::into),
        };
        let (report, is_new) = self.set_up_by(&order, Some(by)).await?;
        Ok(Obtained { is_new, until: report.certificate_until })
    }

    /// The certificate that is here; one that its store does not give, or whose file is damaged, is not.
    pub(super) fn present_certificate(&self) -> Result<Option<Certificate>, KeysFault> {
        match self.keys().identity() {
            Err(KeysFault::Store(_) | KeysFault::Damaged(_)) => Ok(None),
            identity => Ok(identity?.map(|it| it.certificate().clone())),
        }
    }

    /// A kill right after a certificate was stored leaves its key waiting too; asked for with the key of the present certificate, the
    /// authority would only give that certificate again.
    pub(super) fn drop_used_pending(&self, present: &Certificate) -> Result<(), EnrolFault> {
        let spki = present.public_key_spki();
        if self.keys().pending()?.is_some_and(|it| it.key.public_key_spki() == spki) {
            self.keys().drop_pending()?;
        }
        Ok(())
    }
}
