//! The authority of this PC, and the certificate it gives itself.

use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};

use careplan_domain::{Digest, Timestamp};
use careplan_envelope::{Attribute, Certificate, chain_from_pem};
use jiff::SignedDuration;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::names::{LOCAL_ENDS, is_label, is_local_name};
use super::{Names, own_names};
use crate::files::{self, FileFault, Privacy};
use crate::mishap::Mishaps;
use crate::state::StateFault;

/// Longer than a PC lives: nobody installs it twice.
const AUTHORITY_DAYS: i64 = 3_650;

/// Apple's devices take 825 days at most from authorities that people installed; a year is renewed by itself.
pub const SERVER_DAYS: i64 = 397;

/// It is renewed so long before its end.
const RENEWAL_DAYS: i64 = 30;

/// A clock that goes after on another PC must not refuse it.
const BACKDATED: SignedDuration = SignedDuration::from_hours(24);

/// How the authority is called in the lists of devices; the PC's name stands behind it.
const TITLE: &str = "ケアプラン連携 事業所内認証局";

/// Where both lie, below the data folder.
const FOLDER: &str = "lan";
const AUTHORITY: &str = "authority.pem";
const SERVER: &str = "server.pem";

/// Addresses of local networks (see [`Names`]).
const LOCAL_4: &[([u8; 4], u8)] = &[
    ([10, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    ([169, 254, 0, 0], 16),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
];
const LOCAL_6: &[(u16, u8)] = &[(0xfc00, 7), (0xfe80, 10)];

/// Why nothing can be shared.
#[derive(Debug, thiserror::Error)]
pub enum LanFault {
    /// Another program has the port.
    #[error(
        "事業所内での共有に使うポート {0} は、ほかのプログラムが使っています。設定の「事業所内での共有」で別の番号にしてください。"
    )]
    Taken(u16),
    /// The system refused.
    #[error(
        "事業所内での共有に使うポート {0} を開けません。設定の「事業所内での共有」で別の番号にしてください。"
    )]
    Refused(u16, #[source] std::io::Error),
    /// A certificate could not be made or used.
    #[error(
        "事業所内での共有に使う証明書を作成できません。データフォルダーの中の lan フォルダーを別の場所へ移し、共有をやり直してください（ほかのパソコンには、証明書を入れ直します）。"
    )]
    Certificate,
    /// A file.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The state file.
    #[error(transparent)]
    State(#[from] StateFault),
}

impl From<rcgen::Error> for LanFault {
    fn from(_: rcgen::Error) -> Self {
        Self::Certificate
    }
}

/// A certificate with its key, as TLS needs them.
pub struct ServerCertificate {
    /// DER.
    pub(super) certificate: Vec<u8>,
    /// PKCS#8; wiped when dropped.
    pub(super) key: Zeroizing<Vec<u8>>,
}

impl ServerCertificate {
    fn new(key: &KeyPair, certificate: &Certificate) -> Self {
        let key = Zeroizing::new(key.serialize_der());
        Self { certificate: certificate.der().to_vec(), key }
    }
}

/// The authority of this PC.
pub struct Authority {
    folder: PathBuf,
    mishaps: Mishaps,
    key: KeyPair,
    certificate: Certificate,
}

impl Authority {
    /// The authority of a data folder; made when there is none.
    ///
    /// # Errors
    /// [`LanFault`].
    pub fn obtain(data: &Path, now: Timestamp, mishaps: &Mishaps) -> Result<Self, LanFault> {
        if let Some(there) = Self::read(data, mishaps)? {
            return Ok(there);
        }
        let folder = data.join(FOLDER);
        files::make_folder(&folder, Privacy::Private)?;
        let key = KeyPair::generate()?;
        let host = own_names().dns.into_iter().find(|it| is_label(it));
        let made = parameters(host.as_deref(), now)?.self_signed(&key)?;
        let certificate = Certificate::from_der(made.der()).map_err(|_| LanFault::Certificate)?;
        store(&folder.join(AUTHORITY), "", (&key, &certificate), mishaps)?;
        Ok(Self { folder, mishaps: mishaps.clone(), key, certificate })
    }

