//! Serial numbers of certificates.

use std::fmt;
use std::str::FromStr;

/// Octets of a serial number's magnitude (RFC 5280 section 4.1.2.2).
const OCTETS_MAX: usize = 20;

/// A serial number: not negative, at most 20 octets, written in lower-case hexadecimal.
///
/// Two serials are equal when their numbers are; leading zeros do not matter. Zero is against
/// RFC 5280 and yet the serial number of roots in wide use.
///
/// ```
/// # use careplan_envelope::CertificateSerial;
/// let serial: CertificateSerial = "0A1B2C".parse()?;
/// assert_eq!(serial.to_string(), "0a1b2c");
/// # Ok::<(), careplan_envelope::SerialFault>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateSerial {
    /// Octets of the magnitude.
    len: u8,
    /// Left-aligned magnitude without leading zeros, then zeros.
    value: [u8; OCTETS_MAX],
}

/// Why a text or number is not a serial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate serial number: 1 to 40 hexadecimal digits")]
pub struct SerialFault;

impl CertificateSerial {
    /// From the big-endian magnitude.
    ///
    /// # Errors
    /// [`SerialFault`] for more than 20 octets.
    pub fn from_be_bytes(bytes: &[u8]) -> Result<Self, SerialFault> {
        let start = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
        let magnitude = bytes.get(start..).ok_or(SerialFault)?;
        let mut value = [0; OCTETS_MAX];
        value.get_mut(..magnitude.len()).ok_or(SerialFault)?.copy_from_slice(magnitude);
        let len = u8::try_from(magnitude.len()).map_err(|_| SerialFault)?;
        Ok(Self { len, value })
    }

    /// From the content of a DER INTEGER, which must not be negative.
    pub(crate) fn from_integer(content: &[u8]) -> Result<Self, SerialFault> {
        match content.first() {
            Some(first) if *first < 0x80 => Self::from_be_bytes(content),
            _ => Err(SerialFault),
        }
    }

    /// The big-endian magnitude without leading zeros; nothing for zero.
    #[must_use]
    pub fn as_be_bytes(&self) -> &[u8] {
        // cannot fail: `len` is at most OCTETS_MAX by construction.
        self.value.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl FromStr for CertificateSerial {
    type Err = SerialFault;

    fn from_str(text: &str) -> Result<Self, SerialFault> {
        if text.is_empty() || text.len() > OCTETS_MAX * 2 + 2 || !text.bytes().all(|b| b.is_ascii_hexdigit())
        {
            return Err(SerialFault);
        }
        let padded = if text.len().is_multiple_of(2) { text.to_owned() } else { format!("0{text}") };
        let octets: Result<Vec<u8>, _> = padded
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).map_err(|_| SerialFault))
            .map(|pair| pair.and_then(|p| u8::from_str_radix(p, 16).map_err(|_| SerialFault)))
            .collect();
        Self::from_be_bytes(&octets?)
    }
}

impl fmt::Display for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.len == 0 {
            return f.write_str("00");
        }
        self.as_be_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
