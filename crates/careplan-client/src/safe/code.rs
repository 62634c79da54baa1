//! The recovery key: a code on paper, and its public half on this PC.

use careplan_domain::Secret;
use careplan_envelope::{DecryptionKey, KeyId, TerminalPublicKey};
use careplan_login::{HashFault, grouped, plain_issue_password};
use careplan_web::text::half_width;

/// 120 bits: who has a backup may try for as long as they like, and comes to no end.
const CODE_CHARS: usize = 24;

/// The code that is printed and typed once, on the day of need. It cannot be printed by accident.
#[derive(Debug, Clone)]
pub struct RecoveryCode(Secret);

impl RecoveryCode {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn fresh() -> Result<Self, HashFault> {
        grouped(CODE_CHARS).map(Self)
    }

    /// What somebody typed from the paper: width, small letters, spaces and hyphens do not matter. `None` when it can be none of ours.
    pub fn parse(typed: &Secret) -> Option<Self> {
        let plain = plain_issue_password(&Secret::new(half_width(typed.expose())));
        let is_whole = plain.expose().chars().count() == CODE_CHARS
            && plain.expose().chars().all(|it| it.is_ascii_alphanumeric());
        is_whole.then_some(Self(plain))
    }

    /// The code itself, for the one page that shows it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The key that opens backups.
    ///
    /// # Errors
    /// When the library cannot make it.
    pub fn key(&self) -> Result<DecryptionKey, careplan_envelope::KeyFault> {
        DecryptionKey::derive_p256(plain_issue_password(&self.0).expose().as_bytes())
    }
}

/// The public half: backups are sealed to it. Nothing can be opened with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryKey(TerminalPublicKey);

impl RecoveryKey {
    /// The public half of a code's key.
    ///
    /// # Errors
    /// When the library cannot make it.
    pub fn of(code: &RecoveryCode) -> Result<Self, careplan_envelope::KeyFault> {
        code.key()?.terminal_public_key().map(Self)
    }

    /// As it was stored.
    pub fn from_hex(text: &str) -> Option<Self> {
        TerminalPublicKey::from_spki(&hex::decode(text).ok()?).ok().map(Self)
    }

    /// To be stored.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0.spki())
    }

    /// By what a backup names its key.
    pub fn id(&self) -> KeyId {
        self.0.key_id()
    }

    /// What tells one paper from another: it stands on the paper and beside each backup.
    pub fn number(&self) -> String {
        number_of(self.id().as_bytes())
    }

    pub(super) fn public(&self) -> &TerminalPublicKey {
        &self.0
    }
}

/// The first eight digits of a key's name: enough for a person with two papers.
pub(super) fn number_of(id: &[u8; 20]) -> String {
    let mut number = hex::encode_upper(id);
    number.truncate(8);
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_groups_of_four_and_is_typed_in_any_width() {
        let code = RecoveryCode::fresh().unwrap();
        assert_eq!(code.expose().split('-').map(str::len).collect::<Vec<_>>(), [4; 6]);
        let wide: String =
            code.expose().to_lowercase().chars().map(|it| if it == '-' { '　' } else { it }).collect();
        let typed = RecoveryCode::parse(&Secret::new(format!(" {wide}\n"))).unwrap();
        assert_eq!(RecoveryKey::of(&typed).unwrap(), RecoveryKey::of(&code).unwrap());
        assert!(!format!("{code:?}").contains(&code.expose()[..4]));
    }

    #[test]
    fn what_is_too_short_or_no_code_is_none() {
        for typed in ["", "ABCD-EFGH", &"A".repeat(23), &"A".repeat(25), "あ".repeat(24).as_str()] {
            assert!(RecoveryCode::parse(&Secret::new(typed)).is_none(), "{typed}");
        }
    }

    /// The paper is kept for years: what it opens must not change with a later version.
    #[test]
    fn a_code_gives_the_same_key_for_ever() {
        let code = RecoveryCode::parse(&Secret::new("ABCD-EFGH-JKLM-NPQR-STUV-WXYZ")).unwrap();
        assert_eq!(RecoveryKey::of(&code).unwrap().number(), "19293AF9");
    }

    #[test]
    fn the_public_half_is_stored_and_read_again() {
        let key = RecoveryKey::of(&RecoveryCode::fresh().unwrap()).unwrap();
        assert_eq!(RecoveryKey::from_hex(&key.to_hex()).unwrap(), key);
        assert!(RecoveryKey::from_hex("00").is_none());
    }
}
