//! A mail address: of an office, and so somebody's. It is never printed by accident.

use std::fmt;
use std::str::FromStr;

use lettre::Address;

/// Characters of an address (RFC 5321, section 4.5.3.1.3: a path of 256, less its brackets).
const ADDRESS_CHARS_MAX: usize = 254;

/// The text is no address we can write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "メールアドレスの形が正しくありません。半角の英数字で、例のように入力してください（例: office@example.jp）。"
)]
pub struct AddressFault;

/// A mail address. The domain is kept in small letters, the rest as it was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct MailAddress(Address);

impl FromStr for MailAddress {
    type Err = AddressFault;

    /// ASCII only, with a dot in the domain: what Japanese providers give.
    fn from_str(text: &str) -> Result<Self, AddressFault> {
        let text = text.trim();
        if text.len() > ADDRESS_CHARS_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AddressFault);
        }
        let (user, domain) = text.rsplit_once('@').ok_or(AddressFault)?;
        if !domain.contains('.') || user.contains('"') {
            return Err(AddressFault);
        }
        Address::new(user, domain.to_ascii_lowercase()).map(Self).map_err(|_| AddressFault)
    }
}

impl MailAddress {
    /// The address itself: for the envelope, the database and the office's own page.
    pub fn expose(&self) -> &str {
        self.0.as_ref()
    }

    /// In small letters, to be looked up by: nobody has two addresses that differ in case.
    pub fn folded(&self) -> String {
        self.expose().to_ascii_lowercase()
    }

    /// Enough for its owner to recognise it: `o***@example.jp`.
    pub fn hint(&self) -> String {
        let first: String = self.0.user().chars().take(1).collect();
        format!("{first}***@{}", self.0.domain())
    }

    pub(super) fn address(&self) -> &Address {
        &self.0
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_typed_and_not_printed() {
        let address: MailAddress = " Office@Example.JP ".parse().unwrap();
        assert_eq!(address.expose(), "Office@example.jp");
        assert_eq!(
            (address.folded().as_str(), address.hint().as_str()),
            ("office@example.jp", "O***@example.jp")
        );
        assert_eq!(format!("{address:?}"), "MailAddress(***)");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "office",
            "office@",
            "@example.jp",
            "office@example",
            "a b@example.jp",
            "事業所@example.jp",
            "ｏ@example.jp",
            "a@example.jp\r\nBcc: b@example.jp",
            "a@example.jp,b@example.jp",
            "\"a@b\"@example.jp",
            "a@-.jp",
        ] {
            assert_eq!(text.parse::<MailAddress>(), Err(AddressFault), "{text}");
        }
        assert!(AddressFault.to_string().contains("例: office@example.jp"));
    }

    #[test]
    fn an_address_is_taken_at_the_longest_and_refused_one_past_it() {
        let domain = format!("{}.{}.{}.jp", "a".repeat(62), "b".repeat(62), "c".repeat(60));
        let longest = format!("{}@{domain}", "u".repeat(64));
        assert_eq!(longest.len(), ADDRESS_CHARS_MAX);
        assert!(longest.parse::<MailAddress>().is_ok());
        assert!(longest.replace("@a", "@aa").parse::<MailAddress>().is_err());
        assert!(format!("{}@example.jp", "u".repeat(64)).parse::<MailAddress>().is_ok());
        assert!(format!("{}@example.jp", "u".repeat(65)).parse::<MailAddress>().is_err());
    }
}
