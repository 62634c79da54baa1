//! 請求書 and 領収書 (適格請求書 where the issuer has a registration number): what stands on them is what the ledger says.

use careplan_domain::billing::money::RateTotal;
use careplan_sheet::{Align, Cell, Document, PaperFault, Row, Sheet, Table, TableFault, to_pdf};
use careplan_web::text::{date_ja, yen};
use jiff::civil::Date;

use super::{from, to};
use crate::billing::{DocumentLine, InvoiceDocument, Issuer, ReceiptDocument};

/// An invoice as a PDF of one page.
///
/// # Errors
/// [`PaperFault::MissingGlyph`] for a letter that no font has; [`PaperFault::NoRoom`] for an address that the window does not show.
pub fn invoice(invoice: &InvoiceDocument) -> Result<Vec<u8>, PaperFault> {
    let due = date_ja(invoice.due_on);
    let account = invoice.issuer.bank_account.as_deref();
    let facts = [
        ("請求番号", Some(invoice.number.to_string())),
        ("お支払いの期限", Some(due.clone())),
        ("お振込先", account.map(str::to_owned)),
    ];
    let sheet = Sheet::new(title("請求書", &invoice.issuer))
        .letter(&to(&invoice.to), &registered(&invoice.issuer, invoice.issued_on))
        .paragraph(&format!(
            "次のとおりご請求いたします。{due}までにお振り込みください。振込の手数料はご負担ください。"
        ));
    let sheet =
        with_sums(sheet, ("ご請求金額", invoice.total.get()), (&invoice.lines, &invoice.rates), &facts);
    printed(sheet, &format!("請求書 {}", invoice.number), invoice.issued_on)
}

/// A receipt as a PDF of one page.
///
/// # Errors
/// As [`invoice`].
pub fn receipt(receipt: &ReceiptDocument) -> Result<Vec<u8>, PaperFault> {
    let facts = [
        ("請求番号", Some(receipt.number.to_string())),
        ("領収日", Some(date_ja(receipt.received_on))),
        ("お支払いの方法", Some(receipt.how.to_owned())),
    ];
    let sheet = Sheet::new(title("領収書", &receipt.issuer))
        .letter(&to(&receipt.to), &registered(&receipt.issuer, receipt.received_on))
        .paragraph("次の金額を領収いたしました。");
    let sheet = with_sums(sheet, ("領収金額", receipt.total.get()), (&receipt.lines, &receipt.rates), &facts);
    printed(sheet, &format!("領収書 {}", receipt.number), receipt.received_on)
}

/// The issuer, with the number under which it is registered.
fn registered(issuer: &Issuer, on: Date) -> String {
    let from = from(issuer, &date_ja(on));
    issuer.registration_number.as_ref().map_or(from.clone(), |number| format!("{from}\n登録番号　{number}"))
}

/// Only who is registered may call it a qualified invoice.
fn title(kind: &'static str, issuer: &Issuer) -> &'static str {
    match (kind, &issuer.registration_number) {
        ("請求書", Some(_)) => "請求書（適格請求書）",
        ("領収書", Some(_)) => "領収書（適格請求書）",
        (kind, _) => kind,
    }
}

fn with_sums(
    sheet: Sheet,
    (label, total): (&str, i64),
    (lines, rates): (&[DocumentLine], &[RateTotal]),
    facts: &[(&str, Option<String>)],
) -> Result<Sheet, TableFault> {
    let amount = |amount: i64| Cell::data(&yen(amount)).align(Align::End);
    let sum = Table::builder([3, 7])
        .row(Row::new([Cell::label(label), Cell::data(&format!("{}（税込）", yen(total))).strong()]))
        .build()?;
    let body = lines.iter().map(|line| {
        let rate = Cell::data(&line.tax.to_string()).align(Align::Center);
        Row::new([Cell::data(&line.text), rate, amount(line.amount.get())])
    });
    let heads = Row::new(["内容", "税率", "金額（税込）"].map(Cell::head));
    let lines = Table::builder([12, 3, 4]).caption("内訳").head(heads).rows(body).build()?;
    let body = rates.iter().map(|total| {
        Row::new([
            Cell::data(&format!("{}対象", total.rate)),
            amount(total.amount.get()),
            amount(total.tax.get()),
        ])
    });
    let heads = Row::new(["税率ごとの合計", "金額（税込）", "うち消費税"].map(Cell::head));
    let rates = Table::builder([12, 3, 4]).caption("税率ごとの合計").head(heads).rows(body).build()?;
    let said = facts.iter().filter_map(|(label, value)| Some((label, value.as_ref()?)));
    let rows = said.map(|(label, value)| Row::new([Cell::label(label), Cell::data(value)]));
    let facts = Table::builder([3, 7]).rows(rows).build()?;
    Ok(sheet.table(sum).table(facts).table(lines).table(rates))
}

fn printed(sheet: Result<Sheet, TableFault>, title: &str, on: Date) -> Result<Vec<u8>, PaperFault> {
    // Its tables are ours, and fill their grid.
    let sheet = sheet.map_err(|fault| PaperFault::Writer(fault.to_string()))?;
    to_pdf(&Document::new(title, on).sheet(sheet))
}
