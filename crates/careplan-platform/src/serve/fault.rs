//! Why a replica cannot start: what — where — what to do.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::store::StoreError;

/// Why a replica cannot start. The sentences are for operators.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The port is taken, or may not be taken.
    #[error(
        "`{address}` で待ち受けられません。ほかのプログラムが使っていないか、設定 `{setting}` を確かめてください。"
    )]
    Port {
        /// Name of the setting.
        setting: &'static str,
        /// Its value.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The data folder cannot be made or written.
    #[error(
        "データフォルダ `{path}` に書き込めません。場所と権限を確かめるか、`--data` で別の場所を指定してください。"
    )]
    DataDir {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process serves from it.
    #[error(
        "データフォルダ `{path}` は、動作中の別の `careplan-platform serve` が使っています。それを止めるか、`--data` で別の場所を指定してください。"
    )]
    DataDirBusy {
        /// Which.
        path: PathBuf,
    },
    /// The database does not answer.
    #[error(
        "データベースに接続できません。データベースが動いているか、設定 `database.url` または `database.url_file` を確かめてください。"
    )]
    Unreachable(#[source] StoreError),
    /// The disk of the database is full.
    #[error("データベースのディスクに空きがありません。空きを作ってから、もう一度起動してください。")]
    Full(#[source] StoreError),
    /// The schema is older than the program.
    #[error(
        "データベースの構造がこのプログラムより古いものです（版 {found}、必要な版 {known}）。`careplan-platform migrate` を実行してから、もう一度起動してください。"
    )]
    SchemaOlder {
        /// What the database says; 0 for an empty one.
        found: i64,
        /// What this build needs.
        known: i64,
    },
    /// The schema is newer than the program.
    #[error(
        "データベースの構造がこのプログラムより新しいものです（版 {found}、知っている版 {known}）。新しい careplan-platform を使ってください。"
    )]
    SchemaNewer {
        /// What the database says.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// The database refused.
    #[error(
        "データベースを開けません。設定 `database.url` が正しいデータベースを指しているか確かめてください。"
    )]
    Database(#[source] StoreError),
}

impl From<StoreError> for StartFault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unreachable(error),
            StoreError::Full(_) => Self::Full(error),
            StoreError::SchemaOlder { found, known } => Self::SchemaOlder { found, known },
            StoreError::SchemaNewer { found, known } => Self::SchemaNewer { found, known },
            StoreError::Statement(_) | StoreError::Corrupt(_) | StoreError::Migration(_) => {
                Self::Database(error)
            }
        }
    }
}
