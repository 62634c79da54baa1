//! 端末鍵の公告: a terminal's encryption key, signed with its office's certificate.

use careplan_domain::{OfficeNumber, Timestamp};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Base64;

/// Names the kind of document, so that a signature over one kind is none over another.
pub const ANNOUNCEMENT_TYPE: &str = "careplan.key.v1";

/// Longest validity of an announcement. Terminals renew at half of it, so a terminal that vanished
/// stops being sealed to by itself.
pub const ANNOUNCEMENT_VALIDITY_MAX: SignedDuration = SignedDuration::from_hours(180 * 24);

/// How far the clocks of two offices may differ.
pub const CLOCK_SKEW_MAX: SignedDuration = SignedDuration::from_mins(10);

/// The signed statement "seal to this key what is for our office". Senders verify signature,
/// chain and office themselves, so the platform cannot swap in a key of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAnnouncement {
    /// Always [`ANNOUNCEMENT_TYPE`].
    #[serde(rename = "type")]
    pub document: String,
    /// Whose terminal it is; the signing certificate must speak for the same office.
    pub office: OfficeNumber,
    /// Which terminal; chosen by it once.
    pub terminal: Uuid,
    /// SubjectPublicKeyInfo (DER) of the P-256 key to seal to.
    pub key: Base64,
    /// When it was made. Of two announcements of a terminal the newer one counts; a sender never
    /// goes back to an older one.
    pub issued_at: Timestamp,
    /// From then on it must not be used.
    pub expires_at: Timestamp,
}

/// What is wrong with an announcement's own statements (signature and chain are checked before).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnnouncementFault {
    /// The signed document is something else.
    #[error("the signed document is no key announcement")]
    Document,
    /// It speaks for another office.
    #[error("the announcement speaks for another office")]
    OtherOffice,
    /// It was made in the future.
    #[error("the announcement was made in the future")]
    NotYet,
    /// Its time is over.
    #[error("the announcement has expired")]
    Expired,
    /// It wants to be valid longer than [`ANNOUNCEMENT_VALIDITY_MAX`].
    #[error("the announcement is valid for too long")]
    TooLong,
    /// A newer one of this terminal is known.
    #[error("a newer announcement of this terminal is known")]
    Superseded,
}

impl KeyAnnouncement {
    /// Judges the statements: for this office, at this time, not older than the newest one known.
    ///
    /// # Errors
    /// The first fault found.
    pub fn judge(
        &self,
        office: &OfficeNumber,
        newest_known: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), AnnouncementFault> {
        if self.document != ANNOUNCEMENT_TYPE {
            return Err(AnnouncementFault::Document);
        }
        if self.office != *office {
            return Err(AnnouncementFault::OtherOffice);
        }
        if self.issued_at.duration_since(now) > CLOCK_SKEW_MAX {
            return Err(AnnouncementFault::NotYet);
        }
        if self.expires_at <= now {
            return Err(AnnouncementFault::Expired);
        }
        if self.expires_at.duration_since(self.issued_at) > ANNOUNCEMENT_VALIDITY_MAX {
            return Err(AnnouncementFault::TooLong);
        }
        if newest_known.is_some_and(|newest| self.issued_at < newest) {
            return Err(AnnouncementFault::Superseded);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn announcement() -> KeyAnnouncement {
        KeyAnnouncement {
            document: ANNOUNCEMENT_TYPE.into(),
            office: "9970000026".parse().unwrap(),
            terminal: Uuid::nil(),
            key: Base64(vec![1]),
            issued_at: at(1_000_000),
            expires_at: at(1_000_000 + ANNOUNCEMENT_VALIDITY_MAX.as_secs()),
        }
    }

    #[test]
    fn an_announcement_is_good_for_its_office_from_issue_to_just_before_its_end() {
        let it = announcement();
        let office = it.office;
        assert_eq!(it.judge(&office, None, it.issued_at), Ok(()));
        assert_eq!(
            it.judge(&office, Some(it.issued_at), it.expires_at - SignedDuration::from_secs(1)),
            Ok(())
        );
        assert_eq!(it.judge(&office, None, it.expires_at), Err(AnnouncementFault::Expired));
        let early = it.issued_at - CLOCK_SKEW_MAX;
        assert_eq!(it.judge(&office, None, early), Ok(()));
        assert_eq!(
            it.judge(&office, None, early - SignedDuration::from_secs(1)),
            Err(AnnouncementFault::NotYet)
        );
    }

    #[test]
    fn an_announcement_of_another_office_an_older_or_an_eternal_one_is_refused() {
        let it = announcement();
        let now = it.issued_at;
        let other = "9970000018".parse().unwrap();
        assert_eq!(it.judge(&other, None, now), Err(AnnouncementFault::OtherOffice));
        assert_eq!(it.judge(&it.office, Some(at(1_000_001)), now), Err(AnnouncementFault::Superseded));
        let eternal =
            KeyAnnouncement { expires_at: it.expires_at + SignedDuration::from_secs(1), ..it.clone() };
        assert_eq!(eternal.judge(&it.office, None, now), Err(AnnouncementFault::TooLong));
        let receipt = KeyAnnouncement { document: "careplan.receipt.v1".into(), ..it.clone() };
        assert_eq!(receipt.judge(&it.office, None, now), Err(AnnouncementFault::Document));
    }
}
