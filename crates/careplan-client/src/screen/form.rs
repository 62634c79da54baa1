//! A form on a page that has several: where it goes, its fields and buttons. Templates draw them with `forms.html`.

use askama::DynTemplate;
use careplan_web::{Button, Markup};

use super::refused::Refused;
use super::show::not_drawn;

/// A form, drawn by `forms.html`.
pub(super) struct Form {
    pub(super) action: String,
    /// Whether it carries a file.
    pub(super) is_upload: bool,
    pub(super) heading: String,
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) fields: Vec<Markup>,
    pub(super) buttons: Vec<Button>,
}

impl Form {
    pub(super) fn new(action: impl Into<String>, button: Button) -> Self {
        Self {
            action: action.into(),
            is_upload: false,
            heading: String::new(),
            hidden: Vec::new(),
            fields: Vec::new(),
            buttons: vec![button],
        }
    }

    pub(super) fn field(mut self, field: &dyn DynTemplate) -> Result<Self, Refused> {
        self.fields.push(Markup::of(field).map_err(|error| not_drawn(&error))?);
        Ok(self)
    }

    pub(super) fn hidden(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.hidden.push((name, value.into()));
        self
    }

    pub(super) fn heading(mut self, heading: impl Into<String>) -> Self {
        self.heading = heading.into();
        self
    }
}
