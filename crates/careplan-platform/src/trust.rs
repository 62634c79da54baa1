//! Whom a certificate speaks for: our own authority's, or a foreign one's by configured rules.
//!
//! A [`Trust`] is a snapshot of what is configured; a reload replaces it whole. What stands in a
//! certificate and its chain is found once ([`Trust::identify`]); what changes with time — validity,
//! revocation by a foreign authority — is judged at every request ([`Trust::judge`]). Revocation of
//! our own certificates and suspension are the database's to say.

mod foreign;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use careplan_domain::{Digest, OfficeNumber, Timestamp};
use careplan_envelope::{Certificate, ChainFault, Purpose, TrustAnchors, VerifiedChain};
use careplan_protocol::trust::{OFFICE_URI_PREFIX, PLATFORM_URI, TRUST_TYPE, TrustList, office_of_uri};

pub use foreign::{ForeignTrust, LoadFault};
pub use refusal::{Refusal, in_japan};

/// Identities remembered, so that a client that connects anew for each request is not verified
/// from scratch each time. One takes about 4 KiB.
const IDENTITIES_KEPT: usize = 4096;

/// Whose certificates are accepted, as configured at one moment.
#[derive(Debug)]
pub struct Trust {
    own: TrustAnchors,
    foreign: Vec<ForeignTrust>,
    seen: Mutex<HashMap<[u8; 32], Arc<Identity>>>,
}

/// What does not change about a certificate: its chain, and the office it speaks for.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The office it speaks for.
    pub office: OfficeNumber,
    /// The certificate.
    pub certificate: Certificate,
    /// SHA-256 of it.
    pub fingerprint: Digest,
    chain: VerifiedChain,
    issuer: Issuer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Issuer {
    Own,
    /// Place in the list of foreign authorities.
    Foreign(usize),
}

impl Identity {
    /// Whether our own authority issued it, so that the database knows it.
    pub fn is_own(&self) -> bool {
        self.issuer == Issuer::Own
    }
}

impl Trust {
    /// Trusts our own root and the foreign authorities given.
    ///
    /// # Errors
    /// A root that cannot be used as one.
    pub fn new(own_roots: Vec<Certificate>, foreign: Vec<ForeignTrust>) -> Result<Self, ChainFault> {
        Ok(Self { own: TrustAnchors::new(own_roots)?, foreign, seen: Mutex::default() })
    }

    /// Our own roots.
    pub fn own(&self) -> &TrustAnchors {
        &self.own
    }

    /// The list of foreign authorities, to be signed and published.
    pub fn list(&self, issued_at: Timestamp) -> TrustList {
        let foreign = self.foreign.iter().map(|it| it.published().clone()).collect();
        TrustList { document: TRUST_TYPE.to_owned(), issued_at, foreign }
    }

    /// Finds out whom a certificate speaks for. Its validity is not judged here, so that an expired
    /// certificate of ours is told from one of a stranger.
    ///
    /// # Errors
    /// [`Refusal`]: not of an accepted authority, of a refused kind, or without an office number.
    pub fn identify(
        &self,
        leaf: &Certificate,
        intermediates: &[Certificate],
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Arc<Identity>, Refusal> {
        let fingerprint = leaf.fingerprint();
        if purpose == Purpose::ClientAuth
            && let Some(seen) = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&fingerprint)
        {
            return Ok(seen.clone());
        }
        let identity = Arc::new(self.identify_anew(leaf, intermediates, purpose, now)?);
        if purpose == Purpose::ClientAuth {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.len() >= IDENTITIES_KEPT {
                seen.clear();
            }
            seen.insert(fingerprint, identity.clone());
        }
        Ok(identity)
    }

