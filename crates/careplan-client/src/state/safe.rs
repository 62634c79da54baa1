//! What keeps the data safe: where backups go, their runs, a copy of the state file as it is at one instant, and what a restored one owes.

use std::path::{Path, PathBuf};

use careplan_domain::Timestamp;
use serde_json::json;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection as _, Row as _};

use super::rows::Fault;
use super::settings::put;
use super::{State, StateFault, Tx, append_operation, commit, from_ms, read, read_count, to_ms};
use crate::safe::RecoveryKey;
use crate::staff::Actor;

const BEGIN: &str = "insert into backup_run (began_at, folder, name) values ($1, $2, $3) returning n";
const END: &str =
    "update backup_run set ended_at = $2, bytes = $3, fault_code = $4, fault_text = $5 where n = $1";
const RUNS: &str = "select began_at, ended_at, folder, name, bytes, fault_code, fault_text from backup_run
    order by n desc limit $1";
const LAST_GOOD: &str = "select max(began_at) from backup_run where bytes is not null";
const KEEP: &str = "delete from backup_run where n <= $1 - 200";
const FORGET: &str = "delete from setting where name = $1";
const FORGET_CUT_OFF: &str = "delete from backup_run where ended_at is null";
const END_ALL_SESSIONS: &str = "delete from session";
/// Said beside a draft that waited to be sent when the backup was made.
const RESTORED: &str = "バックアップから戻したため、自動では送信しません。相手に届いていないことを確かめてから、送信してください。";

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRun {
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; `None` for one that goes on or was cut off.
    pub ended_at: Option<Timestamp>,
    /// Where the backup is.
    pub folder: PathBuf,
    /// The name of its file.
    pub name: String,
    /// Bytes of the file, when there is one.
    pub bytes: Option<u64>,
    /// Why there is none.
    pub fault: Option<Fault>,
}

impl State {
    /// Where backups go by themselves; `None` when nobody chose.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn backup_folder(&self) -> Result<Option<PathBuf>, StateFault> {
        Ok(self.get("backup_folder").await?.map(PathBuf::from))
    }

    /// The key that backups are sealed to, and since when.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn recovery_key(&self) -> Result<Option<(RecoveryKey, Timestamp)>, StateFault> {
        let Some(text) = self.get("recovery_key").await? else { return Ok(None) };
        let damaged = || StateFault::Damaged("recovery_key");
        let (key, since) = text.split_once(' ').ok_or_else(damaged)?;
        let since = from_ms(since.parse().map_err(|_| damaged())?, "recovery_key")?;
        Ok(Some((RecoveryKey::from_hex(key).ok_or_else(damaged)?, since)))
    }

    /// The last runs, newest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn backup_runs(&self, limit: u32) -> Result<Vec<BackupRun>, StateFault> {
        let rows = sqlx::query(RUNS).bind(limit).fetch_all(&self.pool).await?;
        rows.iter().map(run).collect()
    }

    /// When the last good backup was begun.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn last_good_backup(&self) -> Result<Option<Timestamp>, StateFault> {
        let at: Option<i64> = sqlx::query_scalar(LAST_GOOD).fetch_one(&self.pool).await?;
        at.map(|at| from_ms(at, "backup_run")).transpose()
    }

    /// How the office shares the screens in its own network, as the room `lan` writes it.
    pub(crate) async fn lan(&self) -> Result<Option<String>, StateFault> {
        self.get("lan").await
    }

    /// When another copy of this terminal was noticed.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn other_copy_at(&self) -> Result<Option<Timestamp>, StateFault> {
        self.instant("other_copy_at").await
    }

    pub(crate) async fn note_other_copy(&self, at: Timestamp) -> Result<(), StateFault> {
        self.put_instant("other_copy_at", at).await
    }

    /// Somebody chose this copy.
    pub(crate) async fn forget_other_copy(&self, (by, now): (&Actor, Timestamp)) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        forget(&mut tx, "other_copy_at").await?;
        append_operation(&mut tx, (by.as_str(), now), ("terminal.claimed", ""), &json!({})).await?;
        commit(tx).await
    }

    /// When this terminal's key was announced last, whether or not the answer came.
    pub(crate) async fn announcing_at(&self) -> Result<Option<Timestamp>, StateFault> {
        self.instant("announcing_at").await
    }

    pub(crate) async fn store_announcing_at(&self, at: Timestamp) -> Result<(), StateFault> {
        self.put_instant("announcing_at", at).await
    }

    async fn instant(&self, name: &'static str) -> Result<Option<Timestamp>, StateFault> {
        let text = self.get(name).await?;
        text.map(|text| from_ms(read(&text, name)?, name)).transpose()
    }

    async fn put_instant(&self, name: &str, at: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        put(&mut tx, name, &to_ms(at).to_string()).await?;
        commit(tx).await
    }

    pub(crate) async fn begin_backup(
        &self,
        at: Timestamp,
        (folder, name): (&Path, &str),
    ) -> Result<i64, StateFault> {
        let mut tx = self.begin().await?;
        let folder = folder.to_string_lossy();
        let begun = sqlx::query_scalar(BEGIN).bind(to_ms(at)).bind(folder).bind(name);
        let n: i64 = begun.fetch_one(&mut *tx).await?;
        sqlx::query(KEEP).bind(n).execute(&mut *tx).await?;
        commit(tx).await?;
        Ok(n)
    }

    pub(crate) async fn end_backup(
        &self,
        n: i64,
        at: Timestamp,
        ended: Result<u64, &Fault>,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let fault = ended.err();
        sqlx::query(END)
            .bind(n)
            .bind(to_ms(at))
            .bind(ended.ok().and_then(|bytes| i64::try_from(bytes).ok()))
            .bind(fault.map(|it| it.code.as_str()))
            .bind(fault.map(|it| it.text.as_str()))
            .execute(&mut *tx)
            .await?;
        commit(tx).await
    }

    /// Writes the state as it is at one instant to a file that is not there yet. Others go on writing meanwhile.
    pub(crate) async fn snapshot(&self, to: &Path) -> Result<(), StateFault> {
        // A connection of its own: the screens do not wait for it.
        let mut connection = SqliteConnection::connect_with(&self.pool.connect_options()).await?;
        let written = sqlx::query("vacuum into $1").bind(to.to_string_lossy()).execute(&mut connection).await;
        connection.close().await?;
        Ok(written.map(|_| ())?)
    }

    /// Whether the file holds together.
    pub(crate) async fn is_sound(&self) -> Result<bool, StateFault> {
        let said: String = sqlx::query_scalar("pragma quick_check(1)").fetch_one(&self.pool).await?;
        Ok(said == "ok")
    }

    /// What a restored state owes: nobody is logged in, the platform is told anew whose key this terminal's is, and what waited to be sent may
    /// have gone since the backup.
    pub(crate) async fn settle_restored(&self, at: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(END_ALL_SESSIONS).execute(&mut *tx).await?;
        // The run that made the backup stands in it as one that goes on.
        sqlx::query(FORGET_CUT_OFF).execute(&mut *tx).await?;
        for name in ["announced_at", "announcing_at", "other_copy_at"] {
            forget(&mut tx, name).await?;
        }
        super::waiting_drafts::leave_all(&mut tx, RESTORED).await?;
        put(&mut tx, "restored_at", &to_ms(at).to_string()).await?;
        commit(tx).await
    }
}

