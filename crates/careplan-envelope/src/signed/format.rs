//! Taking a `SignedData` apart, without judging it.

use der::Tag;
use der::oid::ObjectIdentifier;

use super::{SIGNED_CERTIFICATES_MAX, SignatureFault};
use crate::asn1::oid;
use crate::asn1::read::{Algorithm, Element, Fields, context};

/// Digest algorithms listed in front of the content.
const DIGESTS_MAX: usize = 16;

/// The parts of a `SignedData` with one signer.
pub(super) struct Message<'a> {
    pub(super) content_type: ObjectIdentifier,
    pub(super) content: &'a [u8],
    pub(super) certificates: Vec<Element<'a>>,
    pub(super) signer: SignerInfo<'a>,
}

/// The parts of a `SignerInfo`.
pub(super) struct SignerInfo<'a> {
    pub(super) issuer: &'a [u8],
    pub(super) serial: &'a [u8],
    pub(super) digest: Algorithm<'a>,
    pub(super) attributes: Option<Element<'a>>,
    pub(super) algorithm: Algorithm<'a>,
    pub(super) signature: &'a [u8],
}

impl<'a> Message<'a> {
    /// RFC 5652 sections 3 and 5.1.
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, SignatureFault> {
        let mut info = Fields::only(der, Tag::Sequence)?;
        if info.oid()? != oid::SIGNED_DATA {
            return Err(SignatureFault::WrongContentType);
        }
        let explicit = info.expect(context(0))?;
        info.finish()?;
        let mut data = Fields::only(explicit.value, Tag::Sequence)?;

        // Version 1 over plain data, 3 when other kinds are involved; both say the same to us.
        if !matches!(data.small_integer()?, 1 | 3) {
            return Err(SignatureFault::Malformed);
        }
        data.enter(Tag::Set)?.all(Tag::Sequence, DIGESTS_MAX)?;
        let mut encapsulated = data.enter(Tag::Sequence)?;
        let content_type = encapsulated.oid()?;
        let explicit = encapsulated.expect(context(0))?;
        encapsulated.finish()?;
        let mut inside = Fields::over(explicit.value)?;
        let content = inside.octets()?;
        inside.finish()?;
        let certificates = match data.optional(context(0))? {
            Some(set) => Fields::over(set.value)?.all(Tag::Sequence, SIGNED_CERTIFICATES_MAX)?,
            None => Vec::new(),
        };
        // Revocation lists that travel along are not ours to judge.
        data.optional(context(1))?;
        let signers = data.enter(Tag::Set)?;
        data.finish()?;
        Ok(Self { content_type, content, certificates, signer: SignerInfo::only(signers)? })
    }
}

impl<'a> SignerInfo<'a> {
    /// RFC 5652 section 5.3, for a set that must hold exactly one.
    fn only(mut signers: Fields<'a>) -> Result<Self, SignatureFault> {
        if signers.is_empty() {
            return Err(SignatureFault::NotOneSigner);
        }
        let mut fields = signers.enter(Tag::Sequence)?;
        if !signers.is_empty() {
            return Err(SignatureFault::NotOneSigner);
        }
        // Version 1 names the signer by issuer and serial number. Version 3 names a key identifier,
        // which several certificates may share: which one signed would be open.
        if fields.small_integer()? != 1 {
            return Err(SignatureFault::SignerCertificate);
        }
        let mut name = fields.enter(Tag::Sequence)?;
        let issuer = name.expect(Tag::Sequence)?.raw;
        let serial = name.expect(Tag::Integer)?.raw;
        name.finish()?;
        let digest = fields.algorithm()?;
        let attributes = fields.optional(context(0))?;
        let algorithm = fields.algorithm()?;
        let signature = fields.octets()?;
        // Unsigned attributes (time stamps) prove nothing here and are left unread.
        fields.optional(context(1))?;
        fields.finish()?;
        Ok(Self { issuer, serial, digest, attributes, algorithm, signature })
    }
}
