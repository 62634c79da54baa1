//! What this terminal knows: one SQLite file.
//!
//! Promises: a change is durable when its function returns (WAL, `synchronous = FULL`), and is
//! whole or absent. Several processes may hold the file; every writer begins with the write lock,
//! so none fails half-way. Statements are constants.

/// The address of the practice partner of the first start; no address where there was none. What goes to it and comes from it is about nobody:
/// it reaches no care software, no board and no report.
macro_rules! practice_partner {
    () => {
        "(select coalesce(max(value), '') from wizard_answer where name = 'practice_partner')"
    };
}

mod board;
mod counts;
mod draft_about;
mod drafts;
pub(crate) mod factor_rows;
mod history;
mod history_page;
mod history_report;
mod imported;
mod inbox;
mod left_alone;
mod local_api;
mod local_api_events;
mod local_api_sends;
mod news;
mod notices;
mod operations;
mod outbox;
pub(crate) mod partner_rows;
mod placed_units;
mod proof;
mod received_state;
mod reminders;
mod rows;
mod safe;
mod settings;
pub(crate) mod staff_rows;
mod taken_sets;
mod waiting_drafts;
mod withdrawals;
mod wizard;

use std::path::Path;
use std::time::Duration;

use careplan_domain::Timestamp;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection as _, Sqlite, Transaction};

pub use counts::Counts;
pub use drafts::{Draft, DraftState};
pub(crate) use factor_rows::Factor;
pub use history::Kept;
pub(crate) use history_page::{Matching, SameUnit, Walk};
pub(crate) use history_report::{ExchangedMonth, Provided};
pub use inbox::{Received, VerifiedLetter, Written};
pub use local_api_events::{Event, EventBounds};
pub(crate) use local_api_sends::{NewSend, StoredSend};
pub use news::NewsItem;
pub(crate) use operations::append as append_operation;
pub use outbox::{NewSent, Sent, SentState, Stored};
pub(crate) use placed_units::{PlacedState, PlacedUnit};
pub use proof::StoredReceipt;
pub use received_state::ReceivedState;
pub use rows::Fault;
pub use safe::BackupRun;
pub(crate) use safe::{put_backup_folder, put_lan, put_recovery_key};
pub(crate) use settings::change_proxy;
pub use settings::{Cursor, Settings};
pub(crate) use staff_rows::{NewStaff, SessionRow};
pub use taken_sets::{TakenSet, TakenState};
pub use waiting_drafts::Waiting;
pub(crate) use waiting_drafts::{AfterTry, Went};
pub(crate) use withdrawals::is_over;
pub use withdrawals::{WITHDRAWING, Wish};

/// A writing transaction; it holds the write lock from its begin on.
pub type Tx = Transaction<'static, Sqlite>;

/// Longest wait for another process that writes.
const BUSY_WAIT: Duration = Duration::from_secs(30);

/// SQLite's word for "no room for the index of the log", which the first connection makes.
const SQLITE_IOERR_SHMSIZE: u32 = 4874;

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateFault {
    /// The disk is full.
    #[error(
        "状態ファイルに書き込めません（ディスクの空きがありません）。不要なファイルを削除して空きを作ってください。途中のものは失われません。あとで自動でやり直します。"
    )]
    Full(#[source] sqlx::Error),
    /// A newer client made the file.
    #[error("状態ファイルは、より新しいクライアントで作られています。クライアントを最新版にしてください。")]
    Newer,
    /// A stored value cannot be read.
    #[error(
        "状態ファイルの項目「{0}」を読み取れません。ファイルが壊れている可能性があります。バックアップから戻すか、サポートへ連絡してください。"
    )]
    Damaged(&'static str),
    /// SQLite failed.
    #[error(
        "状態ファイルを読み書きできません。データフォルダーの場所・権限・ディスクの状態を確かめてください。"
    )]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StateFault {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|it| it.code()).and_then(|it| it.parse::<u32>().ok());
        // SQLITE_FULL is 13; extended codes keep the kind in the lowest byte.
        let is_full = |code| code & 0xff == 13 || code == SQLITE_IOERR_SHMSIZE;
        if code.is_some_and(is_full) { Self::Full(error) } else { Self::Database(error) }
    }
}

