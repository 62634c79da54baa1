//! The letter: a signed manifest and the files it lists, as one piece of plaintext.
//!
//! ```text
//! Letter ::= SEQUENCE {
//!     version        INTEGER (1),
//!     signedManifest OCTET STRING,          -- a SignedData, see the module `signed`
//!     files          SEQUENCE OF OCTET STRING }
//! ```
//!
//! Promises: one letter has one encoding (DER, nothing after it), so a byte changed is a letter
//! refused. Whether the files are those of the manifest is for the caller to compare.

use der::Tag;
use zeroize::Zeroizing;

use crate::asn1::read::{Fields, Malformed};
use crate::asn1::write::{octets, sequence, small_integer};
use crate::signed::SIGNED_BYTES_MAX;

/// Files in one letter: a send unit has at most about ten, attachments included fifty.
pub const FILES_MAX: usize = 50;
/// All files of one letter together: 20 MiB, the limit of one transmission.
pub const FILES_BYTES_MAX: usize = 20 * 1024 * 1024;
/// The whole letter: files, manifest, and the framing around each.
pub const LETTER_BYTES_MAX: usize = FILES_BYTES_MAX + SIGNED_BYTES_MAX + 1024;
/// The only version there is.
const VERSION: u8 = 1;

/// A letter, borrowing from the bytes it was parsed from or will be made of.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter<'a> {
    /// The `SignedData` over the manifest, in DER.
    pub signed_manifest: &'a [u8],
    /// The files, in the order of the manifest.
    pub files: Vec<&'a [u8]>,
}

/// Why bytes are not a letter, or parts do not make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LetterFault {
    /// Not the DER of a letter.
    #[error("not a letter in DER")]
    Malformed,
    /// A version we do not know.
    #[error("letter version {0} is not supported")]
    Version(u8),
    /// More than [`FILES_MAX`].
    #[error("too many files in one letter")]
    TooManyFiles,
    /// Files, manifest or letter exceed their limits.
    #[error("letter is too large")]
    TooLarge,
}

impl From<Malformed> for LetterFault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl<'a> Letter<'a> {
    /// The DER of the letter, wiped when dropped.
    ///
    /// # Errors
    /// [`LetterFault::TooManyFiles`] or [`LetterFault::TooLarge`].
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, LetterFault> {
        self.check()?;
        let letter = sequence(vec![
            small_integer(VERSION),
            octets(self.signed_manifest),
            sequence(self.files.iter().map(|file| octets(file)).collect()),
        ]);
        Ok(Zeroizing::new(letter.to_der()))
    }

    /// Reads a letter without copying.
    ///
    /// # Errors
    /// [`LetterFault`] by its variants.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, LetterFault> {
        if bytes.len() > LETTER_BYTES_MAX {
            return Err(LetterFault::TooLarge);
        }
        let mut fields = Fields::only(bytes, Tag::Sequence)?;
        match fields.small_integer()? {
            VERSION => {}
            other => return Err(LetterFault::Version(other)),
        }
        let signed_manifest = fields.octets()?;
        let mut list = fields.enter(Tag::Sequence)?;
        fields.finish()?;
        let mut files = Vec::new();
        while !list.is_empty() {
            if files.len() == FILES_MAX {
                return Err(LetterFault::TooManyFiles);
            }
            files.push(list.octets()?);
        }
        let letter = Self { signed_manifest, files };
        letter.check()?;
        Ok(letter)
    }

    fn check(&self) -> Result<(), LetterFault> {
        if self.files.len() > FILES_MAX {
            return Err(LetterFault::TooManyFiles);
        }
        let files: usize = self.files.iter().map(|file| file.len()).sum();
        if files > FILES_BYTES_MAX || self.signed_manifest.len() > SIGNED_BYTES_MAX {
            return Err(LetterFault::TooLarge);
        }
        Ok(())
    }
}

/// Sizes only: the files are personal data.
impl std::fmt::Debug for Letter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes: usize = self.files.iter().map(|file| file.len()).sum();
        write!(f, "Letter({} files, {bytes} bytes)", self.files.len())
    }
}
