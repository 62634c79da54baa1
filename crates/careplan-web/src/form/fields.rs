//! What people typed: read leniently, normalised, and kept for the page that shows it again.

use std::collections::BTreeMap;

use crate::text::half_width;

/// Fields that a form may have: the largest of ours has a dozen.
pub const FIELDS_MAX: usize = 64;

/// The fields of a form (or of a query) by their names; a name that comes twice has its last value.
///
/// ```
/// use careplan_web::Fields;
///
/// let fields = Fields::read("office=９９７－０００００－１８&password=%20Ａ%20".as_bytes());
/// assert_eq!(fields.number("office"), "9970000018");
/// assert_eq!(fields.untouched("password"), " Ａ ");
/// ```
#[derive(Clone, Default)]
pub struct Fields(BTreeMap<String, String>);

impl std::fmt::Debug for Fields {
    /// Names only: values may be passwords.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}

impl Fields {
    /// Reads `application/x-www-form-urlencoded`; of too many fields the first ones.
    #[must_use]
    pub fn read(text: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(text).take(FIELDS_MAX);
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// Reads a form, or says that it has more than [`FIELDS_MAX`] fields: what is cut off in silence would be missed somewhere else.
    #[must_use]
    pub fn read_whole(text: &[u8]) -> Option<Self> {
        url::form_urlencoded::parse(text).nth(FIELDS_MAX).is_none().then(|| Self::read(text))
    }

    /// What was typed, without the spaces around it; empty when the field is not there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.untouched(name).trim()
    }

    /// A number, code or address: full-width letters and digits made half-width.
    #[must_use]
    pub fn code(&self, name: &str) -> String {
        half_width(self.text(name))
    }

    /// A number of an office or an account: also without the hyphens and spaces that people put between its groups.
    #[must_use]
    pub fn number(&self, name: &str) -> String {
        self.code(name).chars().filter(|letter| *letter != '-' && !letter.is_whitespace()).collect()
    }

    /// What was typed to the letter: of a password, spaces and full-width letters may be part.
    #[must_use]
    pub fn untouched(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// A path of ours to go back to; anything else leads to the first page, so that no link to the log-in leads elsewhere after it.
#[must_use]
pub fn way_back(path: &str) -> &str {
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
        assert_eq!(fields.untouched("password"), " Ａ ");
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
    fn a_form_of_too_many_fields_is_cut_or_told() {
        let of = |count| (0..count).map(|index| format!("f{index}=1&")).collect::<String>();
        assert!(Fields::read_whole(of(FIELDS_MAX).as_bytes()).is_some());
        let text = of(FIELDS_MAX + 1);
        assert!(Fields::read_whole(text.as_bytes()).is_none());
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
