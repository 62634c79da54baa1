//! News about what was sent, until its proof is verified.

use careplan_domain::transmission::State as Life;
use careplan_domain::{Timestamp, TransmissionId};
use careplan_protocol::office_api::Event;
use sqlx::Row as _;

use super::outbox::set_sent_state;
use super::settings::set_cursor;
use super::{Cursor, State, StateFault, commit, from_ms, read, read_count, to_ms};
use crate::trust::VerifiedReceipt;

/// Only news about something this terminal sent is kept.
const PUT: &str = "insert into news (seq, transmission, state, at) select $1, $2, $3, $4
    where exists (select 1 from sent where id = $2) on conflict (seq) do nothing";
const DUE: &str =
    "select seq, transmission, state, at, tries from news where next_try_at <= $1 order by seq limit 1";
const NEXT_TRY: &str = "select min(next_try_at) from news";
const FAILED: &str = "update news set tries = tries + 1, next_try_at = $2 where seq = $1";
const DONE: &str = "delete from news where seq = $1";
const NOTE: &str = "update sent set fault_code = $2, fault_text = $3 where id = $1";

/// One piece of news that waits for its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsItem {
    /// Its place in the office's news.
    pub seq: i64,
    /// About which transmission.
    pub transmission: TransmissionId,
    /// What happened, as the platform says.
    pub state: Life,
    /// When, as the platform says.
    pub at: Timestamp,
    /// Failed tries to fetch and verify its proof.
    pub tries: u32,
}

impl State {
    /// Takes a page of news and moves the cursor, in one.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_news(&self, events: &[Event], next: i64) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        for event in events {
            sqlx::query(PUT)
                .bind(event.seq)
                .bind(event.transmission.to_string())
                .bind(event.state.as_str())
                .bind(to_ms(event.at))
                .execute(&mut *tx)
                .await?;
        }
        set_cursor(&mut tx, Cursor::News, next).await?;
        commit(tx).await
    }

    /// The next piece of news to work on.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn due_news(&self, now: Timestamp) -> Result<Option<NewsItem>, StateFault> {
        let Some(row) = sqlx::query(DUE).bind(to_ms(now)).fetch_optional(&self.pool).await? else {
            return Ok(None);
        };
        Ok(Some(NewsItem {
            seq: row.try_get("seq")?,
            transmission: read(row.try_get("transmission")?, "news")?,
            state: Life::parse(row.try_get("state")?).ok_or(StateFault::Damaged("news"))?,
            at: from_ms(row.try_get("at")?, "news")?,
            tries: read_count(row.try_get("tries")?, "news")?,
        }))
    }

    /// When the next piece of news is due.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn next_news(&self) -> Result<Option<Timestamp>, StateFault> {
        let at: Option<i64> = sqlx::query_scalar(NEXT_TRY).fetch_one(&self.pool).await?;
        at.map(|at| from_ms(at, "next_try_at")).transpose()
    }

    /// News whose proof could not be had; the next try is not before `next_try_at`.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn news_failed(&self, seq: i64, next_try_at: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(FAILED).bind(seq).bind(to_ms(next_try_at)).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// News that is proven (or needs no proof): the transmission moves, the receipt stays.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn news_done(
        &self,
        item: &NewsItem,
        receipt: Option<&VerifiedReceipt>,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        if let Some(receipt) = receipt {
            super::proof::store_receipt(&mut tx, item.transmission, receipt).await?;
        }
        set_sent_state(&mut tx, item.transmission, item.state, item.at).await?;
        if let Some(reason) = receipt.and_then(|it| it.receipt.reason.as_ref()) {
            let note = sqlx::query(NOTE).bind(item.transmission.to_string());
            note.bind(&reason.code).bind(&reason.text).execute(&mut *tx).await?;
        }
        sqlx::query(DONE).bind(item.seq).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// A receipt for something sent was verified outside the news: the transmission moves, the receipt stays.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn sent_proven(&self, id: TransmissionId, receipt: &VerifiedReceipt) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        super::proof::store_receipt(&mut tx, id, receipt).await?;
        set_sent_state(&mut tx, id, receipt.receipt.kind.state(), receipt.receipt.at).await?;
        commit(tx).await
    }

    /// News without believable proof: noted with the transmission, whose state stays.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn news_unproven(&self, item: &NewsItem, code: &str, text: &str) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let note = sqlx::query(NOTE).bind(item.transmission.to_string()).bind(code).bind(text);
        note.execute(&mut *tx).await?;
        sqlx::query(DONE).bind(item.seq).execute(&mut *tx).await?;
        commit(tx).await
    }
}
