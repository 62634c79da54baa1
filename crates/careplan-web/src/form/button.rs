//! What one can do: send a form, go somewhere.

use askama::Template;

use crate::markup::{Href, part};

/// A button that sends its form, or a link that looks like one. Primary unless said otherwise; one primary a page.
#[derive(Debug, Clone, Template)]
#[template(path = "button.html")]
pub struct Button {
    label: String,
    look: &'static str,
    small: bool,
    about: Option<String>,
    id: Option<String>,
    does: Does,
}

#[derive(Debug, Clone)]
enum Does {
    Submit { value: Option<(String, String)>, busy: Option<String> },
    Go(Href),
}

part!(Button, PostForm, Action);

impl Button {
    /// Sends the form it stands in. The label is a verb: 「ログインする」.
    pub fn submit(label: impl Into<String>) -> Self {
        Self::new(label.into(), Does::Submit { value: None, busy: None })
    }

    /// Leads to a page.
    pub fn link(label: impl Into<String>, href: impl Into<Href>) -> Self {
        Self::new(label.into(), Does::Go(href.into()))
    }

    fn new(label: String, does: Does) -> Self {
        Self { label, look: "", small: false, about: None, id: None, does }
    }

    /// One of the lesser ways.
    #[must_use]
    pub fn secondary(mut self) -> Self {
        self.look = " button-secondary";
        self
    }

    /// What cannot be undone.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.look = " button-danger";
        self
    }

    /// Lower, for rows of a table.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// What it is about, unseen but read aloud, where several buttons have the same label: 「失効する（受付のパソコン）」.
    #[must_use]
    pub fn about(mut self, thing: impl Into<String>) -> Self {
        self.about = Some(thing.into());
        self
    }

    /// An `id`, for `data-read-to-end`.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// What the form learns when this button sent it. A link has no use for it.
    #[must_use]
    pub fn value(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Does::Submit { value: sent, .. } = &mut self.does {
            *sent = Some((name.into(), value.into()));
        }
        self
    }

    /// What it says while the form is on its way: 「送信しています」. A link has no use for it.
    #[must_use]
    pub fn busy(mut self, word: impl Into<String>) -> Self {
        if let Does::Submit { busy, .. } = &mut self.does {
            *busy = Some(word.into());
        }
        self
    }
}

/// A form of one button: log out, revoke, send again.
#[derive(Debug, Clone, Template)]
#[template(path = "post_form.html")]
pub struct PostForm {
    action: Href,
    hidden: Vec<(String, String)>,
    button: Button,
}

impl PostForm {
    /// Posts to a path.
    pub fn new(action: impl Into<Href>, button: Button) -> Self {
        Self { action: action.into(), hidden: Vec::new(), button }
    }

    /// A value that goes along unseen.
    #[must_use]
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }
}

/// The one thing to do in a row, an item or a banner.
#[derive(Debug, Clone, Template)]
#[template(path = "action.html")]
pub enum Action {
    /// A link, or a button of the form around it.
    Button(Button),
    /// A form of its own.
    Form(PostForm),
}

impl From<Button> for Action {
    fn from(button: Button) -> Self {
        Self::Button(button)
    }
}

impl From<PostForm> for Action {
    fn from(form: PostForm) -> Self {
        Self::Form(form)
    }
}
