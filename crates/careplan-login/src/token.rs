//! Tokens that open something by themselves: a session, a link in a mail.
//!
//! 32 random bytes, handed out once as base64url. The database holds their SHA-256 only, which is
//! enough: nobody guesses 256 bits, so a slow hash would protect nothing.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use careplan_domain::{Digest, Secret};
use zeroize::Zeroizing;

use crate::HashFault;

/// Bytes of randomness.
const TOKEN_BYTES: usize = 32;

/// A token. It cannot be printed by accident.
#[derive(Clone)]
pub struct Token(Secret);

impl Token {
    /// A new token.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn fresh() -> Result<Self, HashFault> {
        let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
        rand::fill(&mut *bytes).map_err(|_| HashFault::Randomness)?;
        Ok(Self(Secret::new(URL_SAFE_NO_PAD.encode(*bytes))))
    }

    /// The token that somebody presents; `None` when it can be none of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        (bytes.len() == TOKEN_BYTES).then(|| Self(Secret::new(text)))
    }

    /// What the database knows of it.
    pub fn digest(&self) -> Digest {
        let mut sum = [0; 32];
        sum.copy_from_slice(digest(&SHA256, self.0.expose().as_bytes()).as_ref());
        Digest(sum)
    }

    /// The token itself: for the cookie or the link, and nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_43_letters_that_read_back_and_are_not_printed() {
        let token = Token::fresh().unwrap();
        assert_eq!(token.expose().len(), 43);
        let read = Token::parse(token.expose()).unwrap();
        assert_eq!(read.digest(), token.digest());
        assert_ne!(Token::fresh().unwrap().digest(), token.digest());
        assert_eq!(format!("{token:?}"), "Token(***)");
    }

    #[test]
    fn what_is_not_32_bytes_of_base64url_is_no_token() {
        let token = Token::fresh().unwrap();
        for text in ["", "a", &token.expose()[1..], &format!("{}AA", token.expose()), &"/".repeat(43)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}
