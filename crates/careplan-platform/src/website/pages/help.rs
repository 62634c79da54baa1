//! What everybody may read: questions, terms of use, prices.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_domain::billing::price::{Kind as PriceKind, PriceEntry};
use careplan_domain::calendar::day;
use careplan_protocol::Code;
use careplan_web::text::{date_ja, yen};
use careplan_web::{Button, Cell, DataTable, TextField, TextKind};

use crate::office_api::problem::Refused;
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::show::Page;
use crate::website::visit::Visit;
use crate::website::words::{self, Piece, Question, Terms};

/// Letters of a search that are looked at.
const SEARCH_CHARS_MAX: usize = 100;

#[derive(Template)]
#[template(path = "faq.html")]
struct Faq {
    search: TextField,
    button: Button,
    /// Where something was looked for: how many were found.
    found: Option<String>,
    /// Questions under their headings.
    groups: Vec<(&'static str, Vec<&'static Question>)>,
}

pub(in crate::website) async fn faq(
    State(site): State<Arc<Website>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let words: String = fields.text("q").chars().take(SEARCH_CHARS_MAX).collect();
    let questions = words::questions(&words);
    let found = (!words.is_empty()).then(|| format!("「{words}」が見つかった質問：{}件", questions.len()));
    let mut groups: Vec<(&str, Vec<&Question>)> = Vec::new();
    for question in questions {
        match groups.last_mut() {
            Some((category, group)) if *category == question.category => group.push(question),
            _ => groups.push((&question.category, vec![question])),
        }
    }
    let main = Faq {
        search: TextField::new("q", "言葉でさがす").kind(TextKind::Search).unmarked().value(words),
        button: Button::submit("さがす"),
        found,
        groups,
    };
    site.show(&visit, Page::new("よくある質問", "/faq", &main).open()).await
}

#[derive(Template)]
#[template(path = "terms.html")]
struct TermsText {
    terms: &'static Terms,
    from: String,
}

pub(in crate::website) async fn terms(
    State(site): State<Arc<Website>>,
    visit: Visit,
) -> Result<Response, Refused> {
    show_terms(&site, &visit, words::terms_on(day(visit.now))).await
}

pub(in crate::website) async fn terms_version(
    State(site): State<Arc<Website>>,
    visit: Visit,
    Path(version): Path<String>,
) -> Result<Response, Refused> {
    show_terms(&site, &visit, version.parse().ok().and_then(words::terms)).await
}

async fn show_terms(
    site: &Website,
    visit: &Visit,
    terms: Option<&'static Terms>,
) -> Result<Response, Refused> {
    let terms = terms.ok_or(Code::PageUnknown)?;
    let main = TermsText { terms, from: date_ja(terms.from) };
    site.show(visit, Page::new("利用規約", "/terms", &main).open()).await
}

#[derive(Template)]
#[template(path = "prices.html")]
struct Prices {
    table: DataTable,
}

pub(in crate::website) async fn prices(
    State(site): State<Arc<Website>>,
    visit: Visit,
) -> Result<Response, Refused> {
    let today = day(visit.now);
    let heads = ["料金の種類", "年数", "料金（税込）", "うち消費税", "申込みの期間"];
    let table = DataTable::new("料金表", heads, "いま申し込める料金はありません。").quiet_caption();
    let current = site
        .applications
        .prices()
        .entries()
        .iter()
        .filter(|entry| entry.until.is_none_or(|until| today < until));
    let table = current.fold(table, |table, entry| table.row(price_row(entry)));
    site.show(&visit, Page::new("料金", "/prices", &Prices { table }).open()).await
}

fn price_row(entry: &PriceEntry) -> [Cell; 5] {
    let kind = match &entry.kind {
        PriceKind::Regular => "通常料金".to_owned(),
        PriceKind::Pass(name) => format!("{name}（1事業所1回）"),
    };
    let period = match entry.until.and_then(|until| until.yesterday().ok()) {
        Some(last) => format!("{}から{}まで", date_ja(entry.from), date_ja(last)),
        None => format!("{}から", date_ja(entry.from)),
    };
    [
        Cell::text(kind),
        Cell::number(format!("{}年", entry.years.get())),
        Cell::number(yen(entry.amount.get())),
        Cell::number(yen(entry.tax.contained_in(entry.amount).get())),
        Cell::text(period),
    ]
}
