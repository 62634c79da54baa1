//! HTTP Basic (RFC 7617): user ID and password of a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_domain::Secret;
use careplan_domain::limits::PASSWORD_CHARS_MAX;
use careplan_protocol::Code;
use http::{HeaderMap, header};
use zeroize::Zeroizing;

use super::problem::Refused;

/// What a person typed.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The user ID, as typed; it may be none.
    pub user_id: String,
    /// The password.
    pub password: Secret,
}

impl Credentials {
    /// Reads the `Authorization` field of a request.
    ///
    /// # Errors
    /// `credentials-missing` when there is none that can be read.
    pub fn of(headers: &HeaderMap) -> Result<Self, Refused> {
        Self::read(headers).ok_or_else(|| Code::CredentialsMissing.into())
    }

    fn read(headers: &HeaderMap) -> Option<Self> {
        let field = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = field.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
        let (user_id, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        if password.chars().count() > PASSWORD_CHARS_MAX || user_id.len() > PASSWORD_CHARS_MAX {
            return None;
        }
        Some(Self { user_id: user_id.to_owned(), password: Secret::new(password) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: &str) -> Option<Credentials> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, field.parse().unwrap());
        Credentials::of(&headers).ok()
    }

    #[test]
    fn user_id_and_password_are_split_at_the_first_colon() {
        let basic = format!("Basic {}", STANDARD.encode("KJ999970000018:a:b"));
        let it = read(&basic).unwrap();
        assert_eq!((it.user_id.as_str(), it.password.expose()), ("KJ999970000018", "a:b"));
        assert!(!format!("{it:?}").contains("a:b"));
    }

    #[test]
    fn what_is_not_basic_is_refused() {
        for field in ["", "Basic", "Bearer abc", "Basic ???", "Basic bm9jb2xvbg=="] {
            assert!(read(field).is_none(), "{field}");
        }
        assert_eq!(Credentials::of(&HeaderMap::new()).unwrap_err().problem().code, Code::CredentialsMissing);
    }

    #[test]
    fn a_password_is_taken_at_the_longest_and_refused_one_past_it() {
        let with =
            |chars: usize| read(&format!("Basic {}", STANDARD.encode(format!("a:{}", "ひ".repeat(chars)))));
        assert!(with(PASSWORD_CHARS_MAX).is_some());
        assert!(with(PASSWORD_CHARS_MAX + 1).is_none());
    }
}
