//! 利用実績: partners, sends and receives month by month.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::{ServiceMonth, Timestamp, calendar};
use careplan_web::{Button, Cell, Choice, DataTable, FieldErrors, Link, Markup};
use http::StatusCode;

use super::{PATH, told};
use crate::history::{Usage, month_ja};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::{forms, lists};
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::sheet::saved_csv;
use crate::screen::show::{Page, not_drawn};
use crate::screen::visit::Member;

/// Months that can be chosen: what offices are asked to keep, five years, and the year under way.
const MONTHS: i32 = 72;

#[derive(Template)]
#[template(path = "reports_form.html")]
struct Form {
    path: &'static str,
    from: Choice,
    until: Choice,
    button: Button,
}

#[derive(Template)]
#[template(path = "reports_usage.html")]
struct Main {
    form: Markup,
    table: Option<DataTable>,
    query: String,
}

/// The form for the fiscal year under way.
pub(super) fn form_of(now: Timestamp) -> Result<Markup, Refused> {
    let (from, until) = this_year(now);
    form((&from, &until), now, &FieldErrors::default())
}

/// April to this month.
fn this_year(now: Timestamp) -> (String, String) {
    let day = calendar::day(now);
    let year = if day.month() < 4 { day.year() - 1 } else { day.year() };
    (format!("{year}04"), day.strftime("%Y%m").to_string())
}

fn form((from, until): (&str, &str), now: Timestamp, errors: &FieldErrors) -> Result<Markup, Refused> {
    let months = |name: &str, label: &str, chosen: &str| {
        let choice = Choice::list(name, label).unmarked().selected(chosen).errors(errors);
        lists::with_months(choice, now, 0..MONTHS)
    };
    let form = Form {
        path: "/reports/usage",
        from: months("from", "はじめの月", from),
        until: months("until", "終わりの月", until),
        button: Button::submit("利用実績を表示する"),
    };
    Markup::of(&form).map_err(|error| not_drawn(&error))
}

/// The period that is asked for.
fn period(fields: &Fields, errors: &mut FieldErrors) -> Option<(ServiceMonth, ServiceMonth)> {
    super::period(errors, "月を一覧から選んでください。", |name| {
        fields.number(name).parse().ok()
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
        match screen.office.history().usage(from, until).await {
            Ok(usage) => found = Some((usage, format!("from={from}&until={until}"))),
            Err(fault) => errors.add("until", told(fault)?),
        }
    }
    let chosen = (fields.text("from"), fields.text("until"));
    let form = form(chosen, member.visit.now, &errors)?;
    let (table, query) = found.map(|(usage, query)| (table(&usage), query)).unzip();
    let main = Main { form, table, query: query.unwrap_or_default() };
    let crumbs = [Link::new("報告", PATH)];
    screen.show(&member.visit, Page::new("利用実績", PATH, &main).crumbs(&crumbs).errors(&errors))
}

fn table(usage: &Usage) -> DataTable {
    let heads = ["年月", "送受信した事業所数", "送信件数", "受信件数"];
    let table = DataTable::new(format!("{}の利用実績", usage.period_ja()), heads, "");
    let row = |table: DataTable, period: String, partners: usize, (sends, receives): (u32, u32)| {
        let numbers = [partners.to_string(), sends.to_string(), receives.to_string()].map(Cell::number);
        table.row(std::iter::once(Cell::text(period)).chain(numbers))
    };
    let months = usage.months.iter();
    let table =
        months.fold(table, |table, it| row(table, month_ja(it.month), it.partners, (it.sends, it.receives)));
    row(table, "合計".to_owned(), usage.partners, (usage.sends(), usage.receives()))
}

/// The usage that an address asks for; one that no form of ours made is refused.
async fn of_query(screen: &Screen, query: Option<String>) -> Result<(Usage, String), Refused> {
    let fields = Fields::of_query(query);
    let period = period(&fields, &mut FieldErrors::default()).ok_or_else(Refused::form)?;
    match screen.office.history().usage(period.0, period.1).await {
        Ok(usage) => Ok((usage, format!("usage_{}_{}", period.0, period.1))),
        Err(fault) => Err(Refused::said(StatusCode::BAD_REQUEST, "期間が正しくありません", told(fault)?)),
    }
}

pub(in crate::screen) async fn csv(
    State(screen): State<Arc<Screen>>,
    _: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let (usage, name) = of_query(&screen, query).await?;
    saved_csv(&format!("{name}.csv"), usage.to_csv())
}

pub(in crate::screen) async fn pdf(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let (usage, name) = of_query(&screen, query).await?;
    let own = screen.office.link().await?.office();
    let known = screen.partners.of(&screen.office, &[own]).await;
    let office = format!("{own}　{}", known.get(&own).map_or("", Partner::name));
    let document =
        usage.to_document(office.trim_end(), calendar::day(member.visit.now)).map_err(|fault| {
            tracing::error!(%fault, "a report could not be drawn");
            Refused::inside()
        })?;
    forms::as_pdf(&document, &format!("{name}.pdf"))
}
