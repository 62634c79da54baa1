//! New rows on their way into their tables, many at once.
//!
//! Rows gather in a transaction and are written when it commits. Texts are made from constants only,
//! in a few sizes, so that prepared statements are reused. What costs is different: PostgreSQL gets
//! one statement with many rows; SQLite gets one *text* with a statement for each row — a statement of
//! many rows would make it keep a journal to undo half of it — and neighbouring tables with as many
//! rows each share one text, because each text is a change of threads there and back.

use std::sync::{Arc, OnceLock};

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

use super::{Link, StoreError};

/// The largest group of rows in one text. Bounds the number of parameters.
const ROWS_MAX: usize = 64;

/// Groups up to this size come as they are, larger ones in powers of two: few texts for many rows,
/// and one text for the few rows of a quiet moment.
const ROWS_ANY: usize = 8;

/// How a driver marks the parameters of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// `?`: each is the one after the mark before. SQLite knows `$1` too, but as a *name*, which it
    /// looks up in a list at every binding: with the thousand marks of 64 rows that took longer
    /// than writing them.
    Bare,
    /// `$1`, `$2` …, as PostgreSQL wants them.
    Numbered,
}

/// A table that rows are put into.
#[derive(Debug)]
pub struct Table {
    head: &'static str,
    columns: usize,
    tail: &'static str,
    /// By number of rows.
    bare: [OnceLock<Arc<str>>; ROWS_MAX + 1],
    numbered: [OnceLock<Arc<str>>; ROWS_MAX + 1],
}

/// A column of a new row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number, or null.
    Int(Option<i64>),
    /// A text of ours.
    Word(&'static str),
    /// A text.
    Text(String),
    /// Bytes, or null.
    Blob(Option<Vec<u8>>),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl From<&'static str> for Value {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Blob(Some(bytes))
    }
}

impl From<Option<Vec<u8>>> for Value {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Blob(bytes)
    }
}

/// New rows of one table.
#[derive(Debug)]
pub struct Insert {
    table: &'static Table,
    rows: Vec<Vec<Value>>,
}

impl Insert {
    /// How many.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

impl Table {
    /// `head` ends before the first row, `tail` follows the last.
    pub const fn new(head: &'static str, columns: usize, tail: &'static str) -> Self {
        Self {
            head,
            columns,
            tail,
            bare: [const { OnceLock::new() }; ROWS_MAX + 1],
            numbered: [const { OnceLock::new() }; ROWS_MAX + 1],
        }
    }

    /// The rows of this table that `rows` gives.
    ///
    /// # Panics
    /// When a row has not as many values as the table has columns: a defect of the caller.
    pub fn rows<const N: usize>(&'static self, rows: impl IntoIterator<Item = [Value; N]>) -> Insert {
        assert_eq!(N, self.columns, "one value for each column of `{}`", self.head);
        Insert { table: self, rows: rows.into_iter().map(Vec::from).collect() }
    }

    /// The text for so many rows.
    pub fn text(&self, marks: Marks, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let kept = match marks {
            Marks::Bare => &self.bare,
            Marks::Numbered => &self.numbered,
        };
        AssertSqlSafe(match kept.get(rows) {
            Some(text) => text.get_or_init(|| self.make(marks, rows)).clone(),
            None => self.make(marks, rows),
        })
    }

