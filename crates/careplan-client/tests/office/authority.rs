//! An authority for tests: a root, certificates of offices and of the platform, and of strangers.

use std::path::Path;

use careplan_client::keys::OfficeIdentity;
use careplan_envelope::{Certificate, OfficeKey as _, SigningKey};
use careplan_protocol::Base64;
use careplan_protocol::trust::{
    ForeignAuthority, PLATFORM_URI, RefusedKind, SubjectAttribute, SubjectRule, office_uri,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
    date_time_ymd,
};

/// A root and its key.
pub struct Authority {
    pub root: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2060, 1, 1);
        let root = Certificate::from_der(params.self_signed(&key).unwrap().der()).unwrap();
        Self { root, issuer: Issuer::new(params, key) }
    }

    /// A certificate for a key, with a common name and one URI.
    pub fn issue(&self, spki: &[u8], common_name: &str, uri: Option<&str>) -> Certificate {
        self.issue_until(spki, common_name, uri, 2040)
    }

    pub fn issue_until(&self, spki: &[u8], common_name: &str, uri: Option<&str>, until: i32) -> Certificate {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.not_before = date_time_ymd(2021, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        if let Some(uri) = uri {
            params.subject_alt_names.push(SanType::URI(uri.try_into().unwrap()));
        }
        let key = SubjectKey::of(spki);
        Certificate::from_der(params.signed_by(&key, &self.issuer).unwrap().der()).unwrap()
    }

    /// The certificate of a TLS server on 127.0.0.1.
    pub fn server(&self, spki: &[u8]) -> Certificate {
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = SubjectKey::of(spki);
        Certificate::from_der(params.signed_by(&key, &self.issuer).unwrap().der()).unwrap()
    }

    /// The certificate of an office for a key.
    pub fn office(&self, spki: &[u8], number: &str) -> Certificate {
        self.issue(spki, number, Some(&office_uri(&number.parse().unwrap())))
    }

    /// A complete identity of an office.
    pub fn office_identity(&self, number: &str) -> OfficeIdentity {
        let key = SigningKey::generate_p256().unwrap();
        let certificate = self.office(key.public_key_spki(), number);
        OfficeIdentity::new(key, certificate, Vec::new()).unwrap()
    }

    /// An identity of this authority with any common name, as foreign ones write them; valid until the
    /// first day of a year.
    pub fn identity_until(&self, common_name: &str, uri: Option<&str>, until: i32) -> OfficeIdentity {
        let key = SigningKey::generate_p256().unwrap();
        let certificate = self.issue_until(key.public_key_spki(), common_name, uri, until);
        OfficeIdentity::new(key, certificate, Vec::new()).unwrap()
    }

    /// As a platform lists it: subjects `KJ99…` speak for offices, agents for nobody.
    pub fn listed(&self) -> ForeignAuthority {
        let attribute = SubjectAttribute::CommonName;
        ForeignAuthority {
            label: "介護保険証明書".into(),
            roots: vec![Base64(self.root.der().to_vec())],
            office: SubjectRule { attribute, prefix: "KJ99".into(), suffix: String::new() },
            refused_kinds: vec![RefusedKind {
                label: "代理人証明書".into(),
                attribute,
                contains: "代理人".into(),
            }],
        }
    }

    /// The platform's signing identity.
    pub fn platform_identity(&self) -> OfficeIdentity {
        let key = SigningKey::generate_p256().unwrap();
        let certificate = self.issue(key.public_key_spki(), "platform", Some(PLATFORM_URI));
        OfficeIdentity::new(key, certificate, Vec::new()).unwrap()
    }
}

/// What ends a SubjectPublicKeyInfo: the point of a P-256 key, or an RSA key of 2048 bits.
struct SubjectKey(Vec<u8>, &'static rcgen::SignatureAlgorithm);

impl SubjectKey {
    fn of(spki: &[u8]) -> Self {
        match spki.len() {
            91 => Self(spki[26..].to_vec(), &rcgen::PKCS_ECDSA_P256_SHA256),
            294 => Self(spki[24..].to_vec(), &rcgen::PKCS_RSA_SHA256),
            other => panic!("a key of {other} bytes"),
        }
    }
}

impl rcgen::PublicKeyData for SubjectKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        self.1
    }
}

/// PKCS#7 with certificates only.
pub fn bundle(certificates: &[&Certificate]) -> Vec<u8> {
    let inside: Vec<u8> = certificates.iter().flat_map(|it| it.der().to_vec()).collect();
    let data = tlv(0x30, &tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01]));
    let body = [&[0x02, 1, 1, 0x31, 0][..], &data, &tlv(0xa0, &inside), &[0x31, 0]].concat();
    let kind = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]);
    tlv(0x30, &[kind, tlv(0xa0, &tlv(0x30, &body))].concat())
}

fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len();
    let mut out = vec![tag];
    match length {
        0..0x80 => out.push(length as u8),
        0x80..0x100 => out.extend([0x81, length as u8]),
        _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend_from_slice(value);
    out
}

/// A key with its certificate in a PKCS#12 file that `himitsu` opens, as OpenSSL makes it in a folder.
pub fn in_pkcs12(key: &SigningKey, certificate: &Certificate, folder: &Path) -> Vec<u8> {
    let openssl = |arguments: &[&str]| {
        let run = std::process::Command::new("openssl").current_dir(folder).args(arguments).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    };
    std::fs::write(folder.join("key.der"), &*key.to_pkcs8().unwrap()).unwrap();
    std::fs::write(folder.join("certificate.pem"), certificate.to_pem()).unwrap();
    openssl(&["pkey", "-inform", "DER", "-in", "key.der", "-out", "key.pem"]);
    let files = ["-inkey", "key.pem", "-in", "certificate.pem", "-out", "made.p12"];
    openssl(&[&["pkcs12", "-export", "-passout", "pass:himitsu"], &files[..]].concat());
    std::fs::read(folder.join("made.p12")).unwrap()
}
