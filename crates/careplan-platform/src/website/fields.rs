//! What people typed: read leniently, normalised, and kept for the page that shows it again.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use careplan_domain::Secret;
use careplan_protocol::Code;
use careplan_web::text::half_width;
use http::{StatusCode, header};

use crate::office_api::problem::Refused;

/// Fields that a form may have: the largest of ours has a dozen.
const FIELDS_MAX: usize = 64;

/// The fields of a form (or of a query) by their names; a name that comes twice has its last value.
#[derive(Clone, Default)]
pub(super) struct Fields(BTreeMap<String, String>);

impl std::fmt::Debug for Fields {
    /// Names only: values may be passwords.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}

impl Fields {
    /// Reads `application/x-www-form-urlencoded`; of too many fields the first ones.
    pub(super) fn read(text: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(text).take(FIELDS_MAX);
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// What was typed, as it was typed; empty when the field is not there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// A number, code or address: full-width letters and digits made half-width.
    pub(super) fn code(&self, name: &str) -> String {
        half_width(self.text(name))
    }

    /// A number of an office or an account: also without the hyphens and spaces that people put between its groups.
    pub(super) fn number(&self, name: &str) -> String {
        self.code(name).chars().filter(|letter| *letter != '-' && !letter.is_whitespace()).collect()
    }

    /// A password, untouched: spaces and full-width letters may be part of it.
    pub(super) fn secret(&self, name: &str) -> Secret {
        Secret::new(self.0.get(name).cloned().unwrap_or_default())
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            return Err(Code::FormInvalid.into());
        }
        let body =
            Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Code::FormTooLarge,
                _ => Code::FormInvalid,
            })?;
        // What is cut off in silence would be missed somewhere else.
        if url::form_urlencoded::parse(&body).nth(FIELDS_MAX).is_some() {
            return Err(Code::FormInvalid.into());
        }
        Ok(Self::read(&body))
    }
}

/// A path of ours to go back to; anything else leads to the first page, so that no link to the log-in leads elsewhere after it.
pub(super) fn way_back(path: &str) -> &str {
    let of_ours = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
    if of_ours && path.bytes().all(|byte| byte.is_ascii_graphic()) { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_made_half_width_and_passwords_are_left_alone() {
        let typed = "user_id=%EF%BC%AB%EF%BC%AA%EF%BC%99%EF%BC%99%20&password=%20%EF%BC%A1%20";
        let fields = Fields::read(typed.as_bytes());
        assert_eq!(fields.code("user_id"), "KJ99");
        assert_eq!(fields.secret("password").expose(), " Ａ ");
        assert_eq!(fields.text("absent"), "");
        assert_eq!(format!("{fields:?}"), r#"{"password", "user_id"}"#);
    }

    #[test]
    fn a_number_is_read_in_whatever_groups_it_was_typed() {
        for typed in ["9970000018", "９９７－０００００－１８", " 997 00000 18 ", "997ー0000018"]
        {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            let fields = Fields::read(query.append_pair("office", typed).finish().as_bytes());
            assert_eq!(fields.number("office"), "9970000018", "{typed}");
        }
    }

    #[test]
    fn a_form_of_too_many_fields_is_cut() {
        let text: String = (0..=FIELDS_MAX).map(|index| format!("f{index}=1&")).collect();
        let fields = Fields::read(text.as_bytes());
        assert!(
            fields.text(&format!("f{}", FIELDS_MAX - 1)) == "1"
                && fields.text(&format!("f{FIELDS_MAX}")).is_empty()
        );
    }

    #[test]
    fn the_way_back_stays_on_the_site() {
        assert_eq!(way_back("/offices?name=%E3%81%82"), "/offices?name=%E3%81%82");
        for elsewhere in
            ["https://evil.example/", "//evil.example", "/\\evil.example", "", "offices", "/a\r\nb"]
        {
            assert_eq!(way_back(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
