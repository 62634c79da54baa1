//! The office's own list, taken in from a CSV file.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, State};
use axum::response::Response;
use careplan_web::text::count_ja;
use careplan_web::{Button, DataTable, FieldErrors, FileField};
use http::StatusCode;

use super::{book, crumbs};
use crate::partners::{ImportFault, LineFault, PartnerFault};
use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;

/// The name of the file field.
const FILE: &str = "file";

#[derive(Template)]
#[template(path = "partners_import.html")]
struct Main {
    faults: Option<DataTable>,
    more: String,
    file: FileField,
    button: Button,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    draw(&screen, &member, &FieldErrors::default(), None)
}

fn draw(
    screen: &Screen,
    member: &Member,
    errors: &FieldErrors,
    lines: Option<(Vec<LineFault>, usize)>,
) -> Result<Response, Refused> {
    let (faults, count) = lines.unwrap_or_default();
    let more = count.saturating_sub(faults.len()) as u64;
    let main = Main {
        faults: (!faults.is_empty()).then(|| {
            let table = DataTable::new("直す行", ["行", "どこが違うか"], "");
            faults.into_iter().fold(table, |table, fault| {
                table.row([format!("{}行目", fault.line).into(), fault.said.into()])
            })
        }),
        more: if more == 0 {
            String::new()
        } else {
            format!("ほかに{}あります。", count_ja(more, "行"))
        },
        file: FileField::new(FILE, "CSVファイル").accept(".csv,text/csv").errors(errors),
        button: Button::submit("取り込む").busy("取り込んでいます"),
    };
    let crumbs = crumbs();
    screen
        .show(&member.visit, Page::new("一覧から取り込む", "/partners", &main).crumbs(&crumbs).errors(errors))
}

pub(in crate::screen) async fn import(
    State(screen): State<Arc<Screen>>,
    member: Member,
    form: Multipart,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let Some(bytes) = file_of(form).await? else {
        errors.add(FILE, "CSVファイルを選んでください。");
        return draw(&screen, &member, &errors, None);
    };
    match book(&screen).import(&bytes, (&member.session.login, member.visit.now)).await {
        Ok(imported) => {
            let (offices, added) = (imported.offices, imported.added);
            Ok(go_to(&format!("/partners?done=imported&offices={offices}&added={added}")))
        }
        Err(ImportFault::Partner(PartnerFault::State(fault))) => Err(fault.into()),
        Err(fault) => {
            errors.add(FILE, fault.to_string());
            let lines =
                if let ImportFault::Lines { faults, count } = fault { Some((faults, count)) } else { None };
            draw(&screen, &member, &errors, lines)
        }
    }
}

/// The file of the form; a field that was left empty comes without a name.
async fn file_of(mut form: Multipart) -> Result<Option<Vec<u8>>, Refused> {
    let refused =
        |status| if status == StatusCode::PAYLOAD_TOO_LARGE { Refused::too_large() } else { Refused::form() };
    while let Some(field) = form.next_field().await.map_err(|error| refused(error.status()))? {
        if field.name() == Some(FILE) && field.file_name().is_some_and(|name| !name.is_empty()) {
            let bytes = field.bytes().await.map_err(|error| refused(error.status()))?;
            return Ok(Some(bytes.to_vec()));
        }
    }
    Ok(None)
}
