//! Renewals, so that nobody has to think of them: certificate, announcement, trust list.

use careplan_domain::Timestamp;
use careplan_envelope::Certificate;
use careplan_protocol::announcement::ANNOUNCEMENT_VALIDITY_MAX;
use jiff::SignedDuration;

use super::certificate::Authentication;
use super::{EnrolFault, Standing};
use crate::office::{Link, Office, OfficeFault};
use crate::staff::Actor;

/// Certificates are renewed so many days before they end; the old end is not lost by it.
pub const RENEWAL_DAYS: i64 = 90;

/// What was renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Renewed {
    /// The certificate.
    pub certificate: bool,
    /// The announcement of this terminal's key.
    pub announcement: bool,
}

impl Office {
    /// Renews what is due. Runs at start and once a day.
    ///
    /// # Errors
    /// [`EnrolFault`]; what was renewed before it stays so.
    pub async fn renew(&self) -> Result<Renewed, EnrolFault> {
        let now = self.now();
        self.renew_if(|certificate| is_due(certificate, now), None).await
    }

    /// Renews the certificate although it is not due yet, because somebody asked for it, who is named in the record of operations.
    ///
    /// # Errors
    /// [`EnrolFault::NotOurs`] where another authority made it, [`EnrolFault::Ended`] where it is too late; and as [`Self::renew`].
    pub async fn renew_now(&self, by: &Actor) -> Result<(), EnrolFault> {
        let link = self.link().await?;
        if !self.is_of_our_authority(&link) {
            return Err(EnrolFault::NotOurs);
        }
        if link.identity.is_expired(self.now()) {
            return Err(EnrolFault::Ended);
        }
        self.renew_if(|_| true, Some(by)).await?;
        Ok(())
    }

    async fn renew_if(
        &self,
        is_wanted: impl Fn(&Certificate) -> bool,
        by: Option<&Actor>,
    ) -> Result<Renewed, EnrolFault> {
        let mut renewed = Renewed::default();
        let mut link = self.link().await?;
        self.take_trust_list(&link.platform, &link.trust).await?;
        let now = self.now();
        // Only our own authority renews by EST; others have their own way.
        let ours = self.is_of_our_authority(&link);
        if ours && is_wanted(link.identity.certificate()) && !link.identity.is_expired(now) {
            self.drop_used_pending(link.identity.certificate())?;
            self.enrol(&link.platform, &link.trust, link.office(), Authentication::Certificate).await?;
            self.state().certificate_changed("certificate.renewed", (by, now)).await?;
            renewed.certificate = true;
            link = self.link().await?;
        }
        let announced_at = self.state().announced_at().await?;
        let half = ANNOUNCEMENT_VALIDITY_MAX / 2;
        // Of two copies neither drowns the other out: the office decides.
        let is_alone = announced_at.is_none() || !self.look_for_other_copy(&link).await?;
        if is_alone && announced_at.is_none_or(|at| now.duration_since(at) >= half) {
            self.announce(&link).await?;
            renewed.announcement = true;
        }
        Ok(renewed)
    }

    fn is_of_our_authority(&self, link: &Link) -> bool {
        let certificate = link.identity.certificate();
        let issuers = link.trust.roots().iter().chain(link.identity.chain());
        issuers.into_iter().any(|it| it.subject_der() == certificate.issuer_der())
            && careplan_protocol::trust::office_of_uri(
                certificate.san_uris().first().map_or("", String::as_str),
            )
            .is_some()
    }

    /// What this office should know about itself; asks the platform for the licence unless it is away.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn standing(&self) -> Result<Standing, OfficeFault> {
        let link = self.link().await?;
        let certificate = link.identity.certificate();
        Ok(Standing {
            office: link.office(),
            certificate_until: certificate.not_after(),
            certificate_serial: hex::encode(certificate.serial().as_be_bytes()),
            announced_at: self.state().announced_at().await?,
            licence: link.platform.licence().await.ok(),
        })
    }
}

fn is_due(certificate: &Certificate, now: Timestamp) -> bool {
    certificate.not_after().duration_since(now) < SignedDuration::from_hours(RENEWAL_DAYS * 24)
}
