//! Every way in which a certificate can fail, as a table, with certificates made for it.

use std::path::PathBuf;

use careplan_envelope::OfficeKey as _;
use careplan_envelope::{PublicKey, SigningKey};
use careplan_protocol::Problem;
use careplan_protocol::trust::{RefusedKind, SubjectAttribute, SubjectRule};
use insta::assert_snapshot;
use jiff::SignedDuration;

use super::*;
use crate::authority::issuer::{Issuer, Revoked};
use crate::authority::prepared::Prepared;
use crate::authority::profile::{Profile, ProfileName, Request, ServerName, Subject};
use crate::config;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn authority() -> Issuer {
    let key = SigningKey::generate_p256().unwrap();
    let root = Issuer::new_root(&key, 7305, now()).unwrap();
    Issuer::new(Arc::new(key), root, "https://localhost/authority/ca.crl".into()).unwrap()
}

fn issue(issuer: &Issuer, name: ProfileName, subject: Subject) -> Certificate {
    let key = SigningKey::generate_p256().unwrap();
    let profile = Profile::new(name, 30).unwrap();
    let (not_before, not_after) = profile.validity_at(now(), None);
    let request = Request { subject, key: PublicKey::EcP256, not_before, not_after };
    let prepared = Prepared::new(&profile, &request, key.public_key_spki(), issuer, now()).unwrap();
    prepared.sign_unrecorded(issuer)
}

fn office(issuer: &Issuer) -> Certificate {
    issue(issuer, ProfileName::Office, Subject::Office("9970000018".parse().unwrap()))
}

/// An authority that is not ours: rcgen as openssl would be used.
struct Stranger {
    params: rcgen::CertificateParams,
    key: rcgen::KeyPair,
    folder: tempfile::TempDir,
}

impl Stranger {
    fn new() -> Self {
        Self::until(Timestamp::MAX)
    }

    /// Its root is valid no longer than that, whatever it issues.
    fn until(end: Timestamp) -> Self {
        let mut params = rcgen::CertificateParams::default();
        params.not_after = params.not_after.min(crate::authority::prepared::offset_time(end));
        params.distinguished_name.push(rcgen::DnType::CommonName, "Kaigo Root");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
        let key = rcgen::KeyPair::generate().unwrap();
        let stranger = Self { params, key, folder: tempfile::tempdir().unwrap() };
        let root = stranger.params.self_signed(&stranger.key).unwrap();
        std::fs::write(stranger.path("roots.pem"), root.pem()).unwrap();
        stranger.publish_list(&[], now(), now() + DAY);
        stranger
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn issuer(&self) -> rcgen::Issuer<'_, &rcgen::KeyPair> {
        rcgen::Issuer::from_params(&self.params, &self.key)
    }

    fn certificate(&self, common_name: &str, unit: &str) -> Certificate {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::OrganizationalUnitName, unit);
        params.distinguished_name.push(rcgen::DnType::CommonName, common_name);
        let key = rcgen::KeyPair::generate().unwrap();
        let signed = params.signed_by(&key, &self.issuer()).unwrap();
        Certificate::from_der(signed.der()).unwrap()
    }

    fn root(&self) -> Certificate {
        Certificate::from_pem(&std::fs::read_to_string(self.path("roots.pem")).unwrap()).unwrap()
    }

    /// A certificate for clients with these names.
    fn naming(&self, uris: &[&str]) -> Certificate {
        let mut params = rcgen::CertificateParams::default();
        params.subject_alt_names =
            uris.iter().map(|uri| rcgen::SanType::URI((*uri).try_into().unwrap())).collect();
        let key = rcgen::KeyPair::generate().unwrap();
        Certificate::from_der(params.signed_by(&key, &self.issuer()).unwrap().der()).unwrap()
    }

    fn publish_list(&self, revoked: &[&Certificate], from: Timestamp, until: Timestamp) {
        let at = |it: Timestamp| crate::authority::prepared::offset_time(it);
        let list = rcgen::CertificateRevocationListParams {
            this_update: at(from),
            next_update: at(until),
            crl_number: 1_u64.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|it| rcgen::RevokedCertParams {
                    serial_number: rcgen::SerialNumber::from_slice(it.serial().as_be_bytes()),
                    revocation_time: at(from),
                    reason_code: None,
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer()).unwrap();
        std::fs::write(self.path("kaigo.crl"), list.pem().unwrap()).unwrap();
    }

    fn settings(&self) -> config::Foreign {
        let kind = |label: &str, contains: &str| RefusedKind {
            label: label.into(),
            attribute: SubjectAttribute::OrganizationalUnit,
            contains: contains.into(),
        };
        config::Foreign {
            label: "介護保険証明書".into(),
            roots_file: self.path("roots.pem"),
            crl_files: vec![self.path("kaigo.crl")],
            office: SubjectRule {
                attribute: SubjectAttribute::CommonName,
                prefix: "KJ99".into(),
                suffix: String::new(),
            },
            refused_kinds: vec![kind("代理人証明書", "Agent"), kind("障害者総合支援証明書", "Shogai")],
        }
    }

    fn trust(&self, own: &Issuer) -> Trust {
        let foreign = ForeignTrust::load(&self.settings()).unwrap();
        Trust::new(vec![own.certificate().clone()], vec![foreign]).unwrap()
    }
}

