//! What the staff marked: who read what, and notes.

use std::fmt;
use std::str::FromStr;

use careplan_domain::Timestamp;

/// Longest name of an account in characters.
pub const WHO_CHARACTERS_MAX: usize = 64;

/// Longest note in characters: a remark, no letter.
pub const NOTE_CHARACTERS_MAX: usize = 2_000;

/// An account of the staff, as the room of the staff names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Who(String);

/// Why a text names no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("職員の名前を読み取れません。ログインし直してください。")]
pub struct WhoFault;

impl Who {
    /// The account.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Who {
    type Err = WhoFault;

    fn from_str(text: &str) -> Result<Self, WhoFault> {
        let count = text.chars().count();
        let is_good = (1..=WHO_CHARACTERS_MAX).contains(&count) && !text.chars().any(char::is_control);
        if is_good { Ok(Self(text.to_owned())) } else { Err(WhoFault) }
    }
}

/// That somebody read something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub who: Who,
    /// When first.
    pub at: Timestamp,
}

/// A note on a transmission.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// Who wrote it.
    pub who: Who,
    /// When.
    pub at: Timestamp,
    /// What it says. May speak of people.
    pub text: String,
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Note({:?}, {} bytes)", self.who, self.text.len())
    }
}

/// Why a note cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// There is nothing in it.
    #[error("メモが空です。内容を入力してください。")]
    Empty,
    /// It is too long.
    #[error("メモは{NOTE_CHARACTERS_MAX}文字までです。短くしてください。")]
    TooLong,
}

/// What a note says, without blank edges.
pub(super) fn note_text(text: &str) -> Result<&str, NoteFault> {
    match text.trim() {
        "" => Err(NoteFault::Empty),
        text if text.chars().count() > NOTE_CHARACTERS_MAX => Err(NoteFault::TooLong),
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_note_is_taken_and_one_character_more_is_not() {
        assert!(note_text(&"あ".repeat(NOTE_CHARACTERS_MAX)).is_ok());
        assert_eq!(note_text(&"あ".repeat(NOTE_CHARACTERS_MAX + 1)), Err(NoteFault::TooLong));
        assert_eq!(note_text(" \u{3000}\n"), Err(NoteFault::Empty));
    }

    #[test]
    fn the_longest_account_is_taken_and_one_character_more_is_not() {
        assert!("職".repeat(WHO_CHARACTERS_MAX).parse::<Who>().is_ok());
        assert_eq!("職".repeat(WHO_CHARACTERS_MAX + 1).parse::<Who>(), Err(WhoFault));
        assert_eq!("".parse::<Who>(), Err(WhoFault));
    }
}
