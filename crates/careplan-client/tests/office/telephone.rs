//! A telephone with an authenticator app: RFC 6238 with SHA-1, six digits, thirty seconds.

use aws_lc_rs::hmac;
use careplan_domain::{Secret, Timestamp};

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What the app knows of an account.
pub struct Telephone(Vec<u8>);

impl Telephone {
    /// Takes the letters that stand below the QR code.
    pub fn with(base32: &str) -> Self {
        let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0_u32);
        for letter in base32.chars() {
            held = ((held << 5) | u32::try_from(LETTERS.find(letter).unwrap()).unwrap()) & 0xffff;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from((held >> bits) & 0xff).unwrap());
            }
        }
        assert_eq!(bytes.len(), 20);
        Self(bytes)
    }

    /// The six digits that it shows.
    pub fn shows(&self, now: Timestamp) -> Secret {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &(now.as_second() / 30).to_be_bytes());
        let at = usize::from(tag.as_ref()[19] & 15);
        let number = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        Secret::new(format!("{:06}", number % 1_000_000))
    }

    /// Six digits that it does not show just now.
    pub fn does_not_show(&self, now: Timestamp) -> Secret {
        let near = [-30, 0, 30].map(|aside| self.shows(now + jiff::SignedDuration::from_secs(aside)));
        let wrong = (0..4).map(|digit| Secret::new(format!("{digit}{digit}{digit}{digit}{digit}{digit}")));
        wrong.into_iter().find(|code| near.iter().all(|it| it.expose() != code.expose())).unwrap()
    }
}