    /// The authority of a data folder, if one was made.
    ///
    /// # Errors
    /// [`LanFault`].
    pub fn read(data: &Path, mishaps: &Mishaps) -> Result<Option<Self>, LanFault> {
        let folder = data.join(FOLDER);
        let Some((_, key, certificate)) = load(&folder.join(AUTHORITY))? else { return Ok(None) };
        Ok(Some(Self { folder, mishaps: mishaps.clone(), key, certificate }))
    }

    /// The certificate that the other devices install.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// What tells it from another one: people compare the first characters.
    pub fn fingerprint(&self) -> Digest {
        Digest(self.certificate.fingerprint())
    }

    /// Of these names those that it may speak for: a PC that was renamed keeps its authority, and is found by the other names.
    #[must_use]
    pub fn speaks_for(&self, mut names: Names) -> Names {
        let name = self.certificate.subject_attribute(Attribute::CommonName).unwrap_or_default();
        let host = name.rsplit(' ').next().unwrap_or_default();
        names.dns.retain(|it| it == host || is_local_name(it));
        names
    }

    /// The certificate for these names: the one that is there while it holds and is for them, or else a new one.
    ///
    /// # Errors
    /// [`LanFault`].
    pub fn server(&self, names: &Names, now: Timestamp) -> Result<ServerCertificate, LanFault> {
        let path = self.folder.join(SERVER);
        let hosts: Vec<String> = names.hosts().collect();
        // What the one that is there was made for stands above it.
        let head = format!("{} {}\n", self.fingerprint(), hosts.join(" "));
        if let Some((there, key, certificate)) = load(&path)? {
            let renewal =
                certificate.not_after().saturating_sub(SignedDuration::from_hours(24 * RENEWAL_DAYS));
            let holds = certificate.not_before() <= now && renewal.is_ok_and(|renewal| now < renewal);
            if holds && there == head {
                return Ok(ServerCertificate::new(&key, &certificate));
            }
        }
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = common_name(hosts.first().map_or(TITLE, String::as_str));
        params.subject_alt_names = alternative_names(names)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = term(now, SERVER_DAYS)?;
        let mut issuer = CertificateParams::default();
        let name = self.certificate.subject_attribute(Attribute::CommonName).unwrap_or_default();
        issuer.distinguished_name = common_name(&name);
        issuer.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issued = params.signed_by(&key, &Issuer::new(issuer, &self.key))?;
        let certificate = Certificate::from_der(issued.der()).map_err(|_| LanFault::Certificate)?;
        store(&path, &head, (&key, &certificate), &self.mishaps)?;
        Ok(ServerCertificate::new(&key, &certificate))
    }
}

/// The authority's own certificate: bound to names and addresses of local networks, and to this PC's name.
fn parameters(host: Option<&str>, now: Timestamp) -> Result<CertificateParams, LanFault> {
    let mut params = CertificateParams::default();
    let name = host.map_or_else(|| TITLE.to_owned(), |host| format!("{TITLE} {host}"));
    params.distinguished_name = common_name(&name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let ends = LOCAL_ENDS.iter().copied().chain(host).map(|end| GeneralSubtree::DnsName(end.to_owned()));
    let of_4 = LOCAL_4.iter().map(|(net, bits)| CidrSubnet::from_v4_prefix(*net, *bits));
    let of_6 = LOCAL_6.iter().map(|(first, bits)| {
        let net = Ipv6Addr::new(*first, 0, 0, 0, 0, 0, 0, 0);
        CidrSubnet::from_v6_prefix(net.octets(), *bits)
    });
    let addresses = of_4.chain(of_6).map(GeneralSubtree::IpAddress);
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: ends.chain(addresses).collect(),
        excluded_subtrees: Vec::new(),
    });
    (params.not_before, params.not_after) = term(now, AUTHORITY_DAYS)?;
    Ok(params)
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn alternative_names(names: &Names) -> Result<Vec<SanType>, LanFault> {
    let dns = names.dns.iter().map(|it| Ok(SanType::DnsName(it.as_str().try_into()?)));
    let addresses = names.addresses.iter().map(|it| Ok(SanType::IpAddress(*it)));
    dns.chain(addresses).collect()
}