/// Chooses where backups go, or that they go nowhere by themselves.
pub(crate) async fn put_backup_folder(tx: &mut Tx, folder: Option<&Path>) -> Result<(), StateFault> {
    match folder {
        Some(folder) => put(tx, "backup_folder", &folder.to_string_lossy()).await,
        None => forget(tx, "backup_folder").await,
    }
}

/// Chooses how the office shares the screens.
pub(crate) async fn put_lan(tx: &mut Tx, choice: &str) -> Result<(), StateFault> {
    put(tx, "lan", choice).await
}

/// Changes the key that backups are sealed to.
pub(crate) async fn put_recovery_key(
    tx: &mut Tx,
    key: &RecoveryKey,
    at: Timestamp,
) -> Result<(), StateFault> {
    put(tx, "recovery_key", &format!("{} {}", key.to_hex(), to_ms(at))).await
}

async fn forget(tx: &mut Tx, name: &str) -> Result<(), StateFault> {
    sqlx::query(FORGET).bind(name).execute(&mut **tx).await?;
    Ok(())
}

fn run(row: &SqliteRow) -> Result<BackupRun, StateFault> {
    let ended_at: Option<i64> = row.try_get("ended_at")?;
    let bytes: Option<i64> = row.try_get("bytes")?;
    let (code, text): (Option<String>, Option<String>) =
        (row.try_get("fault_code")?, row.try_get("fault_text")?);
    Ok(BackupRun {
        began_at: from_ms(row.try_get("began_at")?, "backup_run")?,
        ended_at: ended_at.map(|at| from_ms(at, "backup_run")).transpose()?,
        folder: PathBuf::from(row.try_get::<String, _>("folder")?),
        name: row.try_get("name")?,
        bytes: bytes.map(|bytes| read_count(bytes, "backup_run")).transpose()?,
        fault: code.zip(text).map(|(code, text)| Fault { code, text }),
    })
}
