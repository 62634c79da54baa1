//! Certificate profiles: what the authority may issue, as validated data.
//!
//! Promises: a profile can only be made with limits that the rules below allow, and every request
//! is checked against its profile again when it is prepared — both ends of every range.

use std::net::IpAddr;

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::{PublicKey, RSA_BITS_MIN};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Longest validity for an office: three years, as the existing certificates have (運用規程), in days.
pub const OFFICE_DAYS_MAX: u32 = 3 * 366;

/// Longest validity of the platform's own certificates, in days: what browsers accept of a server
/// (CA/Browser Forum baseline, 398 days).
pub const PLATFORM_DAYS_MAX: u32 = 398;

/// How far before the present a certificate may begin. Clocks of offices run behind; anything
/// longer would let a certificate claim a past it did not have.
pub const BACKDATE_MAX: SignedDuration = SignedDuration::from_hours(1);

/// How far before the present our certificates do begin.
pub const BACKDATE: SignedDuration = SignedDuration::from_mins(10);

/// Renewing in the last days of a certificate extends from its end, so that renewing early costs
/// no days (90 days: the notice begins then).
pub const RENEWAL_DAYS: u32 = 90;

/// RSA keys over this size make every verification slow; nobody needs them for three years.
pub const RSA_BITS_MAX: usize = 4096;

/// Names in one server certificate: replicas have a handful.
pub const SERVER_NAMES_MAX: usize = 32;

/// The kinds of certificates we issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileName {
    /// An office's: TLS client, signatures on letters and receipts.
    Office,
    /// A replica's TLS server certificate.
    PlatformServer,
    /// The platform's signatures: receipts, trust lists, checkpoints.
    PlatformSigner,
}

impl ProfileName {
    /// The stable name, as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Office => "office",
            Self::PlatformServer => "platform-server",
            Self::PlatformSigner => "platform-signer",
        }
    }

    /// The profile of a stored name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Office, Self::PlatformServer, Self::PlatformSigner].into_iter().find(|it| it.as_str() == text)
    }

    /// Longest validity that may be configured, in days.
    pub fn days_max(self) -> u32 {
        match self {
            Self::Office => OFFICE_DAYS_MAX,
            Self::PlatformServer | Self::PlatformSigner => PLATFORM_DAYS_MAX,
        }
    }
}

/// Whom a certificate names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// An office.
    Office(OfficeNumber),
    /// A server with these names.
    Server(Vec<ServerName>),
    /// The platform as the signer of receipts.
    Signer,
}

/// A name of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerName {
    /// A DNS name: lower-case letters, digits, hyphens and dots.
    Dns(String),
    /// An address.
    Ip(IpAddr),
}

impl ServerName {
    /// Reads a name from the configuration.
    ///
    /// # Errors
    /// [`ProfileFault::ServerName`] for anything that is neither an address nor a DNS name.
    pub fn parse(text: &str) -> Result<Self, ProfileFault> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Ip(address));
        }
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if text.len() <= 253 && text.split('.').all(label) {
            Ok(Self::Dns(text.to_owned()))
        } else {
            Err(ProfileFault::ServerName(text.to_owned()))
        }
    }
}

/// What is asked of the authority.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whom the certificate shall name.
    pub subject: Subject,
    /// What kind of key it is for.
    pub key: PublicKey,
    /// First instant of validity.
    pub not_before: Timestamp,
    /// Last instant of validity.
    pub not_after: Timestamp,
}

/// Why a profile cannot be made, or a request does not fit it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileFault {
    /// The configured validity is not one day to the profile's maximum.
    #[error("certificates of profile `{0}` are valid 1 to {1} days")]
    Validity(&'static str, u32),
    /// The subject is of another profile.
    #[error("the subject does not fit the profile")]
    Subject,
    /// Not P-256, nor RSA of 2048 to 4096 bits where the profile allows RSA.
    #[error("the key is of a kind or size that the profile does not allow")]
    Key,
    /// It would begin in the future.
    #[error("the certificate would begin in the future")]
    Future,
    /// It would begin too long ago.
    #[error("the certificate would be backdated by more than an hour")]
    Backdated,
    /// It would end before it begins, or be valid for too long.
    #[error("the certificate would be valid for too long, or not at all")]
    TooLong,
    /// It would outlive the authority.
    #[error("the certificate would outlive the authority's own")]
    OutlivesIssuer,
    /// Neither a DNS name nor an address.
    #[error("`{0}` is neither a DNS name (lower case) nor an address")]
    ServerName(String),
    /// No name, or more than [`SERVER_NAMES_MAX`].
    #[error("a server certificate has 1 to {SERVER_NAMES_MAX} names")]
    ServerNames,
}

