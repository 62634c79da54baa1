//! Requests for a new letter (通知書の再発行): for offices that cannot help themselves by mail.
//!
//! An operator decides about each and the letter goes by post to the registered place, so asking gives
//! nobody anything. One open request an office: who asks again changes it. The answer never says
//! whether an office is registered.

use std::fmt;
use std::str::FromStr;

use careplan_domain::{OfficeNumber, Timestamp};
use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

use crate::audit::{self, Actor, Entry};
use crate::store::{Store, StoreError, letter_requests, offices};

/// Why an office needs a new letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nobody knows the password any more.
    PasswordLost,
    /// The letter never came, or is lost.
    LetterLost,
    /// The authenticator app and the recovery codes are lost. Approving it removes the second factor.
    SecondFactorLost,
}

impl Reason {
    /// Every reason, in the order of the form.
    pub const ALL: &[Self] = &[Self::PasswordLost, Self::LetterLost, Self::SecondFactorLost];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PasswordLost => "password_lost",
            Self::LetterLost => "letter_lost",
            Self::SecondFactorLost => "second_factor_lost",
        }
    }

    /// The reason of its stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == text)
    }

    /// As the form says it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::PasswordLost => "パスワードを忘れた",
            Self::LetterLost => "通知書が届かない、または紛失した",
            Self::SecondFactorLost => "2段階認証の機器と回復コードを失った",
        }
    }
}

/// Not a telephone number of Japan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("電話番号は、数字とハイフンで入力してください（例: 03-1234-5678）。")]
pub struct PhoneFault;

/// A telephone number at which an office can be called back. It is not printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// The number, for the operator.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(***)")
    }
}

impl FromStr for Phone {
    type Err = PhoneFault;

    /// Ten or eleven digits that begin with 0, in any width, with hyphens where they like.
    fn from_str(text: &str) -> Result<Self, PhoneFault> {
        let hyphen = |letter: char| matches!(letter, '-' | '‐' | '‑' | '–' | '−' | 'ー' | '―');
        let plain: String = text
            .nfkc()
            .filter(|letter| !letter.is_whitespace())
            .map(|letter| if hyphen(letter) { '-' } else { letter })
            .collect();
        let digits = plain.bytes().filter(u8::is_ascii_digit).count();
        let is_good = plain.starts_with('0')
            && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
            && plain.len() <= digits + 4
            && (10..=11).contains(&digits);
        if is_good { Ok(Self(plain)) } else { Err(PhoneFault) }
    }
}

/// An open request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRequest {
    /// Its id.
    pub id: Uuid,
    /// Whose letter it is.
    pub office: OfficeNumber,
    /// Why it is needed.
    pub reason: Reason,
    /// Where to call back.
    pub phone: Option<Phone>,
    /// When it was asked for, last.
    pub asked_at: Timestamp,
}

/// What everybody is told who asked.
pub const ASKED_JA: &str = "受け付けました。運用センターで確認のうえ、登録されている所在地へ新しい通知書を郵送します。1週間ほどで届かない場合は、運用センターへお問い合わせください。届くまで、いまのパスワードと電子証明書はそのまま使えます。";

/// Takes requests.
#[derive(Debug, Clone)]
pub struct Requests {
    store: Store,
}

impl Requests {
    /// Requests in `store`.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Takes a request. Whoever asked is told [`ASKED_JA`], whether the office is registered or not.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn ask(
        &self,
        office: OfficeNumber,
        (reason, phone): (Reason, Option<Phone>),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        if offices::status(&mut tx, &office).await?.is_none() {
            return Ok(());
        }
        let request = LetterRequest { id: Uuid::now_v7(), office, reason, phone, asked_at: now };
        letter_requests::put(&mut tx, &request).await?;
        // Nobody has shown to be the office: the platform only says that it was asked.
        let (actor, subject) = (Actor::Platform, office.to_string());
        let detail = json!({ "reason": reason.as_str() });
        audit::append(&mut tx, now, Entry { actor, action: "letter.requested", subject, detail });
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_read_in_any_width_and_not_printed() {
        for (typed, read) in [
            ("03-1234-5678", "03-1234-5678"),
            ("０９０ー１２３４ー５６７８", "090-1234-5678"),
            (" 0312345678 ", "0312345678"),
        ] {
            assert_eq!(typed.parse::<Phone>().unwrap().expose(), read);
        }
        assert_eq!(format!("{:?}", "0312345678".parse::<Phone>()), "Ok(Phone(***))");
    }

    #[test]
    fn ten_and_eleven_digits_are_a_number_and_nine_and_twelve_are_none() {
        for (typed, good) in [
            ("031234567", false),
            ("0312345678", true),
            ("09012345678", true),
            ("090123456789", false),
            ("1312345678", false),
            ("0-3-1-2-3-45678", false),
            ("03-1234-5678 佐藤", false),
            ("", false),
        ] {
            assert_eq!(typed.parse::<Phone>().is_ok(), good, "{typed}");
        }
    }

    #[test]
    fn reasons_read_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(*reason));
        }
        assert_eq!(Reason::parse("x"), None);
    }
}
