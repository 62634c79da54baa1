//! A box to tick.

use askama::Template;

use super::{Wiring, wired};
use crate::markup::part;

/// A box to tick with its label beside it. It says neither 「必須」 nor 「任意」: its label says what ticking means.
#[derive(Debug, Clone, Template)]
#[template(path = "check.html")]
pub struct Check {
    wiring: Wiring,
    value: String,
    checked: bool,
}

part!(Check);
wired!(Check);

impl Check {
    /// A box that sends `on` when it is ticked.
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self { wiring: Wiring::new(name, label), value: "on".to_owned(), checked: false }.unmarked()
    }

    /// What it sends when ticked; for several boxes of one name. Give each an `id` of its own.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// Whether it is ticked.
    #[must_use]
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = checked;
        self
    }
}
