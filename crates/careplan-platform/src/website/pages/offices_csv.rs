//! The CSV file of a search for offices.
//!
//! Promises: it has every office of the search or is none, with the reason; nothing in it is a formula to a spreadsheet.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::ServiceType;
use careplan_protocol::Code;
use careplan_protocol::office_api::OfficeEntry;
use careplan_web::FieldErrors;
use http::header;

use super::offices::{draw, read};
use crate::directory;
use crate::office_api::problem::Refused;
use crate::store::directory::Search;
use crate::store::{IN_LIST_MAX, StoreError};
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::visit::Visit;
use crate::website::words::{name_of, prefectures};

/// Offices in one file: those of the largest prefecture, all kinds.
const ROWS_MAX: usize = 30_000;

/// Offices of one query, as many as a query about their service types takes; it fits.
const AT_ONCE: u32 = IN_LIST_MAX as u32;

pub(in crate::website) async fn csv(
    State(site): State<Arc<Website>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let mut errors = FieldErrors::default();
    let search = read(&fields, AT_ONCE, &mut errors);
    if !errors.is_empty() {
        return draw(&site, &visit, (&fields, &errors), None).await;
    }
    let Some(offices) = all(&site, search, &visit).await? else {
        errors.add_for_form(
            "見つかった事業所が30,000件を超えるため、1つのファイルにできません。都道府県やサービス種類で絞り込んでください。",
        );
        return draw(&site, &visit, (&fields, &errors), None).await;
    };
    let bytes = written(&offices).map_err(|error| {
        tracing::error!(%error, "a list of offices could not be written");
        Code::Internal
    })?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"offices.csv\""),
    ];
    // With the mark, spreadsheets of Japanese PCs read it as UTF-8.
    Ok((headers, [b"\xEF\xBB\xBF".as_slice(), &bytes].concat()).into_response())
}

/// Every office of a search; none when they are too many.
async fn all(
    site: &Website,
    mut search: Search,
    visit: &Visit,
) -> Result<Option<Vec<OfficeEntry>>, StoreError> {
    let mut db = site.platform.store.read().await?;
    let mut offices = Vec::new();
    loop {
        let page = directory::page(&mut db, &search, visit.now).await?;
        offices.extend(page.offices);
        if offices.len() > ROWS_MAX {
            return Ok(None);
        }
        if page.next.is_none() {
            return Ok(Some(offices));
        }
        search.after = page.next;
    }
}

fn written(offices: &[OfficeEntry]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record([
        "事業所番号",
        "事業所名",
        "フリガナ",
        "都道府県",
        "所在地",
        "サービス種類",
        "利用状況",
    ])?;
    for office in offices {
        let types: Vec<&str> = office.service_types.iter().map(ServiceType::as_str).collect();
        writer.write_record([
            office.number.as_str(),
            &harmless(&office.name),
            &harmless(&office.kana),
            name_of(prefectures(), &office.prefecture),
            &harmless(&office.address),
            &types.join(" "),
            if office.joined { "送れます" } else { "未利用" },
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_the_list_is_no_formula() {
        for (text, shown) in [("=1+1", "'=1+1"), ("@SUM", "'@SUM"), ("さくら", "さくら"), ("", "")] {
            assert_eq!(harmless(text), shown);
        }
    }
}
