//! Comparisons on a sheet: a month's plan against its actuals, and old forms against new ones.
//!
//! Promises: every row of the comparison is a row of the table; a masked comparison stays masked.

use careplan_standard::compare::{FormChange, FormsDiff, MonthComparison, Verdict};
use jiff::civil::Date;

use careplan_sheet::{Cell, Document, Row, Sheet, Table, TableFault};

/// The plan of a month against its actuals, visit by visit; what differs stands out.
///
/// # Errors
///
/// A table that does not fill its grid: a mistake of this crate.
pub fn month_comparison(compared: &MonthComparison, date: Date) -> Result<Document, TableFault> {
    let months: Vec<String> =
        compared.months.iter().map(|month| format!("{}年{}月", month.year(), month.month())).collect();
    let title = format!("{}　予定と実績の比較", months.join("・"));
    let mut table = Table::builder([150, 260, 90, 90, 90, 200])
        .caption("訪問・利用ごとの比較")
        .head(Row::new(["利用者", "サービス", "日", "予定", "実績", "結果"].map(Cell::head)));
    for row in compared.rows() {
        let plain = [&row.person, &row.service, &row.day, &row.planned, &row.actual];
        let cells = plain.map(|text| Cell::data(text.as_str()));
        let differs = !matches!(row.verdict, Verdict::AsPlanned | Verdict::NotReported);
        let verdict = Cell::data(row.words.as_str());
        table =
            table.row(Row::new(cells.into_iter().chain([if differs { verdict.strong() } else { verdict }])));
    }
    let text = compared.to_text();
    // The lines up to the first blank one are the totals, behind the title.
    let totals: Vec<&str> = text.lines().skip(1).take_while(|line| !line.is_empty()).collect();
    let mut sheet = Sheet::new(&title).paragraph(&totals.join("\n"));
    if !compared.persons.is_empty() {
        sheet = sheet.table(table.build()?);
    }
    if !compared.not_comparable.is_empty() {
        let rows = compared.not_comparable.iter().map(|line| {
            Row::new([Cell::data(line.person.words().as_str()), Cell::data(line.words.as_str())])
        });
        let heads = Row::new(["利用者", "理由"].map(Cell::head));
        sheet =
            sheet.table(Table::builder([200, 680]).caption("比べられない行").head(heads).rows(rows).build()?);
    }
    Ok(Document::new(&title, date).sheet(sheet))
}

/// What changed between two states of the same forms, item by item.
///
/// # Errors
///
/// A table that does not fill its grid: a mistake of this crate.
pub fn differences(found: &FormsDiff, date: Date) -> Result<Document, TableFault> {
    let title = "変わったところ";
    if found.is_empty() {
        return Ok(
            Document::new(title, date).sheet(Sheet::new(title).paragraph("変わったところはありません。"))
        );
    }
    let totals = &found.totals;
    let totals = format!("変更 {}件・追加 {}件・削除 {}件", totals.changed, totals.added, totals.removed);
    let heads = ["利用者", "帳票", "区分", "行", "項目", "前", "後"].map(Cell::head);
    let mut table =
        Table::builder([120, 110, 50, 170, 130, 150, 150]).caption("項目ごとの変更").head(Row::new(heads));
    for row in found.rows() {
        let change = match row.change {
            FormChange::Added => "追加",
            FormChange::Removed => "削除",
            FormChange::Changed => "変更",
        };
        table = table.row(Row::new([
            Cell::data(row.person.as_str()),
            Cell::data(row.form),
            Cell::data(change).strong(),
            Cell::data(row.label.as_str()),
            Cell::data(&row.item),
            Cell::data(row.old.as_str()),
            Cell::data(row.new.as_str()),
        ]));
    }
    Ok(Document::new(title, date).sheet(Sheet::new(title).paragraph(&totals).table(table.build()?)))
}
