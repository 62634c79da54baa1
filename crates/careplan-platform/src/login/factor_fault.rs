//! Why a second factor is not taken, and what the person is told.

use careplan_domain::Timestamp;

use super::{HashFault, LoginFault, Stage};
use crate::store::StoreError;

/// Why a second factor is not taken, or not changed.
#[derive(Debug, thiserror::Error)]
pub enum FactorFault {
    /// Not the code of this half minute, or one that was used.
    #[error("wrong code")]
    CodeWrong,
    /// No such recovery code, or it was used.
    #[error("wrong recovery code")]
    RecoveryCodeWrong,
    /// Too many wrong codes in a row.
    #[error("the second factor is locked until {until}")]
    Locked {
        /// First instant at which it can be tried again.
        until: Timestamp,
    },
    /// There is none to confirm, to remove or to ask for.
    #[error("no second factor")]
    None,
    /// There is one already.
    #[error("the second factor is on already")]
    On,
    /// This session has something else to do first.
    #[error("the session may not do that yet")]
    NotYet(Stage),
    /// The password, the session, or what went wrong inside.
    #[error(transparent)]
    Login(#[from] LoginFault),
}

impl From<StoreError> for FactorFault {
    fn from(error: StoreError) -> Self {
        Self::Login(error.into())
    }
}

impl From<HashFault> for FactorFault {
    fn from(fault: HashFault) -> Self {
        Self::Login(fault.into())
    }
}

impl FactorFault {
    /// What the person is told; `None` for what went wrong inside.
    pub fn message_ja(&self) -> Option<String> {
        Some(match self {
            Self::CodeWrong => {
                "確認コードが違います。認証アプリにいま表示されている6桁の数字を入力してください。一度使ったコードは使えません。次のコードに変わるまで（最大30秒）お待ちください。続けて違うときは、スマートフォンの日付と時刻が自動設定になっているか確かめてください。".to_owned()
            }
            Self::RecoveryCodeWrong => {
                "回復コードが違うか、すでに使われています。控えにある、まだ使っていないコードを入力してください。".to_owned()
            }
            Self::Locked { until } => format!(
                "確認コードを続けて間違えたため、しばらく使えません。{}を過ぎてから、もう一度お試しください。",
                super::japanese_minute(*until)
            ),
            Self::None => "2段階認証は設定されていません。設定の画面から始めてください。".to_owned(),
            Self::On => {
                "2段階認証はすでに設定されています。機器を替えるときは、いちど解除してから設定し直してください。".to_owned()
            }
            Self::NotYet(stage) => stage.message_ja()?.to_owned(),
            Self::Login(fault) => return fault.problem().map(|problem| problem.to_string()),
        })
    }
}