/// A validated profile.
#[derive(Debug, Clone)]
pub struct Profile {
    name: ProfileName,
    validity: SignedDuration,
    extension: SignedDuration,
    allows_rsa: bool,
}

impl Profile {
    /// A profile whose certificates are valid for `days`.
    ///
    /// # Errors
    /// [`ProfileFault::Validity`].
    pub fn new(name: ProfileName, days: u32) -> Result<Self, ProfileFault> {
        if !(1..=name.days_max()).contains(&days) {
            return Err(ProfileFault::Validity(name.as_str(), name.days_max()));
        }
        let is_office = name == ProfileName::Office;
        Ok(Self {
            name,
            validity: whole_days(days),
            extension: if is_office { whole_days(RENEWAL_DAYS) } else { SignedDuration::ZERO },
            // Key stores of offices may offer RSA only.
            allows_rsa: is_office,
        })
    }

    /// Which profile it is.
    pub fn name(&self) -> ProfileName {
        self.name
    }

    /// When a certificate begins and ends that is issued now, and follows one that ends at
    /// `previous_end`.
    pub fn validity_at(&self, now: Timestamp, previous_end: Option<Timestamp>) -> (Timestamp, Timestamp) {
        let whole = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
        let begin = whole(now.saturating_sub(BACKDATE).unwrap_or(now));
        let from = match previous_end {
            Some(end) if end > now && end.duration_since(now) <= self.extension => end,
            _ => now,
        };
        (begin, whole(from.saturating_add(self.validity).unwrap_or(Timestamp::MAX)))
    }

    /// Checks a request: subject, key, and both ends of its validity.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(
        &self,
        request: &Request,
        issuer_ends: Timestamp,
        now: Timestamp,
    ) -> Result<(), ProfileFault> {
        match (&request.subject, self.name) {
            (Subject::Office(_), ProfileName::Office) | (Subject::Signer, ProfileName::PlatformSigner) => {}
            (Subject::Server(names), ProfileName::PlatformServer) => {
                if !(1..=SERVER_NAMES_MAX).contains(&names.len()) {
                    return Err(ProfileFault::ServerNames);
                }
            }
            _ => return Err(ProfileFault::Subject),
        }
        match request.key {
            PublicKey::EcP256 => {}
            PublicKey::Rsa { bits } if self.allows_rsa && (RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) => {}
            _ => return Err(ProfileFault::Key),
        }
        if request.not_before > now {
            return Err(ProfileFault::Future);
        }
        if now.duration_since(request.not_before) > BACKDATE_MAX {
            return Err(ProfileFault::Backdated);
        }
        let longest = self.validity + self.extension;
        if request.not_after <= now || request.not_after.duration_since(now) > longest {
            return Err(ProfileFault::TooLong);
        }
        if request.not_after > issuer_ends {
            return Err(ProfileFault::OutlivesIssuer);
        }
        Ok(())
    }
}

