//! Who, by whom, and the life the person aims for.

use careplan_standard::form::PreventivePlan;

use crate::forms::Basis;
use crate::forms::fields::{fields, lines};
use crate::words::days::{date, period};
use careplan_sheet::{Table, TableFault};

pub(super) fn table(form: &PreventivePlan, basis: &Basis<'_>) -> Result<Table, TableFault> {
    let words = &basis.words;
    let name = form.user_name.text();
    let name = if name.is_empty() { name } else { format!("{name} 様") };
    // The two days never fit into one line of the column.
    let valid =
        period(&form.certification_period_start, &form.certification_period_end).replace('～', "～\n");
    let phone = form.author_office_phone.text();
    let phone = if phone.is_empty() { phone } else { format!("Tel {phone}") };
    let office = lines([form.author_office_name.text().as_str(), &form.author_office_address.text(), &phone]);
    Table::builder([100, 136, 88, 136, 80, 245])
        .row(fields([
            ("整理番号", form.file_no.text(), 1),
            ("保険者番号", form.insurer_no.text(), 1),
            ("被保険者番号", form.insured_no.text(), 1),
        ]))
        .row(fields([
            ("計画種類", words.choices("KEIKAKU_SHURUI", &form.plan_scheme), 3),
            ("委託の有無", words.choices("ITAKU", &form.outsourced), 1),
        ]))
        .row(fields([
            ("計画の区分", words.choices("KEIKAKUSHO_KUBUN", &form.plan_kind), 1),
            ("認定の状況", words.choices_from("NINTEI_JOKYO", &["認定済"], &form.certification_status), 1),
            ("要支援状態区分", words.choices("YOSHIEN", &form.support_level), 1),
        ]))
        .row(fields([
            ("利用者名", name, 1),
            ("認定年月日", date(&form.certification_date), 1),
            ("認定の有効期間", valid, 1),
        ]))
        .row(fields([
            ("計画作成者氏名\n（地域包括支援\nセンター）", form.author_support_centre.text(), 1),
            ("計画作成者氏名\n（担当介護支援\n専門員）", form.author_care_manager.text(), 1),
            ("担当地域包括\n支援センター", form.support_centre.text(), 1),
        ]))
        .row(fields([
            ("計画作成者事業者・\n事業所名及び\n所在地（連絡先）", office, 1),
            ("計画作成\n（変更）日", date(&form.plan_date), 1),
            ("初回作成日", date(&form.first_plan_date), 1),
        ]))
        .build()
}

pub(super) fn target_life(form: &PreventivePlan) -> Result<Table, TableFault> {
    Table::builder([100, 292, 88, 305])
        .caption("目標とする生活")
        .row(fields([("１日", form.target_life_day.text(), 1), ("１年", form.target_life_year.text(), 1)]))
        .build()
}
