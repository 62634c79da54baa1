//! Obtaining a certificate: the first one by EST, an existing one from a PKCS#12 file or from the store of the system.

use std::time::Duration;

use careplan_domain::{OfficeNumber, Secret, UserId};
use careplan_envelope::{
    Certificate, OfficeKey as _, Purpose, RequestFault, SigningKey, certification_request, import,
};

use super::{EnrolFault, Fingerprint, bundle};
use crate::keys::{KeysFault, OfficeIdentity, Pending, StoreFault, aside};
use crate::mishap::Point;
use crate::office::Office;
use crate::platform::{Enrolled, Platform};
use crate::trust::Trust;

/// Rounds of waiting for an authority that says "later", before set-up says it to the person.
const WAIT_ROUNDS_MAX: u32 = 24;

/// Longest wait in one round.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// How the present request is authenticated.
pub(super) enum Authentication<'a> {
    /// With user ID and issue password.
    IssuePassword(&'a UserId, &'a Secret),
    /// With the present certificate, in TLS.
    Certificate,
}

impl Office {
    /// The key that waits, or a new one; stored with its request before anything is asked.
    pub(super) async fn pending(&self, office: OfficeNumber) -> Result<Pending, EnrolFault> {
        if let Some(pending) = self.keys().pending()? {
            return Ok(pending);
        }
        let key = SigningKey::generate_p256().map_err(KeysFault::from)?;
        let request = certification_request(&key, office.as_str()).map_err(|fault| match fault {
            RequestFault::Key(fault) => EnrolFault::from(KeysFault::from(fault)),
            _ => EnrolFault::Issued("発行要求を作成できません"),
        })?;
        let pending = Pending { key, request };
        self.keys().store_pending(&pending)?;
        self.mishaps().pass(Point::EnrolmentKeyStored).await;
        Ok(pending)
    }

    /// Asks until the certificate comes, checks it, and stores it with its key.
    pub(super) async fn enrol(
        &self,
        platform: &Platform,
        trust: &Trust,
        office: OfficeNumber,
        authentication: Authentication<'_>,
    ) -> Result<OfficeIdentity, EnrolFault> {
        let pending = self.pending(office).await?;
        for _ in 0..WAIT_ROUNDS_MAX {
            let answer = match &authentication {
                Authentication::IssuePassword(user_id, password) => {
                    platform.enrol(&pending.request, user_id, password).await?
                }
                Authentication::Certificate => platform.enrol_again(&pending.request).await?,
            };
            match answer {
                Enrolled::Certificate(bundle) => {
                    self.mishaps().pass(Point::EnrolmentCertificateReceived).await;
                    let identity = self.accept(trust, office, pending.key, &bundle)?;
                    self.keys().store_identity(&identity)?;
                    self.forget_link();
                    self.mishaps().pass(Point::EnrolmentCertificateStored).await;
                    return Ok(identity);
                }
                Enrolled::Later(wait) => tokio::time::sleep(wait.min(WAIT_MAX)).await,
            }
        }
        Err(EnrolFault::NotYet)
    }

    /// Checks what the authority sent: for our key, of our root, for our office.
    fn accept(
        &self,
        trust: &Trust,
        office: OfficeNumber,
        key: SigningKey,
        der: &[u8],
    ) -> Result<OfficeIdentity, EnrolFault> {
        let mut certificates = bundle::certificates(der).ok_or(EnrolFault::Issued("証明書の形式"))?;
        let place = certificates.iter().position(|it| it.public_key_spki() == key.public_key_spki());
        let certificate = certificates.remove(place.ok_or(EnrolFault::Issued("鍵が違います"))?);
        let roots = trust.roots();
        certificates.retain(|it| !roots.contains(it) && *it != certificate);
        let named = trust.office_of_certificate(&certificate, &certificates, self.now(), Purpose::Signature);
        match named {
            Ok(named) if named == office => {}
            Ok(_) => return Err(EnrolFault::Issued("事業所番号が違います")),
            Err(fault) => {
                tracing::warn!(?fault, "issued certificate does not hold");
                return Err(EnrolFault::Issued("発行元または有効期間"));
            }
        }
        Ok(OfficeIdentity::new(key, certificate, certificates).map_err(KeysFault::from)?)
    }

    /// Takes an existing certificate from a PKCS#12 file.
    pub(super) fn import_pkcs12(
        &self,
        trust: &Trust,
        office: OfficeNumber,
        bytes: &[u8],
        password: &Secret,
    ) -> Result<(), EnrolFault> {
        let imported = import(bytes, password.expose()).map_err(EnrolFault::Pkcs12)?;
        let chain: Vec<Certificate> = imported.chain.into_iter().filter(|it| !is_root(it)).collect();
        self.check_existing(trust, office, (&imported.certificate, &chain))?;
        let identity =
            OfficeIdentity::new(imported.key, imported.certificate, chain).map_err(KeysFault::from)?;
        self.keys().store_identity(&identity)?;
        self.forget_link();
        Ok(())
    }

    /// Takes an existing certificate whose key stays in the store of the system.
    pub(super) async fn choose_stored(
        &self,
        trust: &Trust,
        office: OfficeNumber,
        chosen: &Fingerprint,
    ) -> Result<(), EnrolFault> {
        let store = self.keys().certificate_store().ok_or(EnrolFault::NoStore)?;
        let all = aside(store, |store| store.list()).await.map_err(KeysFault::from)?;
        let found = all.into_iter().find(|it| Fingerprint::of(&it.certificate) == *chosen);
        let mut stored = found.ok_or(StoreFault::Gone(store.name())).map_err(KeysFault::from)?;
        stored.chain.retain(|it| !is_root(it));
        self.check_existing(trust, office, (&stored.certificate, &stored.chain))?;
        let identity = aside(store, |store| OfficeIdentity::in_store(store, stored)).await;
        let identity = identity.map_err(KeysFault::from)?;
        self.keys().store_identity(&identity)?;
        self.forget_link();
        Ok(())
    }

    /// Whether a certificate that exists already speaks for the office, by whom this office believes.
    fn check_existing(
        &self,
        trust: &Trust,
        office: OfficeNumber,
        (certificate, chain): (&Certificate, &[Certificate]),
    ) -> Result<(), EnrolFault> {
        let named = trust
            .office_of_certificate(certificate, chain, self.now(), Purpose::ClientAuth)
            .map_err(EnrolFault::Certificate)?;
        if named == office { Ok(()) } else { Err(EnrolFault::CertificateOffice(named)) }
    }
}

fn is_root(certificate: &Certificate) -> bool {
    certificate.subject_der() == certificate.issuer_der()
}
