//! The words of the site that people write: questions, terms of use, names of codes. Compiled in and read once.
//!
//! Promise: a text that cannot be read fails a test, not a request; here it would be an empty page.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use crate::directory::fold;

/// A question and its answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// Anchor on the page; never changes.
    pub(super) id: String,
    /// The heading it stands under.
    pub(super) category: String,
    /// What people ask.
    pub(super) question: String,
    answer: String,
    keywords: Vec<String>,
}

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Words.
    Text(&'a str),
    /// A link to a page of the site.
    Link {
        /// What it says.
        label: &'a str,
        /// Where it leads.
        path: &'a str,
    },
}

impl Question {
    /// The paragraphs of the answer, each in pieces.
    pub(super) fn paragraphs(&self) -> Vec<Vec<Piece<'_>>> {
        self.answer.trim().split("\n\n").map(pieces).collect()
    }

    /// Whether every word (folded) occurs in the question, its answer, or its keywords.
    fn has_all(&self, words: &[String]) -> bool {
        let text = fold(&format!("{}\n{}\n{}", self.question, self.answer, self.keywords.join("\n")));
        words.iter().all(|word| text.contains(word.as_str()))
    }
}

fn pieces(paragraph: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = paragraph;
    while let Some((before, label, path, after)) = first_link(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Link { label, path });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Text before the first `[label](/path)`, its two parts, and what follows.
fn first_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = text.split_once('[')?;
    let (label, rest) = rest.split_once("](/")?;
    let (path, after) = rest.split_once(')')?;
    // The path with its slash, which the split took away.
    let start = text.len() - rest.len() - 1;
    Some((before, label, text.get(start..start + path.len() + 1)?, after))
}

/// One version of the terms of use.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Terms {
    /// 1, 2, …
    pub(super) version: u32,
    /// The day from which it holds.
    pub(super) from: Date,
    /// Its title.
    pub(super) title: String,
    /// Its articles.
    #[serde(rename = "article")]
    pub(super) articles: Vec<Article>,
}

impl Terms {
    /// How many pages it is read on.
    pub(super) fn pages(&self) -> u32 {
        u32::try_from(self.articles.len().div_ceil(ARTICLES_OF_A_PAGE)).unwrap_or(u32::MAX)
    }

    /// The articles of a page, from 1; none beyond the last.
    pub(super) fn page(&self, page: u32) -> &[Article] {
        let index = usize::try_from(page).unwrap_or(usize::MAX).checked_sub(1);
        index.and_then(|index| self.articles.chunks(ARTICLES_OF_A_PAGE).nth(index)).unwrap_or_default()
    }
}

/// Articles that are read at once: two or three screens.
const ARTICLES_OF_A_PAGE: usize = 4;

/// 第1条 and so on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Article {
    /// Its number.
    pub(super) number: u32,
    /// What it is about.
    pub(super) heading: String,
    /// Its paragraphs, numbered from 1.
    pub(super) paragraphs: Vec<String>,
}

#[derive(Deserialize)]
struct Faq {
    question: Vec<Question>,
}

static FAQ: LazyLock<Vec<Question>> = LazyLock::new(|| {
    read::<Faq>(include_str!("../../content/faq.toml")).map_or_else(Vec::new, |it| it.question)
});
static TERMS: LazyLock<Vec<Terms>> =
    LazyLock::new(|| read(include_str!("../../content/terms/1.toml")).into_iter().collect());
fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
    toml::from_str(text).inspect_err(|error| tracing::error!(%error, "words of the site cannot be read")).ok()
}

/// The questions in which all words occur; all of them without words.
pub(super) fn questions(words: &str) -> Vec<&'static Question> {
    let words: Vec<String> = words.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
    FAQ.iter().filter(|question| question.has_all(&words)).collect()
}

/// The terms that hold on a day: the newest that began. Before the first one began it is the first.
pub(super) fn terms_on(day: Date) -> Option<&'static Terms> {
    TERMS.iter().filter(|terms| terms.from <= day).max_by_key(|terms| terms.version).or_else(|| TERMS.first())
}

/// A version of the terms.
pub(super) fn terms(version: u32) -> Option<&'static Terms> {
    TERMS.iter().find(|terms| terms.version == version)
}

