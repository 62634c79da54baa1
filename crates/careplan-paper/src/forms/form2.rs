//! 第２表 居宅サービス計画書（２）: needs, goals under them, services under those.

use careplan_standard::form::Form2Row;

use super::Basis;
use super::case::CaseKey;
use super::fields::{distinct, lines, plan_head};
use super::runs::{Level, cells, runs};
use crate::words::days::date;
use careplan_sheet::{Cell, Row, Sheet, Table, TableFault, TextSize};

/// ニーズ, 長期目標, 期間, 短期目標, 期間, サービス内容, ※１, サービス種別, ※２, 頻度, 期間.
const SHARES: [u16; 11] = [34, 31, 21, 31, 21, 40, 10, 24, 31, 15, 21];

/// What the paper says at its foot.
const NOTE: &str =
    "※１ 保険給付の対象となるサービスに○印を付しています。　※２ サービスを提供する事業所です。";

/// The sheet of a form 2.
///
/// Rows stand in the order of their numbers, which the standard makes the printed order; where a number is missing, in that of the file.
pub(super) fn sheet(case: &CaseKey, rows: &[&Form2Row], basis: &Basis<'_>) -> Result<Sheet, TableFault> {
    let rows = in_order(rows);
    let all = |text: fn(&Form2Row) -> String| distinct(rows.iter().map(|row| text(row)));
    let head = plan_head(
        basis.people.addressed(case),
        [all(|row| date(&row.plan_date)), all(|row| date(&row.form_created_date))],
        [all(|row| row.insurer_no.text()), all(|row| row.insured_no.text())],
    )?;
    let table = column_heads().rows(body(&rows, basis)).build()?;
    Ok(Sheet::new("居宅サービス計画書（２）").form_no("第２表").table(head).table(table).note(NOTE))
}

fn in_order<'a>(rows: &[&'a Form2Row]) -> Vec<&'a Form2Row> {
    let number =
        |row: &Form2Row| Some((*row.need_no.value()?, *row.goal_no.value()?, *row.service_no.value()?));
    let mut sorted = rows.to_vec();
    if sorted.iter().all(|row| number(row).is_some()) {
        sorted.sort_by_key(|row| number(row));
    }
    sorted
}

fn column_heads() -> careplan_sheet::TableBuilder {
    Table::builder(SHARES)
        .size(TextSize::Small)
        .head(Row::new([
            Cell::head("生活全般の\n解決すべき課題\n（ニーズ）").rows(2),
            Cell::head("目標").cols(4),
            Cell::head("援助内容").cols(6),
        ]))
        .head(Row::new(
            [
                "長期目標",
                "（期間）",
                "短期目標",
                "（期間）",
                "サービス内容",
                "※１",
                "サービス種別",
                "※２",
                "頻度",
                "期間",
            ]
            .map(Cell::head),
        ))
}

fn body(rows: &[&Form2Row], basis: &Basis<'_>) -> Vec<Row> {
    let needs: Vec<Level<1>> =
        rows.iter().map(|row| Level { number: row.need_no.text(), texts: [row.need.text()] }).collect();
    let long: Vec<Level<2>> = rows
        .iter()
        .map(|row| Level {
            number: row.goal_no.text(),
            texts: [row.long_term_goal.text(), row.long_term_period.text()],
        })
        .collect();
    let short: Vec<Level<2>> = rows
        .iter()
        .map(|row| Level {
            number: row.goal_no.text(),
            texts: [row.short_term_goal.text(), row.short_term_period.text()],
        })
        .collect();
    let need_runs = runs(&needs, &[rows.len()]);
    let long_runs = runs(&long, &need_runs);
    let short_runs = runs(&short, &long_runs);
    let levels = [cells(&needs, &need_runs), cells(&long, &long_runs), cells(&short, &short_runs)];
    let mut levels = levels.map(Vec::into_iter);
    let above = rows.iter().map(|_| levels.each_mut().map(|level| level.next().unwrap_or_default()));
    above
        .zip(rows)
        .map(|(above, row)| Row::new(above.into_iter().flatten().chain(service(row, basis))))
        .collect()
}

/// The cells of a service.
fn service(row: &Form2Row, basis: &Basis<'_>) -> [Cell; 6] {
    let insured = match row.insurance_flag.text().as_str() {
        "Y" => "○".to_owned(),
        "N" => "－".to_owned(),
        _ => basis.words.code("HOKEN_TAISHO", &row.insurance_flag),
    };
    let office = lines([row.service_office_name.text().as_str(), &row.service_office_no.text()]);
    [
        Cell::data(&row.service_content.text()),
        Cell::data(&insured).align(careplan_sheet::Align::Center),
        Cell::data(&row.service_kind_text.text()),
        Cell::data(&office),
        Cell::data(&row.frequency.text()),
        Cell::data(&row.service_period.text()),
    ]
}
