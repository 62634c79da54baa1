//! Where belief begins: the platform's root, compared with the letter to the office.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use careplan_envelope::{Certificate, TrustAnchors, chain_from_pem};

use super::{EnrolFault, bundle};
use crate::files;
use crate::office::Office;
use crate::platform::{Platform, ServerTrust};

/// Why a text is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("指紋は「sha256:」に続く64桁の16進数です。通知書のとおりに入力してください")]
pub struct FingerprintFault;

/// SHA-256 of a certificate's DER, as it is printed in the letter to an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate.
    pub fn of(certificate: &Certificate) -> Self {
        Self(certificate.fingerprint())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintFault;

    /// People type it: capitals, blanks and colons between the digits are let through.
    fn from_str(text: &str) -> Result<Self, FingerprintFault> {
        let lower = text.trim().to_ascii_lowercase();
        let digits = lower.strip_prefix("sha256:").unwrap_or(&lower);
        let digits: String = digits.chars().filter(|char| !matches!(char, ':' | ' ' | '-')).collect();
        let bytes = hex::decode(digits).map_err(|_| FingerprintFault)?;
        bytes.try_into().map(Self).map_err(|_| FingerprintFault)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", hex::encode(self.0))
    }
}

/// How the office knows the platform's root.
#[derive(Debug, Clone)]
pub enum RootSource {
    /// By the fingerprint in its letter.
    Fingerprint(Fingerprint),
    /// By a file it was given.
    File(PathBuf),
}

impl Office {
    /// The platform as it is known by its root, believed and asked once; it was reached and proved who it is.
    ///
    /// # Errors
    /// [`EnrolFault`].
    pub async fn meet(&self, base: &str, source: &RootSource) -> Result<Platform, EnrolFault> {
        let root = self.obtain_root(base, source).await?;
        let platform = self.connect(base, &ServerTrust::Root(root.der().to_vec()), None).await?.once();
        platform.authority_certificates().await?;
        Ok(platform)
    }

    /// Obtains the root: from the file, or from the platform over a line that is not believed yet.
    pub(super) async fn obtain_root(
        &self,
        base: &str,
        source: &RootSource,
    ) -> Result<Certificate, EnrolFault> {
        let root = match source {
            RootSource::File(path) => {
                let pem = files::read(path)?;
                let certificates = chain_from_pem(&String::from_utf8_lossy(&pem));
                match certificates.as_deref() {
                    Ok([one]) => one.clone(),
                    _ => return Err(EnrolFault::RootFile),
                }
            }
            RootSource::Fingerprint(expected) => {
                let platform = self.connect(base, &ServerTrust::Nothing, None).await?;
                let listed = platform.authority_certificates().await?;
                let certificates = bundle::certificates(&listed).unwrap_or_default();
                let root = certificates.into_iter().find(|it| Fingerprint::of(it) == *expected);
                root.ok_or(EnrolFault::RootMismatch)?
            }
        };
        TrustAnchors::new([root.clone()]).map_err(|_| EnrolFault::RootFile)?;
        Ok(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_people_type_it() {
        let digits = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let plain: Fingerprint = format!("sha256:{digits}").parse().unwrap();
        let pairs: Vec<_> = digits.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
        assert_eq!(pairs.join(":").to_uppercase().parse(), Ok(plain));
        assert_eq!(plain.to_string(), format!("sha256:{digits}"));
        for bad in ["", "sha256:", &digits[1..], "sha1:00", &format!("{digits}00")] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(FingerprintFault), "{bad}");
        }
    }
}
