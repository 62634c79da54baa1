//! Reading PKCS#7 that carries certificates only (RFC 7030 section 4.1.3, RFC 5272).

use careplan_envelope::Certificate;
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::SignedData;
use der::{Decode as _, Encode as _};

/// Certificates in one bundle: a leaf with its chain, or an authority's old and new ones.
const CERTIFICATES_MAX: usize = 16;

/// The certificates of a bundle; `None` when it is none, or carries too many.
pub(super) fn certificates(der: &[u8]) -> Option<Vec<Certificate>> {
    let info = ContentInfo::from_der(der).ok()?;
    if info.content_type != der::oid::db::rfc5911::ID_SIGNED_DATA {
        return None;
    }
    let data: SignedData = info.content.decode_as().ok()?;
    let set = data.certificates?;
    if set.0.len() > CERTIFICATES_MAX {
        return None;
    }
    let read = |choice: &CertificateChoices| match choice {
        CertificateChoices::Certificate(it) => Certificate::from_der(&it.to_der().ok()?).ok(),
        CertificateChoices::Other(_) => None,
    };
    set.0.iter().map(read).collect()
}
