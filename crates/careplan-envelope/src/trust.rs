//! Chains from a certificate up to a root that the caller trusts.
//!
//! Promises: a chain that verifies was signed link by link, every certificate in it (the root too)
//! was valid at the given instant, and the leaf may be used for the given purpose. Revocation is
//! asked afterwards, link by link, with [`RevocationList`](crate::RevocationList) or the
//! authority's own records. Never trusts the system's root store.

use std::time::Duration;

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter};

use crate::certificate::{Certificate, KeyUsage};

/// Intermediate certificates considered for one chain: real ones have one or two.
pub const INTERMEDIATES_MAX: usize = 16;

/// What a certificate is about to be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A client in TLS.
    ClientAuth,
    /// A server in TLS.
    ServerAuth,
    /// A signature on a letter or a receipt: any extended key usage among clientAuth,
    /// emailProtection and documentSigning, or none stated.
    Signature,
}

/// Why a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainFault {
    /// A certificate of the chain ended before the given instant.
    #[error("certificate expired at {at}")]
    Expired {
        /// Its last valid instant.
        at: Timestamp,
    },
    /// A certificate of the chain begins after the given instant.
    #[error("certificate is not valid before {at}")]
    NotYetValid {
        /// Its first valid instant.
        at: Timestamp,
    },
    /// No chain leads to a trusted root.
    #[error("issuer is not trusted")]
    UnknownIssuer,
    /// The name of a trusted issuer, but not its signature.
    #[error("signature of the issuer does not verify")]
    BadSignature,
    /// The certificate may not be used for this, or is an authority's own.
    #[error("certificate is not meant for this purpose")]
    WrongPurpose,
    /// Anything else: malformed, unsupported critical extension, forbidden name, path too long.
    #[error("certificate chain is not acceptable: {0}")]
    Other(String),
}

/// The root certificates that the caller has decided to trust.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    roots: Vec<Certificate>,
    anchors: Vec<TrustAnchor<'static>>,
}

/// A chain that held at one instant for one purpose.
#[derive(Clone, Debug)]
pub struct VerifiedChain {
    leaf: Certificate,
    intermediates: Vec<Certificate>,
    root: Certificate,
}

impl TrustAnchors {
    /// Trusts these roots and nothing else.
    ///
    /// # Errors
    /// [`ChainFault::WrongPurpose`] for a certificate that is no authority's,
    /// [`ChainFault::Other`] for one that cannot be used as a root.
    pub fn new(roots: impl IntoIterator<Item = Certificate>) -> Result<Self, ChainFault> {
        let mut trust = Self::default();
        for root in roots {
            if !root.is_ca() {
                return Err(ChainFault::WrongPurpose);
            }
            let der = CertificateDer::from(root.der());
            let anchor = webpki::anchor_from_trusted_cert(&der).map_err(other)?.to_owned();
            trust.anchors.push(anchor);
            trust.roots.push(root);
        }
        Ok(trust)
    }

    /// The trusted roots.
    #[must_use]
    pub fn roots(&self) -> &[Certificate] {
        &self.roots
    }

    /// Looks for a chain from `leaf` over `intermediates` (in any order, surplus ones are ignored)
    /// to a root, valid at `at`.
    ///
    /// To judge an old signature, pass the instant at which it is proven to have existed.
    ///
    /// # Errors
    /// [`ChainFault`] by its variants.
    pub fn verify_chain(
        &self,
        leaf: &Certificate,
        intermediates: &[Certificate],
        at: Timestamp,
        purpose: Purpose,
    ) -> Result<VerifiedChain, ChainFault> {
        let fault = match self.find_chain(leaf, intermediates, at, purpose) {
            Ok(chain) => return Ok(chain),
            Err(fault) => fault,
        };
        // A stranger's certificate that is expired as well stays a stranger's: “renew it” would be
        // the wrong advice.
        let within = match fault {
            ChainFault::Expired { .. } => leaf.not_after(),
            ChainFault::NotYetValid { .. } => leaf.not_before(),
            _ => return Err(fault),
        };
        match self.find_chain(leaf, intermediates, within, purpose) {
            Err(stranger @ (ChainFault::UnknownIssuer | ChainFault::BadSignature)) => Err(stranger),
            _ => Err(fault),
        }
    }

