//! An authority that is not ours, made with another library's defaults.

use std::path::PathBuf;

use careplan_domain::Timestamp;
use careplan_envelope::Certificate;
use careplan_platform::config::Foreign;
use careplan_protocol::trust::{RefusedKind, SubjectAttribute, SubjectRule};
use tempfile::TempDir;

use crate::world::Member;

pub(crate) struct Stranger {
    params: rcgen::CertificateParams,
    key: rcgen::KeyPair,
    folder: TempDir,
}

impl Stranger {
    pub(crate) fn new(now: Timestamp) -> Self {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "Kaigo Root");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
        let key = rcgen::KeyPair::generate().unwrap();
        let stranger = Self { params, key, folder: tempfile::tempdir().unwrap() };
        let root = stranger.params.self_signed(&stranger.key).unwrap();
        std::fs::write(stranger.path("roots.pem"), root.pem()).unwrap();
        stranger.publish(&[], now);
        stranger
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn issuer(&self) -> rcgen::Issuer<'_, &rcgen::KeyPair> {
        rcgen::Issuer::from_params(&self.params, &self.key)
    }

    /// A certificate with this common name and organizational unit.
    pub(crate) fn member(&self, common_name: &str, unit: &str) -> Member {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::OrganizationalUnitName, unit);
        params.distinguished_name.push(rcgen::DnType::CommonName, common_name);
        let key = rcgen::KeyPair::generate().unwrap();
        let signed = params.signed_by(&key, &self.issuer()).unwrap();
        Member { pkcs8: key.serialize_der(), chain: vec![signed.der().to_vec()] }
    }

    /// A revocation list that is current for a day.
    pub(crate) fn publish(&self, revoked: &[&Member], now: Timestamp) {
        let at = |seconds: i64| {
            let base = rcgen::date_time_ymd(1970, 1, 1);
            base + std::time::Duration::from_secs((now.as_second() + seconds).unsigned_abs())
        };
        let serial = |it: &Member| {
            let certificate = Certificate::from_der(&it.chain[0]).unwrap();
            rcgen::SerialNumber::from_slice(certificate.serial().as_be_bytes())
        };
        let entries = revoked.iter().map(|it| rcgen::RevokedCertParams {
            serial_number: serial(it),
            revocation_time: at(0),
            reason_code: None,
            invalidity_date: None,
        });
        let list = rcgen::CertificateRevocationListParams {
            this_update: at(0),
            next_update: at(86_400),
            crl_number: 1_u64.into(),
            issuing_distribution_point: None,
            revoked_certs: entries.collect(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        std::fs::write(self.path("kaigo.crl"), list.signed_by(&self.issuer()).unwrap().der()).unwrap();
    }

    pub(crate) fn settings(&self) -> Foreign {
        let kind = RefusedKind {
            label: "代理人証明書".into(),
            attribute: SubjectAttribute::OrganizationalUnit,
            contains: "Agent".into(),
        };
        Foreign {
            label: "介護保険証明書".into(),
            roots_file: self.path("roots.pem"),
            crl_files: vec![self.path("kaigo.crl")],
            office: SubjectRule {
                attribute: SubjectAttribute::CommonName,
                prefix: "KJ99".into(),
                suffix: String::new(),
            },
            refused_kinds: vec![kind],
        }
    }
}
