//! Fields for text: of one line, of many.

use askama::Template;

use super::{Wiring, wired};
use crate::markup::part;

/// What a field of one line is for. It settles keyboard, spelling help, what the browser may fill in, and whether the
/// value may come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    /// Words of a language.
    Text,
    /// An identifier of letters and digits, such as a user ID.
    Code,
    /// An identifier of digits only, such as an office number. Full width is typed as well, so it stays a text field.
    Digits,
    /// The six digits of the second factor. Never written back.
    OneTimeCode,
    /// The password one has. Never written back.
    Password,
    /// The password one chooses. Never written back.
    NewPassword,
    /// A mail address.
    Email,
    /// Words to search for.
    Search,
    /// A day; the value is `2026-11-22`.
    Date,
}

impl TextKind {
    fn input_type(self) -> &'static str {
        match self {
            Self::Text | Self::Code | Self::Digits | Self::OneTimeCode => "text",
            Self::Password | Self::NewPassword => "password",
            Self::Email => "email",
            Self::Search => "search",
            Self::Date => "date",
        }
    }

    fn autocomplete(self) -> &'static str {
        match self {
            Self::Text | Self::Code | Self::Digits | Self::Search | Self::Date => "off",
            Self::OneTimeCode => "one-time-code",
            Self::Password => "current-password",
            Self::NewPassword => "new-password",
            Self::Email => "email",
        }
    }

    fn is_numeric(self) -> bool {
        matches!(self, Self::Digits | Self::OneTimeCode)
    }

    fn is_words(self) -> bool {
        matches!(self, Self::Text | Self::Search)
    }

    fn is_code(self) -> bool {
        self.is_numeric() || self.is_secret() || self == Self::Code
    }

    fn is_password(self) -> bool {
        matches!(self, Self::Password | Self::NewPassword)
    }

    /// Whether the value must not be written into a page.
    fn is_secret(self) -> bool {
        self.is_password() || self == Self::OneTimeCode
    }
}

/// A field of one line with its label.
#[derive(Debug, Clone, Template)]
#[template(path = "text_field.html")]
pub struct TextField {
    wiring: Wiring,
    kind: TextKind,
    value: Visible,
    autocomplete: Option<&'static str>,
    max_length: Option<u32>,
}

part!(TextField, TextArea);
wired!(TextField);
wired!(TextArea);

/// A value that was typed. `Debug` tells only whether there is one.
#[derive(Clone, Default)]
struct Visible(String);

impl std::fmt::Debug for Visible {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(if self.0.is_empty() { "empty" } else { "typed" })
    }
}

impl TextField {
    /// A field for words, to be filled in.
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        let wiring = Wiring::new(name, label);
        Self { wiring, kind: TextKind::Text, value: Visible::default(), autocomplete: None, max_length: None }
    }

    /// What it is for.
    #[must_use]
    pub fn kind(mut self, kind: TextKind) -> Self {
        self.kind = kind;
        self
    }

    /// What stands in it. A password or a one-time code is dropped when the field is drawn.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Visible(value.into());
        self
    }

    /// What the browser may fill in, where the kind does not settle it: `username`, `organization`.
    #[must_use]
    pub fn autocomplete(mut self, purpose: &'static str) -> Self {
        self.autocomplete = Some(purpose);
        self
    }

    /// How many UTF-16 units can be typed; it also settles how wide the field is. Leave room for the hyphens and
    /// spaces that come along when a number is pasted: what is too much is cut off in silence.
    #[must_use]
    pub fn max_length(mut self, units: u32) -> Self {
        self.max_length = Some(units);
        self
    }

    fn shown_value(&self) -> Option<&str> {
        (!self.kind.is_secret() && !self.value.0.is_empty()).then_some(self.value.0.as_str())
    }

    fn purpose(&self) -> &'static str {
        self.autocomplete.unwrap_or_else(|| self.kind.autocomplete())
    }

    /// The field is as wide as what is expected, which is a hint in itself.
    fn width(&self) -> &'static str {
        match (self.kind, self.max_length) {
            (TextKind::OneTimeCode, _) | (_, Some(..=8)) => " input-s",
            (TextKind::Date, _) | (_, Some(9..=24)) => " input-m",
            _ => "",
        }
    }
}

/// A field of several lines with its label.
#[derive(Debug, Clone, Template)]
#[template(path = "text_area.html")]
pub struct TextArea {
    wiring: Wiring,
    value: Visible,
    rows: u8,
    max_length: Option<u32>,
}

impl TextArea {
    /// A field of five lines.
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self { wiring: Wiring::new(name, label), value: Visible::default(), rows: 5, max_length: None }
    }

    /// What stands in it.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Visible(value.into());
        self
    }

    /// How many lines are seen.
    #[must_use]
    pub fn rows(mut self, rows: u8) -> Self {
        self.rows = rows;
        self
    }

    /// How many UTF-16 units can be typed.
    #[must_use]
    pub fn max_length(mut self, units: u32) -> Self {
        self.max_length = Some(units);
        self
    }
}
