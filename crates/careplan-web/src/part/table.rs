//! Tables and lists of facts. On a phone every row of a table becomes a block whose cells bear their heads.

use askama::Template;

use super::Tag;
use crate::form::Action;
use crate::markup::{Href, Markup, part};

/// What stands in a cell of a table or behind a term.
#[derive(Debug, Clone, Template)]
#[template(path = "cell.html")]
pub struct Cell {
    content: Content,
    note: Option<String>,
}

#[derive(Debug, Clone)]
enum Content {
    Text(String),
    Code(String),
    Number(String),
    Link(String, Href),
    Tag(Tag),
    Action(Box<Action>),
    Markup(Markup),
}

part!(Cell, DataTable, Facts);

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Content::Text(text.into()))
    }

    /// An identifier: letters of one width.
    pub fn code(text: impl Into<String>) -> Self {
        Self::new(Content::Code(text.into()))
    }

    /// An amount: to the right, digits of one width.
    pub fn number(text: impl Into<String>) -> Self {
        Self::new(Content::Number(text.into()))
    }

    /// A link.
    pub fn link(text: impl Into<String>, href: impl Into<Href>) -> Self {
        Self::new(Content::Link(text.into(), href.into()))
    }

    /// A state.
    #[must_use]
    pub fn tag(tag: Tag) -> Self {
        Self::new(Content::Tag(tag))
    }

    /// The one thing to do. Give the button [`small`](crate::Button::small) and [`about`](crate::Button::about).
    pub fn action(action: impl Into<Action>) -> Self {
        Self::new(Content::Action(Box::new(action.into())))
    }

    /// What a template of the page has drawn.
    #[must_use]
    pub fn markup(markup: Markup) -> Self {
        Self::new(Content::Markup(markup))
    }

    fn new(content: Content) -> Self {
        Self { content, note: None }
    }

    /// A smaller line below.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    fn class(&self) -> Option<&'static str> {
        self.is_number().then_some("number")
    }

    fn is_number(&self) -> bool {
        matches!(self.content, Content::Number(_))
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::text(text)
    }
}

/// A table. The first cell of a row names the row. A table without rows is a sentence.
#[derive(Debug, Clone, Template)]
#[template(path = "data_table.html")]
pub struct DataTable {
    caption: String,
    quiet_caption: bool,
    heads: Vec<String>,
    rows: Vec<Vec<Cell>>,
    empty: String,
}

impl DataTable {
    /// A table with its caption, its heads, and the sentence for a table without rows.
    pub fn new<H: Into<String>>(
        caption: impl Into<String>,
        heads: impl IntoIterator<Item = H>,
        empty: impl Into<String>,
    ) -> Self {
        let heads = heads.into_iter().map(Into::into).collect();
        Self { caption: caption.into(), quiet_caption: false, heads, rows: Vec::new(), empty: empty.into() }
    }

    /// The caption is read aloud but not seen, where a heading above says the same.
    #[must_use]
    pub fn quiet_caption(mut self) -> Self {
        self.quiet_caption = true;
        self
    }

    /// Adds a row.
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.rows.push(cells.into_iter().collect());
        self
    }

    fn head(&self, column: &usize) -> Option<&str> {
        self.heads.get(*column).map(String::as_str).filter(|head| !head.is_empty())
    }

    /// A head stands above its numbers.
    fn is_number(&self, column: &usize) -> bool {
        let first = self.rows.first().and_then(|row| row.get(*column));
        first.is_some_and(Cell::is_number)
    }
}

/// Terms and what is behind them: the state of a licence, of a certificate.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "facts.html")]
pub struct Facts {
    facts: Vec<(String, Cell)>,
}

impl Facts {
    /// Adds a term and what is behind it.
    #[must_use]
    pub fn fact(mut self, term: impl Into<String>, cell: impl Into<Cell>) -> Self {
        self.facts.push((term.into(), cell.into()));
        self
    }
}
