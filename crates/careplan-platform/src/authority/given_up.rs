//! An office gives up one of its certificates: its PC was lost, replaced, or may be in other hands.
//!
//! Promise: an office revokes its own certificates only; another's is as unknown to it as one that is not there.

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::CertificateSerial;
use serde_json::json;

use crate::audit::{self, Actor, Entry};
use crate::store::certificates::{self, CertificateRow};
use crate::store::{Connected, StoreError, Tx};

/// Why an office gives up a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// The PC is gone.
    Lost,
    /// Somebody may use it who should not.
    Suspicious,
    /// Another PC took its place.
    Replaced,
    /// Nobody needs it.
    Unused,
}

impl GivenUp {
    /// Every reason, in the order of a form.
    pub const ALL: &[Self] = &[Self::Lost, Self::Suspicious, Self::Replaced, Self::Unused];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Suspicious => "suspicious",
            Self::Replaced => "replaced",
            Self::Unused => "unused",
        }
    }

    /// The reason of its stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == text)
    }

    /// For people; it also stands beside the certificate in the record.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Lost => "パソコンをなくした、盗まれた",
            Self::Suspicious => "知らない端末がある、ほかの人に使われたおそれがある",
            Self::Replaced => "パソコンを入れ替えた",
            Self::Unused => "もう使わない",
        }
    }
}

/// A certificate of an office; `None` for what is another's or unknown.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn of_office(
    db: &mut impl Connected,
    office: OfficeNumber,
    serial: &CertificateSerial,
) -> Result<Option<CertificateRow>, StoreError> {
    let row = certificates::certificate(db, serial).await?;
    Ok(row.filter(|row| row.office == Some(office)))
}

/// Revokes a certificate of the office; false when it was revoked before or had ended, or is none of its own.
///
/// # Errors
/// When the database cannot be reached.
pub async fn give_up(
    tx: &mut Tx,
    (office, serial): (OfficeNumber, &CertificateSerial),
    reason: GivenUp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = of_office(tx, office, serial).await?;
    if !row.is_some_and(|row| row.revoked_at.is_none() && now <= row.not_after) {
        return Ok(false);
    }
    certificates::revoke(tx, serial, now, reason.label_ja()).await?;
    let detail = json!({ "office": office, "reason": reason.as_str() });
    let (actor, subject) = (Actor::Office(office), serial.to_string());
    audit::append(tx, now, Entry { actor, action: "certificate.revoked", subject, detail });
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_back_from_its_name() {
        for reason in GivenUp::ALL {
            assert_eq!(GivenUp::parse(reason.as_str()), Some(*reason));
        }
        assert_eq!(GivenUp::parse(""), None);
    }
}
