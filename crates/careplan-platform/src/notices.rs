//! Notices (お知らせ) of the operations centre: on the web site, and to clients through the Office API.
//!
//! Promises: every change is numbered on, so that a client that asks for what came after its last number misses none, also
//! not an edit or a withdrawal; every change stands in the audit with who made it.

use careplan_domain::Timestamp;
use serde_json::json;

use crate::audit::{self, Actor, Entry};
use crate::store::{StoreError, Tx, notices};

/// Letters of a title: a line on a phone, or two.
pub const TITLE_CHARS_MAX: usize = 100;

/// Letters of a text: ten times a long one.
pub const BODY_CHARS_MAX: usize = 10_000;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Category {
    /// A planned stop.
    #[value(help = "メンテナンス")]
    Maintenance,
    /// Something that does not work.
    #[value(help = "障害")]
    Incident,
    /// A new version of the client.
    #[value(help = "クライアント")]
    Release,
    /// Applications, payments, deadlines.
    #[value(help = "手続き")]
    Procedure,
    /// Everything else.
    #[value(help = "その他")]
    Other,
}

impl Category {
    /// Every category.
    pub const ALL: &[Self] =
        &[Self::Maintenance, Self::Incident, Self::Release, Self::Procedure, Self::Other];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Maintenance => "maintenance",
            Self::Incident => "incident",
            Self::Release => "release",
            Self::Procedure => "procedure",
            Self::Other => "other",
        }
    }

    /// The category of its stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|category| category.as_str() == text)
    }

    /// For people.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Maintenance => "メンテナンス",
            Self::Incident => "障害",
            Self::Release => "クライアント",
            Self::Procedure => "手続き",
            Self::Other => "その他",
        }
    }
}

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordsFault {
    /// Empty, of several lines, or too long.
    #[error("題名は{TITLE_CHARS_MAX}文字以内の1行で書いてください。")]
    Title,
    /// Empty or too long.
    #[error("本文は{BODY_CHARS_MAX}文字以内で書いてください。段落の間は1行あけます。")]
    Body,
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What it is about.
    pub category: Category,
    title: String,
    body: String,
}

impl Words {
    /// Takes a title of one line and a text.
    ///
    /// # Errors
    /// [`WordsFault`] by its variants.
    pub fn new(category: Category, title: &str, body: &str) -> Result<Self, WordsFault> {
        let (title, body) = (title.trim(), body.trim().replace("\r\n", "\n"));
        let is_line = !title.is_empty() && !title.chars().any(char::is_control);
        if !is_line || title.chars().count() > TITLE_CHARS_MAX {
            return Err(WordsFault::Title);
        }
        let is_text = !body.is_empty() && !body.chars().any(|it| it.is_control() && it != '\n');
        if !is_text || body.chars().count() > BODY_CHARS_MAX {
            return Err(WordsFault::Body);
        }
        Ok(Self { category, title: title.to_owned(), body })
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The text.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The paragraphs of the text.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.body.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }
}

/// A notice as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Names it.
    pub number: i64,
    /// Its last change among those of all notices.
    pub seq: i64,
    /// What it says.
    pub words: Words,
    /// Since when.
    pub published_at: Timestamp,
    /// When it was edited last.
    pub changed_at: Timestamp,
    /// Since when it is not shown any more.
    pub withdrawn_at: Option<Timestamp>,
}

/// Publishes a notice; its number.
///
/// # Errors
/// When the database cannot be reached; a conflict when somebody else publishes at the same moment.
pub async fn publish(tx: &mut Tx, words: Words, by: Actor, now: Timestamp) -> Result<i64, StoreError> {
    let (number, seq) = notices::next(tx).await?;
    let notice = Notice { number, seq, words, published_at: now, changed_at: now, withdrawn_at: None };
    notices::insert(tx, &notice).await?;
    note(tx, (&notice, by), "notice.published", now);
    Ok(number)
}

/// Gives a notice other words; one that was withdrawn is shown again.
///
/// # Errors
/// As [`publish`].
pub async fn edit(
    tx: &mut Tx,
    (before, words): (Notice, Words),
    by: Actor,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (_, seq) = notices::next(tx).await?;
    let notice = Notice { seq, words, changed_at: now, withdrawn_at: None, ..before };
    notices::update(tx, &notice).await?;
    note(tx, (&notice, by), "notice.edited", now);
    Ok(())
}

/// Takes a notice away. Its words stay in the record.
///
/// # Errors
/// As [`publish`].
pub async fn withdraw(tx: &mut Tx, before: Notice, by: Actor, now: Timestamp) -> Result<(), StoreError> {
    let (_, seq) = notices::next(tx).await?;
    let notice = Notice { seq, withdrawn_at: Some(now), ..before };
    notices::update(tx, &notice).await?;
    note(tx, (&notice, by), "notice.withdrawn", now);
    Ok(())
}

fn note(tx: &mut Tx, (notice, actor): (&Notice, Actor), action: &'static str, now: Timestamp) {
    let detail = json!({ "seq": notice.seq, "category": notice.words.category.as_str() });
    audit::append(tx, now, Entry { actor, action, subject: notice.number.to_string(), detail });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_of_a_hundred_letters() {
        let title = |text: &str| Words::new(Category::Other, text, "本文").map(|words| words.title);
        assert_eq!(title(" 停止のお知らせ ").as_deref(), Ok("停止のお知らせ"));
        assert!(title(&"あ".repeat(TITLE_CHARS_MAX)).is_ok());
        for wrong in ["", " ", "1行目\n2行目", &"あ".repeat(TITLE_CHARS_MAX + 1)] {
            assert_eq!(title(wrong), Err(WordsFault::Title), "{wrong}");
        }
    }

    #[test]
    fn a_text_is_paragraphs_with_a_blank_line_between() {
        let words = Words::new(Category::Other, "題名", "\r\n一つ目。\r\n\r\n\r\n二つ目\n続き。\n").unwrap();
        assert_eq!(words.paragraphs().collect::<Vec<_>>(), ["一つ目。", "二つ目\n続き。"]);
        assert!(Words::new(Category::Other, "題名", &"あ".repeat(BODY_CHARS_MAX)).is_ok());
        for wrong in ["", "\n\n", "a\u{7}b", &"あ".repeat(BODY_CHARS_MAX + 1)] {
            assert_eq!(Words::new(Category::Other, "題名", wrong), Err(WordsFault::Body));
        }
    }

    #[test]
    fn a_category_is_read_back_from_its_name() {
        for category in Category::ALL {
            assert_eq!(Category::parse(category.as_str()), Some(*category));
        }
    }
}
