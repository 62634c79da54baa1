//! お知らせ in the state file.

use careplan_protocol::office_api::NoticePage;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::settings::put;
use super::{State, StateFault, commit, from_ms, read, to_ms};
use crate::notices::{Category, Notice};

const NEWEST: &str = "select number, category, title, body, published_at, changed_at from notice order by published_at desc, number desc limit $1";
const ONE: &str =
    "select number, category, title, body, published_at, changed_at from notice where number = $1";
const PUT: &str = "insert into notice (number, category, title, body, published_at, changed_at) values ($1, $2, $3, $4, $5, $6)
    on conflict (number) do update set category = excluded.category, title = excluded.title, body = excluded.body,
    published_at = excluded.published_at, changed_at = excluded.changed_at";
const REMOVE: &str = "delete from notice where number = $1";

/// The name of the setting that says how far the notices were read.
const CURSOR: &str = "cursor_notices";

impl State {
    /// Notices, newest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn notices(&self, limit: u32) -> Result<Vec<Notice>, StateFault> {
        let newest = sqlx::query(NEWEST).bind(i64::from(limit));
        newest.fetch_all(&self.pool).await?.iter().map(notice).collect()
    }

    /// One notice.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn notice(&self, number: i64) -> Result<Option<Notice>, StateFault> {
        sqlx::query(ONE).bind(number).fetch_optional(&self.pool).await?.as_ref().map(notice).transpose()
    }

    /// How far the notices were read.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn notices_heard(&self) -> Result<i64, StateFault> {
        self.get(CURSOR).await?.map_or(Ok(0), |text| read(&text, CURSOR))
    }

    /// Takes over a page of changes, and how far it goes.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn hear_notices(&self, page: &NoticePage) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        for it in &page.notices {
            if it.withdrawn {
                sqlx::query(REMOVE).bind(it.number).execute(&mut *tx).await?;
                continue;
            }
            let put = sqlx::query(PUT).bind(it.number).bind(&it.category).bind(&it.title).bind(&it.body);
            put.bind(to_ms(it.published_at)).bind(to_ms(it.changed_at)).execute(&mut *tx).await?;
        }
        put(&mut tx, CURSOR, &page.next.to_string()).await?;
        commit(tx).await
    }
}

fn notice(row: &SqliteRow) -> Result<Notice, StateFault> {
    Ok(Notice {
        number: row.try_get("number")?,
        category: Category::parse(row.try_get("category")?),
        title: row.try_get("title")?,
        body: row.try_get("body")?,
        published_at: from_ms(row.try_get("published_at")?, "published_at")?,
        changed_at: from_ms(row.try_get("changed_at")?, "changed_at")?,
    })
}
