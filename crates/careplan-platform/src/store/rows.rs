//! Statements over many rows at once. Their texts are made from constants only — a head, a
//! number of placeholders, a tail — in a few sizes, so that prepared statements are reused.

use std::sync::{Arc, OnceLock};

use sqlx::AssertSqlSafe;

/// The largest group of rows in one statement, a power of two. Bounds the number of parameters
/// (SQLite takes 32,766) and of different texts.
const ROWS_MAX: usize = 64;

/// Sizes 1, 2, 4 … [`ROWS_MAX`].
const SIZES: usize = ROWS_MAX.trailing_zeros() as usize + 1;

/// `insert … values (…), (…) …` in a few sizes.
#[derive(Debug)]
pub struct ManyRows {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    texts: [OnceLock<Arc<str>>; SIZES],
}

impl ManyRows {
    /// `head` ends before the first row, `tail` follows the last.
    pub const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self { head, columns, tail, texts: [const { OnceLock::new() }; SIZES] }
    }

    /// Splits off the next group of rows: a power of two, as large as possible.
    pub fn group<T>(rows: &mut Vec<T>) -> Option<Vec<T>> {
        if rows.is_empty() {
            return None;
        }
        let size = (1 << rows.len().ilog2()).min(ROWS_MAX);
        let rest = rows.split_off(size);
        Some(std::mem::replace(rows, rest))
    }

    /// The text for a group of `rows` rows.
    pub fn text(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let make = || {
            let values: Vec<String> = (0..rows)
                .map(|row| {
                    let marks = (1..=self.columns).map(|column| format!("${}", row * self.columns + column));
                    format!("({})", marks.collect::<Vec<_>>().join(", "))
                })
                .collect();
            Arc::from(format!("{} {} {}", self.head, values.join(", "), self.tail))
        };
        match self.texts.get(rows.max(1).ilog2() as usize) {
            Some(text) if rows.is_power_of_two() => AssertSqlSafe(text.get_or_init(make).clone()),
            _ => AssertSqlSafe(make()),
        }
    }
}

/// The longest list that [`ManyIds`] takes.
pub const IN_LIST_MAX: usize = 1024;

/// `… where x in ($1, $2 …)` in a few sizes; lists are filled up by repeating their last entry.
#[derive(Debug)]
pub struct ManyIds {
    head: &'static str,
    tail: &'static str,
    texts: [OnceLock<Arc<str>>; IN_LIST_MAX.trailing_zeros() as usize + 1],
}

impl ManyIds {
    /// `head` ends with `in`, `tail` follows the list.
    pub const fn new(head: &'static str, tail: &'static str) -> Self {
        Self { head, tail, texts: [const { OnceLock::new() }; IN_LIST_MAX.trailing_zeros() as usize + 1] }
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
        let make = || {
            let marks: Vec<String> = (1..=length).map(|mark| format!("${}", before + mark)).collect();
            Arc::from(format!("{} ({}) {}", self.head, marks.join(", "), self.tail))
        };
        match self.texts.get(length.max(1).ilog2() as usize) {
            Some(text) if length.is_power_of_two() => AssertSqlSafe(text.get_or_init(make).clone()),
            _ => AssertSqlSafe(make()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_in_groups_of_powers_of_two() {
        let mut rows: Vec<u32> = (0..150).collect();
        let mut sizes = Vec::new();
        let mut seen = Vec::new();
        while let Some(group) = ManyRows::group(&mut rows) {
            sizes.push(group.len());
            seen.extend(group);
        }
        assert_eq!(sizes, [64, 64, 16, 4, 2]);
        assert_eq!(seen, (0..150).collect::<Vec<_>>());
    }

    #[test]
    fn a_text_has_one_mark_for_each_value() {
        let insert = ManyRows::new("insert into t (a, b) values", 2, "on conflict do nothing");
        assert_eq!(
            &*insert.text(2).0,
            "insert into t (a, b) values ($1, $2), ($3, $4) on conflict do nothing"
        );
        let select = ManyIds::new("select a from t where b in", "order by a");
        assert_eq!(ManyIds::fill(vec![1, 2, 3]), [1, 2, 3, 3]);
        assert_eq!(&*select.text(4).0, "select a from t where b in ($1, $2, $3, $4) order by a");
    }
}
