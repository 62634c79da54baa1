//! One of several: radio buttons when they all can be seen, a list when there are many.

use askama::Template;

use super::{Wiring, wired};
use crate::markup::part;

/// A choice of one among several, with its label.
#[derive(Debug, Clone, Template)]
#[template(path = "choice.html")]
pub struct Choice {
    wiring: Wiring,
    look: Look,
    options: Vec<Entry>,
    selected: Option<String>,
    empty: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Radio,
    List,
}

#[derive(Debug, Clone)]
struct Entry {
    value: String,
    label: String,
    hint: Option<String>,
}

part!(Choice);
wired!(Choice);

impl Choice {
    /// Radio buttons under a legend: up to about seven.
    pub fn radio(name: impl Into<String>, legend: impl Into<String>) -> Self {
        Self::new(Wiring::new(name, legend), Look::Radio)
    }

    /// A list that opens: for many.
    pub fn list(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Wiring::new(name, label), Look::List)
    }

    fn new(wiring: Wiring, look: Look) -> Self {
        Self { wiring, look, options: Vec::new(), selected: None, empty: None }
    }

    /// Adds one to choose.
    #[must_use]
    pub fn option(mut self, value: impl Into<String>, label: impl Into<String>) -> Self {
        self.options.push(Entry { value: value.into(), label: label.into(), hint: None });
        self
    }

    /// Adds one to choose with words under it (seen with radio buttons only).
    #[must_use]
    pub fn option_with_hint(
        mut self,
        value: impl Into<String>,
        label: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        self.options.push(Entry { value: value.into(), label: label.into(), hint: Some(hint.into()) });
        self
    }

    /// The first entry of a list, with an empty value: 「選択してください」, 「すべて」.
    #[must_use]
    pub fn empty(mut self, label: impl Into<String>) -> Self {
        self.empty = Some(label.into());
        self
    }

    /// Which one is chosen, by its value.
    #[must_use]
    pub fn selected(mut self, value: impl Into<String>) -> Self {
        self.selected = Some(value.into());
        self
    }

    fn is_radio(&self) -> bool {
        self.look == Look::Radio
    }

    fn is_selected(&self, option: &Entry) -> bool {
        self.selected.as_ref() == Some(&option.value)
    }

    /// The first has the id of the whole choice, where the summary of errors leads.
    fn option_id(&self, index0: &usize) -> String {
        match index0 {
            0 => self.wiring.id.clone(),
            more => format!("{}-{}", self.wiring.id, more + 1),
        }
    }
}
