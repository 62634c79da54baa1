//! Keys of send actions.

use std::str::FromStr;

/// Characters of a key: a UUID, or two with a word.
pub const KEY_CHARS_MAX: usize = 100;

/// A key that a caller chose: it can stand in an address line as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SendKey(String);

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("キーは1〜{KEY_CHARS_MAX}文字の英数字と . _ ~ - で指定してください（例：UUID）")]
pub(crate) struct SendKeyFault;

impl SendKey {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SendKey {
    type Err = SendKeyFault;

    fn from_str(text: &str) -> Result<Self, SendKeyFault> {
        let is_plain = text.bytes().all(|it| it.is_ascii_alphanumeric() || b"._~-".contains(&it));
        if is_plain && (1..=KEY_CHARS_MAX).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SendKeyFault)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_up_to_a_hundred_plain_characters() {
        for good in ["a", "202611-K2_7.~", "01920000-0000-7000-8000-000000000001", &"x".repeat(KEY_CHARS_MAX)]
        {
            assert_eq!(good.parse::<SendKey>().map(|key| key.0), Ok(good.to_owned()));
        }
        for wrong in ["", "a b", "あ", "a/b", "a%20", &"x".repeat(KEY_CHARS_MAX + 1)] {
            assert_eq!(wrong.parse::<SendKey>(), Err(SendKeyFault), "{wrong}");
        }
    }
}
