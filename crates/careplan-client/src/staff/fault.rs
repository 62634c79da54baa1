//! Why something is refused to somebody.

use careplan_domain::Timestamp;
use careplan_login::{HashFault, Weakness};
use careplan_web::text::date_time_ja;

use crate::state::StateFault;

/// Why something is refused.
#[derive(Debug, thiserror::Error)]
pub enum StaffFault {
    /// A wrong password, an unknown name, somebody who left: nobody learns which.
    #[error("ログイン名かパスワードが違います。入力を確かめて、もう一度ログインしてください。")]
    Wrong,
    /// Too many wrong tries in a row.
    #[error("続けて間違えたため、しばらくログインできません。{}を過ぎてから、もう一度お試しください。", minute(*.0))]
    Locked(Timestamp),
    /// A name that somebody has, or had.
    #[error("ログイン名「{0}」は、すでに使われています。別の名前にしてください。")]
    Taken(String),
    /// Not a log-in name.
    #[error("ログイン名は、半角の英数字と . - _ で、2文字以上40文字以内にしてください。")]
    Login,
    /// Not a name.
    #[error("職員名を{}文字以内で入力してください。", super::NAME_CHARS_MAX)]
    Name,
    /// There is no such person.
    #[error("この職員は登録されていません。職員の一覧から選び直してください。")]
    Unknown,
    /// Nobody would be left.
    #[error(
        "ログインできる管理者が1人もいなくなるため、変更できません。先に、別の職員を管理者にしてください。"
    )]
    LastManager,
    /// The first manager was added by somebody else.
    #[error("最初の管理者は、すでに登録されています。ログインしてください。")]
    NotFirst,
    /// A password that cannot be chosen.
    #[error("{}", .0.message_ja())]
    Weak(Weakness),
    /// A wrong code.
    #[error(
        "確認コードが違います。認証アプリにいま表示されている6桁の数字を入力してください。続けて違うときは、スマートフォンの時刻が正しいかを確かめてください。"
    )]
    Code,
    /// Too many wrong codes in a row.
    #[error("続けて間違えたため、しばらく確認コードを入力できません。{}を過ぎてから、もう一度お試しください。", minute(*.0))]
    CodeLocked(Timestamp),
    /// There is a second factor already.
    #[error("2段階認証は、すでに使われています。変えるには、先に「自分の設定」で解除してください。")]
    FactorOn,
    /// There is no second factor.
    #[error("2段階認証は設定されていません。画面を開き直して確かめてください。")]
    FactorOff,
    /// A step of the log-in is due before.
    #[error("先にログインの手続きを終えてください。画面を開き直すと、続きが表示されます。")]
    NotYet,
    /// What managers do for others, and for themselves with their password.
    #[error("自分のパスワードと2段階認証は、「自分の設定」で変更してください。")]
    Own,
    /// The session ended meanwhile.
    #[error("ログインが終わっています。もう一度ログインしてください。")]
    Ended,
    /// As many passwords as allowed are being hashed.
    #[error("混み合っています。少し待ってから、もう一度お試しください。")]
    Busy,
    /// Hashing failed.
    #[error("パスワードを確かめられませんでした。もう一度お試しください。")]
    Hash(#[source] HashFault),
    /// The state file.
    #[error(transparent)]
    State(#[from] StateFault),
}

impl From<HashFault> for StaffFault {
    fn from(fault: HashFault) -> Self {
        match fault {
            HashFault::Busy => Self::Busy,
            fault => Self::Hash(fault),
        }
    }
}

/// The minute, rounded up so that nobody tries too early.
fn minute(instant: Timestamp) -> String {
    let up = jiff::TimestampRound::new().smallest(jiff::Unit::Minute).mode(jiff::RoundMode::Ceil);
    let minute = instant.round(up).unwrap_or(instant);
    date_time_ja(minute.to_zoned(jiff::tz::TimeZone::system()).datetime())
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum SessionFault {
    /// It is none, or was ended.
    #[error("unknown session")]
    Unknown,
    /// Its time is over.
    #[error("the session timed out")]
    TimedOut,
    /// The state file.
    #[error(transparent)]
    State(#[from] StateFault),
}
