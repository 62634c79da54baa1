//! A certificate on its way: prepared → intended (recorded) → signed (verified).
//!
//! Promises: nothing is signed that was not prepared by a profile and recorded before. Each step
//! takes the one before by value and none can be copied, so the order cannot be broken, nor a
//! step be taken twice.

use careplan_domain::Timestamp;
use careplan_envelope::{
    Certificate, CertificateFault, CertificateSerial, KeyFault, OfficeKey, Purpose, SignatureAlgorithm,
};
use careplan_protocol::trust::{PLATFORM_URI, office_uri};
use der::asn1::BitString;
use der::{Decode as _, Encode as _};
use rcgen::{
    CertificateParams, CrlDistributionPoint, DistinguishedName, DnType, ExtendedKeyUsagePurpose as Eku, IsCa,
    KeyUsagePurpose, PublicKeyData, SanType, SerialNumber,
};
use x509_cert::spki::{AlgorithmIdentifierOwned, ObjectIdentifier, SubjectPublicKeyInfoRef};

use super::issuer::Issuer;
use super::profile::{Profile, ProfileFault, Request, ServerName, Subject};

/// Random bytes of a serial number. Sixteen are unguessable (CA/Browser Forum wants at least 64
/// bits) and stay under the twenty of RFC 5280.
pub const SERIAL_BYTES: usize = 16;

/// Extended key usage for signatures on documents (RFC 9336).
const DOCUMENT_SIGNING: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 3, 36];

/// Why a certificate was not made.
#[derive(Debug, thiserror::Error)]
pub enum IssueFault {
    /// The request does not fit the profile.
    #[error(transparent)]
    Profile(#[from] ProfileFault),
    /// The library refused to write the certificate.
    #[error("the certificate cannot be encoded: {0}")]
    Encoding(String),
    /// What was written is not what was asked for.
    #[error("the prepared certificate differs from the request: {0}")]
    Differs(&'static str),
    /// The system gave no randomness.
    #[error("no randomness for a serial number")]
    Randomness,
    /// The authority's key failed.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// What was signed cannot be read back.
    #[error(transparent)]
    Unreadable(#[from] CertificateFault),
}

/// What was prepared by a profile and is not recorded yet.
#[derive(Debug)]
pub struct Prepared {
    serial: CertificateSerial,
    tbs: Vec<u8>,
}

/// What was recorded; the only thing that can be signed.
#[derive(Debug)]
pub struct Intended {
    serial: CertificateSerial,
    tbs: Vec<u8>,
}

impl Prepared {
    /// Checks a request against its profile and writes the to-be-signed certificate.
    ///
    /// # Errors
    /// [`IssueFault`]; nothing was recorded or signed.
    pub fn new(
        profile: &Profile,
        request: &Request,
        spki: &[u8],
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Self, IssueFault> {
        profile.check(request, issuer.certificate().not_after(), now)?;
        let serial = new_serial()?;
        let params = parameters(request, &serial, issuer)?;
        let (tbs, unsigned) = issuer.write_unsigned(&params, &SubjectKey::read(spki)?)?;
        examine(&unsigned, request, spki, &serial, issuer)?;
        Ok(Self { serial, tbs })
    }

    /// Its serial number, to be recorded.
    pub fn serial(&self) -> &CertificateSerial {
        &self.serial
    }

    /// The to-be-signed bytes, to be recorded.
    pub fn tbs(&self) -> &[u8] {
        &self.tbs
    }

    /// Makes a certificate for a test that needs no ledger.
    #[cfg(test)]
    pub(crate) fn sign_unrecorded(self, issuer: &Issuer) -> Certificate {
        self.recorded().sign(issuer).unwrap()
    }

    /// Only the ledger may say that it was recorded.
    pub(super) fn recorded(self) -> Intended {
        Intended { serial: self.serial, tbs: self.tbs }
    }
}

impl Intended {
    /// Only the ledger may say that this is what was recorded before a crash.
    pub(super) fn resumed(serial: CertificateSerial, tbs: Vec<u8>) -> Self {
        Self { serial, tbs }
    }

    /// Signs, and verifies that what was signed is what was intended.
    ///
    /// # Errors
    /// [`IssueFault`]; the record of the intent stays.
    pub fn sign(self, issuer: &Issuer) -> Result<Certificate, IssueFault> {
        let der = issuer.sign(&self.tbs)?;
        let certificate = Certificate::from_der(&der)?;
        if *certificate.serial() != self.serial {
            return Err(IssueFault::Differs("serial"));
        }
        if !der.get(4..).is_some_and(|inside| inside.starts_with(&self.tbs)) {
            return Err(IssueFault::Differs("to-be-signed bytes"));
        }
        let purpose = if certificate.extended_key_usages().iter().any(|usage| usage == "1.3.6.1.5.5.7.3.1") {
            Purpose::ServerAuth
        } else {
            Purpose::Signature
        };
        let at = certificate.not_before().max(issuer.certificate().not_before());
        issuer
            .anchors()
            .verify_chain(&certificate, &[], at, purpose)
            .map_err(|_| IssueFault::Differs("signature"))?;
        Ok(certificate)
    }
}

fn new_serial() -> Result<CertificateSerial, IssueFault> {
    let mut bytes = [0_u8; SERIAL_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| IssueFault::Randomness)?;
    // Positive, and always of full length, so that a serial never loses digits.
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    CertificateSerial::from_be_bytes(&bytes).map_err(|_| IssueFault::Randomness)
}

fn parameters(
    request: &Request,
    serial: &CertificateSerial,
    issuer: &Issuer,
) -> Result<CertificateParams, IssueFault> {
    let mut params = CertificateParams::default();
    params.not_before = offset_time(request.not_before);
    params.not_after = offset_time(request.not_after);
    params.serial_number = Some(SerialNumber::from_slice(serial.as_be_bytes()));
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![issuer.list_url().to_owned()] }];
    let mut common_name = "Careplan Exchange".to_owned();
    match &request.subject {
        Subject::Office(office) => {
            common_name = office.to_string();
            params.subject_alt_names = vec![uri(&office_uri(office))?];
            // `openssl cms -verify` accepts signatures of e-mail protection certificates.
            params.extended_key_usages = vec![Eku::ClientAuth, Eku::EmailProtection];
        }
        Subject::Server(names) => {
            for name in names {
                params.subject_alt_names.push(match name {
                    ServerName::Dns(dns) => SanType::DnsName(dns.as_str().try_into().map_err(encoding)?),
                    ServerName::Ip(address) => SanType::IpAddress(*address),
                });
            }
            params.extended_key_usages = vec![Eku::ServerAuth];
        }
        Subject::Signer => {
            params.subject_alt_names = vec![uri(PLATFORM_URI)?];
            params.extended_key_usages = vec![Eku::EmailProtection, Eku::Other(DOCUMENT_SIGNING.to_vec())];
        }
    }
    params.distinguished_name = distinguished_name(&common_name);
    Ok(params)
}

/// `C=JP, O=Careplan Exchange, CN=…`
pub(super) fn distinguished_name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, "JP");
    name.push(DnType::OrganizationName, "Careplan Exchange");
    name.push(DnType::CommonName, common_name);
    name
}

