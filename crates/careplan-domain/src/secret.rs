//! Texts that must never be printed: passwords, issue passwords, tokens.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text, wiped when dropped. It has no `Display`, its `Debug` is a mask, and the only way in is
/// [`expose`](Self::expose), so that every use can be found by that word.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself, to be handed on and never stored, logged or formatted.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret::new("hirakegoma")), "Secret(***)");
    }
}
