//! 利用者補足情報, which has no paper form: the person, and the limits of the benefits.

use careplan_standard::form::{Supplement, TypeLimit};

use super::Basis;
use super::fields::fields;
use super::people::address_of;
use crate::words::days::{date, form_month, period, plan_day};
use crate::words::quantities::{amount, amount_of};
use careplan_sheet::{Align, Cell, Row, Sheet, Table, TableFault, TextSize};

/// The sheet of a supplement.
pub(super) fn sheet(form: &Supplement, basis: &Basis<'_>) -> Result<Sheet, TableFault> {
    let sheet = Sheet::new("利用者補足情報").portrait().table(person(form, basis)?);
    Ok(sheet.heading("種類別支給限度").table(limits(form, basis)?))
}

fn person(form: &Supplement, basis: &Basis<'_>) -> Result<Table, TableFault> {
    let words = &basis.words;
    Table::builder([108, 161, 108, 161])
        .row(fields([("保険者番号", form.insurer_no.text(), 1), ("被保険者番号", form.insured_no.text(), 1)]))
        .row(fields([
            ("居宅サービス計画\n作成（変更）日", plan_day(&form.plan_date), 1),
            ("対象年月", form_month(&form.target_month), 1),
        ]))
        .row(fields([("フリガナ", form.user_name_kana.text(), 3)]))
        .row(fields([
            ("利用者氏名", form.user_name.text(), 1),
            ("性別", words.code("SEX", &form.user_sex), 1),
        ]))
        .row(fields([("生年月日", date(&form.user_birth_date), 1), ("電話番号", form.user_phone.text(), 1)]))
        .row(fields([("住所", address_of(form), 3)]))
        .row(fields([
            ("認定の状況", words.choices_from("NINTEI_JOKYO", &["認定済"], &form.certification_status), 1),
            ("認定日", date(&form.certification_date), 1),
        ]))
        .row(fields([
            ("要介護状態区分", words.code("YOKAIGO", &form.care_level), 1),
            ("要介護状態変更日", date(&form.care_level_change_date), 1),
        ]))
        .row(fields([
            ("前回の\n要介護状態区分", words.code("YOKAIGO", &form.previous_care_level), 1),
            ("区分支給限度基準額", amount_of(&form.benefit_limit_units, "単位"), 1),
        ]))
        .row(fields([("限度額適用期間", period(&form.limit_period_start, &form.limit_period_end), 3)]))
        .row(fields([
            ("短期入所\n前月までの利用日数", amount_of(&form.shortstay_days_until_prev_month, "日"), 1),
            ("短期入所\n累積利用日数", amount_of(&form.shortstay_days_cumulative, "日"), 1),
        ]))
        .row(fields([("同意書を受け付けた\n事業所", form.consent_receiver_office_no.text(), 3)]))
        .build()
}

/// The nine slots of the limits of service types, with their sum.
pub(super) fn limits(form: &Supplement, basis: &Basis<'_>) -> Result<Table, TableFault> {
    let heads =
        ["サービス種類", "種類支給限度基準額\n（単位）", "合計単位数", "種類支給限度基準を\n超える単位数"];
    let is_filled = |limit: &&TypeLimit| **limit != TypeLimit::default();
    let numbers = |cells: [String; 3]| cells.map(|text| Cell::data(&text).align(Align::End));
    let rows = form.limit.iter().filter(is_filled).map(|limit| {
        let kind = limit.service_type.text();
        let kind = Cell::label(&basis.words.service_type(&kind));
        let cells = [amount(&limit.limit), amount(&limit.total_units), amount(&limit.excess_units)];
        Row::new([kind].into_iter().chain(numbers(cells)))
    });
    let sum = [String::new(), String::new(), amount(&form.limit_total_excess_units)];
    let sum = Row::new([Cell::label("合計").strong()].into_iter().chain(numbers(sum)));
    Table::builder([60, 38, 38, 38])
        .size(TextSize::Small)
        .head(Row::new(heads.map(Cell::head)))
        .rows(rows)
        .row(sum)
        .build()
}
