//! Log-in: user ID and password with second factor, sessions of the web site, what an office does when
//! it lost them, and the issue password that lets a terminal obtain a certificate.
//!
//! Promises: passwords are kept as slow hashes only; a wrong password, an unknown user ID and an
//! office without credentials get the same answers at the same cost, however often one tries: three wrong tries
//! in a row lock a user ID for a while, be it anybody's or not (`misses.rs` says how). An issue password
//! obtains one certificate. Never prints a secret.

mod browser;
mod change;
mod factor_fault;
mod issue_password;
mod link;
mod links;
mod misses;
mod password;
mod reissue;
mod requests;
mod second_factor;
mod session;
mod stage;
mod sweep;

pub use careplan_login::{
    HashFault, Hasher, Lock, LockRule, PASSWORD_CHARS_MIN, Token, TotpSecret, Weakness, issue_password,
    judge_password, plain_issue_password, temporary_password,
};
pub use change::{ChangeFault, Changes, Typed};
pub use factor_fault::FactorFault;
pub use issue_password::{Grant, IssuePasswordState, IssuePasswords, Spent};
pub use link::{Link, LinkFault, Purpose};
pub use links::{Asked, LINK_ASKED, LINK_PATH, Links, MailFault, PAUSE as LINK_PAUSE};
pub use password::{LoggedIn, Passwords};
pub use reissue::{Reissued, Reissues};
pub use requests::{ASKED_JA, LetterRequest, Phone, PhoneFault, Reason, Requests};
pub use second_factor::{Confirmed, FactorState, RECOVERY_CODES, RecoveryCodes, SecondFactors};
pub use session::{SESSIONS_MAX, Session, SessionFault, SessionRule, Sessions, Visitor};
pub use stage::Stage;
pub use sweep::sweep_logins;

use careplan_domain::Timestamp;
use careplan_protocol::{Code, Problem};

use crate::config;
use crate::mail::SiteUrl;
use crate::store::{Store, StoreError};

/// Everything a web site does with accounts, over the same places for hashing.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Log-in, sessions, log-out.
    pub sessions: Sessions,
    /// Changing and resetting the password.
    pub changes: Changes,
    /// The second factor.
    pub second_factors: SecondFactors,
    /// One-time links by mail.
    pub links: Links,
    /// New issue passwords.
    pub reissues: Reissues,
    /// Requests for a new letter.
    pub requests: Requests,
}

impl Accounts {
    /// The accounts of `store` under the settings `[login]`; mails lead to `site`.
    pub fn new(store: &Store, hasher: Hasher, settings: &config::Login, site: &SiteUrl) -> Self {
        let rule = settings.lock_rule();
        let passwords = Passwords::new(store.clone(), hasher, rule);
        let sessions = Sessions::new(store.clone(), passwords, settings.session_rule());
        Self {
            changes: Changes::new(&sessions, site.clone()),
            second_factors: SecondFactors::new(&sessions, rule),
            links: Links::new(&sessions, site.clone()),
            reissues: Reissues::new(&sessions, settings.issue_password_days),
            requests: Requests::new(store.clone()),
            sessions,
        }
    }
}

/// Why somebody may not log in.
#[derive(Debug, thiserror::Error)]
pub enum LoginFault {
    /// Wrong password, or no such user ID: nobody learns which.
    #[error("wrong user ID or password")]
    PasswordWrong,
    /// Wrong issue password, no such user ID, or none was issued: nobody learns which.
    #[error("wrong user ID or issue password")]
    IssuePasswordWrong,
    /// Too many wrong tries in a row.
    #[error("locked until {until}")]
    Locked {
        /// First instant at which it can be tried again.
        until: Timestamp,
    },
    /// The issue password obtained a certificate for another key already.
    #[error("the issue password was used")]
    Used,
    /// The time of the issue password is over.
    #[error("the issue password expired at {at}")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The session was ended meanwhile.
    #[error("the session was ended")]
    SessionEnded,
    /// Too many passwords are being hashed at this moment.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The hash could not be computed, or a stored one not be read.
    #[error(transparent)]
    Hash(HashFault),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<HashFault> for LoginFault {
    fn from(fault: HashFault) -> Self {
        match fault {
            HashFault::Busy => Self::Busy,
            fault => Self::Hash(fault),
        }
    }
}

impl LoginFault {
    /// What the caller is told; `None` for what went wrong inside.
    pub fn problem(&self) -> Option<Problem> {
        Some(match self {
            Self::PasswordWrong => Problem::new(Code::CredentialsWrong),
            Self::IssuePasswordWrong => Problem::new(Code::IssuePasswordWrong),
            Self::Locked { until } => {
                let until = japanese_minute(*until);
                Problem::new(Code::AccountLocked).detail(format!("{until}を過ぎると、また使えます。"))
            }
            Self::Used => Problem::new(Code::IssuePasswordUsed),
            Self::Expired { at } => {
                let at = japanese_minute(*at);
                Problem::new(Code::IssuePasswordExpired).detail(format!("期限は{at}まででした。"))
            }
            Self::SessionEnded => Problem::new(Code::CredentialsMissing).detail("ログアウトしました。"),
            Self::Busy => Problem::new(Code::TooManyRequests),
            Self::Hash(_) | Self::Store(_) => return None,
        })
    }
}

/// An instant for people in Japan: the minute, rounded up so that nobody tries too early.
fn japanese_minute(instant: Timestamp) -> String {
    let up = jiff::TimestampRound::new().smallest(jiff::Unit::Minute).mode(jiff::RoundMode::Ceil);
    let minute = instant.round(up).unwrap_or(instant);
    let local = careplan_domain::calendar::japan().to_datetime(minute);
    local.strftime("%Y年%-m月%-d日 %H時%M分").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(fault: &LoginFault) -> String {
        fault.problem().map(|problem| problem.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_lock_says_until_when_in_japanese_time() {
        let until = "2026-11-22T14:59:00.001Z".parse().unwrap();
        assert_eq!(
            said(&LoginFault::Locked { until }),
            "続けて間違えたため、しばらく使えません。2026年11月23日 00時00分を過ぎると、また使えます。\
             表示された時刻のあとに、もう一度お試しください。"
        );
    }

    #[test]
    fn every_refusal_says_what_to_do_and_an_inner_fault_says_nothing() {
        let at = "2026-11-01T00:00:00Z".parse().unwrap();
        for (fault, part) in [
            (LoginFault::PasswordWrong, "通知書の文字を確かめて"),
            (LoginFault::IssuePasswordWrong, "ログイン用のパスワードとは別のものです"),
            (LoginFault::Used, "発行を運用センターへ依頼"),
            (LoginFault::Expired { at }, "期限は2026年11月1日 09時00分まででした。"),
            (LoginFault::Busy, "しばらく待ってから"),
        ] {
            assert!(said(&fault).contains(part), "{fault}: {}", said(&fault));
        }
        assert!(LoginFault::Hash(HashFault::Lost).problem().is_none());
    }
}
