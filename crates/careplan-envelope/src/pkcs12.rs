//! PKCS#12 files: how existing certificates arrive with their keys.
//!
//! Promises: a key is given only together with the certificate of its own public key; nothing of
//! the file's labels decides. Never writes PKCS#12.

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;

use crate::certificate::{Certificate, CertificateFault};
use crate::keys::{DecryptionKey, KeyFault, OfficeKey, SigningKey};
use crate::public_key::PublicKey;

/// A file holds one key and a handful of certificates; even generous ones stay far below.
pub const PKCS12_BYTES_MAX: usize = 256 * 1024;
/// Certificates looked at in one file.
const CERTIFICATES_MAX: usize = 32;

/// What a PKCS#12 file held.
#[derive(Debug)]
pub struct Imported {
    /// The key, for signing.
    pub key: SigningKey,
    /// The same key, for opening letters sealed to the certificate (RSA only).
    pub decryption: Option<DecryptionKey>,
    /// The key's certificate.
    pub certificate: Certificate,
    /// The other certificates of the file, unverified, in its order.
    pub chain: Vec<Certificate>,
}

/// Why a PKCS#12 file could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs12Fault {
    /// The password does not open the file, or the file was changed.
    #[error("password does not open the PKCS#12 file")]
    WrongPassword,
    /// Not a PKCS#12 file, or one that contradicts itself.
    #[error("not a PKCS#12 file")]
    Malformed,
    /// Larger than [`PKCS12_BYTES_MAX`], or too many certificates.
    #[error("PKCS#12 file is too large")]
    TooLarge,
    /// Protected by an algorithm we do not know, or made deliberately slow.
    #[error("protection of the PKCS#12 file is not supported")]
    Unsupported,
    /// No private key inside.
    #[error("PKCS#12 file holds no private key")]
    NoKey,
    /// More than one private key inside.
    #[error("PKCS#12 file holds more than one private key")]
    SeveralKeys,
    /// The key is of a kind or size that is not accepted.
    #[error("private key in the PKCS#12 file is of a kind or size that is not accepted")]
    UnacceptableKey,
    /// No certificate for the key.
    #[error("PKCS#12 file holds no certificate for its key")]
    NoCertificate,
}

/// Reads a PKCS#12 file with one private key.
///
/// Modern files (AES-256, SHA-256) and old ones (3DES and RC2, SHA-1) are read. Runs for some
/// tenths of a second, as password protection intends: keep it off an async thread.
///
/// # Errors
/// [`Pkcs12Fault`] by its variants.
pub fn import(bytes: &[u8], password: &str) -> Result<Imported, Pkcs12Fault> {
    if bytes.len() > PKCS12_BYTES_MAX {
        return Err(Pkcs12Fault::TooLarge);
    }
    let archive = Pkcs12Archive::from_pkcs12(bytes, password).map_err(|error| fault(error, password))?;
    let pkcs8 = match archive.keys.as_slice() {
        [] => return Err(Pkcs12Fault::NoKey),
        [one] => one.key.as_der(),
        _ => return Err(Pkcs12Fault::SeveralKeys),
    };
    let key = SigningKey::from_pkcs8(pkcs8).map_err(|_| Pkcs12Fault::UnacceptableKey)?;
    if archive.certs.len() > CERTIFICATES_MAX {
        return Err(Pkcs12Fault::TooLarge);
    }
    let mut certificates = archive
        .certs
        .iter()
        .map(|bag| Certificate::from_der(bag.cert.as_der()))
        .collect::<Result<Vec<_>, CertificateFault>>()
        .map_err(|_| Pkcs12Fault::Malformed)?;
    let place = certificates
        .iter()
        .position(|certificate| certificate.public_key_spki() == key.public_key_spki())
        .ok_or(Pkcs12Fault::NoCertificate)?;
    let certificate = certificates.remove(place);
    certificates.retain(|other| *other != certificate);
    let decryption = match certificate.public_key() {
        PublicKey::Rsa { .. } => {
            Some(decryption(pkcs8, &certificate).map_err(|_| Pkcs12Fault::UnacceptableKey)?)
        }
        _ => None,
    };
    Ok(Imported { key, decryption, certificate, chain: certificates })
}

fn decryption(pkcs8: &[u8], certificate: &Certificate) -> Result<DecryptionKey, KeyFault> {
    DecryptionKey::from_pkcs8(pkcs8)?.with_certificate(certificate.clone())
}

fn fault(error: Error, password: &str) -> Pkcs12Fault {
    match error {
        // PKCS#12 knows passwords of UCS-2 only: one beyond (𠮷) cannot be that of this file.
        Error::DerError(_) if password.chars().any(|c| u32::from(c) > 0xffff) => Pkcs12Fault::WrongPassword,
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => Pkcs12Fault::WrongPassword,
        Error::UnsupportedContentType
        | Error::UnsupportedCertificateType
        | Error::UnsupportedEncryptionScheme
        | Error::UnsupportedMacAlgorithm
        | Error::InvalidParameters => Pkcs12Fault::Unsupported,
        _ => Pkcs12Fault::Malformed,
    }
}
