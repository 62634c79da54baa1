//! How far a session may go. What the account owes comes first: its own password, then the second
//! factor.

/// How far a session may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The password is still the one of the letter: it must be changed first.
    PasswordTemporary,
    /// A code of the second factor is due — or, where it is required, a second factor.
    SecondFactorDue,
    /// Everything of the office.
    Full,
}

impl Stage {
    /// Where an account stands whose password was right.
    pub(super) fn after_password(temporary: bool, has_factor: bool, required: bool) -> Self {
        match (temporary, has_factor || required) {
            (true, _) => Self::PasswordTemporary,
            (false, true) => Self::SecondFactorDue,
            (false, false) => Self::Full,
        }
    }

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PasswordTemporary => "password_temporary",
            Self::SecondFactorDue => "second_factor_due",
            Self::Full => "full",
        }
    }

    /// The stage of its stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::PasswordTemporary, Self::SecondFactorDue, Self::Full]
            .into_iter()
            .find(|it| it.as_str() == text)
    }

    /// Why the office gets no further, and what to do; `None` when nothing is in its way.
    pub fn message_ja(self) -> Option<&'static str> {
        match self {
            Self::PasswordTemporary => Some(
                "まだ仮パスワードです。通知書に書かれた仮パスワードは、はじめてのログインだけに使うものです。続けるには、新しいパスワードを決めてください。",
            ),
            Self::SecondFactorDue => Some(
                "2段階認証がまだ済んでいません。認証アプリに表示された6桁の確認コードを入力してください。",
            ),
            Self::Full => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_password_comes_before_the_second_factor_and_that_before_everything_else() {
        for (temporary, has_factor, required, stage) in [
            (true, true, true, Stage::PasswordTemporary),
            (true, false, false, Stage::PasswordTemporary),
            (false, true, false, Stage::SecondFactorDue),
            (false, false, true, Stage::SecondFactorDue),
            (false, false, false, Stage::Full),
        ] {
            assert_eq!(Stage::after_password(temporary, has_factor, required), stage);
            assert_eq!(Stage::parse(stage.as_str()), Some(stage));
        }
    }

    #[test]
    fn a_stage_says_why_it_is_not_the_last() {
        assert!(Stage::PasswordTemporary.message_ja().unwrap().starts_with("まだ仮パスワードです。"));
        assert!(Stage::SecondFactorDue.message_ja().unwrap().contains("6桁の確認コード"));
        assert_eq!(Stage::Full.message_ja(), None);
    }
}
