//! A notice at the top of a page or beside what it is about; a state as one word.

use askama::Template;

use super::Tone;
use crate::form::Action;
use crate::markup::part;

/// A notice: sign and word of its tone, one sentence, what to do.
#[derive(Debug, Clone, Template)]
#[template(path = "banner.html")]
pub struct Banner {
    tone: Tone,
    title: String,
    paragraphs: Vec<String>,
    action: Option<Action>,
}

part!(Banner, Tag);

impl Banner {
    /// A notice of one sentence.
    pub fn new(tone: Tone, title: impl Into<String>) -> Self {
        Self { tone, title: title.into(), paragraphs: Vec::new(), action: None }
    }

    /// More words.
    #[must_use]
    pub fn paragraph(mut self, text: impl Into<String>) -> Self {
        self.paragraphs.push(text.into());
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn action(mut self, action: impl Into<Action>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// What just happened is read aloud without being looked for.
    fn role(&self) -> Option<&'static str> {
        match self.tone {
            Tone::Success => Some("status"),
            Tone::Error => Some("alert"),
            Tone::Info | Tone::Warning | Tone::Plain => None,
        }
    }
}

/// A state as one word with its sign: 「支払済み」.
#[derive(Debug, Clone, Template)]
#[template(path = "tag.html")]
pub struct Tag {
    tone: Tone,
    word: String,
}

impl Tag {
    /// A word with its tone.
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self { tone, word: word.into() }
    }
}
