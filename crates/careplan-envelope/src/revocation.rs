//! Revocation lists of authorities (RFC 5280 section 5).
//!
//! Promises: a list that could be made was signed by the issuer given, is complete for the
//! certificates it [covers](RevocationList::covers) (no delta, no indirect list, no list of some
//! reasons only), and answers a look-up in logarithmic time. 100,000 entries take four megabytes.

use der::{Decode, Tag};
use jiff::Timestamp;
use x509_cert::ext::pkix::crl::dp::IssuingDistributionPoint;

use crate::asn1::oid;
use crate::asn1::read::{Fields, Malformed, context};
use crate::asn1::time;
use crate::certificate::{Certificate, CertificateSerial};

/// A list of a million revocations takes about 40 MiB.
pub const REVOCATION_LIST_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Extensions of a list or of one entry.
const EXTENSIONS_MAX: usize = 32;

/// Why a revocation list was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationFault {
    /// The bytes are not a version 2 revocation list in DER.
    #[error("not a revocation list in DER")]
    Malformed,
    /// Longer than [`REVOCATION_LIST_BYTES_MAX`].
    #[error("revocation list is too large")]
    TooLarge,
    /// The list names another issuer.
    #[error("revocation list belongs to another issuer")]
    OtherIssuer,
    /// The issuer's certificate forbids its key to sign revocation lists.
    #[error("issuer may not sign revocation lists")]
    NotAllowed,
    /// The signature does not verify with the issuer's key.
    #[error("signature of the revocation list does not verify")]
    BadSignature,
    /// A delta, partial or indirect list, or a critical extension we do not know.
    #[error("kind of revocation list is not supported")]
    Unsupported,
}

impl From<Malformed> for RevocationFault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// A complete revocation list of one issuer, its signature verified.
#[derive(Clone)]
pub struct RevocationList {
    issuer: String,
    issuer_der: Vec<u8>,
    scope: Scope,
    number: Option<CertificateSerial>,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    /// Sorted by serial number.
    revoked: Vec<(CertificateSerial, Timestamp)>,
}

/// Which certificates of its issuer a list speaks for (issuing distribution point).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Scope {
    #[default]
    All,
    EndEntities,
    Authorities,
}

impl RevocationList {
    /// Reads a list in DER and verifies that `issuer` signed it.
    ///
    /// Whether `issuer` is trusted is for [`TrustAnchors`](crate::TrustAnchors) to say, whether the
    /// list is fresh for [`RevocationList::is_current_at`].
    ///
    /// # Errors
    /// [`RevocationFault`] by its variants.
    pub fn from_der(der: &[u8], issuer: &Certificate) -> Result<Self, RevocationFault> {
        if der.len() > REVOCATION_LIST_BYTES_MAX {
            return Err(RevocationFault::TooLarge);
        }
        let mut outer = Fields::only(der, Tag::Sequence)?;
        let tbs = outer.expect(Tag::Sequence)?;
        let algorithm = outer.algorithm()?;
        let signature = outer.bits()?;
        outer.finish()?;

        let mut fields = Fields::over(tbs.value)?;
        if fields.small_integer()? != 1 || fields.algorithm()?.raw != algorithm.raw {
            return Err(RevocationFault::Malformed);
        }
        if fields.expect(Tag::Sequence)?.raw != issuer.subject_der() {
            return Err(RevocationFault::OtherIssuer);
        }
        // The signature comes before the entries: a forged list costs one verification only.
        if !issuer.is_ca() || issuer.key_usage().is_some_and(|usage| !usage.crl_sign) {
            return Err(RevocationFault::NotAllowed);
        }
        if !issuer.key_info()?.verifies_as(&algorithm, tbs.raw, signature) {
            return Err(RevocationFault::BadSignature);
        }

        let this_update = time::read(fields.element()?)?;
        let next_update = match fields.optional(Tag::UtcTime)? {
            Some(element) => Some(time::read(element)?),
            None => fields.optional(Tag::GeneralizedTime)?.map(time::read).transpose()?,
        };
        let revoked = match fields.optional(Tag::Sequence)? {
            Some(element) => read_entries(element.value)?,
            None => Vec::new(),
        };
        let (number, scope) = match fields.optional(context(0))? {
            Some(element) => read_extensions(element.value)?,
            None => (None, Scope::All),
        };
        fields.finish()?;
        let issuer_der = issuer.subject_der().to_vec();
        Ok(Self {
            issuer: issuer.subject_text(),
            issuer_der,
            scope,
            number,
            this_update,
            next_update,
            revoked,
        })
    }

    /// Whether the list speaks for this certificate: same issuer, and not left to another list of
    /// that issuer. When no list at hand covers a certificate, its state is unknown.
    #[must_use]
    pub fn covers(&self, certificate: &Certificate) -> bool {
        certificate.issuer_der() == self.issuer_der
            && match self.scope {
                Scope::All => true,
                Scope::EndEntities => !certificate.is_ca(),
                Scope::Authorities => certificate.is_ca(),
            }
    }

