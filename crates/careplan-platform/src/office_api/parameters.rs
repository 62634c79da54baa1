//! What stands in paths, queries and single headers, parsed into values of the domain.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use careplan_domain::TransmissionId;
use careplan_domain::limits::PAGE_ENTRIES_MAX;
use careplan_protocol::{Code, Problem};
use http::HeaderMap;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Refused;

/// Entries of a page when the caller does not say.
const PAGE_ENTRIES: u32 = 100;

/// The query of a request; a wrong one is `header-invalid` and names the parameter.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|rejection| {
            let text = rejection.body_text();
            let name = text.split(": ").nth(1).unwrap_or("query").to_owned();
            invalid(&name, "値を読み取れません")
        })
    }
}

/// The problem of one item of a request: which, and what is wrong with it.
pub(crate) fn invalid(item: &str, what: &str) -> Refused {
    Problem::new(Code::HeaderInvalid).detail(format!("項目 `{item}`: {what}。")).into()
}

/// The transmission that a path names. What is no id names no transmission.
pub(super) fn transmission(id: &str) -> Result<TransmissionId, Refused> {
    id.parse().map_err(|_| unknown(id))
}

/// No such transmission, or not one of the caller's: the answer is the same.
pub(super) fn unknown(id: &str) -> Refused {
    let id: String = id.chars().filter(|it| it.is_ascii_hexdigit() || *it == '-').take(36).collect();
    Problem::new(Code::TransmissionUnknown).detail(format!("送信の番号は `{id}` です。")).into()
}

/// A query parameter that is a value of the domain.
pub(crate) fn value<T: FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Refused> {
    text.map(|text| text.parse().map_err(|_| invalid(name, "値に誤りがあります"))).transpose()
}

/// How many entries a page may have.
pub(crate) fn limit(asked: Option<u32>) -> Result<u32, Refused> {
    match asked {
        None => Ok(PAGE_ENTRIES),
        Some(limit @ 1..=PAGE_ENTRIES_MAX) => Ok(limit),
        Some(_) => Err(invalid("limit", &format!("1〜{PAGE_ENTRIES_MAX} で指定してください"))),
    }
}

/// The place after which a page begins.
pub(super) fn after(asked: Option<i64>) -> Result<i64, Refused> {
    match asked.unwrap_or_default() {
        after @ 0.. => Ok(after),
        _ => Err(invalid("after", "0以上の数で指定してください")),
    }
}

/// A header as text; `None` when it is not there.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refused> {
    headers.get(name).map(|value| value.to_str().map_err(|_| invalid(name, "値に誤りがあります"))).transpose()
}

/// A header that must be there, as a value of the domain.
pub(super) fn required<T: FromStr>(headers: &HeaderMap, name: &str) -> Result<T, Refused> {
    value(name, header(headers, name)?)?.ok_or_else(|| invalid(name, "指定がありません"))
}