    fn find_chain(
        &self,
        leaf: &Certificate,
        intermediates: &[Certificate],
        at: Timestamp,
        purpose: Purpose,
    ) -> Result<VerifiedChain, ChainFault> {
        if intermediates.len() > INTERMEDIATES_MAX {
            return Err(ChainFault::Other("too many intermediate certificates".to_owned()));
        }
        let leaf_der = CertificateDer::from(leaf.der());
        let end_entity = EndEntityCert::try_from(&leaf_der).map_err(other)?;
        let candidates: Vec<_> = intermediates.iter().map(|c| CertificateDer::from(c.der())).collect();
        let seconds = u64::try_from(at.as_second()).unwrap_or(0);
        let path = end_entity
            .verify_for_usage(
                webpki::ALL_VERIFICATION_ALGS,
                &self.anchors,
                &candidates,
                UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
                purpose,
                None,
                None,
            )
            .map_err(fault)?;

        let used = |der: &[u8]| intermediates.iter().find(|c| c.der() == der).cloned();
        let chain: Option<Vec<_>> = path.intermediate_certificates().map(|cert| used(&cert.der())).collect();
        let anchor = path.anchor();
        // A renewed root has the name and key of its predecessor: whichever is valid will do.
        let same = |a: &TrustAnchor<'_>| {
            a.subject == anchor.subject && a.subject_public_key_info == anchor.subject_public_key_info
        };
        let roots = || self.anchors.iter().zip(&self.roots).filter(|(a, _)| same(a)).map(|(_, root)| root);
        let root = roots().find(|root| root.is_valid_at(at)).or_else(|| roots().next());
        let (Some(intermediates), Some(root)) = (chain, root) else {
            return Err(ChainFault::Other("verified path is not made of the given certificates".to_owned()));
        };
        // webpki takes a root's validity for granted.
        in_validity(root, at)?;
        if !purpose.allowed_by(leaf.key_usage()) {
            return Err(ChainFault::WrongPurpose);
        }
        Ok(VerifiedChain { leaf: leaf.clone(), intermediates, root: root.clone() })
    }
}

impl VerifiedChain {
    /// The certificate in question.
    #[must_use]
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// The certificates between leaf and root, the leaf's issuer first.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// The trusted root.
    #[must_use]
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// The certificate that issued the leaf.
    #[must_use]
    pub fn issuer(&self) -> &Certificate {
        self.intermediates.first().unwrap_or(&self.root)
    }

    /// Each certificate below the root with its issuer, the leaf first: the pairs for which
    /// revocation is to be asked.
    pub fn links(&self) -> impl Iterator<Item = (&Certificate, &Certificate)> {
        let below = std::iter::once(&self.leaf).chain(&self.intermediates);
        below.zip(self.intermediates.iter().chain(std::iter::once(&self.root)))
    }
}

impl Purpose {
    /// Extended key usages that fit; a certificate that states none fits every purpose.
    fn extended_usages(self) -> &'static [&'static [usize]] {
        match self {
            Self::ClientAuth => &[CLIENT_AUTH, ANY],
            Self::ServerAuth => &[SERVER_AUTH, ANY],
            Self::Signature => &[CLIENT_AUTH, EMAIL_PROTECTION, DOCUMENT_SIGNING, ANY],
        }
    }

    /// Key usage of the leaf; webpki does not look at it.
    fn allowed_by(self, usage: Option<KeyUsage>) -> bool {
        let Some(usage) = usage else { return true };
        match self {
            Self::ClientAuth => usage.digital_signature,
            Self::ServerAuth => usage.digital_signature || usage.key_encipherment || usage.key_agreement,
            Self::Signature => usage.digital_signature || usage.content_commitment,
        }
    }
}

const SERVER_AUTH: &[usize] = &[1, 3, 6, 1, 5, 5, 7, 3, 1];
const CLIENT_AUTH: &[usize] = &[1, 3, 6, 1, 5, 5, 7, 3, 2];
const EMAIL_PROTECTION: &[usize] = &[1, 3, 6, 1, 5, 5, 7, 3, 4];
const DOCUMENT_SIGNING: &[usize] = &[1, 3, 6, 1, 5, 5, 7, 3, 36];
const ANY: &[usize] = &[2, 5, 29, 37, 0];

impl ExtendedKeyUsageValidator for Purpose {
    fn validate(&self, usages: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        let mut stated = false;
        for usage in usages {
            stated = true;
            let usage = usage?.to_decoded_oid();
            if self.extended_usages().contains(&usage.as_slice()) {
                return Ok(());
            }
        }
        if stated { Err(webpki::Error::CaUsedAsEndEntity) } else { Ok(()) }
    }
}

fn in_validity(root: &Certificate, at: Timestamp) -> Result<(), ChainFault> {
    if at < root.not_before() {
        return Err(ChainFault::NotYetValid { at: root.not_before() });
    }
    if at > root.not_after() {
        return Err(ChainFault::Expired { at: root.not_after() });
    }
    Ok(())
}

fn fault(error: webpki::Error) -> ChainFault {
    use webpki::Error;
    match error {
        Error::CertExpired { not_after, .. } => ChainFault::Expired { at: instant(not_after) },
        Error::CertNotValidYet { not_before, .. } => ChainFault::NotYetValid { at: instant(not_before) },
        Error::UnknownIssuer => ChainFault::UnknownIssuer,
        Error::InvalidSignatureForPublicKey
        | Error::SignatureAlgorithmMismatch
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => ChainFault::BadSignature,
        Error::CaUsedAsEndEntity | Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            ChainFault::WrongPurpose
        }
        error => other(error),
    }
}

fn instant(time: UnixTime) -> Timestamp {
    i64::try_from(time.as_secs()).ok().and_then(|s| Timestamp::from_second(s).ok()).unwrap_or(Timestamp::MAX)
}

fn other(error: webpki::Error) -> ChainFault {
    ChainFault::Other(format!("{error:?}"))
}
