//! One link: what it is for, how long it is good, and what is said when it is not.

use careplan_domain::{OfficeNumber, Timestamp};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::mail::MailAddress;
use crate::store::StoreError;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Shows that an office reads this address.
    ConfirmMail,
    /// Sets a new password.
    ResetPassword,
    /// Shows the user IDs of an address.
    RemindUserId,
    /// The first password of an office, instead of a letter by post.
    InviteOffice,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: &[Self] =
        &[Self::ConfirmMail, Self::ResetPassword, Self::RemindUserId, Self::InviteOffice];

    /// The stable name, also in the path of the link.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmMail => "confirm_mail",
            Self::ResetPassword => "reset_password",
            Self::RemindUserId => "remind_user_id",
            Self::InviteOffice => "invite_office",
        }
    }

    /// The purpose of its stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|purpose| purpose.as_str() == text)
    }

    /// How long such a link is good: while somebody waits for it; until the person who reads the
    /// office's mail is back; until a manager has found ten minutes.
    pub fn lifetime(self) -> SignedDuration {
        match self {
            Self::ResetPassword | Self::RemindUserId => SignedDuration::from_mins(30),
            Self::ConfirmMail => SignedDuration::from_hours(24),
            Self::InviteOffice => SignedDuration::from_hours(14 * 24),
        }
    }

    /// How to come by a new one.
    fn again_ja(self) -> &'static str {
        match self {
            Self::ConfirmMail => "ログインして、設定の「メールアドレス」からもう一度登録してください。",
            Self::ResetPassword => {
                "ログイン画面の「パスワードを忘れた場合」から、もう一度お申し込みください。"
            }
            Self::RemindUserId => "ログイン画面の「ユーザIDを忘れた場合」から、もう一度お申し込みください。",
            Self::InviteOffice => "運用センターへ、新しい案内を依頼してください。",
        }
    }
}

/// A link as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub office: OfficeNumber,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it went.
    pub mail: MailAddress,
    /// When it was made.
    pub made_at: Timestamp,
    /// From then on it is good for nothing.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// When another of its kind was used, or the password changed.
    pub replaced_at: Option<Timestamp>,
}

/// Why a link is not good.
#[derive(Debug, thiserror::Error)]
pub enum LinkFault {
    /// None of ours, or for something else, or forgotten.
    #[error("no such link")]
    Unknown {
        /// What it was presented for.
        purpose: Purpose,
    },
    /// It was used.
    #[error("the link was used at {at}")]
    Used {
        /// For what.
        purpose: Purpose,
        /// When.
        at: Timestamp,
    },
    /// Another of its kind was used, or the password changed since.
    #[error("the link was replaced")]
    Replaced {
        /// For what.
        purpose: Purpose,
    },
    /// Its time is over.
    #[error("the link expired at {at}")]
    Expired {
        /// For what.
        purpose: Purpose,
        /// When.
        at: Timestamp,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LinkFault {
    /// What the person is told; `None` for what went wrong inside.
    pub fn message_ja(&self) -> Option<String> {
        let (what, purpose) = match self {
            Self::Unknown { purpose } => (
                "このリンクは使えません。メールのリンクが途中で切れていないか確かめてください。それでも開けない場合は、".to_owned(),
                purpose,
            ),
            Self::Used { purpose, at } => (
                format!(
                    "このリンクは{}に使用済みです。すでに手続きが済んでいる場合は、そのままログインしてください。まだの場合は、",
                    super::japanese_minute(*at)
                ),
                purpose,
            ),
            Self::Replaced { purpose } => (
                "同じ手続きの別のリンクが使われたか、あとからパスワードが変わったため、このリンクは使えません。すでに手続きが済んでいる場合は、そのままログインしてください。まだの場合は、".to_owned(),
                purpose,
            ),
            Self::Expired { purpose, at } => {
                (format!("このリンクの期限（{}）が過ぎました。", super::japanese_minute(*at)), purpose)
            }
            Self::Store(_) => return None,
        };
        Some(what + purpose.again_ja())
    }
}

impl Link {
    /// Good to just before its end, once.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), LinkFault> {
        let purpose = self.purpose;
        match (self.used_at, self.replaced_at) {
            (Some(at), _) => Err(LinkFault::Used { purpose, at }),
            (None, Some(_)) => Err(LinkFault::Replaced { purpose }),
            (None, None) if self.expires_at <= now => {
                Err(LinkFault::Expired { purpose, at: self.expires_at })
            }
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_a_link_says_how_to_come_by_a_new_one() {
        let at: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        for purpose in Purpose::ALL.iter().copied() {
            assert_eq!(Purpose::parse(purpose.as_str()), Some(purpose));
            for fault in [
                LinkFault::Unknown { purpose },
                LinkFault::Used { purpose, at },
                LinkFault::Replaced { purpose },
                LinkFault::Expired { purpose, at },
            ] {
                let message = fault.message_ja().unwrap();
                assert!(message.ends_with(purpose.again_ja()), "{message}");
            }
        }
        assert_eq!(
            LinkFault::Used { purpose: Purpose::ResetPassword, at }.message_ja().unwrap(),
            "このリンクは2026年11月22日 09時00分に使用済みです。すでに手続きが済んでいる場合は、そのままログインしてください。まだの場合は、ログイン画面の「パスワードを忘れた場合」から、もう一度お申し込みください。"
        );
    }
}
