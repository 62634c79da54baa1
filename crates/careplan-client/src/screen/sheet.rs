//! Lists as CSV files, as spreadsheets of Japanese PCs open them.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use super::refused::Refused;

/// With it, spreadsheets read the file as UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A list as a file to be saved.
pub(super) fn csv_file<const N: usize>(
    name: &'static str,
    heads: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Response, Refused> {
    let bytes = write(heads, rows).map_err(|error| {
        tracing::error!(%error, "a list could not be written");
        Refused::inside()
    })?;
    saved_csv(name, bytes)
}

/// What was written as CSV, to be saved.
pub(super) fn saved_csv(name: &str, csv: impl IntoResponse) -> Result<Response, Refused> {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let disposition = disposition.map_err(|_| Refused::inside())?;
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, csv).into_response())
}

fn write<const N: usize>(
    heads: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(MARK.to_vec());
    writer.write_record(heads)?;
    for row in rows {
        writer.write_record(row.map(harmless))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_begins_with_the_mark_and_holds_no_formula() {
        let rows = [["=1+1".to_owned(), "さくら,\"2\"".to_owned()]];
        let bytes = write(["番号", "名前"], rows).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "\u{FEFF}番号,名前\r\n'=1+1,\"さくら,\"\"2\"\"\"\r\n");
    }
}
