//! Why something cannot be done at the desk.

use crate::files::{FileFault, NameFault};
use crate::office::OfficeFault;
use crate::outbox::GatherFault;
use crate::state::{DraftState, StateFault};

/// Why something cannot be done at the desk.
#[derive(Debug, thiserror::Error)]
pub enum DeskFault {
    /// There is no such draft.
    #[error("この送信の準備は見つかりません。送信の画面を開き直してください。")]
    Unknown,
    /// It was sent or thrown away.
    #[error("この送信の準備は、{}。", match .0 {
        DraftState::Sent => "もう送信を終えています。送信の一覧で状態を確かめてください",
        DraftState::Dropped | DraftState::Open => "取り消されています。送信するには、ファイルをもう一度入れてください",
    })]
    Closed(DraftState),
    /// Nothing is in it.
    #[error("送信するファイルがありません。介護ソフトが書き出したファイルを入れてください。")]
    Empty,
    /// It is on its way or arrived.
    #[error(
        "この送信は「{0}」のため、送り直す必要はありません。送信したものの一覧で状態を確かめてください。"
    )]
    UnderWay(&'static str),
    /// The copy of its files is not here any more, or was changed.
    #[error(
        "この送信の控えのファイルが、このパソコンにありません。介護ソフトから書き出し直して、送信の画面に入れてください。"
    )]
    CopyGone,
    /// The name of a file.
    #[error("ファイル「{0}」は受け付けられません。{1}")]
    Name(String, #[source] NameFault),
    /// Too many files.
    #[error("ファイルが多すぎます（1回に{}個まで）。分けて入れてください。", super::DRAFT_FILES_MAX)]
    TooMany,
    /// Too many bytes.
    #[error("ファイルの合計が大きすぎます（1回に{} MiBまで）。分けて入れてください。", super::DRAFT_BYTES_MAX / (1024 * 1024))]
    TooLarge,
    /// A file.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The files of a draft.
    #[error(transparent)]
    Gather(#[from] GatherFault),
    /// The office.
    #[error(transparent)]
    Office(#[from] OfficeFault),
    /// A task of ours ended in a panic.
    #[error("検査を終えられませんでした。もう一度お試しください。")]
    Inside,
}

impl From<StateFault> for DeskFault {
    fn from(fault: StateFault) -> Self {
        Self::Office(fault.into())
    }
}