    /// When the certificate with this serial number was revoked; `None` when it was not.
    #[must_use]
    pub fn contains(&self, serial: &CertificateSerial) -> Option<Timestamp> {
        let place = self.revoked.binary_search_by(|(revoked, _)| revoked.cmp(serial)).ok()?;
        self.revoked.get(place).map(|(_, at)| *at)
    }

    /// The issuer as text.
    #[must_use]
    pub fn issuer_text(&self) -> &str {
        &self.issuer
    }

    /// The CRL number, growing with each list, when the list states it.
    #[must_use]
    pub fn number(&self) -> Option<&CertificateSerial> {
        self.number.as_ref()
    }

    /// When the list was made.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// By when the next list is promised.
    #[must_use]
    pub fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// Whether the list speaks for the instant `at`: made before, next one not yet due. A list
    /// without a promised next one is never current.
    #[must_use]
    pub fn is_current_at(&self, at: Timestamp) -> bool {
        self.this_update <= at && self.next_update.is_some_and(|next| at <= next)
    }

    /// Number of revoked certificates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.revoked.len()
    }

    /// Whether nothing is revoked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.revoked.is_empty()
    }
}

impl std::fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevocationList")
            .field("issuer", &self.issuer)
            .field("number", &self.number)
            .field("this_update", &self.this_update)
            .field("entries", &self.revoked.len())
            .finish_non_exhaustive()
    }
}

fn read_entries(entries: &[u8]) -> Result<Vec<(CertificateSerial, Timestamp)>, RevocationFault> {
    let mut fields = Fields::over(entries)?;
    let mut revoked = Vec::new();
    while !fields.is_empty() {
        let mut entry = fields.enter(Tag::Sequence)?;
        let serial = CertificateSerial::from_integer(entry.expect(Tag::Integer)?.value)
            .map_err(|_| RevocationFault::Malformed)?;
        let at = time::read(entry.element()?)?;
        if let Some(extensions) = entry.optional(Tag::Sequence)? {
            for extension in read_list(extensions.raw)? {
                // The only entry extension that is critical by the standard is certificateIssuer,
                // which makes the list an indirect one.
                if extension.critical {
                    return Err(RevocationFault::Unsupported);
                }
            }
        }
        entry.finish()?;
        revoked.push((serial, at));
    }
    // Authorities usually write in order of time; of a serial listed twice the earlier time counts.
    revoked.sort_unstable();
    revoked.dedup_by_key(|(serial, _)| *serial);
    Ok(revoked)
}

struct Extension<'a> {
    id: der::oid::ObjectIdentifier,
    critical: bool,
    value: &'a [u8],
}

fn read_list(sequence: &[u8]) -> Result<Vec<Extension<'_>>, Malformed> {
    let mut extensions = Vec::new();
    for element in Fields::only(sequence, Tag::Sequence)?.all(Tag::Sequence, EXTENSIONS_MAX)? {
        let mut fields = Fields::over(element.value)?;
        let id = fields.oid()?;
        let critical = fields.optional(Tag::Boolean)?.is_some_and(|b| b.value != [0]);
        let value = fields.octets()?;
        fields.finish()?;
        extensions.push(Extension { id, critical, value });
    }
    Ok(extensions)
}

/// Refuses lists whose silence about a serial number proves nothing.
fn read_extensions(field: &[u8]) -> Result<(Option<CertificateSerial>, Scope), RevocationFault> {
    let (mut number, mut scope) = (None, Scope::All);
    for extension in read_list(field)? {
        match extension.id {
            oid::CRL_NUMBER => {
                let mut fields = Fields::over(extension.value)?;
                number = CertificateSerial::from_integer(fields.expect(Tag::Integer)?.value).ok();
                fields.finish()?;
            }
            oid::ISSUING_DISTRIBUTION_POINT => {
                let point = IssuingDistributionPoint::from_der(extension.value)
                    .map_err(|_| RevocationFault::Malformed)?;
                if point.only_some_reasons.is_some() || point.indirect_crl {
                    return Err(RevocationFault::Unsupported);
                }
                scope = match (
                    point.only_contains_user_certs,
                    point.only_contains_ca_certs,
                    point.only_contains_attribute_certs,
                ) {
                    (false, false, false) => Scope::All,
                    (true, false, false) => Scope::EndEntities,
                    (false, true, false) => Scope::Authorities,
                    _ => return Err(RevocationFault::Unsupported),
                };
            }
            _ if extension.critical => return Err(RevocationFault::Unsupported),
            _ => {}
        }
    }
    Ok((number, scope))
}

#[cfg(test)]
mod tests {
    use der::oid::ObjectIdentifier;

    use super::*;
    use crate::asn1::write::{octets, oid, sequence};

    #[test]
    fn thirty_two_extensions_of_a_list_are_read_and_one_more_is_not() {
        let with = |count: u32| {
            let unknown = ObjectIdentifier::new_unwrap("1.2.3.4");
            sequence((0..count).map(|_| sequence(vec![oid(&unknown), octets(&[])])).collect()).to_der()
        };
        assert_eq!(read_extensions(&with(32)), Ok((None, Scope::All)));
        assert_eq!(read_extensions(&with(33)), Err(RevocationFault::Malformed));
    }
}
