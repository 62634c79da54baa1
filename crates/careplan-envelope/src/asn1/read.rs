//! Walking over the fields of a DER structure without copying.
//!
//! Promises: never panics, allocates nothing in proportion to a *claimed* length, and reports any
//! departure from strict DER framing (indefinite or padded length, trailing bytes) as [`Malformed`].

use der::oid::ObjectIdentifier;
use der::{Decode, Encode, Header, Reader, SliceReader, Tag, TagNumber};

/// The bytes are not the DER structure that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl From<der::Error> for Malformed {
    fn from(_: der::Error) -> Self {
        Self
    }
}

/// `[n]` holding other elements.
pub(crate) const fn context(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

/// `[n]` holding plain bytes (IMPLICIT over a primitive type).
pub(crate) const fn context_primitive(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: false, number: TagNumber(number) }
}

/// One element: its tag, its value, and the whole encoding.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: Tag,
    pub(crate) value: &'a [u8],
    pub(crate) raw: &'a [u8],
}

/// The elements inside one constructed value, taken in order.
#[derive(Clone)]
pub(crate) struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    /// The elements that lie one after another in `bytes`.
    pub(crate) fn over(bytes: &'a [u8]) -> Result<Self, Malformed> {
        Ok(Self(SliceReader::new(bytes)?))
    }

    /// The content of the one element that `bytes` must be, with nothing after it.
    pub(crate) fn only(bytes: &'a [u8], tag: Tag) -> Result<Self, Malformed> {
        let mut outer = Self::over(bytes)?;
        let inside = outer.enter(tag)?;
        outer.finish()?;
        Ok(inside)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_finished()
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Result<(), Malformed> {
        if self.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    /// The next element, whatever it is.
    pub(crate) fn element(&mut self) -> Result<Element<'a>, Malformed> {
        let header = Header::peek(&self.0)?;
        let header_len = header.encoded_len()?;
        let raw = self.0.tlv_bytes()?;
        let value = raw.get(usize::try_from(header_len)?..).ok_or(Malformed)?;
        Ok(Element { tag: header.tag(), value, raw })
    }

    /// The next element, which must bear `tag`.
    pub(crate) fn expect(&mut self, tag: Tag) -> Result<Element<'a>, Malformed> {
        let element = self.element()?;
        if element.tag == tag { Ok(element) } else { Err(Malformed) }
    }

    /// The next element if it bears `tag`; otherwise nothing is consumed.
    pub(crate) fn optional(&mut self, tag: Tag) -> Result<Option<Element<'a>>, Malformed> {
        if !self.is_empty() && Tag::peek(&self.0)? == tag {
            return self.element().map(Some);
        }
        Ok(None)
    }

    /// The elements inside the next element, which must bear `tag`.
    pub(crate) fn enter(&mut self, tag: Tag) -> Result<Fields<'a>, Malformed> {
        Fields::over(self.expect(tag)?.value)
    }

    pub(crate) fn octets(&mut self) -> Result<&'a [u8], Malformed> {
        Ok(self.expect(Tag::OctetString)?.value)
    }

    pub(crate) fn oid(&mut self) -> Result<ObjectIdentifier, Malformed> {
        Ok(ObjectIdentifier::from_der(self.expect(Tag::ObjectIdentifier)?.raw)?)
    }

    /// A BIT STRING of whole octets.
    pub(crate) fn bits(&mut self) -> Result<&'a [u8], Malformed> {
        match self.expect(Tag::BitString)?.value.split_first() {
            Some((0, bytes)) => Ok(bytes),
            _ => Err(Malformed),
        }
    }

    /// A version number or another INTEGER below 128.
    pub(crate) fn small_integer(&mut self) -> Result<u8, Malformed> {
        match self.expect(Tag::Integer)?.value {
            [value] if *value < 0x80 => Ok(*value),
            _ => Err(Malformed),
        }
    }

    /// An `AlgorithmIdentifier`.
    pub(crate) fn algorithm(&mut self) -> Result<Algorithm<'a>, Malformed> {
        let element = self.expect(Tag::Sequence)?;
        let mut inside = Fields::over(element.value)?;
        let oid = inside.oid()?;
        let parameters = if inside.is_empty() { None } else { Some(inside.element()?) };
        inside.finish()?;
        Ok(Algorithm { oid, parameters, raw: element.raw, value: element.value })
    }

    /// All remaining elements with `tag`, at most `max` of them.
    pub(crate) fn all(mut self, tag: Tag, max: usize) -> Result<Vec<Element<'a>>, Malformed> {
        let mut found = Vec::new();
        while !self.is_empty() {
            if found.len() == max {
                return Err(Malformed);
            }
            found.push(self.expect(tag)?);
        }
        Ok(found)
    }
}

/// An `AlgorithmIdentifier` as received.
#[derive(Clone, Copy)]
pub(crate) struct Algorithm<'a> {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) parameters: Option<Element<'a>>,
    pub(crate) raw: &'a [u8],
    /// The content of the SEQUENCE, as `rustls-pki-types` compares it.
    pub(crate) value: &'a [u8],
}

impl Algorithm<'_> {
    /// No parameters, or the explicit NULL that several algorithms allow in their place.
    pub(crate) fn has_no_parameters(&self) -> bool {
        self.parameters.is_none_or(|p| p.tag == Tag::Null && p.value.is_empty())
    }

    pub(crate) fn is_plain(&self, oid: ObjectIdentifier) -> bool {
        self.oid == oid && self.has_no_parameters()
    }
}

impl From<core::num::TryFromIntError> for Malformed {
    fn from(_: core::num::TryFromIntError) -> Self {
        Self
    }
}
