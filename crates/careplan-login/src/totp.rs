//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, as every
//! authenticator app has them.

use std::fmt;

use aws_lc_rs::{hmac, rand};
use careplan_domain::{Secret, Timestamp};
use zeroize::Zeroizing;

use crate::HashFault;

/// Seconds of one step (RFC 6238, section 4.1: the recommended default).
const STEP_SECONDS: i64 = 30;

/// Steps that a telephone's clock may be ahead or behind (section 5.2: at most one is recommended).
const STEPS_ASIDE: i64 = 1;

/// Digits of a code.
const DIGITS: usize = 6;

/// Bytes of the shared secret (RFC 4226, section 4: 160 bits are recommended).
const SECRET_BYTES: usize = 20;

/// What apps show above the code.
const ISSUER: &str = "Careplan Exchange";

/// RFC 4648, section 6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The shared secret. It cannot be printed by accident.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(***)")
    }
}

impl TotpSecret {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn fresh() -> Result<Self, HashFault> {
        let mut bytes = Zeroizing::new(vec![0; SECRET_BYTES]);
        rand::fill(&mut bytes).map_err(|_| HashFault::Randomness)?;
        Ok(Self(bytes))
    }

    /// The bytes of a column; `None` when they are no secret of ours.
    pub fn stored(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() == SECRET_BYTES).then(|| Self(Zeroizing::new(bytes)))
    }

    /// The bytes for a column.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// For apps that take no picture: 32 letters and digits.
    pub fn base32(&self) -> Secret {
        let mut text = String::with_capacity(self.0.len() * 8 / 5);
        let (mut held, mut bits) = (0_u32, 0_u32);
        for byte in self.0.iter() {
            held = (held << 8) | u32::from(*byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                let index = usize::try_from((held >> bits) & 31).unwrap_or_default();
                text.extend(BASE32.get(index).map(|letter| char::from(*letter)));
            }
        }
        Secret::new(text)
    }

    /// What the QR code says (Key URI format of authenticator apps). The account is what the app shows below the issuer; of letters
    /// and digits, as the ID of an account is.
    pub fn uri(&self, account: &str) -> Secret {
        let issuer = ISSUER.replace(' ', "%20");
        let secret = self.base32();
        Secret::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
            secret.expose()
        ))
    }

    /// The step whose code this is: not older than one step, not newer than one, and after `last`.
    pub fn step_of(&self, code: &Secret, last: i64, now: Timestamp) -> Option<i64> {
        let present = now.as_second() / STEP_SECONDS;
        let mut found = None;
        // All are compared, so that the time it takes does not tell which one it was.
        for step in present - STEPS_ASIDE..=present + STEPS_ASIDE {
            let expected = self.code(step);
            let same = aws_lc_rs::constant_time::verify_slices_are_equal(
                expected.as_bytes(),
                code.expose().as_bytes(),
            );
            if same.is_ok() && step > last && found.is_none() {
                found = Some(step);
            }
        }
        found
    }

    /// RFC 4226, section 5.3, with the step as the counter.
    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag.last().copied().unwrap_or_default() & 15);
        let four = tag.iter().skip(offset).take(4);
        let number = four.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff;
        format!("{:0DIGITS$}", number % 10_u32.pow(6))
    }
}

/// The code as it was typed: spaces do not matter, apps show `123 456`.
pub fn plain(typed: &Secret) -> Secret {
    Secret::new(typed.expose().chars().filter(|letter| !letter.is_whitespace()).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn of_the_rfc() -> TotpSecret {
        TotpSecret::stored(b"12345678901234567890".to_vec()).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// The last six of the eight digits in the appendix.
    const VECTORS: &[(i64, &str)] = &[
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        for (second, code) in VECTORS {
            assert_eq!(of_the_rfc().code(second / 30), *code, "{second}");
            assert_eq!(of_the_rfc().step_of(&Secret::new(*code), 0, at(*second)), Some(second / 30));
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_and_late_and_not_two() {
        let (secret, code) = (of_the_rfc(), Secret::new("050471"));
        let step = 1_111_111_111 / 30;
        for (aside, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let now = at((step + aside) * 30);
            assert_eq!(secret.step_of(&code, 0, now), taken.then_some(step), "{aside}");
        }
        assert!(secret.step_of(&code, 0, at(step * 30 + 59)).is_some());
        assert!(secret.step_of(&code, 0, at(step * 30 + 60)).is_none());
    }

    #[test]
    fn a_code_is_not_taken_when_its_step_or_a_later_one_was() {
        let (secret, code) = (of_the_rfc(), Secret::new("050471"));
        let step = 1_111_111_111 / 30;
        assert_eq!(secret.step_of(&code, step - 1, at(step * 30)), Some(step));
        assert_eq!(secret.step_of(&code, step, at(step * 30)), None);
    }

    #[test]
    fn the_secret_is_shown_in_base32_and_as_a_uri_and_printed_never() {
        let secret = of_the_rfc();
        assert_eq!(secret.base32().expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            secret.uri("KJ999970000018").expose(),
            "otpauth://totp/Careplan%20Exchange:KJ999970000018?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Careplan%20Exchange&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{secret:?}"), "TotpSecret(***)");
        assert_eq!(plain(&Secret::new(" 123 456 ")).expose(), "123456");
    }
}