/// Codes and their names, in the order of the table.
type Names = Vec<(&'static str, &'static str)>;

static SERVICE_TYPES: LazyLock<Names> =
    LazyLock::new(|| names(include_str!("../../content/service_types.csv")));
static PREFECTURES: LazyLock<Names> = LazyLock::new(|| names(include_str!("../../content/prefectures.csv")));

fn names(table: &'static str) -> Names {
    table.lines().skip(1).filter_map(|line| line.split_once(',')).collect()
}

/// サービス種類 by their codes.
pub(super) fn service_types() -> &'static [(&'static str, &'static str)] {
    &SERVICE_TYPES
}

/// 都道府県 by their codes.
pub(super) fn prefectures() -> &'static [(&'static str, &'static str)] {
    &PREFECTURES
}

/// The name of a code; the code itself when it is not in the table.
pub(super) fn name_of<'a>(names: &[(&'static str, &'static str)], code: &'a str) -> &'a str {
    names.iter().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::website::routes;

    #[test]
    fn every_text_can_be_read_and_every_link_in_an_answer_leads_to_a_page() {
        assert!(FAQ.len() >= 40 && TERMS.len() == 1);
        let pages: BTreeSet<&str> =
            routes().iter().filter(|route| route.method == "GET").map(|route| route.path).collect();
        for question in FAQ.iter() {
            for piece in question.paragraphs().into_iter().flatten() {
                if let Piece::Link { path, .. } = piece {
                    assert!(pages.contains(path), "{}: {path}", question.id);
                }
            }
        }
    }

    #[test]
    fn ids_of_questions_are_unique_and_categories_stand_together() {
        let ids: BTreeSet<&str> = FAQ.iter().map(|question| question.id.as_str()).collect();
        assert_eq!(ids.len(), FAQ.len());
        let mut categories: Vec<&str> = FAQ.iter().map(|question| question.category.as_str()).collect();
        categories.dedup();
        assert_eq!(categories.len(), categories.iter().collect::<BTreeSet<_>>().len());
    }

    #[test]
    fn codes_have_names_and_unknown_codes_are_shown_as_they_are() {
        assert_eq!((prefectures().len(), service_types().len()), (47, 47));
        assert_eq!(name_of(prefectures(), "13"), "東京都");
        assert_eq!(name_of(service_types(), "43"), "居宅介護支援");
        assert_eq!(name_of(service_types(), "99"), "99");
    }

    #[test]
    fn articles_are_numbered_without_a_gap() {
        let numbers: Vec<u32> = TERMS[0].articles.iter().map(|article| article.number).collect();
        assert_eq!(numbers, (1..=18).collect::<Vec<_>>());
        assert_eq!(TERMS[0].pages(), 5);
        let paged: usize = (0..=6).map(|page| TERMS[0].page(page).len()).sum();
        assert_eq!(paged, 18);
    }

    #[test]
    fn a_search_finds_questions_with_all_words_whatever_their_width_or_kana() {
        assert_eq!(questions("  ").len(), FAQ.len());
        assert!(!questions("ｶﾘﾊﾟｽﾜｰﾄﾞ").is_empty(), "仮パスワード is written かりパスワード, too");
        assert!(questions("faxではない言葉").is_empty());
        let both = questions("パスワード 忘れ");
        assert!(!both.is_empty() && both.len() < questions("パスワード").len());
    }

    #[test]
    fn links_are_found_in_a_paragraph() {
        assert_eq!(
            pieces("前に[検索](/offices)と[ログイン](/login/lost)。"),
            [
                Piece::Text("前に"),
                Piece::Link { label: "検索", path: "/offices" },
                Piece::Text("と"),
                Piece::Link { label: "ログイン", path: "/login/lost" },
                Piece::Text("。"),
            ]
        );
        assert_eq!(pieces("[外](https://x)"), [Piece::Text("[外](https://x)")]);
    }

    #[test]
    fn the_terms_of_a_day_are_the_newest_that_began() {
        assert_eq!(terms_on("2026-11-25".parse().unwrap()).map(|it| it.version), Some(1));
        assert_eq!(terms_on("2027-11-25".parse().unwrap()).map(|it| it.version), Some(1));
        assert!(terms(2).is_none());
    }
}
