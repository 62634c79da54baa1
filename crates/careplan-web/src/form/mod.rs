//! Parts of forms. One list of [`FieldErrors`] draws the summary and the message at each field.
//!
//! Promise: label, hint and message belong to their field also for a screen reader; what was typed comes back after
//! an error, but never a password or a one-time code.

mod button;
mod check;
mod choice;
mod errors;
mod fields;
mod file;
mod text;

pub use button::{Action, Button, PostForm};
pub use check::Check;
pub use choice::Choice;
pub use errors::{ErrorSummary, FieldErrors};
pub use fields::{FIELDS_MAX, Fields, way_back};
pub use file::FileField;
pub use text::{TextArea, TextField, TextKind};

/// What every field has around it. The name is also its `id`, unless two fields of a page share one.
#[derive(Debug, Clone)]
struct Wiring {
    name: String,
    id: String,
    label: String,
    hint: Option<String>,
    error: Option<String>,
    mark: Mark,
}

/// Whether a field must be filled in, in words beside its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Required,
    Optional,
    None,
}

impl Wiring {
    fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        let name = name.into();
        Self { id: name.clone(), name, label: label.into(), hint: None, error: None, mark: Mark::Required }
    }

    fn is_required(&self) -> bool {
        self.mark == Mark::Required
    }

    fn is_optional(&self) -> bool {
        self.mark == Mark::Optional
    }

    /// The ids of what describes the field, for `aria-describedby`.
    fn described_by(&self) -> Option<String> {
        let id = &self.id;
        match (&self.hint, &self.error) {
            (Some(_), Some(_)) => Some(format!("{id}-hint {id}-error")),
            (Some(_), None) => Some(format!("{id}-hint")),
            (None, Some(_)) => Some(format!("{id}-error")),
            (None, None) => None,
        }
    }
}

/// The steps of making a field that all fields share.
macro_rules! wired {
    ($field:ty) => {
        impl $field {
            /// What helps to fill it in: form, example, where to find it.
            #[must_use]
            pub fn hint(mut self, hint: impl Into<String>) -> Self {
                self.wiring.hint = Some(hint.into());
                self
            }

            /// May be left empty: 「任意」 instead of 「必須」.
            #[must_use]
            pub fn optional(mut self) -> Self {
                self.wiring.mark = crate::form::Mark::Optional;
                self
            }

            /// Says neither 「必須」 nor 「任意」, as in a search.
            #[must_use]
            pub fn unmarked(mut self) -> Self {
                self.wiring.mark = crate::form::Mark::None;
                self
            }

            /// An `id` of its own, where two fields of a page have the same name.
            #[must_use]
            pub fn id(mut self, id: impl Into<String>) -> Self {
                self.wiring.id = id.into();
                self
            }

            /// Takes over the message for this field, if there is one.
            #[must_use]
            pub fn errors(mut self, errors: &crate::form::FieldErrors) -> Self {
                self.wiring.error = errors.of(&self.wiring.id).map(str::to_owned);
                self
            }
        }
    };
}
use wired;
