//! 第三者提供の記録 (個人情報保護法 第29条): day, receiver, person and items of everything that was sent.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::calendar::{day, spoken};
use careplan_domain::{Timestamp, calendar};
use careplan_web::{Button, Cell, DataTable, FieldErrors, Link, Markup, TextField, TextKind};
use http::StatusCode;
use jiff::civil::Date;

use super::{PATH, told};
use crate::history::{Provision, ProvisionRecord};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::sheet::saved_csv;
use crate::screen::show::{Page, not_drawn};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner, sent_tag};

/// Lines shown on a page; the file has them all.
const LINES_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "reports_form.html")]
struct Form {
    path: &'static str,
    from: TextField,
    until: TextField,
    button: Button,
}

#[derive(Template)]
#[template(path = "reports_provision.html")]
struct Main {
    form: Markup,
    count: String,
    table: Option<DataTable>,
    query: String,
}

/// The form for the month under way.
pub(super) fn form_of(now: Timestamp) -> Result<Markup, Refused> {
    let today = calendar::day(now);
    form((&today.first_of_month().to_string(), &today.to_string()), &FieldErrors::default())
}

fn form((from, until): (&str, &str), errors: &FieldErrors) -> Result<Markup, Refused> {
    let date = |name: &str, label: &str, value: &str| {
        TextField::new(name, label).kind(TextKind::Date).unmarked().value(value).errors(errors)
    };
    let form = Form {
        path: "/reports/provision",
        from: date("from", "はじめの日", from),
        until: date("until", "終わりの日", until),
        button: Button::submit("第三者提供の記録を表示する"),
    };
    Markup::of(&form).map_err(|error| not_drawn(&error))
}

/// The period that is asked for.
fn period(fields: &Fields, errors: &mut FieldErrors) -> Option<(Date, Date)> {
    super::period(errors, "日付を入力してください（例：2026-11-01）。", |name| {
        fields.code(name).parse().ok()
    })
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let mut errors = FieldErrors::default();
    let mut found = None;
    if let Some((from, until)) = period(&fields, &mut errors) {
        match screen.office.history().provision(from, until).await {
            Ok(record) => found = Some((record, format!("from={from}&until={until}"))),
            Err(fault) => errors.add("until", told(fault)?),
        }
    }
    let form = form((fields.text("from"), fields.text("until")), &errors)?;
    let main = match found {
        Some((record, query)) => Main { form, count: count(&record), table: Some(table(&record)), query },
        None => Main { form, count: String::new(), table: None, query: String::new() },
    };
    let crumbs = [Link::new("報告", PATH)];
    let page = Page::new("第三者提供の記録", PATH, &main).crumbs(&crumbs).errors(&errors);
    screen.show(&member.visit, page.broad())
}

fn count(record: &ProvisionRecord) -> String {
    match record.lines.len() {
        all if all > LINES_SHOWN => {
            format!("{all}件のうち、はじめの{LINES_SHOWN}件を表示しています。すべてはCSVにあります。")
        }
        all => format!("{all}件"),
    }
}

fn table(record: &ProvisionRecord) -> DataTable {
    let heads = ["提供した日", "提供先", "本人", "書類", "提供した個人データの項目", "状態"];
    let empty = "この期間に提供したものはありません。期間を変えて、もう一度表示してください。";
    let table = DataTable::new("第三者提供の記録", heads, empty).quiet_caption();
    record.lines.iter().take(LINES_SHOWN).fold(table, |table, it| {
        table.row([
            Cell::link(spoken(day(it.at)), format!("/sent/{}", it.id)),
            partner(it.to, &it.to_name),
            person(it),
            Cell::text(it.kind.label_ja()).note(month_ja(it.month)),
            Cell::text(it.items_ja()),
            Cell::tag(sent_tag(it.state)),
        ])
    })
}

fn person(it: &Provision) -> Cell {
    match &it.person {
        Some(person) => Cell::text(person.name.clone())
            .note(format!("保険者 {}・被保険者 {}", person.insurer, person.insured_number)),
        None if it.persons_known => Cell::text("（指定なし）"),
        None => Cell::text("（記録なし）"),
    }
}

pub(in crate::screen) async fn csv(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::of_query(query);
    let (from, until) = period(&fields, &mut FieldErrors::default()).ok_or_else(Refused::form)?;
    let record = match screen.office.history().provision(from, until).await {
        Ok(record) => record,
        Err(fault) => {
            return Err(Refused::said(StatusCode::BAD_REQUEST, "期間が正しくありません", told(fault)?));
        }
    };
    // Everybody's data leaves in one file: it stands in the record of operations who took it.
    let by = (member.session.login.as_str(), member.visit.now);
    let detail = serde_json::json!({ "lines": record.lines.len() });
    screen.staff.note(by, ("provision.saved", &format!("{from}/{until}")), &detail).await?;
    saved_csv(&format!("provision_{from}_{until}.csv"), record.to_csv())
}