impl StateFault {
    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }
}

/// The open state.
#[derive(Debug, Clone)]
pub struct State {
    pool: SqlitePool,
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

impl State {
    /// Opens the state file; it is made when absent, and brought up to date.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn open(path: &Path) -> Result<Self, StateFault> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_WAIT);
        let pool = SqlitePoolOptions::new()
            .max_connections(2)
            .after_release(|connection, _| Box::pin(is_out_of_transaction(connection)))
            .connect_with(options)
            .await?;
        match MIGRATIONS.run(&pool).await {
            Ok(()) => Ok(Self { pool }),
            Err(
                sqlx::migrate::MigrateError::VersionMissing(_)
                | sqlx::migrate::MigrateError::VersionTooNew(..),
            ) => Err(StateFault::Newer),
            Err(error) => Err(StateFault::Database(sqlx::Error::Migrate(Box::new(error)))),
        }
    }

    /// Begins a writing transaction; dropping it undoes it.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn begin(&self) -> Result<Tx, StateFault> {
        Ok(self.pool.begin_with("begin immediate").await?)
    }

    /// Closes the file and waits until that is done.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Whether a connection can be used again. When the disk is full or fails, SQLite ends a transaction
/// by itself; the driver still counts it as open, its own rollback fails, and no other transaction
/// could ever begin: such a connection is closed.
async fn is_out_of_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback that was only begun is done before the answer to this.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Makes a transaction durable.
///
/// # Errors
/// [`StateFault`]; nothing of it is stored then.
pub async fn commit(tx: Tx) -> Result<(), StateFault> {
    Ok(tx.commit().await?)
}

fn to_ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

fn from_ms(ms: i64, what: &'static str) -> Result<Timestamp, StateFault> {
    Timestamp::from_millisecond(ms).map_err(|_| StateFault::Damaged(what))
}

/// Reads a stored text as what it stands for.
fn read<T: std::str::FromStr>(text: &str, what: &'static str) -> Result<T, StateFault> {
    text.parse().map_err(|_| StateFault::Damaged(what))
}

fn read_some<T: std::str::FromStr>(text: Option<&str>, what: &'static str) -> Result<Option<T>, StateFault> {
    text.map(|text| read(text, what)).transpose()
}

fn read_count<T: TryFrom<i64>>(number: i64, what: &'static str) -> Result<T, StateFault> {
    T::try_from(number).map_err(|_| StateFault::Damaged(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_state_made_by_a_newer_client_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("client.sqlite");
        let state = State::open(&path).await.unwrap();
        sqlx::query("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'x', 1, x'00', 0)")
            .execute(&state.pool)
            .await
            .unwrap();
        state.close().await;
        let fault = State::open(&path).await.unwrap_err();
        assert!(matches!(fault, StateFault::Newer));
        assert!(fault.to_string().contains("最新版"));
    }

    #[tokio::test]
    async fn a_full_disk_is_told_apart_and_undoes_the_whole_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("client.sqlite")).await.unwrap();
        let mut tx = state.begin().await.unwrap();
        sqlx::query("pragma max_page_count = 1").execute(&mut *tx).await.unwrap();
        let mut full = None;
        for n in 0..1_000 {
            let put = sqlx::query("insert into setting (name, value) values ($1, $2)");
            if let Err(error) = put.bind(format!("n{n}")).bind("x".repeat(1_000)).execute(&mut *tx).await {
                full = Some(StateFault::from(error));
                break;
            }
        }
        assert!(full.unwrap().is_full());
        drop(tx);
        let kept: i64 =
            sqlx::query_scalar("select count(*) from setting").fetch_one(&state.pool).await.unwrap();
        assert_eq!(kept, 0);
    }
}
