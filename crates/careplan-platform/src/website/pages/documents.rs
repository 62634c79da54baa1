//! 請求書と領収書 as pages to be printed. Another office's document is answered as any page that is not there.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::billing::money::RateTotal;
use careplan_protocol::{Code, Problem};
use careplan_web::text::{date_ja, yen};
use careplan_web::{Cell, DataTable, Facts, Link};
use http::header;

use super::licence::told;
use crate::billing::{Document, DocumentId, DocumentLine, Issuer};
use crate::office_api::problem::Refused;
use crate::papers;
use crate::website::Website;
use crate::website::show::Page;
use crate::website::visit::Member;

#[derive(Template)]
#[template(path = "licence_document.html")]
struct Main {
    to: String,
    lead: String,
    total: String,
    facts: Facts,
    lines: DataTable,
    rates: DataTable,
    issuer: Issuer,
    pay_to: Option<String>,
    id: DocumentId,
    others: Vec<DocumentId>,
}

/// What the two kinds have in common.
struct Parts {
    title: &'static str,
    lead: String,
    issuer: Issuer,
    to: String,
    facts: Facts,
    lines: Vec<DocumentLine>,
    rates: Vec<RateTotal>,
    total: i64,
    pay_to: Option<String>,
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let id: DocumentId = id.parse().map_err(|_| Code::PageUnknown)?;
    let billing = site.applications.billing();
    let mut db = site.platform.store.read().await?;
    let document = billing.document(&mut db, &member.office, id).await.map_err(told)?;
    let document = document.ok_or(Code::PageUnknown)?;
    let today = careplan_domain::calendar::day(member.visit.now);
    let all = billing.statement(&mut db, (&member.office, today)).await.map_err(told)?;
    drop(db);
    let of_charge = all.into_iter().find(|line| line.charge.id == id.charge());
    let others = of_charge.map_or_else(Vec::new, |line| line.documents);
    let parts = parts(document);
    let title = parts.title;
    let main = Main {
        to: parts.to,
        lead: parts.lead,
        total: yen(parts.total),
        facts: parts.facts,
        lines: lines(&parts.lines),
        rates: rates(&parts.rates),
        issuer: parts.issuer,
        pay_to: parts.pay_to,
        id,
        others: others.into_iter().filter(|other| *other != id).collect(),
    };
    let crumbs = [Link::new("トップ", "/"), Link::new("ライセンス", "/licence")];
    site.show(&member.visit, Page::new(title, "/licence", &main).crumbs(&crumbs)).await
}

/// The same to keep: for the books, and for who asks the office.
pub(in crate::website) async fn pdf(
    State(site): State<Arc<Website>>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let id: DocumentId = id.parse().map_err(|_| Code::PageUnknown)?;
    let mut db = site.platform.store.read().await?;
    let document = site.applications.billing().document(&mut db, &member.office, id).await.map_err(told)?;
    drop(db);
    let drawn = match document.ok_or(Code::PageUnknown)? {
        Document::Invoice(invoice) => papers::invoice(&invoice),
        Document::Receipt(receipt) => papers::receipt(&receipt),
    };
    let pdf = drawn.map_err(|fault| {
        tracing::error!(%fault, document = %id, "a document could not be printed");
        let way_out = "この文書はPDFにできません。前のページの「印刷する」から印刷してください。";
        Refused::from(Problem::new(Code::Internal).detail(way_out))
    })?;
    // The second name is for browsers that do not know the first (RFC 6266, section 5).
    let name = format!(
        "attachment; filename=\"{id}.pdf\"; filename*=UTF-8''{}_{}.pdf",
        percent(id.label_ja()),
        id.charge()
    );
    let headers = [(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, &name)];
    Ok((headers, pdf).into_response())
}

/// Percent-encoded UTF-8 (RFC 8187, section 3.2.1).
fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn parts(document: Document) -> Parts {
    match document {
        Document::Invoice(it) => Parts {
            title: "請求書",
            lead: format!(
                "{}までに、次の金額をお振り込みください。振込の手数料はご負担ください。",
                date_ja(it.due_on)
            ),
            facts: Facts::default()
                .fact("請求番号", Cell::code(it.number.to_string()))
                .fact("発行日", date_ja(it.issued_on))
                .fact("お支払いの期限", date_ja(it.due_on)),
            pay_to: it.issuer.bank_account.clone(),
            issuer: it.issuer,
            to: it.to.name,
            lines: it.lines,
            rates: it.rates,
            total: it.total.get(),
        },
        Document::Receipt(it) => Parts {
            title: "領収書",
            lead: "次の金額を領収しました。".to_owned(),
            facts: Facts::default()
                .fact("請求番号", Cell::code(it.number.to_string()))
                .fact("領収日", date_ja(it.received_on))
                .fact("お支払いの方法", it.how),
            pay_to: None,
            issuer: it.issuer,
            to: it.to.name,
            lines: it.lines,
            rates: it.rates,
            total: it.total.get(),
        },
    }
}

fn lines(lines: &[DocumentLine]) -> DataTable {
    let table = DataTable::new("内容", ["内容", "税率", "金額（税込）"], "").quiet_caption();
    lines.iter().fold(table, |table, line| {
        table.row([
            Cell::text(line.text.clone()),
            Cell::number(line.tax.to_string()),
            Cell::number(yen(line.amount.get())),
        ])
    })
}

fn rates(rates: &[RateTotal]) -> DataTable {
    let heads = ["税率ごとの合計", "金額（税込）", "うち消費税"];
    let table = DataTable::new("税率ごとの合計", heads, "").quiet_caption();
    rates.iter().fold(table, |table, total| {
        table.row([
            Cell::text(format!("{}対象", total.rate)),
            Cell::number(yen(total.amount.get())),
            Cell::number(yen(total.tax.get())),
        ])
    })
}
