//! One item of a form: empty, a value, or a text that is no value.
//!
//! Promises: an item that cannot be read keeps its text, so that a form can always be shown as it was sent. A value is written
//! as the standard writes it. Must never show a value in `Debug`: forms hold personal data.

use std::fmt;

use serde::{Serialize, Serializer};

/// One item (項目) of a form.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Item<T> {
    /// Nothing was written.
    #[default]
    Empty,
    /// A value.
    Value(T),
    /// A text that is no value of this kind, as it stood in the file. The checks have a finding about it.
    Unread(String),
}

/// A kind of value that stands in an item.
pub trait ItemValue: Sized {
    /// What the value is, for a schema.
    const KIND: ItemKind;

    /// Reads a value; `None` when the text is none. `text` is never empty.
    fn read(text: &str) -> Option<Self>;

    /// Writes the value as the standard does.
    fn text(&self) -> String;
}

/// What the values of an item look like in the JSON view of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ItemKind {
    /// Free text.
    Text,
    /// A code of a code table, or a number used as a name.
    Code,
    /// A date `YYYY-MM-DD`, or `none` where a supplement has no plan.
    Date,
    /// A month `YYYYMM`, or `none` where a supplement has no month.
    Month,
    /// A time of day `HH:MM`, or `none` for a service without clock times.
    Time,
    /// A whole number.
    Number,
    /// A number with two decimals, as text.
    Decimal,
    /// The days of a month as a list of numbers.
    Days,
}

impl<T> Item<T> {
    /// The value, where there is one that could be read.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Empty | Self::Unread(_) => None,
        }
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

impl<T: ItemValue> Item<T> {
    /// Reads the text of an item. Spaces around anything but free text do not count.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
        if trimmed.is_empty() && (T::KIND != ItemKind::Text || text.is_empty()) {
            return Self::Empty;
        }
        let text = if T::KIND == ItemKind::Text { text } else { trimmed };
        T::read(text).map_or_else(|| Self::Unread(text.to_owned()), Self::Value)
    }

    /// The text as the standard writes it; of an item that could not be read, the text that stood there.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Value(value) => value.text(),
            Self::Unread(text) => text.clone(),
        }
    }
}

impl<T> From<T> for Item<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> fmt::Debug for Item<T> {
    /// Says only whether there is a value.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Empty => "-",
            Self::Value(_) => "＊＊＊",
            Self::Unread(_) => "＊＊＊?",
        })
    }
}

impl<T: Serialize> Serialize for Item<T> {
    /// `null`, the value, or `{"unread": text}`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
            Self::Unread(text) => {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("unread", text)?;
                map.end()
            }
        }
    }
}

impl<T: ItemValue> fmt::Display for Item<T> {
    /// The text as the standard writes it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text())
    }
}
