//! Applications: programs on this PC, each with a name and a token of its own, so that one can be shut out and the others stay.

use std::fmt;
use std::str::FromStr;

use careplan_domain::Timestamp;
use careplan_login::{HashFault, Token};

use crate::office::Office;
use crate::state::StateFault;

/// Applications with a token: a care software and a few helpers at several desks.
pub const APPLICATIONS_MAX: i64 = 50;

/// Characters of an application's name; it stands in a line of a list.
pub const NAME_CHARS_MAX: usize = 50;

/// The name of an application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApplicationName(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "アプリケーションの名前は、1〜{NAME_CHARS_MAX}文字で、前後の空白や改行なしで指定してください（例：介護ソフトA）。"
)]
pub struct ApplicationNameFault;

impl ApplicationName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who did it, in the record of operations: no login of a person looks like it.
    pub(crate) fn as_actor(&self) -> String {
        format!("アプリ「{}」", self.0)
    }
}

impl FromStr for ApplicationName {
    type Err = ApplicationNameFault;

    fn from_str(text: &str) -> Result<Self, ApplicationNameFault> {
        let fits = (1..=NAME_CHARS_MAX).contains(&text.chars().count());
        let is_plain = text.trim() == text && !text.chars().any(char::is_control);
        if fits && is_plain { Ok(Self(text.to_owned())) } else { Err(ApplicationNameFault) }
    }
}

impl fmt::Display for ApplicationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its place in the table.
    pub(crate) n: i64,
    /// Its name.
    pub name: ApplicationName,
    /// When its token was made.
    pub made_at: Timestamp,
    /// When it was last here, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When its token was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// What became of adding one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    Done,
    NameTaken,
    TooMany,
}

/// From where the local API may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Only by programs on this PC.
    ThisPc,
    /// Also from other PCs, where the screens may be opened from there.
    Office,
}

impl Reach {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ThisPc => "this_pc",
            Self::Office => "office",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::ThisPc, Self::Office].into_iter().find(|reach| reach.as_str() == text)
    }
}

/// Why an application cannot be added.
#[derive(Debug, thiserror::Error)]
pub enum ApplicationFault {
    /// Another one has the name.
    #[error(
        "「{0}」という名前のアプリケーションは、すでにトークンを持っています。別の名前にするか、careplan-client api-token revoke で前のトークンを取り消してから、もう一度作ってください。"
    )]
    NameTaken(ApplicationName),
    /// There are too many.
    #[error(
        "トークンを持てるアプリケーションは{APPLICATIONS_MAX}個までです。使っていないものを careplan-client api-token revoke で取り消してください。"
    )]
    TooMany,
    /// There is none of that name.
    #[error(
        "「{0}」という名前のアプリケーションはありません。careplan-client api-token list で名前を確かめてください。"
    )]
    Unknown(ApplicationName),
    /// The system gave no randomness.
    #[error("乱数を用意できません。パソコンを再起動し、続くときはサポートへ連絡してください。")]
    Randomness(#[from] HashFault),
    /// The state file.
    #[error(transparent)]
    State(#[from] StateFault),
}

impl Office {
    /// Adds an application. Its token is shown now and never again: only its digest is kept. `by` is the login of
    /// who did it, for the record.
    ///
    /// # Errors
    /// [`ApplicationFault`].
    pub async fn add_application(&self, name: &ApplicationName, by: &str) -> Result<Token, ApplicationFault> {
        let token = Token::fresh()?;
        match self.state().add_application(name, &token.digest(), (by, self.now())).await? {
            Added::Done => Ok(token),
            Added::NameTaken => Err(ApplicationFault::NameTaken(name.clone())),
            Added::TooMany => Err(ApplicationFault::TooMany),
        }
    }

    /// Revokes the token of an application, from its next request on.
    ///
    /// # Errors
    /// [`ApplicationFault::Unknown`], [`ApplicationFault::State`].
    pub async fn revoke_application(&self, name: &ApplicationName, by: &str) -> Result<(), ApplicationFault> {
        let is_revoked = self.state().revoke_application(name, (by, self.now())).await?;
        if is_revoked { Ok(()) } else { Err(ApplicationFault::Unknown(name.clone())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_up_to_fifty_characters() {
        for good in ["a", "介護ソフトA 2号機", &"あ".repeat(NAME_CHARS_MAX)] {
            assert_eq!(good.parse().map(|name: ApplicationName| name.to_string()), Ok(good.to_owned()));
        }
        for wrong in ["", " ", " a", "a ", "a\nb", "a\u{7f}", &"あ".repeat(NAME_CHARS_MAX + 1)] {
            assert_eq!(wrong.parse::<ApplicationName>(), Err(ApplicationNameFault), "{wrong:?}");
        }
    }
}