fn term(now: Timestamp, days: i64) -> Result<(OffsetDateTime, OffsetDateTime), LanFault> {
    let at = |instant: Timestamp| {
        OffsetDateTime::from_unix_timestamp(instant.as_second()).map_err(|_| LanFault::Certificate)
    };
    let until = now.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX);
    Ok((at(now.saturating_sub(BACKDATED).unwrap_or(now))?, at(until)?))
}

/// Key and certificate in one file, so that a kill leaves both or neither.
fn store(
    path: &Path,
    head: &str,
    (key, certificate): (&KeyPair, &Certificate),
    mishaps: &Mishaps,
) -> Result<(), LanFault> {
    let text = Zeroizing::new(format!("{head}{}{}", key.serialize_pem(), certificate.to_pem()));
    Ok(files::replace(path, text.as_bytes(), Privacy::Private, mishaps)?)
}

/// What stands above them, key, certificate.
fn load(path: &Path) -> Result<Option<(String, KeyPair, Certificate)>, LanFault> {
    let Some(text) = files::read_if_there(path)?.map(Zeroizing::new) else { return Ok(None) };
    let text = std::str::from_utf8(&text).map_err(|_| LanFault::Certificate)?;
    let (head, _) = text.split_once("-----BEGIN").ok_or(LanFault::Certificate)?;
    let key = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).map_err(|_| LanFault::Certificate)?;
    let certificate = chain_from_pem(text).ok().and_then(|chain| chain.into_iter().next());
    Ok(Some((head.to_owned(), KeyPair::try_from(&key)?, certificate.ok_or(LanFault::Certificate)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn names(all: &[&str]) -> Names {
        Names::read(all.iter().copied()).0
    }

    #[test]
    fn the_authority_is_made_once_and_the_certificate_again_for_other_names_or_near_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let none = Mishaps::default();
        assert!(Authority::read(folder.path(), &none).unwrap().is_none());
        let first = Authority::obtain(folder.path(), at("2026-11-25T00:00:00Z"), &none).unwrap();
        let again = Authority::obtain(folder.path(), at("2030-11-25T00:00:00Z"), &none).unwrap();
        assert_eq!(first.fingerprint(), again.fingerprint());
        let made = |at: Timestamp, all: &[&str]| again.server(&names(all), at).unwrap().certificate;
        let one = made(at("2026-11-25T00:00:00Z"), &["pc.local", "192.168.1.7"]);
        assert_eq!(made(at("2027-11-20T00:00:00Z"), &["192.168.1.7", "PC.local"]), one);
        let renewed = made(at("2027-11-27T00:00:00Z"), &["pc.local", "192.168.1.7"]);
        assert_ne!(renewed, one, "it ends in a month");
        let two = made(at("2027-11-27T00:00:00Z"), &["pc.local", "192.168.1.8"]);
        assert_ne!(two, renewed, "it is for another address");
        // A clock that was years ahead leaves one that does not hold yet.
        assert_ne!(made(at("2026-11-27T00:00:00Z"), &["pc.local", "192.168.1.8"]), two);
    }

    #[test]
    fn it_speaks_for_this_pc_and_for_local_names_only() {
        let folder = tempfile::tempdir().unwrap();
        let authority =
            Authority::obtain(folder.path(), at("2026-11-25T00:00:00Z"), &Mishaps::default()).unwrap();
        let own = own_names();
        assert_eq!(authority.speaks_for(own.clone()), own);
        let mut renamed = names(&["pc.local", "192.168.1.7"]);
        renamed.dns.insert("renamed".into());
        assert_eq!(authority.speaks_for(renamed), names(&["pc.local", "192.168.1.7"]));
    }

    #[cfg(unix)]
    #[test]
    fn its_key_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let now = at("2026-11-25T00:00:00Z");
        let authority = Authority::obtain(folder.path(), now, &Mishaps::default()).unwrap();
        authority.server(&names(&["pc.local"]), now).unwrap();
        for file in [AUTHORITY, SERVER] {
            let mode = std::fs::metadata(folder.path().join(FOLDER).join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }
}
