//! 第６表 サービス利用票: the services of a month, day by day, as planned (予定) and as they came about (実績).
//!
//! Promises: every line of the files is on the sheet. Lines of one service at one time become two rows of the calendar; a line that has no
//! place in the calendar stands in a list below it.

mod calendar;
mod lines;

use careplan_standard::form::{SlipLine, Supplement};

use super::Basis;
use super::case::CaseKey;
use super::fields::fields;
use crate::words::days::{date, month, period};
use crate::words::quantities::amount_of;
use careplan_sheet::{Row, Sheet, Table, TableFault, TextSize};
pub(super) use lines::Lines;
use lines::services;

/// The sheet of a month of a person.
pub(super) fn sheet(case: &CaseKey, lines: &Lines<'_>, basis: &Basis<'_>) -> Result<Sheet, TableFault> {
    let head = Table::builder([85, 190, 75, 140, 105, 190])
        .size(TextSize::Small)
        .rows(head(case, lines, basis))
        .build()?;
    let month = lines.all().find_map(|line| line.target_month.value().copied());
    let services = services(lines);
    // Actuals alone are no plan; the paper has one name for both.
    let title = if lines.plan.is_empty() {
        "サービス利用票（実績）"
    } else {
        "サービス利用票（兼居宅サービス計画）"
    };
    let sheet = Sheet::new(title).form_no("第６表").table(head);
    let sheet = match month {
        Some(month) => sheet.table(calendar::table(month, &services, basis)?),
        None => sheet,
    };
    let left_over = calendar::left_over(month, lines, basis)?;
    Ok(match left_over {
        Some(table) => sheet.table(table),
        None => sheet,
    })
}

fn head(case: &CaseKey, lines: &Lines<'_>, basis: &Basis<'_>) -> [Row; 5] {
    let Basis { words, people } = basis;
    let person = people.person(case);
    let limits = people.limits(case);
    let all = |text: &dyn Fn(&SlipLine) -> String| lines.both(text);
    let manager =
        [all(&|line| line.care_management_office_no.text()), all(&|line| line.care_manager_name.text())];
    [
        fields([
            ("認定の状況", words.choices_from("NINTEI_JOKYO", &["認定済"], &limits.certification_status), 1),
            ("対象年月", all(&|line| month(&line.target_month)), 1),
            ("作成年月日", all(&|line| date(&line.created_date)), 1),
        ]),
        fields([
            ("保険者番号", all(&|line| line.insurer_no.text()), 1),
            ("被保険者番号", all(&|line| line.insured_no.text()), 1),
            ("居宅介護支援事業者\n担当者名", manager.join("\n").trim_matches('\n').to_owned(), 1),
        ]),
        fields([
            (
                "フリガナ\n被保険者氏名",
                super::fields::lines([person.user_name_kana.text().as_str(), &person.user_name.text()]),
                1,
            ),
            ("生年月日", date(&person.user_birth_date), 1),
            ("性別", words.code("SEX", &person.user_sex), 1),
        ]),
        fields([
            ("要介護状態区分", words.code("YOKAIGO", &limits.care_level), 1),
            ("変更日", date(&limits.care_level_change_date), 1),
            ("区分支給限度基準額", amount_of(&limits.benefit_limit_units, "単位／月"), 1),
        ]),
        fields([
            ("限度額適用期間", period(&limits.limit_period_start, &limits.limit_period_end), 3),
            ("前月までの短期入所\n利用日数", short_stay(lines, limits), 1),
        ]),
    ]
}

/// Short-stay days before this month: as the lines say, else as the supplement.
fn short_stay(lines: &Lines<'_>, limits: &Supplement) -> String {
    let of_lines = lines.both(&|line| amount_of(&line.shortstay_days_until_prev_month, "日"));
    if of_lines.is_empty() { amount_of(&limits.shortstay_days_until_prev_month, "日") } else { of_lines }
}
