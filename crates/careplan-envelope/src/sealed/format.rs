//! Taking an `AuthEnvelopedData` apart, without opening it.

use der::{Decode, Tag};

use super::{NONCE_BYTES, RECIPIENTS_MAX, TAG_BYTES};
use crate::asn1::oid;
use crate::asn1::read::{Algorithm, Element, Fields, Malformed, context, context_primitive};

/// Why a message cannot be read as a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    Malformed,
    Unsupported,
    TooManyRecipients,
}

impl From<Malformed> for Unreadable {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// The parts of a letter.
pub(super) struct Envelope<'a> {
    pub(super) wrapped_keys: Vec<WrappedKey<'a>>,
    pub(super) nonce: [u8; NONCE_BYTES],
    pub(super) ciphertext: &'a [u8],
    pub(super) tag: &'a [u8],
}

/// One recipient's copy of the content key.
pub(super) struct WrappedKey<'a> {
    pub(super) name: Name<'a>,
    pub(super) way: Way<'a>,
    pub(super) wrapped: &'a [u8],
}

/// How the recipient is named.
pub(super) enum Name<'a> {
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    KeyIdentifier(&'a [u8]),
}

/// How the content key is wrapped.
#[derive(Clone, Copy)]
pub(super) enum Way<'a> {
    Transport { algorithm: Algorithm<'a> },
    Agreement { originator: Originator<'a>, ukm: Option<&'a [u8]>, algorithm: Algorithm<'a> },
}

/// The sender's side of a key agreement.
#[derive(Clone, Copy)]
pub(super) enum Originator<'a> {
    /// An ephemeral key that came along.
    Key { algorithm: Algorithm<'a>, point: &'a [u8] },
    /// A certificate of the sender (static ECDH), which we do not support.
    Elsewhere,
}

impl<'a> Envelope<'a> {
    /// RFC 5652 section 3 and RFC 5083 section 2.1.
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, Unreadable> {
        let mut info = Fields::only(der, Tag::Sequence)?;
        if info.oid()? != oid::AUTH_ENVELOPED_DATA {
            return Err(Unreadable::Unsupported);
        }
        let explicit = info.expect(context(0))?;
        info.finish()?;
        let mut data = Fields::only(explicit.value, Tag::Sequence)?;
        if data.small_integer()? != 0 {
            return Err(Unreadable::Malformed);
        }
        // originatorInfo: certificates of the sender belong into the signature inside.
        if data.optional(context(0))?.is_some() {
            return Err(Unreadable::Unsupported);
        }
        let wrapped_keys = read_recipients(data.enter(Tag::Set)?)?;

        let mut content = data.enter(Tag::Sequence)?;
        let content_type = content.oid()?;
        let nonce = read_gcm(&content.algorithm()?)?;
        let ciphertext = content.expect(context_primitive(0))?.value;
        content.finish()?;
        // Attributes would be a second content, authenticated or not; no letter has them.
        if content_type != oid::DATA || data.optional(context(1))?.is_some() {
            return Err(Unreadable::Unsupported);
        }
        let tag = data.octets()?;
        if tag.len() != TAG_BYTES || data.optional(context(2))?.is_some() {
            return Err(Unreadable::Unsupported);
        }
        data.finish()?;
        Ok(Self { wrapped_keys, nonce, ciphertext, tag })
    }
}

/// `GCMParameters` of RFC 5084: a nonce of 12 octets and a tag of 16. The default tag is 12
/// octets, so 16 must be stated; shorter ones are an invitation to forgers and not accepted.
fn read_gcm(algorithm: &Algorithm<'_>) -> Result<[u8; NONCE_BYTES], Unreadable> {
    let parameters = algorithm.parameters.filter(|p| p.tag == Tag::Sequence);
    let (oid::AES256_GCM, Some(parameters)) = (algorithm.oid, parameters) else {
        return Err(Unreadable::Unsupported);
    };
    let mut fields = Fields::over(parameters.value)?;
    let nonce = fields.octets()?;
    let tag_bytes = if fields.is_empty() { 12 } else { fields.small_integer()? };
    fields.finish()?;
    if usize::from(tag_bytes) != TAG_BYTES {
        return Err(Unreadable::Unsupported);
    }
    nonce.try_into().map_err(|_| Unreadable::Unsupported)
}

