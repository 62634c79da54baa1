//! Certificates that no honest authority would give us: of another authority, expired, not yet
//! valid, of a kind that is not accepted. Also plain good ones, for servers that are only yardsticks.
//!
//! Made with rcgen and thus not by the code under test.

#![expect(clippy::expect_used, reason = "a fixture that cannot do its work fails the test")]

use std::fs;
use std::path::Path;

use std::time::Duration;

use careplan_envelope::{Attribute, Certificate};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256,
    RevokedCertParams, RsaKeySize, SanType, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority of the test's own.
pub struct TestAuthority {
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
}

/// When a certificate is valid, seen from the years in which tests play (2026 and 2027).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// From 2025 to 2049.
    Good,
    /// From 2025 to the beginning of a day (UTC). Authorities sign nothing that outlives them, so a
    /// test that wants an expired one lets it end tomorrow and moves the clock.
    Until(Date),
    /// It begins in 2048.
    NotBegun,
}

/// A certificate with its key and the chain above it.
pub struct TestIdentity {
    /// The certificate first, then its issuer.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key.
    pub key: PrivateKeyDer<'static>,
}

impl Clone for TestIdentity {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key() }
    }
}

impl TestAuthority {
    /// A new authority, known to nobody until a test configures it.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("generate a key");
        let mut params = parameters(name, Validity::Good);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root = params.self_signed(&key).expect("sign a root").der().clone();
        Self { issuer: Issuer::new(params, key), root }
    }

    /// The hand of someone who stole a platform's authority key: PKCS#8 (PEM or DER) and certificate.
    pub fn stolen(key_file: &Path, certificate_file: &Path) -> Self {
        let key = fs::read(key_file).expect("read the authority's key");
        let key = match std::str::from_utf8(&key) {
            Ok(pem) => KeyPair::from_pem(pem).expect("read the authority's key as PEM"),
            Err(_) => {
                let der = PrivatePkcs8KeyDer::from(key);
                KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256).expect("read the key")
            }
        };
        let pem = fs::read_to_string(certificate_file).expect("read the authority's certificate");
        let root = Certificate::from_pem(&pem).expect("read the certificate");
        let name = root.subject_attribute(Attribute::CommonName).expect("the authority has a name");
        let mut params = parameters(&name, Validity::Good);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self { issuer: Issuer::new(params, key), root: CertificateDer::from(root.der().to_vec()) }
    }

    /// Its root certificate.
    pub fn root(&self) -> &CertificateDer<'static> {
        &self.root
    }

    /// A certificate for an office, shaped as ours are: CN and a URI name the office.
    pub fn office(&self, number: &str, validity: Validity) -> TestIdentity {
        let mut params = parameters(number, validity);
        let uri = careplan_protocol::trust::OFFICE_URI_PREFIX.to_owned() + number;
        params.subject_alt_names.push(SanType::URI(uri.try_into().expect("an ASCII URI")));
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
        params.key_usages.push(KeyUsagePurpose::DigitalSignature);
        self.sign(&params)
    }

    /// A certificate with any subject, as foreign authorities write them: common name and
    /// organizational unit.
    pub fn foreign(&self, common_name: &str, unit: &str) -> TestIdentity {
        self.sign(&Self::foreign_parameters(common_name, unit))
    }

    /// The same for an RSA key, as most foreign authorities have them.
    pub fn foreign_rsa(&self, common_name: &str, unit: &str) -> TestIdentity {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("generate a key");
        self.sign_for(&key, &Self::foreign_parameters(common_name, unit))
    }

    fn foreign_parameters(common_name: &str, unit: &str) -> CertificateParams {
        let mut params = parameters(common_name, Validity::Good);
        params.distinguished_name.push(DnType::OrganizationalUnitName, unit);
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
        params.key_usages.push(KeyUsagePurpose::DigitalSignature);
        params
    }

    /// A revocation list (DER) of these certificates, made at an instant and current for a day.
    pub fn revocation_list(&self, revoked: &[&TestIdentity], at: Timestamp) -> Vec<u8> {
        let instant = |seconds: i64| {
            let since_epoch = Duration::from_secs((at.as_second() + seconds).unsigned_abs());
            date_time_ymd(1970, 1, 1) + since_epoch
        };
        let entry = |identity: &&TestIdentity| {
            let certificate = Certificate::from_der(&identity.chain[0]).expect("read a certificate");
            RevokedCertParams {
                serial_number: SerialNumber::from_slice(certificate.serial().as_be_bytes()),
                revocation_time: instant(0),
                reason_code: None,
                invalidity_date: None,
            }
        };
        let list = CertificateRevocationListParams {
            this_update: instant(0),
            next_update: instant(86_400),
            crl_number: 1_u64.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).expect("sign a revocation list").der().to_vec()
    }

    /// A certificate for a server on this machine.
    pub fn server(&self) -> TestIdentity {
        let mut params = parameters("localhost", Validity::Good);
        params.subject_alt_names.push(SanType::DnsName("localhost".try_into().expect("an ASCII name")));
        params.subject_alt_names.push(SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()));
        params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> TestIdentity {
        self.sign_for(&KeyPair::generate().expect("generate a key"), params)
    }

    fn sign_for(&self, key: &KeyPair, params: &CertificateParams) -> TestIdentity {
        let certificate = params.signed_by(key, &self.issuer).expect("sign a certificate");
        TestIdentity {
            chain: vec![certificate.der().clone(), self.root.clone()],
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        }
    }
}

fn parameters(common_name: &str, validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "JP");
    params.distinguished_name.push(DnType::OrganizationName, "Careplan Exchange");
    params.distinguished_name.push(DnType::CommonName, common_name);
    let (from, to) = match validity {
        Validity::Good => (date(2025, 1, 1), date(2049, 1, 1)),
        Validity::Until(end) => (date(2025, 1, 1), end),
        Validity::NotBegun => (date(2048, 1, 1), date(2049, 1, 1)),
    };
    let midnight =
        |day: Date| date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs());
    (params.not_before, params.not_after) = (midnight(from), midnight(to));
    params
}
