//! Writing DER: a tree of borrowed parts, measured first and copied once.

use der::Tag;
use der::oid::ObjectIdentifier;

use super::read::{context, context_primitive};

/// A part of a DER structure that is not written yet.
pub(crate) enum Part<'a> {
    /// An encoding that exists already.
    Encoded(&'a [u8]),
    /// An element with plain bytes.
    Plain(Tag, &'a [u8]),
    /// An element with bytes made for it.
    Owned(Tag, Vec<u8>),
    /// An element that holds others.
    Holds(Tag, Vec<Part<'a>>),
}

pub(crate) fn sequence(parts: Vec<Part<'_>>) -> Part<'_> {
    Part::Holds(Tag::Sequence, parts)
}

pub(crate) fn set(parts: Vec<Part<'_>>) -> Part<'_> {
    Part::Holds(Tag::Set, parts)
}

/// `[n]` around other parts (EXPLICIT, or IMPLICIT over SEQUENCE and SET).
pub(crate) fn tagged(number: u32, parts: Vec<Part<'_>>) -> Part<'_> {
    Part::Holds(context(number), parts)
}

/// `[n] IMPLICIT OCTET STRING`.
pub(crate) fn tagged_octets(number: u32, bytes: &[u8]) -> Part<'_> {
    Part::Plain(context_primitive(number), bytes)
}

pub(crate) fn octets(bytes: &[u8]) -> Part<'_> {
    Part::Plain(Tag::OctetString, bytes)
}

pub(crate) fn bits(bytes: &[u8]) -> Part<'static> {
    let mut value = Vec::with_capacity(bytes.len() + 1);
    value.push(0);
    value.extend_from_slice(bytes);
    Part::Owned(Tag::BitString, value)
}

/// An INTEGER below 128.
pub(crate) fn small_integer(value: u8) -> Part<'static> {
    debug_assert!(value < 0x80, "larger integers need a leading zero");
    Part::Owned(Tag::Integer, vec![value])
}

pub(crate) fn oid(oid: &ObjectIdentifier) -> Part<'_> {
    Part::Plain(Tag::ObjectIdentifier, oid.as_bytes())
}

pub(crate) fn null() -> Part<'static> {
    Part::Plain(Tag::Null, &[])
}

/// An `AlgorithmIdentifier` without parameters.
pub(crate) fn algorithm(id: &ObjectIdentifier) -> Part<'_> {
    sequence(vec![oid(id)])
}

/// An `AlgorithmIdentifier` with NULL parameters.
pub(crate) fn algorithm_null(id: &ObjectIdentifier) -> Part<'_> {
    sequence(vec![oid(id), null()])
}

/// DER demands the elements of a SET OF in ascending order of their encodings.
pub(crate) fn set_of(mut elements: Vec<Vec<u8>>, tag: Tag) -> Vec<u8> {
    elements.sort_unstable();
    Part::Holds(tag, elements.iter().map(|e| Part::Encoded(e)).collect()).to_der()
}

impl Part<'_> {
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.encoded_len());
        self.write(&mut out);
        out
    }

    fn value_len(&self) -> usize {
        match self {
            Self::Encoded(bytes) | Self::Plain(_, bytes) => bytes.len(),
            Self::Owned(_, bytes) => bytes.len(),
            Self::Holds(_, parts) => parts.iter().map(Self::encoded_len).sum(),
        }
    }

    fn encoded_len(&self) -> usize {
        let value = self.value_len();
        match self {
            Self::Encoded(_) => value,
            _ => 1 + length_octets(value) + value,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Encoded(bytes) => out.extend_from_slice(bytes),
            Self::Plain(tag, bytes) => {
                write_header(out, *tag, bytes.len());
                out.extend_from_slice(bytes);
            }
            Self::Owned(tag, bytes) => {
                write_header(out, *tag, bytes.len());
                out.extend_from_slice(bytes);
            }
            Self::Holds(tag, parts) => {
                write_header(out, *tag, self.value_len());
                for part in parts {
                    part.write(out);
                }
            }
        }
    }
}

/// Octets of the length field for a value of `len` bytes.
fn length_octets(len: usize) -> usize {
    if len < 0x80 { 1 } else { 1 + significant_octets(len) }
}

fn significant_octets(len: usize) -> usize {
    (usize::BITS - len.leading_zeros()).div_ceil(8) as usize
}

fn write_header(out: &mut Vec<u8>, tag: Tag, len: usize) {
    out.push(tag_octet(tag));
    if len < 0x80 {
        // cannot fail: below 0x80.
        out.push(len as u8);
        return;
    }
    let octets = significant_octets(len);
    out.push(0x80 | octets as u8);
    let bytes = len.to_be_bytes();
    out.extend_from_slice(bytes.get(bytes.len() - octets..).unwrap_or_default());
}

/// Only the low tags used by CMS and PKIX are ever written.
fn tag_octet(tag: Tag) -> u8 {
    match tag {
        Tag::ContextSpecific { constructed: true, number: n } => 0xa0 | (n.0 as u8 & 0x1f),
        Tag::ContextSpecific { constructed: false, number: n } => 0x80 | (n.0 as u8 & 0x1f),
        Tag::Sequence => 0x30,
        Tag::Set => 0x31,
        Tag::Integer => 0x02,
        Tag::BitString => 0x03,
        Tag::OctetString => 0x04,
        Tag::ObjectIdentifier => 0x06,
        Tag::Utf8String => 0x0c,
        Tag::UtcTime => 0x17,
        Tag::GeneralizedTime => 0x18,
        _ => 0x05,
    }
}