fn whole_days(days: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(days) * 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: SignedDuration = SignedDuration::from_secs(1);

    fn now() -> Timestamp {
        "2026-11-22T09:00:00Z".parse().unwrap()
    }

    fn office() -> Subject {
        Subject::Office("9970000018".parse().unwrap())
    }

    fn request(profile: &Profile) -> Request {
        let (not_before, not_after) = profile.validity_at(now(), None);
        Request { subject: office(), key: PublicKey::EcP256, not_before, not_after }
    }

    #[test]
    fn a_profile_is_valid_one_day_to_its_maximum() {
        for name in [ProfileName::Office, ProfileName::PlatformServer, ProfileName::PlatformSigner] {
            assert!(Profile::new(name, 1).is_ok() && Profile::new(name, name.days_max()).is_ok());
            for days in [0, name.days_max() + 1] {
                let fault = Profile::new(name, days).unwrap_err();
                assert_eq!(fault, ProfileFault::Validity(name.as_str(), name.days_max()));
            }
            assert_eq!(ProfileName::parse(name.as_str()), Some(name));
        }
    }

    #[test]
    fn both_ends_of_a_validity_are_checked_at_the_edge_and_past_it() {
        let profile = Profile::new(ProfileName::Office, 10).unwrap();
        let good = request(&profile);
        let ends = Timestamp::MAX;
        assert_eq!(profile.check(&good, ends, now()), Ok(()));
        let starting = |not_before| Request { not_before, ..good.clone() };
        assert_eq!(profile.check(&starting(now()), ends, now()), Ok(()));
        assert_eq!(profile.check(&starting(now() + SECOND), ends, now()), Err(ProfileFault::Future));
        assert_eq!(profile.check(&starting(now() - BACKDATE_MAX), ends, now()), Ok(()));
        let early = starting(now() - BACKDATE_MAX - SECOND);
        assert_eq!(profile.check(&early, ends, now()), Err(ProfileFault::Backdated));
        let ending = |not_after| Request { not_after, ..good.clone() };
        let latest = now() + whole_days(10 + RENEWAL_DAYS);
        assert_eq!(profile.check(&ending(latest), ends, now()), Ok(()));
        assert_eq!(profile.check(&ending(latest + SECOND), ends, now()), Err(ProfileFault::TooLong));
        assert_eq!(profile.check(&ending(now()), ends, now()), Err(ProfileFault::TooLong));
        assert_eq!(profile.check(&good, good.not_after, now()), Ok(()));
        assert_eq!(profile.check(&good, good.not_after - SECOND, now()), Err(ProfileFault::OutlivesIssuer));
    }

    #[test]
    fn keys_are_taken_at_the_edge_and_refused_past_it() {
        let office = Profile::new(ProfileName::Office, 10).unwrap();
        let signer = Profile::new(ProfileName::PlatformSigner, 10).unwrap();
        let ask = |profile: &Profile, subject: Subject, key| {
            let request = Request { subject, key, ..request(profile) };
            profile.check(&request, Timestamp::MAX, now())
        };
        for bits in [RSA_BITS_MIN, RSA_BITS_MAX] {
            assert_eq!(ask(&office, self::office(), PublicKey::Rsa { bits }), Ok(()));
            assert_eq!(ask(&signer, Subject::Signer, PublicKey::Rsa { bits }), Err(ProfileFault::Key));
        }
        for bits in [RSA_BITS_MIN - 1, RSA_BITS_MAX + 1] {
            assert_eq!(ask(&office, self::office(), PublicKey::Rsa { bits }), Err(ProfileFault::Key));
        }
        assert_eq!(ask(&office, self::office(), PublicKey::Other), Err(ProfileFault::Key));
        assert_eq!(ask(&signer, self::office(), PublicKey::EcP256), Err(ProfileFault::Subject));
        assert_eq!(ask(&office, Subject::Signer, PublicKey::EcP256), Err(ProfileFault::Subject));
    }

    #[test]
    fn renewing_in_the_last_days_extends_from_the_old_end() {
        let profile = Profile::new(ProfileName::Office, 10).unwrap();
        let edge = now() + whole_days(RENEWAL_DAYS);
        assert_eq!(profile.validity_at(now(), Some(edge)).1, edge + whole_days(10));
        for other in [edge + SECOND, now(), now() - SECOND] {
            assert_eq!(profile.validity_at(now(), Some(other)).1, now() + whole_days(10));
        }
    }

    #[test]
    fn a_server_has_dns_names_or_addresses_one_to_thirty_two() {
        for good in ["localhost", "exchange.example.jp", "127.0.0.1", "::1", "a-b.c"] {
            assert!(ServerName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "Exchange.jp", "*.example.jp", "-a.jp", "a..b", "例え.jp", &"a".repeat(64)] {
            assert!(ServerName::parse(bad).is_err(), "{bad}");
        }
        let profile = Profile::new(ProfileName::PlatformServer, 10).unwrap();
        let with = |count: usize| {
            let names = vec![ServerName::Dns("a".into()); count];
            let request = Request { subject: Subject::Server(names), ..request(&profile) };
            profile.check(&request, Timestamp::MAX, now())
        };
        assert_eq!((with(1), with(SERVER_NAMES_MAX)), (Ok(()), Ok(())));
        for count in [0, SERVER_NAMES_MAX + 1] {
            assert_eq!(with(count), Err(ProfileFault::ServerNames));
        }
    }
}