    fn identify_anew(
        &self,
        leaf: &Certificate,
        intermediates: &[Certificate],
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Identity, Refusal> {
        // Within its own validity, so that only the chain is asked about.
        let at = now.clamp(leaf.not_before(), leaf.not_after().max(leaf.not_before()));
        let (issuer, chain) = self.chain_of(leaf, intermediates, at, purpose)?;
        let office = match issuer {
            Issuer::Own => own_office(leaf)?,
            Issuer::Foreign(place) => {
                let foreign = self.foreign.get(place).ok_or(Refusal::UnknownAuthority)?;
                foreign.office_of(leaf)?
            }
        };
        let fingerprint = Digest(leaf.fingerprint());
        Ok(Identity { office, certificate: leaf.clone(), fingerprint, chain, issuer })
    }

    fn chain_of(
        &self,
        leaf: &Certificate,
        intermediates: &[Certificate],
        at: Timestamp,
        purpose: Purpose,
    ) -> Result<(Issuer, VerifiedChain), Refusal> {
        let own = std::iter::once((Issuer::Own, &self.own));
        let foreign = self.foreign.iter().enumerate().map(|(i, it)| (Issuer::Foreign(i), it.anchors()));
        let mut refusal = Refusal::UnknownAuthority;
        for (issuer, anchors) in own.chain(foreign) {
            match anchors.verify_chain(leaf, intermediates, at, purpose) {
                Ok(chain) => return Ok((issuer, chain)),
                // The issuer is known: its verdict says more than a stranger's.
                Err(ChainFault::WrongPurpose) if is_issued_by(leaf, anchors) => {
                    refusal = Refusal::Kind(None);
                }
                Err(_) => {}
            }
        }
        Err(refusal)
    }

    /// Judges what changes: validity at `now`, and revocation by a foreign authority.
    ///
    /// # Errors
    /// [`Refusal`]: expired, not yet valid, revoked, or its revocation list is too old to say.
    pub fn judge(&self, identity: &Identity, now: Timestamp) -> Result<(), Refusal> {
        let leaf = &identity.certificate;
        if now < leaf.not_before() {
            return Err(Refusal::NotYetValid { from: leaf.not_before() });
        }
        if leaf.not_after() < now {
            return Err(Refusal::Expired { at: leaf.not_after() });
        }
        // An authority's certificate that ran out under a valid leaf: nobody vouches for it now.
        if identity.chain.links().any(|(_, issuer)| !issuer.is_valid_at(now)) {
            return Err(Refusal::UnknownAuthority);
        }
        match identity.issuer {
            Issuer::Own => Ok(()),
            Issuer::Foreign(place) => {
                let foreign = self.foreign.get(place).ok_or(Refusal::UnknownAuthority)?;
                foreign.judge_revocation(&identity.chain, now)
            }
        }
    }
}

/// The office that a certificate of our own names: exactly one.
fn own_office(leaf: &Certificate) -> Result<OfficeNumber, Refusal> {
    let uris = leaf.san_uris();
    if uris.iter().any(|uri| uri == PLATFORM_URI) {
        return Err(Refusal::Kind(Some("連携基盤の証明書".to_owned())));
    }
    let mut offices = uris.iter().filter(|uri| uri.starts_with(OFFICE_URI_PREFIX));
    match (offices.next(), offices.next()) {
        (Some(uri), None) => office_of_uri(uri).ok_or(Refusal::NoOffice),
        _ => Err(Refusal::NoOffice),
    }
}

fn is_issued_by(leaf: &Certificate, anchors: &TrustAnchors) -> bool {
    anchors.roots().iter().any(|root| root.subject_der() == leaf.issuer_der())
}

/// The snapshot in force; swapped by a reload.
#[derive(Debug)]
pub struct TrustInForce(RwLock<Arc<Trust>>);

impl TrustInForce {
    /// Begins with one.
    pub fn new(trust: Trust) -> Self {
        Self(RwLock::new(Arc::new(trust)))
    }

    /// The snapshot of this moment.
    pub fn current(&self) -> Arc<Trust> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on this one counts, also for connections that are open.
    pub fn replace(&self, trust: Trust) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(trust);
    }
}
