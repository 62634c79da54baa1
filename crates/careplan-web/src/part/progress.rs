//! How far a long action is.

use askama::Template;

use crate::markup::{Href, part};
use crate::text::count_ja;

/// So many done of so many.
#[derive(Debug, Clone, Template)]
#[template(path = "progress.html")]
pub struct Progress {
    id: String,
    label: String,
    done: u64,
    total: u64,
    watch: Option<Href>,
    say: Option<String>,
}

part!(Progress);

impl Progress {
    /// A bar with its words. The `id` is unique on the page.
    pub fn new(id: impl Into<String>, label: impl Into<String>, done: u64, total: u64) -> Self {
        Self { id: id.into(), label: label.into(), done: done.min(total), total, watch: None, say: None }
    }

    /// The path that answers with this part drawn anew, asked by the script every few seconds until an answer does
    /// not watch any more. Without script the page has a link to itself.
    #[must_use]
    pub fn watch(mut self, path: impl Into<Href>) -> Self {
        self.watch = Some(path.into());
        self
    }

    /// What is read aloud when this drawing comes in. Seldom: at quarters and at the end.
    #[must_use]
    pub fn say(mut self, words: impl Into<String>) -> Self {
        self.say = Some(words.into());
        self
    }

    /// A bar of nothing is full: it must not wait for what does not come.
    fn value(&self) -> u64 {
        if self.total == 0 { 1 } else { self.done }
    }

    fn max(&self) -> u64 {
        self.total.max(1)
    }

    fn count(&self) -> String {
        format!("{}／{}", count_ja(self.done, "件"), count_ja(self.total, "件"))
    }
}