fn verdict(trust: &Trust, certificate: &Certificate, now: Timestamp) -> Result<OfficeNumber, Refusal> {
    let identity = trust.identify(certificate, &[], Purpose::ClientAuth, now)?;
    trust.judge(&identity, now)?;
    Ok(identity.office)
}

#[test]
fn certificates_of_ours_and_of_a_configured_authority_speak_for_their_office() {
    let (own, stranger) = (authority(), Stranger::new());
    let trust = stranger.trust(&own);
    assert_eq!(verdict(&trust, &office(&own), now()).unwrap().as_str(), "9970000018");
    let foreign = stranger.certificate("KJ999970000026", "Kaigo");
    assert_eq!(verdict(&trust, &foreign, now()).unwrap().as_str(), "9970000026");
}

#[test]
fn every_refusal_is_its_own_and_says_what_to_do() {
    let (own, stranger) = (authority(), Stranger::new());
    let revoked = stranger.certificate("KJ999970000026", "Kaigo");
    stranger.publish_list(&[&revoked], now(), now() + DAY);
    let trust = stranger.trust(&own);
    let server = Subject::Server(vec![ServerName::parse("localhost").unwrap()]);
    let cases = [
        (office(&authority()), now(), "certificate-unknown-authority"),
        (office(&own), now() + 31 * DAY, "certificate-expired"),
        (office(&own), now() - DAY, "certificate-not-yet-valid"),
        (issue(&own, ProfileName::PlatformServer, server), now(), "certificate-kind"),
        (issue(&own, ProfileName::PlatformSigner, Subject::Signer), now(), "certificate-kind"),
        (stranger.certificate("KJ999970000026", "Agent 1"), now(), "certificate-kind"),
        (stranger.certificate("KJ999970000026", "Shogai"), now(), "certificate-kind"),
        (stranger.certificate("9970000026", "Kaigo"), now(), "certificate-no-office"),
        (revoked, now(), "certificate-revoked"),
        (stranger.certificate("KJ999970000026", "Kaigo"), now() + 2 * DAY, "revocation-unknown"),
    ];
    let mut said = String::new();
    for (certificate, at, code) in cases {
        let problem: Problem = verdict(&trust, &certificate, at).unwrap_err().into();
        assert_eq!(problem.code.as_str(), code, "{certificate:?}");
        said.push_str(&format!("{problem}\n"));
    }
    assert_snapshot!(said);
}

#[test]
fn an_expired_certificate_of_a_stranger_is_still_a_strangers() {
    let (own, stranger) = (authority(), Stranger::new());
    let trust = stranger.trust(&own);
    let other = office(&authority());
    assert_eq!(verdict(&trust, &other, now() + 31 * DAY), Err(Refusal::UnknownAuthority));
}

#[test]
fn a_certificate_is_valid_up_to_its_last_instant() {
    let (own, stranger) = (authority(), Stranger::new());
    let trust = stranger.trust(&own);
    let it = office(&own);
    let second = SignedDuration::from_secs(1);
    assert!(verdict(&trust, &it, it.not_after()).is_ok());
    assert_eq!(verdict(&trust, &it, it.not_after() + second), Err(Refusal::Expired { at: it.not_after() }));
    assert!(verdict(&trust, &it, it.not_before()).is_ok());
    assert!(verdict(&trust, &it, it.not_before() - second).is_err());
}

