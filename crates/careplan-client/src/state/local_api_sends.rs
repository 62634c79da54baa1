//! What applications sent, by the keys that they chose.

use careplan_domain::{Digest, Timestamp};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::{State, StateFault, append_operation, commit, from_ms, read, to_ms};
use crate::local_api::{ApplicationName, SendKey};

const GET: &str = "select content_sha256, dispatch, begun_at, answer from api_send
    where application = $1 and key = $2";
const INSERT: &str = "insert into api_send (application, key, content_sha256, dispatch, begun_at)
    values ($1, $2, $3, $4, $5) on conflict (application, key) do nothing";
const ANSWER: &str = "update api_send set answer = $3 where application = $1 and key = $2";
const FORGET: &str = "delete from api_send where begun_at < $1";

/// A send that is about to begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewSend<'a> {
    pub(crate) application: &'a ApplicationName,
    pub(crate) key: &'a SendKey,
    /// Over all that is asked.
    pub(crate) content: Digest,
    /// The action it will be.
    pub(crate) dispatch: Uuid,
    pub(crate) now: Timestamp,
}

/// A send that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredSend {
    pub(crate) content: Digest,
    pub(crate) dispatch: Uuid,
    pub(crate) begun_at: Timestamp,
    /// JSON; `None` when it was not answered yet.
    pub(crate) answer: Option<String>,
}

impl State {
    /// Begins a send, or gives the one that was begun with its key. Keys from before `forgotten` are let go.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn begin_api_send(
        &self,
        new: &NewSend<'_>,
        forgotten: Timestamp,
    ) -> Result<StoredSend, StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(FORGET).bind(to_ms(forgotten)).execute(&mut *tx).await?;
        sqlx::query(INSERT)
            .bind(new.application.as_str())
            .bind(new.key.as_str())
            .bind(new.content.to_string())
            .bind(new.dispatch.to_string())
            .bind(to_ms(new.now))
            .execute(&mut *tx)
            .await?;
        let get = sqlx::query(GET).bind(new.application.as_str()).bind(new.key.as_str());
        let begun = stored(&get.fetch_one(&mut *tx).await?)?;
        commit(tx).await?;
        Ok(begun)
    }

    /// A send by its key.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn api_send(
        &self,
        application: &ApplicationName,
        key: &SendKey,
    ) -> Result<Option<StoredSend>, StateFault> {
        let get = sqlx::query(GET).bind(application.as_str()).bind(key.as_str());
        get.fetch_optional(&self.pool).await?.as_ref().map(stored).transpose()
    }

    /// Keeps what a send is answered with, and notes in the record of operations that it was asked for.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn answer_api_send(
        &self,
        (application, key): (&ApplicationName, &SendKey),
        answer: &str,
        (now, detail): (Timestamp, &Value),
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let set = sqlx::query(ANSWER).bind(application.as_str()).bind(key.as_str()).bind(answer);
        set.execute(&mut *tx).await?;
        append_operation(&mut tx, (&application.as_actor(), now), ("send", key.as_str()), detail).await?;
        commit(tx).await
    }
}

fn stored(row: &SqliteRow) -> Result<StoredSend, StateFault> {
    Ok(StoredSend {
        content: read(row.try_get("content_sha256")?, "content_sha256")?,
        dispatch: read(row.try_get("dispatch")?, "dispatch")?,
        begun_at: from_ms(row.try_get("begun_at")?, "begun_at")?,
        answer: row.try_get("answer")?,
    })
}
