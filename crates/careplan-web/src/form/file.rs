//! A field for files of the reader's disk.

use askama::Template;

use super::{Wiring, wired};
use crate::markup::part;

/// A field for files with its label.
#[derive(Debug, Clone, Template)]
#[template(path = "file_field.html")]
pub struct FileField {
    wiring: Wiring,
    accept: Option<&'static str>,
    multiple: bool,
    folder: bool,
}

part!(FileField);
wired!(FileField);

impl FileField {
    /// A field for one file.
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self { wiring: Wiring::new(name, label), accept: None, multiple: false, folder: false }
    }

    /// Which files the browser offers: `.csv,.pdf`. A help, no check.
    #[must_use]
    pub fn accept(mut self, kinds: &'static str) -> Self {
        self.accept = Some(kinds);
        self
    }

    /// Several files at once.
    #[must_use]
    pub fn multiple(mut self) -> Self {
        self.multiple = true;
        self
    }

    /// All files of a folder. Browsers that cannot choose folders offer files.
    #[must_use]
    pub fn folder(mut self) -> Self {
        self.folder = true;
        self.multiple()
    }
}
