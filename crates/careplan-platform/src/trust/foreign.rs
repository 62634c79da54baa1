//! A foreign authority: its roots, its revocation lists, and the rule that finds the office.

use std::path::{Path, PathBuf};

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::{
    Attribute, Certificate, CertificateFault, ChainFault, RevocationFault, RevocationList, TrustAnchors,
    VerifiedChain, chain_from_pem,
};
use careplan_protocol::Base64;
use careplan_protocol::trust::{ForeignAuthority, SubjectAttribute};

use super::Refusal;
use crate::config;

/// Why a foreign authority cannot be taken as configured.
#[derive(Debug, thiserror::Error)]
pub enum LoadFault {
    /// A file cannot be read.
    #[error("ファイル `{path}` を読めません。設定 `trust.foreign` の「{label}」を確かめてください。")]
    Read {
        /// Which authority.
        label: String,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The roots are no certificates.
    #[error("「{label}」の認証局証明書 `{path}` を読み取れません（PEM形式の証明書が必要です）。")]
    Roots {
        /// Which authority.
        label: String,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: CertificateFault,
    },
    /// A certificate among the roots is not an authority's.
    #[error("「{label}」の `{path}` に、認証局のものではない証明書があります。")]
    NotAuthority {
        /// Which authority.
        label: String,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: ChainFault,
    },
    /// A revocation list that none of the authority's certificates signed.
    #[error("「{label}」の失効リスト `{path}` を確かめられません。発行者の証明書が roots_file に必要です。")]
    List {
        /// Which authority.
        label: String,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: RevocationFault,
    },
}

/// One foreign authority, its files read and verified.
#[derive(Debug)]
pub struct ForeignTrust {
    published: ForeignAuthority,
    anchors: TrustAnchors,
    lists: Vec<RevocationList>,
}

impl ForeignTrust {
    /// Reads the files of a configured authority.
    ///
    /// A revocation list that is out of date is taken: it refuses its certificates one by one, with
    /// a reason, until a new list lies there.
    ///
    /// # Errors
    /// [`LoadFault`] names the authority and the file.
    pub fn load(settings: &config::Foreign) -> Result<Self, LoadFault> {
        let label = || settings.label.clone();
        let pem = read(settings, &settings.roots_file)?;
        let path = || settings.roots_file.clone();
        let roots = std::str::from_utf8(&pem)
            .map_err(|_| CertificateFault::NoPem)
            .and_then(chain_from_pem)
            .map_err(|source| LoadFault::Roots { label: label(), path: path(), source })?;
        let anchors = TrustAnchors::new(roots.clone()).map_err(|source| LoadFault::NotAuthority {
            label: label(),
            path: path(),
            source,
        })?;
        let mut lists = Vec::new();
        for path in &settings.crl_files {
            let list = list_of(&read(settings, path)?, &roots).map_err(|source| LoadFault::List {
                label: label(),
                path: path.clone(),
                source,
            })?;
            lists.push(list);
        }
        let published = ForeignAuthority {
            label: label(),
            roots: roots.iter().map(|root| Base64(root.der().to_vec())).collect(),
            office: settings.office.clone(),
            refused_kinds: settings.refused_kinds.clone(),
        };
        Ok(Self { published, anchors, lists })
    }

    pub(super) fn published(&self) -> &ForeignAuthority {
        &self.published
    }

    pub(super) fn anchors(&self) -> &TrustAnchors {
        &self.anchors
    }

    /// The office that a certificate names by this authority's rule, unless its kind is refused.
    pub(super) fn office_of(&self, leaf: &Certificate) -> Result<OfficeNumber, Refusal> {
        for kind in &self.published.refused_kinds {
            let values = leaf.subject_attributes(attribute(kind.attribute));
            if values.iter().any(|value| value.contains(&kind.contains)) {
                return Err(Refusal::Kind(Some(kind.label.clone())));
            }
        }
        let rule = &self.published.office;
        let value = leaf.subject_attribute(attribute(rule.attribute)).ok_or(Refusal::NoOffice)?;
        rule.office_of(&value).ok_or(Refusal::NoOffice)
    }

    /// Asks the lists about every certificate of a chain, the trusted one included when a list
    /// speaks about it.
    pub(super) fn judge_revocation(&self, chain: &VerifiedChain, now: Timestamp) -> Result<(), Refusal> {
        for (certificate, _) in chain.links() {
            let list =
                self.lists.iter().filter(|list| list.covers(certificate)).max_by_key(|it| it.this_update());
            let Some(list) = list.filter(|list| list.is_current_at(now)) else {
                return Err(Refusal::RevocationUnknown { label: self.published.label.clone() });
            };
            if let Some(at) = list.contains(certificate.serial()) {
                return Err(Refusal::Revoked { at: Some(at) });
            }
        }
        let root = chain.root();
        let about_root = self.lists.iter().filter(|list| list.covers(root));
        match about_root.filter_map(|list| list.contains(root.serial())).min() {
            Some(at) => Err(Refusal::Revoked { at: Some(at) }),
            None => Ok(()),
        }
    }
}

fn read(settings: &config::Foreign, path: &Path) -> Result<Vec<u8>, LoadFault> {
    std::fs::read(path).map_err(|source| LoadFault::Read {
        label: settings.label.clone(),
        path: path.to_owned(),
        source,
    })
}

/// Reads a list (DER or PEM) that one of `issuers` signed.
fn list_of(bytes: &[u8], issuers: &[Certificate]) -> Result<RevocationList, RevocationFault> {
    let der = match der::pem::decode_vec(bytes) {
        Ok(("X509 CRL", der)) => der,
        _ => bytes.to_vec(),
    };
    let mut fault = RevocationFault::OtherIssuer;
    for issuer in issuers {
        match RevocationList::from_der(&der, issuer) {
            Ok(list) => return Ok(list),
            Err(RevocationFault::OtherIssuer) => {}
            Err(other) => fault = other,
        }
    }
    Err(fault)
}

fn attribute(attribute: SubjectAttribute) -> Attribute {
    match attribute {
        SubjectAttribute::CommonName => Attribute::CommonName,
        SubjectAttribute::OrganizationalUnit => Attribute::OrganizationalUnit,
        SubjectAttribute::Organization => Attribute::Organization,
        SubjectAttribute::SerialNumber => Attribute::SerialNumber,
    }
}
