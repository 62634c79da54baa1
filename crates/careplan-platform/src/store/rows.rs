//! Statements about many rows that exist. Their texts are made from constants only — a head, a
//! number of placeholders, a tail — in a few sizes, so that prepared statements are reused.

use std::sync::{Arc, OnceLock};

use sqlx::AssertSqlSafe;

/// The longest list that [`ManyIds`] takes.
pub const IN_LIST_MAX: usize = 1024;

/// `… where x in ($1, $2 …)` in a few sizes; lists are filled up by repeating their last entry.
#[derive(Debug)]
pub struct ManyIds {
    pieces: [&'static str; 3],
    lists: usize,
    texts: [OnceLock<Arc<str>>; IN_LIST_MAX.trailing_zeros() as usize + 1],
}

impl ManyIds {
    /// `head` ends with `in`, `tail` follows the list.
    pub const fn new(head: &'static str, tail: &'static str) -> Self {
        Self::of([head, tail, ""], 1)
    }

    /// Two lists of the same length: `head` and `middle` end with `in`.
    pub const fn pairs(head: &'static str, middle: &'static str, tail: &'static str) -> Self {
        Self::of([head, middle, tail], 2)
    }

    const fn of(pieces: [&'static str; 3], lists: usize) -> Self {
        Self { pieces, lists, texts: [const { OnceLock::new() }; IN_LIST_MAX.trailing_zeros() as usize + 1] }
    }

    /// Fills a list up to the next power of two.
    pub fn fill<T: Clone>(mut list: Vec<T>) -> Vec<T> {
        if let Some(last) = list.last().cloned() {
            list.resize(list.len().next_power_of_two(), last);
        }
        list
    }

    /// The text for a filled list of `length` entries.
    pub fn text(&self, length: usize) -> AssertSqlSafe<Arc<str>> {
        self.text_after(0, length)
    }

    /// The text for a filled list of `length` entries that follow `before` other parameters;
    /// one statement is always asked with the same `before`.
    pub fn text_after(&self, before: usize, length: usize) -> AssertSqlSafe<Arc<str>> {
        match self.texts.get(length.max(1).ilog2() as usize) {
            Some(text) if length.is_power_of_two() => {
                AssertSqlSafe(text.get_or_init(|| self.make(before, length)).clone())
            }
            _ => AssertSqlSafe(self.make(before, length)),
        }
    }

    fn make(&self, before: usize, length: usize) -> Arc<str> {
        let [head, rest @ ..] = self.pieces;
        let mut text = head.to_owned();
        for (list, piece) in rest.into_iter().take(self.lists).enumerate() {
            let first = before + list * length + 1;
            let marks: Vec<String> = (first..first + length).map(|mark| format!("${mark}")).collect();
            text.push_str(&format!(" ({}) {piece}", marks.join(", ")));
        }
        Arc::from(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_mark_for_each_value() {
        let select = ManyIds::new("select a from t where b in", "order by a");
        assert_eq!(ManyIds::fill(vec![1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(&*select.text(4).0, "select a from t where b in ($1, $2, $3, $4) order by a");
        let pairs = ManyIds::pairs("select a from t where b in", "and c in", "");
        assert_eq!(&*pairs.text(2).0, "select a from t where b in ($1, $2) and c in ($3, $4) ");
    }
}
