//! Where somebody stands: every item with its state and at most one button.

use askama::Template;

use super::{Tag, Tone};
use crate::form::Action;
use crate::markup::part;

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing to do any more.
    Done,
    /// The next thing to do: it stands out. At most one.
    Current,
    /// In somebody else's hands.
    Waiting,
    /// Something is wrong with it.
    Failed,
    /// Comes later.
    Later,
}

impl State {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Current => "current",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Later => "later",
        }
    }

    pub(super) fn is_current(self) -> bool {
        self == Self::Current
    }

    fn is_done(self) -> bool {
        self == Self::Done
    }

    fn word(self) -> &'static str {
        match self {
            Self::Done => "完了",
            Self::Current => "次にすること",
            Self::Waiting => "確認中",
            Self::Failed => "要対応",
            Self::Later => "未着手",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Done => Tone::Success,
            Self::Current | Self::Waiting => Tone::Info,
            Self::Failed => Tone::Error,
            Self::Later => Tone::Plain,
        }
    }
}

/// Items in the order in which they are done.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "checklist.html")]
pub struct Checklist {
    items: Vec<Item>,
}

part!(Checklist);

impl Checklist {
    /// Adds an item.
    #[must_use]
    pub fn item(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }
}

/// One thing of a checklist.
#[derive(Debug, Clone)]
pub struct Item {
    name: String,
    state: State,
    word: Option<String>,
    note: Option<String>,
    action: Option<Action>,
}

impl Item {
    /// A thing and how far it is.
    pub fn new(name: impl Into<String>, state: State) -> Self {
        Self { name: name.into(), state, word: None, note: None, action: None }
    }

    /// Another word for the state: 「審査中」.
    #[must_use]
    pub fn word(mut self, word: impl Into<String>) -> Self {
        self.word = Some(word.into());
        self
    }

    /// A sentence under the name: what it is good for, until when.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The one button.
    #[must_use]
    pub fn action(mut self, action: impl Into<Action>) -> Self {
        self.action = Some(action.into());
        self
    }

    fn tag(&self) -> Tag {
        Tag::new(self.state.tone(), self.word.as_deref().unwrap_or(self.state.word()))
    }
}