    fn make(&self, marks: Marks, rows: usize) -> Arc<str> {
        let Self { head, columns, tail, .. } = self;
        let text = match marks {
            Marks::Bare => {
                let one = format!("{head} ({}) {tail};", vec!["?"; *columns].join(", "));
                vec![one; rows].join(" ")
            }
            Marks::Numbered => {
                let row = |row: usize| {
                    let marks = (1..=*columns).map(|column| format!("${}", row * columns + column));
                    format!("({})", marks.collect::<Vec<_>>().join(", "))
                };
                format!("{head} {} {tail}", (0..rows).map(row).collect::<Vec<_>>().join(", "))
            }
        };
        Arc::from(text)
    }
}

/// Binds a row's values, whatever the driver.
macro_rules! bind {
    ($query:ident, $values:expr) => {
        for value in $values {
            $query = match value {
                Value::Int(number) => $query.bind(number),
                Value::Word(word) => $query.bind(word),
                Value::Text(text) => $query.bind(text),
                Value::Blob(bytes) => $query.bind(bytes),
            };
        }
    };
}

/// Writes all, in their order.
///
/// # Errors
/// When the database refuses (a key that exists) or cannot be reached.
pub(super) async fn write(link: Link<'_>, inserts: Vec<Insert>) -> Result<(), StoreError> {
    match link {
        Link::Sqlite(connection) => write_sqlite(connection, inserts).await,
        Link::Postgres(connection) => write_postgres(connection, inserts).await,
    }
}

async fn write_postgres(connection: &mut PgConnection, inserts: Vec<Insert>) -> Result<(), StoreError> {
    for Insert { table, mut rows } in inserts {
        while let Some(group) = split_off_group(&mut rows) {
            let mut query = sqlx::query(table.text(Marks::Numbered, group.len()));
            bind!(query, group.into_iter().flatten());
            query.execute(&mut *connection).await?;
        }
    }
    Ok(())
}

async fn write_sqlite(connection: &mut SqliteConnection, inserts: Vec<Insert>) -> Result<(), StoreError> {
    let mut inserts = inserts.into_iter().filter(|it| !it.rows.is_empty()).peekable();
    while let Some(first) = inserts.next() {
        let mut together = vec![first];
        while let Some(next) = inserts.next_if(|it| Some(it.len()) == together.first().map(|it| it.len())) {
            together.push(next);
        }
        while let Some(groups) = split_off_groups(&mut together) {
            let texts: Vec<_> = groups.iter().map(|it| it.table.text(Marks::Bare, it.len()).0).collect();
            let text = match texts.as_slice() {
                [one] => one.clone(),
                many => Arc::from(many.join(" ")),
            };
            let mut query = sqlx::query(AssertSqlSafe(text));
            bind!(query, groups.into_iter().flat_map(|it| it.rows).flatten());
            query.execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// The next group of each of several inserts with as many rows.
fn split_off_groups(together: &mut [Insert]) -> Option<Vec<Insert>> {
    let groups = together.iter_mut().map(|it| {
        let rows = split_off_group(&mut it.rows)?;
        Some(Insert { table: it.table, rows })
    });
    groups.collect()
}

/// The next group of rows, as large as possible.
fn split_off_group<T>(rows: &mut Vec<T>) -> Option<Vec<T>> {
    if rows.is_empty() {
        return None;
    }
    let size = if rows.len() <= ROWS_ANY { rows.len() } else { (1 << rows.len().ilog2()).min(ROWS_MAX) };
    let rest = rows.split_off(size);
    Some(std::mem::replace(rows, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_in_large_groups_of_powers_of_two_and_a_small_rest() {
        let mut rows: Vec<u32> = (0..151).collect();
        let mut sizes = Vec::new();
        let mut seen = Vec::new();
        while let Some(group) = split_off_group(&mut rows) {
            sizes.push(group.len());
            seen.extend(group);
        }
        assert_eq!(sizes, [64, 64, 16, 7]);
        assert_eq!(seen, (0..151).collect::<Vec<_>>());
    }

    #[test]
    fn a_text_has_one_mark_for_each_value() {
        let insert = Table::new("insert into t (a, b) values", 2, "on conflict do nothing");
        assert_eq!(
            &*insert.text(Marks::Numbered, 2).0,
            "insert into t (a, b) values ($1, $2), ($3, $4) on conflict do nothing"
        );
        assert_eq!(
            &*insert.text(Marks::Bare, 2).0,
            "insert into t (a, b) values (?, ?) on conflict do nothing; \
             insert into t (a, b) values (?, ?) on conflict do nothing;"
        );
    }
}
