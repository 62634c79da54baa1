//! Invented authorities and offices, dated by a time that never moves.

use careplan_envelope::{Certificate, DecryptionKey, Signer, SigningKey, TrustAnchors, sign};
use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType,
    SerialNumber, date_time_ymd,
};

/// The instant of these tests.
pub(crate) fn now() -> Timestamp {
    at("2026-12-10T03:00:00Z")
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) certificate: Certificate,
}

pub(crate) struct Office {
    pub(crate) key: SigningKey,
    pub(crate) certificate: Certificate,
    pub(crate) chain: Vec<Certificate>,
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "テスト認証局");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

impl Authority {
    pub(crate) fn root(name: &str) -> Self {
        Self::root_with(name, |_| {})
    }

    pub(crate) fn root_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = authority(name);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = Certificate::from_der(params.self_signed(&key).unwrap().der()).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// Another certificate of the same name and key.
    pub(crate) fn renewed(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Certificate {
        let mut params = authority(name);
        change(&mut params);
        Certificate::from_der(params.self_signed(self.issuer.key()).unwrap().der()).unwrap()
    }

    /// An authority below this one.
    pub(crate) fn below(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = authority(name);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = Certificate::from_der(params.signed_by(&key, &self.issuer).unwrap().der()).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    pub(crate) fn office(&self) -> Office {
        self.office_with(|_| {})
    }

    /// An office with a signing certificate as ours are, and then `change`d.
    pub(crate) fn office_with(&self, change: impl FnOnce(&mut CertificateParams)) -> Office {
        let key = KeyPair::generate().unwrap();
        let mut params = named("9970000018");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.subject_alt_names = vec![SanType::URI("urn:careplan:office:9970000018".try_into().unwrap())];
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Office {
            key: SigningKey::from_pkcs8(key.serialized_der()).unwrap(),
            certificate: Certificate::from_der(certificate.der()).unwrap(),
            chain: Vec::new(),
        }
    }

    pub(crate) fn revocation_list(&self, revoked: &[&Certificate]) -> Vec<u8> {
        self.revocation_list_of(revoked.iter().map(|c| c.serial().as_be_bytes().to_vec()))
    }

    pub(crate) fn revocation_list_of(&self, serials: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
        let revoked = |serial: Vec<u8>| RevokedCertParams {
            serial_number: SerialNumber::from_slice(&serial),
            revocation_time: date_time_ymd(2026, 6, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 12, 1),
            next_update: date_time_ymd(2026, 12, 31),
            crl_number: SerialNumber::from_slice(&[7]),
            issuing_distribution_point: None,
            revoked_certs: serials.into_iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).unwrap().der().to_vec()
    }

    pub(crate) fn trusted(&self) -> TrustAnchors {
        TrustAnchors::new([self.certificate.clone()]).unwrap()
    }
}

impl Office {
    pub(crate) fn signer(&self) -> Signer<'_> {
        Signer { key: &self.key, certificate: &self.certificate, chain: &self.chain }
    }

    pub(crate) fn sign(&self, content: &[u8]) -> Vec<u8> {
        sign(content, self.signer(), now()).unwrap()
    }

    /// The signing key abused for opening, where a test wants a key that has a certificate.
    pub(crate) fn decryption_key(&self) -> DecryptionKey {
        DecryptionKey::from_pkcs8(&self.key.to_pkcs8().unwrap())
            .unwrap()
            .with_certificate(self.certificate.clone())
            .unwrap()
    }
}
