//! Offices, their keys, the licence, notices, one's own terminal.

use careplan_domain::licence::LicenceState;
use careplan_domain::{OfficeNumber, Secret, ServiceType, UserId};
use careplan_protocol::office_api::{Account, Licence, NoticePage, OfficeEntry, OfficeKeys, OfficePage};
use careplan_protocol::{headers, routes};
use uuid::Uuid;

use super::{Platform, PlatformFault, Request, with_credentials};

/// What is searched for in the directory; all given parts must fit.
#[derive(Debug, Clone, Default)]
pub struct OfficeQuery {
    /// Beginning of the office number.
    pub number: Option<String>,
    /// Part of the name.
    pub name: Option<String>,
    /// Part of the kana.
    pub kana: Option<String>,
    /// Two-digit prefecture code.
    pub prefecture: Option<String>,
    /// A service type it runs.
    pub service_type: Option<ServiceType>,
    /// Only offices that letters can be sent to now.
    pub joined: Option<bool>,
    /// Go on after this office.
    pub after: Option<OfficeNumber>,
}

impl Platform {
    /// Who a user ID and password belong to.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `credentials-wrong`.
    pub async fn account(&self, user_id: &UserId, password: &Secret) -> Result<Account, PlatformFault> {
        // Once only: three wrong tries lock the account, and a lost answer counts as one.
        let request = Request::get(routes::ACCOUNT).header("accept", "application/json");
        let answer = self.ask_once(with_credentials(request, user_id, password)).await?;
        super::read_json(&answer)
    }

    /// Searches the directory.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn offices(&self, query: &OfficeQuery) -> Result<OfficePage, PlatformFault> {
        let mut path = String::from(routes::OFFICES);
        let mut joint = '?';
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                path.push(joint);
                path.push_str(name);
                path.push('=');
                path.push_str(&percent_encoded(&value));
                joint = '&';
            }
        };
        add("number", query.number.clone());
        add("name", query.name.clone());
        add("kana", query.kana.clone());
        add("prefecture", query.prefecture.clone());
        add("service_type", query.service_type.map(|it| it.to_string()));
        add("joined", query.joined.map(|it| it.to_string()));
        add("after", query.after.map(|it| it.to_string()));
        self.ask_json(Request::get(path)).await
    }

    /// One office of the directory.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `receiver-unknown`.
    pub async fn office(&self, number: &OfficeNumber) -> Result<OfficeEntry, PlatformFault> {
        self.ask_json(Request::get(routes::with(routes::OFFICE, number))).await
    }

    /// The key announcements of an office, not verified yet.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `receiver-unknown`.
    pub async fn office_keys(&self, number: &OfficeNumber) -> Result<OfficeKeys, PlatformFault> {
        self.ask_json(Request::get(routes::with(routes::OFFICE_KEYS, number))).await
    }

    /// Publishes the key of this terminal.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `announcement-invalid`.
    pub async fn announce(&self, terminal: Uuid, announcement: Vec<u8>) -> Result<(), PlatformFault> {
        let request = Request::put(routes::with(routes::TERMINAL, terminal), announcement)
            .header("content-type", headers::APPLICATION_CMS);
        self.ask(request).await.map(drop)
    }

    /// The licence of this office.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn licence(&self) -> Result<LicenceState, PlatformFault> {
        self.ask_json::<Licence>(Request::get(routes::LICENCE)).await.map(|it| it.licence)
    }

    /// Notices of the operations centre that changed after a place.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn notices(&self, after: i64) -> Result<NoticePage, PlatformFault> {
        self.ask_json(Request::get(format!("{}?after={after}", routes::NOTICES))).await
    }

    /// The signed list of foreign authorities, not verified yet.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn trust_list(&self) -> Result<Vec<u8>, PlatformFault> {
        let request = Request::get(routes::TRUST).header("accept", headers::APPLICATION_CMS);
        self.ask(request).await.map(|answer| answer.body.to_vec())
    }
}

/// A value inside a query (RFC 3986 section 2.1).
fn percent_encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::percent_encoded;

    #[test]
    fn a_name_with_japanese_letters_and_signs_survives_a_query() {
        assert_eq!(percent_encoded("あ&b=c d"), "%E3%81%82%26b%3Dc%20d");
    }
}
