//! The authority's key and certificate: signs what was prepared, and revocation lists.
//!
//! The key sits behind [`OfficeKey`] (public key, algorithm, sign), so that a file today can be a
//! hardware module tomorrow. Nothing here decides what may be signed.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use careplan_domain::Timestamp;
use careplan_envelope::{Certificate, CertificateSerial, OfficeKey, SignatureAlgorithm, TrustAnchors};
use jiff::SignedDuration;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, KeyIdMethod, KeyUsagePurpose,
    PublicKeyData, RevokedCertParams, SerialNumber,
};

use super::prepared::{IssueFault, SubjectKey, assemble, distinguished_name, encoding, offset_time};

/// What our root is called.
const ROOT_NAME: &str = "Careplan Exchange Root CA";

/// The authority as the one who signs.
#[derive(Clone)]
pub struct Issuer {
    key: Arc<dyn OfficeKey>,
    certificate: Certificate,
    anchors: Arc<TrustAnchors>,
    list_url: String,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

/// A certificate to be named in a revocation list.
#[derive(Debug, Clone)]
pub struct Revoked {
    /// Its serial number.
    pub serial: CertificateSerial,
    /// When it was revoked.
    pub at: Timestamp,
}

impl Issuer {
    /// The holder of `key`, whose `certificate` it is. `list_url` is where the revocation list can
    /// be fetched; it stands in every certificate issued.
    ///
    /// # Errors
    /// A certificate of another key, or one that is no authority's.
    pub fn new(
        key: Arc<dyn OfficeKey>,
        certificate: Certificate,
        list_url: String,
    ) -> Result<Self, IssueFault> {
        if certificate.public_key_spki() != key.public_key_spki() {
            return Err(IssueFault::Differs("key of the authority"));
        }
        let anchors = TrustAnchors::new([certificate.clone()])
            .map_err(|_| IssueFault::Differs("certificate of the authority"))?;
        Ok(Self { key, certificate, anchors: Arc::new(anchors), list_url })
    }

    /// A new root certificate for `key`, signed by itself.
    ///
    /// # Errors
    /// [`IssueFault`].
    pub fn new_root(key: &dyn OfficeKey, days: u32, now: Timestamp) -> Result<Certificate, IssueFault> {
        let mut params = root_parameters();
        let validity = SignedDuration::from_hours(i64::from(days) * 24);
        params.not_before = offset_time(now.saturating_sub(super::profile::BACKDATE).unwrap_or(now));
        params.not_after = offset_time(now.saturating_add(validity).unwrap_or(Timestamp::MAX));
        let writing = Writing::new(key)?;
        params.self_signed(&writing).map_err(encoding)?;
        let tbs = writing.tbs.take();
        let der = assemble(&tbs, key.algorithm(), &key.sign(&tbs)?)?;
        Ok(Certificate::from_der(&der)?)
    }

    /// The authority's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The authority's certificate as the only root.
    pub fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    /// Where the revocation list can be fetched.
    pub fn list_url(&self) -> &str {
        &self.list_url
    }

    /// Writes a certificate without signing it: the to-be-signed bytes, and the whole with zeros in
    /// place of the signature, to be examined.
    pub(super) fn write_unsigned(
        &self,
        params: &CertificateParams,
        subject: &SubjectKey,
    ) -> Result<(Vec<u8>, Certificate), IssueFault> {
        let writing = Writing::new(self.key.as_ref())?;
        let issuer = rcgen::Issuer::new(root_parameters(), &writing);
        params.signed_by(subject, &issuer).map_err(encoding)?;
        let tbs = writing.tbs.take();
        let unsigned = assemble(&tbs, self.key.algorithm(), &[0; 64])?;
        Ok((tbs, Certificate::from_der(&unsigned)?))
    }

    pub(super) fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, IssueFault> {
        assemble(tbs, self.key.algorithm(), &self.key.sign(tbs)?)
    }

    /// Signs revocation list `number`.
    ///
    /// # Errors
    /// [`IssueFault`].
    pub fn sign_list(
        &self,
        number: u64,
        revoked: &[Revoked],
        (this_update, next_update): (Timestamp, Timestamp),
    ) -> Result<Vec<u8>, IssueFault> {
        let entries = revoked.iter().map(|it| RevokedCertParams {
            serial_number: SerialNumber::from_slice(it.serial.as_be_bytes()),
            revocation_time: offset_time(it.at),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: offset_time(this_update),
            next_update: offset_time(next_update),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: entries.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let writing = Writing::new(self.key.as_ref())?;
        params.signed_by(&rcgen::Issuer::new(root_parameters(), &writing)).map_err(encoding)?;
        self.sign(&writing.tbs.take())
    }
}

fn root_parameters() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished_name(ROOT_NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// Stands where rcgen wants a key: remembers what was to be signed and signs nothing, so that
/// writing and signing are two steps.
struct Writing {
    subject: SubjectKey,
    tbs: RefCell<Vec<u8>>,
}

impl Writing {
    fn new(key: &dyn OfficeKey) -> Result<Self, IssueFault> {
        let subject = SubjectKey::of(key)?;
        match key.algorithm() {
            SignatureAlgorithm::EcdsaP256Sha256 | SignatureAlgorithm::RsaPkcs1Sha256 => {
                Ok(Self { subject, tbs: RefCell::default() })
            }
            _ => Err(IssueFault::Encoding("unknown algorithm of the authority's key".to_owned())),
        }
    }
}

impl PublicKeyData for Writing {
    fn der_bytes(&self) -> &[u8] {
        self.subject.der_bytes()
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.subject.algorithm()
    }
}

impl rcgen::SigningKey for Writing {
    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        *self.tbs.borrow_mut() = tbs.to_vec();
        Ok(Vec::new())
    }
}
