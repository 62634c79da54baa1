//! What is wrong with a form: told once at the top and once at each field.

use askama::Template;

use crate::markup::part;

/// Messages for the fields of one form, in the order of the form. Each says what – where – what to do.
///
/// ```
/// use careplan_web::{FieldErrors, TextField};
///
/// let mut errors = FieldErrors::default();
/// errors.add("user_id", "ユーザIDを入力してください。");
/// let field = TextField::new("user_id", "ユーザID").errors(&errors);
/// assert!(field.to_string().contains("aria-invalid"));
/// assert!(errors.summary().to_string().contains("href=\"#user_id\""));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<FieldError>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct FieldError {
    /// The `id` of the field; none when the message is about the whole form.
    field: Option<String>,
    message: String,
}

impl FieldErrors {
    /// Adds a message for the field with this `id`. Of two for one field the first stays: the next is told when that
    /// is mended.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let field = field.into();
        if self.of(&field).is_none() {
            self.0.push(FieldError { field: Some(field), message: message.into() });
        }
    }

    /// Adds a message about the whole form, for the summary only.
    pub fn add_for_form(&mut self, message: impl Into<String>) {
        self.0.push(FieldError { field: None, message: message.into() });
    }

    /// The message for a field.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|error| error.field.as_deref() == Some(field));
        found.map(|error| error.message.as_str())
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The list for the top of the page. [`Frame::errors`](crate::Frame::errors) draws it above the heading.
    #[must_use]
    pub fn summary(&self) -> ErrorSummary<'_> {
        ErrorSummary { errors: &self.0 }
    }
}

/// All messages of a form with links to their fields; nothing when there are none.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "error_summary.html")]
pub struct ErrorSummary<'a> {
    errors: &'a [FieldError],
}

part!(ErrorSummary<'_>);