/// Reads what was written with the other parser we have, and compares it with what was asked.
fn examine(
    written: &Certificate,
    request: &Request,
    spki: &[u8],
    serial: &CertificateSerial,
    issuer: &Issuer,
) -> Result<(), IssueFault> {
    let usage = written.key_usage();
    let (uris, ekus): (Vec<String>, &[&str]) = match &request.subject {
        Subject::Office(office) => (vec![office_uri(office)], &["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"]),
        Subject::Server(_) => (Vec::new(), &["1.3.6.1.5.5.7.3.1"]),
        Subject::Signer => (vec![PLATFORM_URI.to_owned()], &["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36"]),
    };
    let dns: Vec<&str> = match &request.subject {
        Subject::Server(names) => names
            .iter()
            .filter_map(|name| match name {
                ServerName::Dns(dns) => Some(dns.as_str()),
                ServerName::Ip(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let findings = [
        (written.serial() == serial, "serial"),
        (written.public_key_spki() == spki, "public key"),
        (written.public_key() == request.key, "kind of key"),
        (written.not_before() == request.not_before, "not before"),
        (written.not_after() == request.not_after, "not after"),
        (written.issuer_der() == issuer.certificate().subject_der(), "issuer"),
        (!written.is_ca(), "basic constraints"),
        (usage.is_some_and(|it| it.digital_signature && !it.cert_sign && !it.crl_sign), "key usage"),
        (written.extended_key_usages() == ekus, "extended key usage"),
        (written.san_uris() == uris, "URIs"),
        (written.san_dns_names() == dns, "DNS names"),
    ];
    match findings.iter().find(|(holds, _)| !holds) {
        Some((_, what)) => Err(IssueFault::Differs(what)),
        None => Ok(()),
    }
}

fn uri(text: &str) -> Result<SanType, IssueFault> {
    Ok(SanType::URI(text.try_into().map_err(encoding)?))
}

pub(super) fn encoding(fault: impl std::fmt::Display) -> IssueFault {
    IssueFault::Encoding(fault.to_string())
}

/// The instant in the type that rcgen takes, to the second.
pub(crate) fn offset_time(at: Timestamp) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(at.as_second()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}

/// The key of a request in the form that rcgen takes.
pub(super) struct SubjectKey {
    bits: Vec<u8>,
    algorithm: &'static rcgen::SignatureAlgorithm,
}

impl SubjectKey {
    fn read(spki: &[u8]) -> Result<Self, IssueFault> {
        const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
        let info = SubjectPublicKeyInfoRef::from_der(spki).map_err(encoding)?;
        let algorithm =
            if info.algorithm.oid == RSA { &rcgen::PKCS_RSA_SHA256 } else { &rcgen::PKCS_ECDSA_P256_SHA256 };
        let bits = info.subject_public_key.as_bytes().ok_or(IssueFault::Differs("public key"))?;
        Ok(Self { bits: bits.to_vec(), algorithm })
    }

    pub(super) fn of(key: &dyn OfficeKey) -> Result<Self, IssueFault> {
        Self::read(key.public_key_spki())
    }
}

impl PublicKeyData for SubjectKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.algorithm
    }
}

/// SEQUENCE { to-be-signed, algorithm, signature }
pub(super) fn assemble(
    tbs: &[u8],
    algorithm: SignatureAlgorithm,
    signature: &[u8],
) -> Result<Vec<u8>, IssueFault> {
    let (oid, parameters) = match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => ("1.2.840.10045.4.3.2", None),
        SignatureAlgorithm::RsaPkcs1Sha256 => ("1.2.840.113549.1.1.11", Some(der::Any::null())),
        _ => return Err(IssueFault::Encoding("unknown algorithm of the authority's key".to_owned())),
    };
    let oid = ObjectIdentifier::new(oid).map_err(encoding)?;
    let mut content = tbs.to_vec();
    content.extend(AlgorithmIdentifierOwned { oid, parameters }.to_der().map_err(encoding)?);
    content.extend(BitString::from_bytes(signature).and_then(|bits| bits.to_der()).map_err(encoding)?);
    der::Any::new(der::Tag::Sequence, content).and_then(|any| any.to_der()).map_err(encoding)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use careplan_envelope::{PublicKey, SigningKey};

    use super::*;
    use crate::authority::profile::ProfileName;

    fn now() -> Timestamp {
        "2026-11-22T09:00:00Z".parse().unwrap()
    }

    fn issuer() -> Issuer {
        let key = SigningKey::generate_p256().unwrap();
        let root = Issuer::new_root(&key, 7305, now()).unwrap();
        Issuer::new(Arc::new(key), root, "https://localhost/authority/ca.crl".into()).unwrap()
    }

    fn prepare(issuer: &Issuer, name: ProfileName, subject: Subject, key: &SigningKey) -> Prepared {
        let profile = Profile::new(name, 30).unwrap();
        let (not_before, not_after) = profile.validity_at(now(), None);
        let kind = match key.algorithm() {
            SignatureAlgorithm::EcdsaP256Sha256 => PublicKey::EcP256,
            _ => PublicKey::Rsa { bits: 2048 },
        };
        let request = Request { subject, key: kind, not_before, not_after };
        Prepared::new(&profile, &request, key.public_key_spki(), issuer, now()).unwrap()
    }

    #[test]
    fn a_certificate_of_an_office_names_it_and_serves_for_tls_and_signatures() {
        let issuer = issuer();
        for key in [SigningKey::generate_p256().unwrap(), SigningKey::generate_rsa_2048().unwrap()] {
            let office = Subject::Office("9970000018".parse().unwrap());
            let prepared = prepare(&issuer, ProfileName::Office, office, &key);
            let serial = *prepared.serial();
            let certificate = prepared.recorded().sign(&issuer).unwrap();
            assert_eq!(*certificate.serial(), serial);
            assert_eq!(certificate.subject_text(), "CN=9970000018,O=Careplan Exchange,C=JP");
            assert_eq!(certificate.san_uris(), ["urn:x-careplan:office:9970000018"]);
            for purpose in [Purpose::ClientAuth, Purpose::Signature] {
                issuer.anchors().verify_chain(&certificate, &[], now(), purpose).unwrap();
            }
            assert!(issuer.anchors().verify_chain(&certificate, &[], now(), Purpose::ServerAuth).is_err());
        }
    }

    #[test]
    fn a_server_certificate_serves_for_nothing_else() {
        let issuer = issuer();
        let key = SigningKey::generate_p256().unwrap();
        let names = vec![ServerName::parse("localhost").unwrap(), ServerName::parse("::1").unwrap()];
        let prepared = prepare(&issuer, ProfileName::PlatformServer, Subject::Server(names), &key);
        let certificate = prepared.recorded().sign(&issuer).unwrap();
        assert_eq!(certificate.san_dns_names(), ["localhost"]);
        issuer.anchors().verify_chain(&certificate, &[], now(), Purpose::ServerAuth).unwrap();
        assert!(issuer.anchors().verify_chain(&certificate, &[], now(), Purpose::ClientAuth).is_err());
        assert!(issuer.anchors().verify_chain(&certificate, &[], now(), Purpose::Signature).is_err());
    }

    #[test]
    fn serials_are_long_and_never_the_same() {
        let issuer = issuer();
        let key = SigningKey::generate_p256().unwrap();
        let prepare = || prepare(&issuer, ProfileName::PlatformSigner, Subject::Signer, &key);
        let (first, second) = (prepare(), prepare());
        assert_ne!(first.serial(), second.serial());
        assert_eq!(first.serial().as_be_bytes().len(), SERIAL_BYTES);
    }

    #[test]
    fn what_was_recorded_under_another_serial_is_not_signed() {
        let issuer = issuer();
        let key = SigningKey::generate_p256().unwrap();
        let prepared = prepare(&issuer, ProfileName::PlatformSigner, Subject::Signer, &key);
        let tampered = Intended::resumed("01".parse().unwrap(), prepared.tbs().to_vec());
        assert!(matches!(tampered.sign(&issuer), Err(IssueFault::Differs("serial"))));
    }

    #[test]
    fn what_another_authority_prepared_is_not_issued_by_this_one() {
        let (issuer, other) = (issuer(), issuer_with_other_name());
        let key = SigningKey::generate_p256().unwrap();
        let prepared = prepare(&issuer, ProfileName::PlatformSigner, Subject::Signer, &key);
        assert!(prepared.recorded().sign(&other).is_err());
    }

    #[test]
    fn what_does_not_fit_its_profile_is_not_prepared() {
        let issuer = issuer();
        let key = SigningKey::generate_p256().unwrap();
        let profile = Profile::new(ProfileName::PlatformSigner, 30).unwrap();
        let (not_before, not_after) = profile.validity_at(now(), None);
        let good = Request { subject: Subject::Signer, key: PublicKey::EcP256, not_before, not_after };
        let office = Subject::Office("9970000018".parse().unwrap());
        let longer = not_after + jiff::SignedDuration::from_secs(1);
        for (request, fault) in [
            (Request { subject: office, ..good.clone() }, ProfileFault::Subject),
            (Request { not_after: longer, ..good.clone() }, ProfileFault::TooLong),
        ] {
            let prepared = Prepared::new(&profile, &request, key.public_key_spki(), &issuer, now());
            assert!(matches!(prepared, Err(IssueFault::Profile(found)) if found == fault));
        }
        assert!(Prepared::new(&profile, &good, key.public_key_spki(), &issuer, now()).is_ok());
    }

    /// A key that fails without saying so: it signs something else.
    struct Faulty(SigningKey);

    impl OfficeKey for Faulty {
        fn public_key_spki(&self) -> &[u8] {
            self.0.public_key_spki()
        }

        fn algorithm(&self) -> SignatureAlgorithm {
            self.0.algorithm()
        }

        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, KeyFault> {
            self.0.sign(b"something else")
        }
    }

    #[test]
    fn a_certificate_whose_signature_does_not_hold_is_not_issued() {
        let key = SigningKey::generate_p256().unwrap();
        let root = Issuer::new_root(&key, 7305, now()).unwrap();
        let issuer = Issuer::new(Arc::new(Faulty(key)), root, "https://localhost/authority/ca.crl".into());
        let issuer = issuer.unwrap();
        let key = SigningKey::generate_p256().unwrap();
        let prepared = prepare(&issuer, ProfileName::PlatformSigner, Subject::Signer, &key);
        assert!(matches!(prepared.recorded().sign(&issuer), Err(IssueFault::Differs("signature"))));
    }

    /// Same name, another key: the signature is good and the key identifier is not.
    fn issuer_with_other_name() -> Issuer {
        let key = SigningKey::generate_rsa_2048().unwrap();
        let root = Issuer::new_root(&key, 7305, now()).unwrap();
        Issuer::new(Arc::new(key), root, "https://localhost/authority/ca.crl".into()).unwrap()
    }
}
