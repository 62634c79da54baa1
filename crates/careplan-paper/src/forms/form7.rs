//! 第７表 サービス利用票別表: units, limits and costs of the services of a month.

use careplan_standard::form::{BenefitLine, BenefitRow, Item, Number};

use super::Basis;
use super::case::CaseKey;
use super::fields::{distinct, fields, lines};
use super::supplement::limits;
use crate::words::days::{date, month};
use crate::words::quantities::{amount, amount_of};
use careplan_sheet::{Align, Cell, Row, Sheet, Table, TableBuilder, TableFault, TextSize};

/// The columns in the paper's order with their shares of the width. The two of 割引適用後 share a head.
const COLUMNS: [(&str, u16); 21] = [
    ("事業所名", 46),
    ("事業所番号", 31),
    ("サービス内容\n／種類", 44),
    ("サービス\nコード", 21),
    ("単位数", 19),
    ("率％", 14),
    ("単位数", 19),
    ("回数", 14),
    ("サービス\n単位／金額", 24),
    ("給付管理\n単位数", 24),
    ("種類支給\n限度基準を\n超える\n単位数", 24),
    ("種類支給\n限度基準内\n単位数", 24),
    ("区分支給\n限度基準を\n超える\n単位数", 24),
    ("区分支給\n限度基準内\n単位数", 24),
    ("単位数\n単価", 18),
    ("費用総額\n（保険／\n事業対象分）", 27),
    ("給付率\n（％）", 16),
    ("保険／\n事業費\n請求額", 24),
    ("定額利用者\n負担単価\n金額", 24),
    ("利用者負担\n（保険／\n事業対象分）", 26),
    ("利用者負担\n（全額\n負担分）", 24),
];

/// Columns that come before 割引適用後, which stands over the next two.
const BEFORE_DISCOUNT: usize = 5;

/// The sheet of a month of a person.
pub(super) fn sheet(case: &CaseKey, rows: &[&BenefitLine], basis: &Basis<'_>) -> Result<Sheet, TableFault> {
    let Basis { words, people } = basis;
    let all = |text: fn(&BenefitLine) -> String| distinct(rows.iter().map(|row| text(row)));
    let supplement = people.limits(case);
    let head = Table::builder([85, 190, 75, 140, 105, 190])
        .size(TextSize::Small)
        .row(fields([
            ("被保険者氏名", people.person(case).user_name.text(), 1),
            ("対象年月", all(|row| month(&row.target_month)), 1),
            ("作成年月日", all(|row| date(&row.created_date)), 1),
        ]))
        .row(fields([
            ("保険者番号", all(|row| row.insurer_no.text()), 1),
            ("被保険者番号", all(|row| row.insured_no.text()), 1),
            ("区分支給限度基準額", amount_of(&supplement.benefit_limit_units, "単位"), 1),
        ]))
        .row(fields([("要介護状態区分", words.code("YOKAIGO", &supplement.care_level), 5)]))
        .build()?;
    let body = heads().rows(rows.iter().map(|row| line(row, basis))).build()?;
    let sheet = Sheet::new("サービス利用票別表").form_no("第７表").table(head);
    let sheet = sheet.heading("区分支給限度管理・利用者負担計算").table(body);
    let sheet = sheet.heading("種類別支給限度管理").table(limits(supplement, basis)?);
    Ok(sheet.heading("要介護認定期間中の短期入所利用日数").table(short_stay(rows)?))
}

fn heads() -> TableBuilder {
    let cells = COLUMNS.iter().enumerate().filter_map(|(at, (head, _))| match at {
        BEFORE_DISCOUNT => Some(Cell::head("割引適用後").cols(2)),
        at if at == BEFORE_DISCOUNT + 1 => None,
        _ => Some(Cell::head(head).rows(2)),
    });
    let below = COLUMNS.iter().skip(BEFORE_DISCOUNT).take(2).map(|(head, _)| Cell::head(head));
    Table::builder(COLUMNS.map(|(_, share)| share))
        .size(TextSize::Tiny)
        .head(Row::new(cells))
        .head(Row::new(below))
}

fn line(row: &BenefitLine, basis: &Basis<'_>) -> Row {
    let is_total = row.service_code.value().is_some_and(BenefitRow::is_total);
    let numbers = [
        counted(&row.units, is_total),
        amount(&row.discounted_rate),
        amount(&row.discounted_units),
        counted(&row.times_or_days, is_total),
        amount(&row.service_units_or_amount),
        amount(&row.benefit_management_units),
        amount(&row.type_limit_excess_units),
        amount(&row.type_limit_within_units),
        amount(&row.level_limit_excess_units),
        amount(&row.level_limit_within_units),
        row.unit_price.text(),
        amount(&row.total_cost_covered),
        amount(&row.benefit_rate),
        amount(&row.insurance_claim),
        amount(&row.fixed_copay_unit_price),
        amount(&row.copay_covered),
        amount(&row.copay_full),
    ];
    let texts = [row.service_office_name.text(), office_no(row), what(row, basis), row.service_code.text()];
    let texts = texts.map(|text| Cell::data(&text).middle());
    let numbers = numbers.map(|text| Cell::data(&text).align(Align::End).middle());
    let cells = texts.into_iter().chain(numbers);
    Row::new(cells.map(|cell| if is_total { cell.strong() } else { cell }))
}

/// A number that the standard makes 0 on rows that add up others, where the paper leaves it empty.
fn counted(item: &Item<Number>, is_total: bool) -> String {
    if is_total && item.value() == Some(&0) { String::new() } else { amount(item) }
}

/// The office with its branch. The grand total belongs to no office, which the standard writes as nines.
fn office_no(row: &BenefitLine) -> String {
    let number = row.service_office_no.text();
    let is_nobody = row.service_code.value() == Some(&BenefitRow::Total) && number == "9999999999";
    let satellite = row.satellite_no.text();
    let satellite = if satellite.is_empty() { satellite } else { format!("枝番 {satellite}") };
    lines([if is_nobody { "" } else { number.as_str() }, &satellite])
}

/// The service or the sum, and what is peculiar to it.
fn what(row: &BenefitLine, basis: &Basis<'_>) -> String {
    let over = match row.over_30_days_flag.text().as_str() {
        "" | "0" => String::new(),
        "1" => "３０日超".to_owned(),
        other => format!("３０日超区分 {other}"),
    };
    lines([
        basis.words.benefit(&row.service_code).as_str(),
        &row.equipment_name.text(),
        &row.tais_code.text(),
        &row.equipment_notice_code.text(),
        &over,
    ])
}

/// Days of short stay; the rows of a slip repeat them.
fn short_stay(rows: &[&BenefitLine]) -> Result<Table, TableFault> {
    let all = |text: fn(&BenefitLine) -> String| distinct(rows.iter().map(|row| text(row)));
    let days = [
        all(|row| amount_of(&row.days_until_prev_month, "日")),
        all(|row| amount_of(&row.days_planned_this_month, "日")),
        all(|row| amount_of(&row.days_cumulative, "日")),
    ];
    Table::builder([1, 1, 1])
        .size(TextSize::Small)
        .head(Row::new(["前月までの利用日数", "当月の計画利用日数", "累積利用日数"].map(Cell::head)))
        .row(Row::new(days.map(|text| Cell::data(&text).align(Align::Center))))
        .build()
}
