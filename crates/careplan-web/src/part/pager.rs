//! From one page of a long list to the next. Lists are cut by key, so there are no page numbers.

use askama::Template;

use crate::markup::{Href, part};

/// Links to the pages before and after, and where one is.
#[derive(Debug, Clone, Template)]
#[template(path = "pager.html")]
pub struct Pager {
    label: String,
    place: String,
    previous: Option<Href>,
    next: Option<Href>,
}

part!(Pager);

impl Pager {
    /// The list's name for screen readers, and where one is: `21〜40件目`.
    pub fn new(label: impl Into<String>, place: impl Into<String>) -> Self {
        Self { label: label.into(), place: place.into(), previous: None, next: None }
    }

    /// The page before, if there is one.
    #[must_use]
    pub fn previous(mut self, href: Option<impl Into<Href>>) -> Self {
        self.previous = href.map(Into::into);
        self
    }

    /// The page after, if there is one.
    #[must_use]
    pub fn next(mut self, href: Option<impl Into<Href>>) -> Self {
        self.next = href.map(Into::into);
        self
    }
}
