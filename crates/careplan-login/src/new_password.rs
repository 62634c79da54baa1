//! What a password may be that a person chooses: long enough, and none that everybody tries.
//!
//! There are no rules of composition, and no expiry (NIST SP 800-63B, section 3.1.1.2).

use careplan_domain::Secret;
use careplan_domain::limits::PASSWORD_CHARS_MAX;
use unicode_normalization::UnicodeNormalization as _;

/// Fewest characters of a password that a person chooses.
pub const PASSWORD_CHARS_MIN: usize = 8;

/// The passwords that are tried first everywhere, of eight letters and more, in small letters.
const COMMON: &str = include_str!("common_passwords.txt");

/// Why a password cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Fewer than [`PASSWORD_CHARS_MIN`].
    #[error("too short")]
    TooShort,
    /// More than [`PASSWORD_CHARS_MAX`].
    #[error("too long")]
    TooLong,
    /// What everybody knows of the account: its ID, the number of the office.
    #[error("what everybody knows of the account")]
    Public,
    /// Among those everybody tries.
    #[error("common")]
    Common,
    /// The one of the letter.
    #[error("the temporary password")]
    Temporary,
    /// The present one.
    #[error("the present password")]
    Same,
}

impl Weakness {
    /// What the person is told.
    pub fn message_ja(self) -> String {
        match self {
            Self::TooShort => format!(
                "新しいパスワードが短すぎます。{PASSWORD_CHARS_MIN}文字以上にしてください。記号や大文字を混ぜる必要はありません。覚えやすい言葉をいくつかつなげると、長くて破られにくくなります。"
            ),
            Self::TooLong => {
                format!("新しいパスワードが長すぎます。{PASSWORD_CHARS_MAX}文字以内にしてください。")
            }
            Self::Public => {
                "ユーザIDや事業所番号は、パスワードにできません。だれでも知ることができるためです。別のパスワードを決めてください。".to_owned()
            }
            Self::Common => {
                "そのパスワードは広く使われていて、すぐに破られます。別のパスワードを決めてください。".to_owned()
            }
            Self::Temporary => {
                "通知書の仮パスワードは、そのまま使い続けられません。仮パスワードとは別のパスワードを決めてください。".to_owned()
            }
            Self::Same => {
                "新しいパスワードが、いまのパスワードと同じです。別のパスワードを決めてください。".to_owned()
            }
        }
    }
}

/// What can be said of a password without knowing those before; `public` is what everybody knows of the account.
///
/// # Errors
/// [`Weakness`] by its variants.
pub fn judge(password: &Secret, public: &[&str]) -> Result<(), Weakness> {
    let chars = password.expose().chars().count();
    if chars < PASSWORD_CHARS_MIN {
        return Err(Weakness::TooShort);
    }
    if chars > PASSWORD_CHARS_MAX {
        return Err(Weakness::TooLong);
    }
    // Full width and capitals do not make it another one for who guesses.
    let folded = Secret::new(password.expose().nfkc().collect::<String>().trim().to_lowercase());
    let is = |text: &str| folded.expose() == text.to_lowercase();
    if public.iter().any(|known| is(known)) {
        return Err(Weakness::Public);
    }
    if COMMON.lines().any(|common| common == folded.expose()) {
        return Err(Weakness::Common);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(password: &str) -> Result<(), Weakness> {
        judge(&Secret::new(password), &["KJ999970000018", "9970000018"])
    }

    #[test]
    fn eight_to_128_characters_are_taken_whatever_they_are() {
        assert_eq!(judged("xkcd936"), Err(Weakness::TooShort));
        assert_eq!(judged("xkcd936x"), Ok(()));
        assert_eq!(judged("ひらけごまひらけ"), Ok(()));
        assert_eq!(judged(&"ひ".repeat(PASSWORD_CHARS_MAX)), Ok(()));
        assert_eq!(judged(&"ひ".repeat(PASSWORD_CHARS_MAX + 1)), Err(Weakness::TooLong));
        assert_eq!(judged("correct horse battery staple"), Ok(()));
    }

    #[test]
    fn what_everybody_knows_or_tries_is_refused_in_any_width_and_case() {
        for password in ["KJ999970000018", "kj999970000018", "9970000018", "９９７００００018"] {
            assert_eq!(judged(password), Err(Weakness::Public), "{password}");
        }
        for password in ["password", "Password1", "ＰＡＳＳＷＯＲＤ", "12345678", "1qaz2wsx", " password "]
        {
            assert_eq!(judged(password), Err(Weakness::Common), "{password}");
        }
        assert_eq!(judged("KJ999970000019"), Ok(()));
    }

    #[test]
    fn the_list_holds_what_could_be_chosen_at_all_once_each() {
        let common: Vec<&str> = COMMON.lines().collect();
        assert!(common.len() > 100, "{}", common.len());
        for (place, password) in common.iter().enumerate() {
            assert!(password.chars().count() >= PASSWORD_CHARS_MIN, "{password}");
            assert_eq!(password.to_lowercase(), **password);
            assert!(!common[..place].contains(password), "{password}");
        }
    }

    #[test]
    fn every_weakness_says_what_to_do() {
        for weakness in [
            Weakness::TooShort,
            Weakness::TooLong,
            Weakness::Public,
            Weakness::Common,
            Weakness::Temporary,
            Weakness::Same,
        ] {
            assert!(
                weakness.message_ja().contains("してください")
                    || weakness.message_ja().contains("決めてください")
            );
        }
    }
}
