//! Distinguished names: the parts we read, and a text for people.

use std::fmt;

use der::oid::ObjectIdentifier;
use der::{Decode, Tag, Tagged};
use x509_cert::name::RdnSequence;

use crate::asn1::read::Malformed;

/// The parts of a subject that decisions may rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Attribute {
    /// CN 2.5.4.3
    CommonName,
    /// serialNumber 2.5.4.5 (of the subject, not of the certificate)
    SerialNumber,
    /// C 2.5.4.6
    Country,
    /// L 2.5.4.7
    Locality,
    /// ST 2.5.4.8
    State,
    /// O 2.5.4.10
    Organization,
    /// OU 2.5.4.11
    OrganizationalUnit,
    /// organizationIdentifier 2.5.4.97
    OrganizationIdentifier,
    /// UID 0.9.2342.19200300.100.1.1
    UserId,
}

/// Attribute, object identifier, short name in texts.
const KNOWN: [(Attribute, ObjectIdentifier, &str); 9] = [
    (Attribute::CommonName, ObjectIdentifier::new_unwrap("2.5.4.3"), "CN"),
    (Attribute::SerialNumber, ObjectIdentifier::new_unwrap("2.5.4.5"), "SERIALNUMBER"),
    (Attribute::Country, ObjectIdentifier::new_unwrap("2.5.4.6"), "C"),
    (Attribute::Locality, ObjectIdentifier::new_unwrap("2.5.4.7"), "L"),
    (Attribute::State, ObjectIdentifier::new_unwrap("2.5.4.8"), "ST"),
    (Attribute::Organization, ObjectIdentifier::new_unwrap("2.5.4.10"), "O"),
    (Attribute::OrganizationalUnit, ObjectIdentifier::new_unwrap("2.5.4.11"), "OU"),
    (Attribute::OrganizationIdentifier, ObjectIdentifier::new_unwrap("2.5.4.97"), "organizationIdentifier"),
    (Attribute::UserId, ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.1"), "UID"),
];

/// A name as a list of parts in the order of the certificate.
pub(crate) struct DistinguishedName(Vec<(ObjectIdentifier, Value)>);

enum Value {
    Text(String),
    /// Not a string type we read; shown in hexadecimal.
    Bytes(Vec<u8>),
}

impl DistinguishedName {
    pub(crate) fn parse(raw: &[u8]) -> Result<Self, Malformed> {
        let name = RdnSequence::from_der(raw)?;
        let parts = name.iter().flat_map(|rdn| rdn.iter());
        Ok(Self(parts.map(|part| (part.oid, Value::read(&part.value))).collect()))
    }

    pub(crate) fn values(&self, attribute: Attribute) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(oid, _)| KNOWN.iter().any(|(known, id, _)| *known == attribute && id == oid))
            .filter_map(|(_, value)| match value {
                Value::Text(text) => Some(text.as_str()),
                Value::Bytes(_) => None,
            })
            .collect()
    }
}

impl Value {
    fn read(any: &der::Any) -> Self {
        let bytes = any.value();
        let text = match any.tag() {
            Tag::Utf8String => std::str::from_utf8(bytes).ok().map(str::to_owned),
            // In practice T61 holds ASCII; what is not ASCII could be read in several ways.
            Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::TeletexString => {
                std::str::from_utf8(bytes).ok().filter(|t| t.is_ascii()).map(str::to_owned)
            }
            Tag::BmpString => utf16_be(bytes),
            _ => None,
        };
        text.map_or_else(|| Self::Bytes(bytes.to_vec()), Self::Text)
    }
}

fn utf16_be(bytes: &[u8]) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    String::from_utf16(&units.iter().map(|pair| u16::from_be_bytes(*pair)).collect::<Vec<_>>()).ok()
}

/// RFC 4514: the most specific part first, special characters escaped.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (oid, value)) in self.0.iter().rev().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            match KNOWN.iter().find(|(_, id, _)| id == oid) {
                Some((_, _, short)) => write!(f, "{short}=")?,
                None => write!(f, "{oid}=")?,
            }
            match value {
                Value::Text(text) => escape(f, text)?,
                Value::Bytes(bytes) => {
                    f.write_str("#")?;
                    bytes.iter().try_for_each(|b| write!(f, "{b:02x}"))?;
                }
            }
        }
        Ok(())
    }
}

fn escape(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let last = text.chars().count().saturating_sub(1);
    for (place, c) in text.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{c}")?,
            '#' if place == 0 => f.write_str("\\#")?,
            ' ' if place == 0 || place == last => f.write_str("\\ ")?,
            c if c.is_control() || is_invisible(c) => {
                let mut utf8 = [0; 4];
                c.encode_utf8(&mut utf8).bytes().try_for_each(|b| write!(f, "\\{b:02x}"))?;
            }
            c => write!(f, "{c}")?,
        }
    }
    Ok(())
}

/// Marks that change how the rest of a line is read (direction, joiners, line separators).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
