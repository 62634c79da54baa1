//! Why there is no backup, and why one cannot be restored: what happened, where, and what to do.

use std::path::PathBuf;

use careplan_envelope::KeyFault;

use crate::files::FileFault;
use crate::office::OfficeFault;
use crate::state::{Fault, StateFault};

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupFault {
    /// Nobody has made a recovery key.
    #[error("復元キーがまだありません。設定の「バックアップ」で復元キーを作り、紙に控えてください。")]
    NoKey,
    /// No folder was chosen.
    #[error(
        "バックアップの保存先が決まっていません。設定の「バックアップ」で保存先のフォルダーを選んでください。"
    )]
    NoFolder,
    /// The folder is none that can be used.
    #[error("「{}」は保存先にできません。このパソコンの外（USBメモリーや共有フォルダー）にあるフォルダーを、ドライブ名や / から始まる形で指定してください。データフォルダーの中は使えません。", .0.display())]
    Unsuitable(PathBuf),
    /// The folder is not there.
    #[error("保存先のフォルダー「{}」がありません。USBメモリーや共有フォルダーがつながっているか確かめて、もう一度お試しください。", .0.display())]
    Away(PathBuf),
    /// Another backup is being made.
    #[error("バックアップは、いま作成しています。終わるまでお待ちください。")]
    Busy,
    /// What was written is not what is there.
    #[error("書き込んだバックアップ「{}」を読み直したところ、内容が違っていました。このバックアップは残していません。保存先のディスクやUSBメモリーを取り替えて、もう一度お試しください。", .0.display())]
    Changed(PathBuf),
    /// The key cannot be used.
    #[error("復元キーを使えません。設定の「バックアップ」で復元キーを作り直してください。")]
    Key(#[from] KeyFault),
    /// A file, the disk being full among it.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The office.
    #[error(transparent)]
    Office(#[from] OfficeFault),
    /// The work was cut off.
    #[error("バックアップの途中で中断されました。もう一度お試しください。")]
    CutOff,
}

impl From<StateFault> for BackupFault {
    fn from(fault: StateFault) -> Self {
        Self::Office(fault.into())
    }
}

impl BackupFault {
    /// A stable word for logs and state.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKey => "no_key",
            Self::NoFolder => "no_folder",
            Self::Unsuitable(_) => "folder_unsuitable",
            Self::Away(_) => "folder_away",
            Self::Busy => "busy",
            Self::Changed(_) => "changed",
            Self::Key(_) => "key",
            Self::File(fault) if fault.is_full() => "disk_full",
            Self::File(_) => "file",
            Self::Office(fault) => fault.code(),
            Self::CutOff => "cut_off",
        }
    }

    /// As it is stored beside the run.
    pub fn stored(&self) -> Fault {
        Fault { code: self.code().to_owned(), text: self.to_string() }
    }
}

/// Why a backup cannot be restored. Nothing stays of what was unpacked.
#[derive(Debug, thiserror::Error)]
pub enum RestoreFault {
    /// Something else.
    #[error("「{}」は、このソフトのバックアップではありません。名前の終わりが .careplan-backup のファイルを選んでください。", .0.display())]
    NotABackup(PathBuf),
    /// Another code opens it.
    #[error(
        "復元キーが違います。このバックアップは、復元キー番号 {wanted} の紙にある復元キーで開きます（入力されたものは {typed}）。入力を確かめてください。"
    )]
    WrongCode {
        /// The number of the key that opens it.
        wanted: String,
        /// That of the code that was typed.
        typed: String,
    },
    /// It ends too early.
    #[error("バックアップ「{}」が途中で切れています。コピーし直すか、別の日のバックアップを使ってください。", .0.display())]
    CutOff(PathBuf),
    /// It is not as it was written.
    #[error("バックアップ「{}」が壊れています。コピーし直すか、別の日のバックアップを使ってください。", .0.display())]
    Damaged(PathBuf),
    /// A newer client made it.
    #[error(
        "バックアップは、より新しいクライアントで作られています。クライアントを最新版にしてから、やり直してください。"
    )]
    Newer,
    /// Something is there already.
    #[error("復元先「{}」には、すでにファイルがあります。空のフォルダーか、まだないフォルダーを指定してください。いまあるものは変えていません。", .0.display())]
    Occupied(PathBuf),
    /// A file, the disk being full among it.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The state file in it.
    #[error(transparent)]
    State(#[from] StateFault),
    /// The code cannot be used.
    #[error("復元キーを使えません。パソコンを再起動して、もう一度お試しください。")]
    Key(#[from] KeyFault),
}
