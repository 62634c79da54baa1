//! Applications that may use the local API, by the digests of their tokens.

use careplan_domain::{Digest, Timestamp};
use serde_json::json;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::settings::put;
use super::{State, StateFault, append_operation, commit, from_ms, read, to_ms};
use crate::local_api::{APPLICATIONS_MAX, Added, Application, ApplicationName, Reach};

const COUNT: &str = "select count(*) from api_application where revoked_at is null";
const NAMED: &str = "select count(*) from api_application where name = $1 and revoked_at is null";
const INSERT: &str = "insert into api_application (name, token_sha256, made_at) values ($1, $2, $3)";
const ALL: &str = "select n, name, made_at, last_used_at, revoked_at from api_application order by revoked_at is not null, name, n";
const BY_TOKEN: &str =
    "select n, name, made_at, last_used_at, revoked_at from api_application where token_sha256 = $1";
const USED: &str = "update api_application set last_used_at = $2 where n = $1";
const REVOKE: &str = "update api_application set revoked_at = $2 where name = $1 and revoked_at is null";

/// The name of the setting from where the local API may be asked.
const REACH: &str = "local_api_reach";

impl State {
    /// Adds an application, unless the name is taken or there are too many.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn add_application(
        &self,
        name: &ApplicationName,
        token: &Digest,
        (by, now): (&str, Timestamp),
    ) -> Result<Added, StateFault> {
        let mut tx = self.begin().await?;
        let named: i64 = sqlx::query_scalar(NAMED).bind(name.as_str()).fetch_one(&mut *tx).await?;
        if named > 0 {
            return Ok(Added::NameTaken);
        }
        let count: i64 = sqlx::query_scalar(COUNT).fetch_one(&mut *tx).await?;
        if count >= APPLICATIONS_MAX {
            return Ok(Added::TooMany);
        }
        let put = sqlx::query(INSERT).bind(name.as_str()).bind(token.to_string()).bind(to_ms(now));
        put.execute(&mut *tx).await?;
        append_operation(&mut tx, (by, now), ("application.added", name.as_str()), &json!({})).await?;
        commit(tx).await?;
        Ok(Added::Done)
    }

    /// All applications, those whose token was revoked last.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn applications(&self) -> Result<Vec<Application>, StateFault> {
        sqlx::query(ALL).fetch_all(&self.pool).await?.iter().map(application).collect()
    }

    /// The application of a token, also when it was revoked.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn application_of(&self, token: &Digest) -> Result<Option<Application>, StateFault> {
        let row = sqlx::query(BY_TOKEN).bind(token.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(application).transpose()
    }

    /// Notes that an application was here.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn application_used(&self, n: i64, now: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(USED).bind(n).bind(to_ms(now)).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// Revokes the token of an application; says whether there was one.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn revoke_application(
        &self,
        name: &ApplicationName,
        (by, now): (&str, Timestamp),
    ) -> Result<bool, StateFault> {
        let mut tx = self.begin().await?;
        let revoked = sqlx::query(REVOKE).bind(name.as_str()).bind(to_ms(now)).execute(&mut *tx).await?;
        if revoked.rows_affected() == 0 {
            return Ok(false);
        }
        append_operation(&mut tx, (by, now), ("application.revoked", name.as_str()), &json!({})).await?;
        commit(tx).await?;
        Ok(true)
    }

    /// From where the local API may be asked.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn local_api_reach(&self) -> Result<Reach, StateFault> {
        let Some(text) = self.get(REACH).await? else { return Ok(Reach::ThisPc) };
        Reach::parse(&text).ok_or(StateFault::Damaged(REACH))
    }

    /// Sets from where the local API may be asked.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_local_api_reach(&self, reach: Reach) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        put(&mut tx, REACH, reach.as_str()).await?;
        commit(tx).await
    }
}

fn application(row: &SqliteRow) -> Result<Application, StateFault> {
    let at = |name: &'static str| -> Result<Option<Timestamp>, StateFault> {
        row.try_get::<Option<i64>, _>(name)?.map(|at| from_ms(at, name)).transpose()
    };
    Ok(Application {
        n: row.try_get("n")?,
        name: read(row.try_get("name")?, "name")?,
        made_at: at("made_at")?.ok_or(StateFault::Damaged("made_at"))?,
        last_used_at: at("last_used_at")?,
        revoked_at: at("revoked_at")?,
    })
}
