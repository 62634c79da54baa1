//! Writing DER: a tree of borrowed parts, measured first and copied once.

use der::oid::ObjectIdentifier;
use der::{Encode, Header, Length, Tag};

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

/// A BIT STRING of whole octets.
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

/// An `AlgorithmIdentifier` without parameters.
pub(crate) fn algorithm(id: &ObjectIdentifier) -> Part<'_> {
    sequence(vec![oid(id)])
}

/// An `AlgorithmIdentifier` with NULL parameters.
pub(crate) fn algorithm_null(id: &ObjectIdentifier) -> Part<'_> {
    sequence(vec![oid(id), Part::Plain(Tag::Null, &[])])
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

    fn encoded_len(&self) -> usize {
        let value = self.value_len();
        self.tag().map_or(value, |tag| header_len(tag, value) + value)
    }

    fn tag(&self) -> Option<Tag> {
        match self {
            Self::Encoded(_) => None,
            Self::Plain(tag, _) | Self::Owned(tag, _) | Self::Holds(tag, _) => Some(*tag),
        }
    }

    fn value_len(&self) -> usize {
        match self {
            Self::Encoded(bytes) | Self::Plain(_, bytes) => bytes.len(),
            Self::Owned(_, bytes) => bytes.len(),
            Self::Holds(_, parts) => parts.iter().map(Self::encoded_len).sum(),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(tag) = self.tag() {
            write_header(out, tag, self.value_len());
        }
        match self {
            Self::Encoded(bytes) | Self::Plain(_, bytes) => out.extend_from_slice(bytes),
            Self::Owned(_, bytes) => out.extend_from_slice(bytes),
            Self::Holds(_, parts) => parts.iter().for_each(|part| part.write(out)),
        }
    }
}

// cannot fail: a header fails only for values of 4 GiB and more, and every message is bounded by a
// limit far below (the largest, SEALED_BYTES_MAX, is under 32 MiB).
#[expect(clippy::expect_used, reason = "lengths are bounded by the limits of each message")]
fn header_len(tag: Tag, value_len: usize) -> usize {
    let length = Length::try_from(value_len).expect("value below 4 GiB");
    let header = Header::new(tag, length).encoded_len().expect("tag and length have a size");
    usize::try_from(header).expect("a header has a few octets")
}

// cannot fail: as above, and writing to a Vec does not fail.
#[expect(clippy::expect_used, reason = "lengths are bounded by the limits of each message")]
fn write_header(out: &mut Vec<u8>, tag: Tag, value_len: usize) {
    let length = Length::try_from(value_len).expect("value below 4 GiB");
    Header::new(tag, length).encode(out).expect("a Vec takes every byte");
}
