//! What stands in paths and queries, parsed into values of the domain.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use careplan_domain::limits::PAGE_ENTRIES_MAX;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::{Refused, invalid};

/// Entries of a page when the caller does not say.
const PAGE_ENTRIES: u32 = 100;

/// The query of a request; a wrong one names the parameter.
pub(super) struct Parameters<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|rejection| {
            let text = rejection.body_text();
            let name = text.split(": ").nth(1).unwrap_or("query").to_owned();
            invalid(&name, "この名前の項目はないか、値を読み取れません")
        })
    }
}

/// A parameter that is a value of the domain.
pub(super) fn value<T: FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Refused> {
    text.map(|text| text.parse().map_err(|_| invalid(name, "値に誤りがあります"))).transpose()
}

/// How many entries a page may have.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, Refused> {
    match asked {
        None => Ok(PAGE_ENTRIES),
        Some(limit @ 1..=PAGE_ENTRIES_MAX) => Ok(limit),
        Some(_) => Err(invalid("limit", &format!("1〜{PAGE_ENTRIES_MAX} で指定してください"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_to_five_hundred_entries() {
        for (asked, good) in [
            (None, Some(100)),
            (Some(1), Some(1)),
            (Some(500), Some(500)),
            (Some(0), None),
            (Some(501), None),
        ] {
            assert_eq!(limit(asked).ok(), good, "{asked:?}");
        }
    }
}
