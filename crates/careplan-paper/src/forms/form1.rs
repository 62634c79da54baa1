//! 第１表 居宅サービス計画書（１）: who, by whom, and the aims and policy of the plan.

use careplan_standard::form::Form1;

use super::Basis;
use super::case::Keyed as _;
use super::fields::{fields, long_field, with_remark};
use super::people::{address, address_of};
use crate::words::days::{date, period};
use careplan_sheet::{Row, Sheet, Table, TableFault};

/// Columns of the table, in points of A4 landscape: three labels and their texts.
const SHARES: [u16; 6] = [99, 150, 109, 150, 70, 207];

/// The sheet of a form 1.
///
/// 作成年月日, 計画の区分 and 認定の状況 stand in the table and not in the corner of the paper, where a screen reader would lose them.
pub(super) fn sheet(form: &Form1, basis: &Basis<'_>) -> Result<Sheet, TableFault> {
    let table = Table::builder(SHARES).rows(head(form, basis)).rows(aims(form, basis)).build()?;
    Ok(Sheet::new("居宅サービス計画書（１）").form_no("第１表").table(table))
}

fn head(form: &Form1, basis: &Basis<'_>) -> [Row; 7] {
    let Basis { words, people } = basis;
    let case = form.key();
    let home =
        address(&form.user_postal_code.text(), [&form.user_address_1.text(), &form.user_address_2.text()]);
    let home = if home.is_empty() { address_of(people.person(&case)) } else { home };
    let number = form.care_management_office_no.text();
    let office = with_remark(
        &form.care_management_office_name.text(),
        &if number.is_empty() { number } else { format!("事業所番号 {number}") },
    );
    let office_address = address(
        &form.care_management_office_postal_code.text(),
        [&form.care_management_office_address_1.text(), &form.care_management_office_address_2.text()],
    );
    [
        fields([
            ("作成年月日", date(&form.created_date), 1),
            ("保険者番号", form.insurer_no.text(), 1),
            ("被保険者番号", form.insured_no.text(), 1),
        ]),
        fields([
            ("計画の区分", words.choices("KEIKAKUSHO_KUBUN", &form.plan_kind), 1),
            ("認定の状況", words.choices_from("NINTEI_JOKYO", &["認定済"], &form.certification_status), 3),
        ]),
        fields([
            ("利用者名", people.addressed(&case), 1),
            ("生年月日", date(&people.person(&case).user_birth_date), 1),
            ("住所", home, 1),
        ]),
        fields([
            ("居宅サービス計画\n作成者氏名", form.plan_author_name.text(), 1),
            ("居宅介護支援事業者・\n事業所名及び所在地", format!("{office}\n{office_address}"), 3),
        ]),
        fields([
            ("居宅サービス計画\n作成（変更）日", date(&form.plan_date), 1),
            ("初回居宅サービス\n計画作成日", date(&form.first_plan_date), 3),
        ]),
        fields([
            ("認定日", date(&form.certification_date), 1),
            ("認定の有効期間", period(&form.certification_period_start, &form.certification_period_end), 3),
        ]),
        fields([("要介護状態区分", words.choices("YOKAIGO", &form.care_level), 5)]),
    ]
}

fn aims(form: &Form1, basis: &Basis<'_>) -> [Row; 4] {
    let reason = basis.words.choices("SEIKATSU_ENJO_RIYU", &form.life_support_reason);
    let reason = with_remark(&reason, &form.life_support_reason_other.text());
    [
        long_field(
            "利用者及び家族の\n生活に対する意向を\n踏まえた課題分析の\n結果",
            &form.needs_analysis.text(),
            (5, 6),
        ),
        long_field(
            "介護認定審査会の\n意見及びサービスの\n種類の指定",
            &form.review_board_opinion.text(),
            (5, 3),
        ),
        long_field("総合的な援助の\n方針", &form.overall_policy.text(), (5, 6)),
        long_field("生活援助中心型の\n算定理由", &reason, (5, 1)),
    ]
}
