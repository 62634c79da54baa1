//! Why a certificate is not accepted: each reason its own, in Japanese.

use careplan_domain::Timestamp;
use careplan_protocol::{Code, Problem};
use jiff::tz::TimeZone;

/// Why the caller's certificate is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// None was presented.
    #[error("no certificate")]
    Missing,
    /// It cannot be read.
    #[error("unreadable certificate")]
    Unreadable,
    /// Issued by nobody we accept.
    #[error("unknown authority")]
    UnknownAuthority,
    /// Its time is over.
    #[error("expired at {at}")]
    Expired {
        /// Its last valid instant.
        at: Timestamp,
    },
    /// Its time has not begun.
    #[error("not valid before {from}")]
    NotYetValid {
        /// Its first valid instant.
        from: Timestamp,
    },
    /// A kind that is not accepted, with its name where it is known.
    #[error("kind is not accepted: {0:?}")]
    Kind(Option<String>),
    /// It names no office, or several.
    #[error("no office number")]
    NoOffice,
    /// Revoked.
    #[error("revoked at {at:?}")]
    Revoked {
        /// When; unknown for one of ours that was never recorded.
        at: Option<Timestamp>,
    },
    /// The foreign authority's revocation list is missing or too old.
    #[error("revocation list of {label} is not current")]
    RevocationUnknown {
        /// What its certificates are called.
        label: String,
    },
}

impl Refusal {
    /// The problem to answer with.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Missing => Problem::new(Code::CertificateMissing),
            Self::Unreadable => Problem::new(Code::CertificateUnreadable),
            Self::UnknownAuthority => Problem::new(Code::CertificateUnknownAuthority),
            Self::Expired { at } => Problem::new(Code::CertificateExpired)
                .detail(format!("有効期限は {} でした。", in_japan(*at))),
            Self::NotYetValid { from } => Problem::new(Code::CertificateNotYetValid)
                .detail(format!("有効期間は {} からです。", in_japan(*from))),
            Self::Kind(Some(label)) => {
                Problem::new(Code::CertificateKind).detail(format!("提示された証明書は「{label}」です。"))
            }
            Self::Kind(None) => Problem::new(Code::CertificateKind),
            Self::NoOffice => Problem::new(Code::CertificateNoOffice),
            Self::Revoked { at: Some(at) } => {
                Problem::new(Code::CertificateRevoked).detail(format!("{} に失効しました。", in_japan(*at)))
            }
            Self::Revoked { at: None } => {
                Problem::new(Code::CertificateRevoked).detail("発行の記録がない証明書です。")
            }
            Self::RevocationUnknown { label } => Problem::new(Code::RevocationUnknown)
                .detail(format!("「{label}」の失効リストが新しくありません。")),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        refusal.problem()
    }
}

/// An instant as an office reads it: `2026年11月22日 18時05分`, Japanese time.
pub fn in_japan(at: Timestamp) -> String {
    // Japan has kept UTC+9 without summer time since 1952.
    let offset = jiff::tz::Offset::constant(9);
    at.to_zoned(TimeZone::fixed(offset)).strftime("%Y年%-m月%-d日 %H時%M分").to_string()
}