#[test]
fn a_certificate_of_ours_speaks_for_exactly_one_office_and_never_for_the_platform() {
    // Any authority can play ours: the names are what counts.
    let ours = Stranger::new();
    let trust = Trust::new(vec![ours.root()], Vec::new()).unwrap();
    let one = "urn:x-careplan:office:9970000018";
    assert_eq!(
        verdict(&trust, &ours.naming(&["https://example.jp/", one]), now()).unwrap().as_str(),
        "9970000018"
    );
    for uris in [&[one, "urn:x-careplan:office:9970000026"][..], &[], &["urn:x-careplan:office:997000001"]] {
        assert_eq!(verdict(&trust, &ours.naming(uris), now()), Err(Refusal::NoOffice), "{uris:?}");
    }
    let both = verdict(&trust, &ours.naming(&[one, PLATFORM_URI]), now());
    assert_eq!(both, Err(Refusal::Kind(Some("連携基盤の証明書".to_owned()))));
}

#[test]
fn an_authority_whose_own_certificate_ran_out_vouches_for_nobody() {
    let end = now() + DAY;
    let (own, stranger) = (authority(), Stranger::until(end));
    stranger.publish_list(&[], now(), now() + 9 * DAY);
    let trust = stranger.trust(&own);
    let it = stranger.certificate("KJ999970000018", "Kaigo");
    assert!(verdict(&trust, &it, end).is_ok());
    let after = verdict(&trust, &it, end + SignedDuration::from_secs(1));
    assert_eq!(after, Err(Refusal::UnknownAuthority));
}

#[test]
fn of_several_lists_the_newest_counts_in_whatever_order_they_are_configured() {
    let (own, stranger) = (authority(), Stranger::new());
    let it = stranger.certificate("KJ999970000018", "Kaigo");
    std::fs::rename(stranger.path("kaigo.crl"), stranger.path("older.crl")).unwrap();
    stranger.publish_list(&[&it], now() + SignedDuration::from_secs(1), now() + DAY);
    for files in [["older.crl", "kaigo.crl"], ["kaigo.crl", "older.crl"]] {
        let crl_files = files.iter().map(|name| stranger.path(name)).collect();
        let foreign = ForeignTrust::load(&config::Foreign { crl_files, ..stranger.settings() }).unwrap();
        let trust = Trust::new(vec![own.certificate().clone()], vec![foreign]).unwrap();
        let refusal = verdict(&trust, &it, now() + SignedDuration::from_secs(2)).unwrap_err();
        assert!(matches!(refusal, Refusal::Revoked { .. }), "{files:?}: {refusal}");
    }
}

#[test]
fn a_list_that_names_the_root_itself_refuses_all_it_issued() {
    let (own, stranger) = (authority(), Stranger::new());
    stranger.publish_list(&[&stranger.root()], now(), now() + DAY);
    let refusal = verdict(&stranger.trust(&own), &stranger.certificate("KJ999970000018", "Kaigo"), now());
    assert!(matches!(refusal, Err(Refusal::Revoked { .. })), "{refusal:?}");
}

#[test]
fn our_own_revocation_list_is_read_by_others() {
    let own = authority();
    let it = office(&own);
    let entry = Revoked { serial: *it.serial(), at: now() };
    let list = own.sign_list(7, &[entry], (now(), now() + DAY)).unwrap();
    let list = careplan_envelope::RevocationList::from_der(&list, own.certificate()).unwrap();
    assert_eq!(list.contains(it.serial()), Some(now()));
    assert!(list.covers(&it) && list.is_current_at(now()));
    assert_eq!(list.number().unwrap().to_string(), "07");
}

#[test]
fn files_that_do_not_fit_are_named() {
    let (stranger, other) = (Stranger::new(), Stranger::new());
    let fault = |settings: &config::Foreign| ForeignTrust::load(settings).unwrap_err().to_string();
    let missing = config::Foreign { roots_file: "/nowhere/roots.pem".into(), ..stranger.settings() };
    assert!(fault(&missing).contains("/nowhere/roots.pem"));
    let no_pem = config::Foreign { roots_file: stranger.path("kaigo.crl"), ..stranger.settings() };
    assert!(fault(&no_pem).contains("PEM形式の証明書が必要です"));
    let of_other = config::Foreign { crl_files: vec![other.path("kaigo.crl")], ..stranger.settings() };
    assert!(fault(&of_other).contains("失効リスト"), "{}", fault(&of_other));
}