/// All copies of the content key; kinds of recipient that we do not know are skipped, because the
/// letter may hold another copy for us.
fn read_recipients(mut infos: Fields<'_>) -> Result<Vec<WrappedKey<'_>>, Unreadable> {
    let mut keys = Vec::new();
    let mut count = 0;
    if infos.is_empty() {
        return Err(Unreadable::Malformed);
    }
    while !infos.is_empty() {
        let element = infos.element()?;
        let before = keys.len();
        match element.tag {
            Tag::Sequence => keys.push(read_transport(element)?),
            tag if tag == context(1) => read_agreement(element, &mut keys)?,
            Tag::ContextSpecific { .. } => {}
            _ => return Err(Unreadable::Malformed),
        }
        count += (keys.len() - before).max(1);
        if count > RECIPIENTS_MAX {
            return Err(Unreadable::TooManyRecipients);
        }
    }
    Ok(keys)
}

fn read_transport<'a>(element: Element<'a>) -> Result<WrappedKey<'a>, Unreadable> {
    let mut fields = Fields::over(element.value)?;
    let version = fields.small_integer()?;
    let name = match (version, fields.optional(context_primitive(0))?) {
        (0, None) => read_issuer_and_serial(fields.enter(Tag::Sequence)?)?,
        (2, Some(identifier)) => Name::KeyIdentifier(identifier.value),
        _ => return Err(Unreadable::Malformed),
    };
    let algorithm = fields.algorithm()?;
    let wrapped = fields.octets()?;
    fields.finish()?;
    Ok(WrappedKey { name, way: Way::Transport { algorithm }, wrapped })
}

fn read_agreement<'a>(element: Element<'a>, keys: &mut Vec<WrappedKey<'a>>) -> Result<(), Unreadable> {
    let mut fields = Fields::over(element.value)?;
    if fields.small_integer()? != 3 {
        return Err(Unreadable::Malformed);
    }
    let originator = read_originator(fields.enter(context(0))?)?;
    let ukm = match fields.optional(context(1))? {
        None => None,
        Some(element) => {
            let mut inside = Fields::over(element.value)?;
            let ukm = inside.octets()?;
            inside.finish()?;
            Some(ukm)
        }
    };
    let algorithm = fields.algorithm()?;
    let mut recipients = fields.enter(Tag::Sequence)?;
    fields.finish()?;
    while !recipients.is_empty() {
        if keys.len() >= RECIPIENTS_MAX {
            return Err(Unreadable::TooManyRecipients);
        }
        let mut recipient = recipients.enter(Tag::Sequence)?;
        let name = match recipient.optional(context(0))? {
            Some(identifier) => read_key_identifier(identifier)?,
            None => read_issuer_and_serial(recipient.enter(Tag::Sequence)?)?,
        };
        let wrapped = recipient.octets()?;
        recipient.finish()?;
        keys.push(WrappedKey { name, way: Way::Agreement { originator, ukm, algorithm }, wrapped });
    }
    Ok(())
}

fn read_originator(mut field: Fields<'_>) -> Result<Originator<'_>, Unreadable> {
    let element = field.element()?;
    field.finish()?;
    if element.tag != context(1) {
        return Ok(Originator::Elsewhere);
    }
    let mut key = Fields::over(element.value)?;
    let algorithm = key.algorithm()?;
    let point = key.bits()?;
    key.finish()?;
    Ok(Originator::Key { algorithm, point })
}

fn read_issuer_and_serial(mut fields: Fields<'_>) -> Result<Name<'_>, Unreadable> {
    let issuer = fields.expect(Tag::Sequence)?.raw;
    let serial = fields.expect(Tag::Integer)?.raw;
    fields.finish()?;
    Ok(Name::IssuerAndSerial { issuer, serial })
}

/// `RecipientKeyIdentifier`: the identifier, and possibly a date and other attributes.
fn read_key_identifier<'a>(element: Element<'a>) -> Result<Name<'a>, Unreadable> {
    let mut fields = Fields::over(element.value)?;
    let identifier = fields.octets()?;
    if let Some(date) = fields.optional(Tag::GeneralizedTime)? {
        der::asn1::GeneralizedTime::from_der(date.raw).map_err(Malformed::from)?;
    }
    fields.optional(Tag::Sequence)?;
    fields.finish()?;
    Ok(Name::KeyIdentifier(identifier))
}

impl Originator<'_> {
    /// The ephemeral point, if its algorithm is EC with parameters absent, NULL or P-256.
    pub(super) fn point(&self) -> Option<&[u8]> {
        let Self::Key { algorithm, point } = self else { return None };
        let named_p256 = algorithm
            .parameters
            .is_some_and(|p| p.tag == Tag::ObjectIdentifier && p.value == oid::P256.as_bytes());
        (algorithm.oid == oid::EC && (algorithm.has_no_parameters() || named_p256)).then_some(*point)
    }
}
