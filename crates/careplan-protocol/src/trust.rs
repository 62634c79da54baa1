//! Which authorities speak for offices, and how their certificates name an office.
//!
//! Our own authority writes the office into a URI (subjectAltName); foreign ones — the existing
//! 介護保険証明書 — are mapped by configured rules. The platform publishes the rules, signed, so
//! that both ends of a letter apply the same ones.

use careplan_domain::{OfficeNumber, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Base64;

/// Names the kind of document, so that a signature over one kind is none over another.
pub const TRUST_TYPE: &str = "careplan.trust.v1";

/// What our authority puts before the office number in a certificate's URI.
pub const OFFICE_URI_PREFIX: &str = "urn:x-careplan:office:";

/// The URI in the certificate with which the platform signs receipts and trust lists.
pub const PLATFORM_URI: &str = "urn:x-careplan:platform";

/// The URI of an office in certificates of our authority.
pub fn office_uri(office: &OfficeNumber) -> String {
    format!("{OFFICE_URI_PREFIX}{office}")
}

/// The office that a URI of our authority names.
pub fn office_of_uri(uri: &str) -> Option<OfficeNumber> {
    uri.strip_prefix(OFFICE_URI_PREFIX)?.parse().ok()
}

/// The signed list of foreign authorities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustList {
    /// Always [`TRUST_TYPE`].
    #[serde(rename = "type")]
    pub document: String,
    /// When the platform signed it.
    pub issued_at: Timestamp,
    /// The foreign authorities.
    pub foreign: Vec<ForeignAuthority>,
}

/// One foreign authority whose certificates are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignAuthority {
    /// What offices call its certificates.
    pub label: String,
    /// Its root certificates (DER).
    pub roots: Vec<Base64>,
    /// Where the office number stands.
    pub office: SubjectRule,
    /// Kinds of its certificates that are not accepted, with their names.
    #[serde(default)]
    pub refused_kinds: Vec<RefusedKind>,
}

/// Where in a certificate's subject an office number stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectRule {
    /// Which attribute.
    pub attribute: SubjectAttribute,
    /// What stands before the number.
    #[serde(default)]
    pub prefix: String,
    /// What stands after it.
    #[serde(default)]
    pub suffix: String,
}

impl SubjectRule {
    /// The office number in an attribute's value.
    ///
    /// ```
    /// use careplan_protocol::trust::{SubjectAttribute, SubjectRule};
    /// let rule = SubjectRule { attribute: SubjectAttribute::CommonName, prefix: "KJ99".into(), suffix: "".into() };
    /// assert_eq!(rule.office_of("KJ999970000018").map(|it| it.to_string()), Some("9970000018".into()));
    /// assert_eq!(rule.office_of("9970000018"), None);
    /// ```
    pub fn office_of(&self, value: &str) -> Option<OfficeNumber> {
        value.strip_prefix(&self.prefix)?.strip_suffix(&self.suffix)?.parse().ok()
    }
}

/// Attributes of a subject that rules can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectAttribute {
    /// CN.
    CommonName,
    /// OU.
    OrganizationalUnit,
    /// O.
    Organization,
    /// serialNumber.
    SerialNumber,
}

/// A kind of certificate that is known and not accepted (代理人証明書, 障害者総合支援証明書).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedKind {
    /// Its name, quoted to the office.
    pub label: String,
    /// The attribute that tells.
    pub attribute: SubjectAttribute,
    /// A text that the attribute contains.
    pub contains: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_finds_the_number_between_its_prefix_and_its_suffix_only() {
        let attribute = SubjectAttribute::CommonName;
        let rule = SubjectRule { attribute, prefix: "KJ99".into(), suffix: "-1".into() };
        assert_eq!(rule.office_of("KJ999970000018-1").map(|it| it.to_string()), Some("9970000018".into()));
        for other in ["XX999970000018-1", "KJ999970000018-2", "KJ999970000018", "9970000018-1", "KJ99-1", ""]
        {
            assert_eq!(rule.office_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_uri_names_an_office_with_our_prefix_once() {
        let office = "9970000018".parse().unwrap();
        assert_eq!(office_of_uri(&office_uri(&office)), Some(office));
        for other in
            ["9970000018", "urn:x-careplan:office:urn:x-careplan:office:9970000018", OFFICE_URI_PREFIX]
        {
            assert_eq!(office_of_uri(other), None, "{other}");
        }
    }
}
