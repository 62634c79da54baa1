//! 介護予防サービス・支援計画書: the plan of preventive care with its support plan.

mod areas;
mod head;
mod support;

use careplan_standard::form::{PreventivePlan, SupportRow};

use super::Basis;
use super::fields::{fields, long_field};
use crate::words::days::date;
use careplan_sheet::{Sheet, Table, TableFault};

/// A preventive plan with the rows of its support plan.
pub(super) fn sheet(
    form: &PreventivePlan,
    support: &[&SupportRow],
    basis: &Basis<'_>,
) -> Result<Sheet, TableFault> {
    let sheet = Sheet::new("介護予防サービス・支援計画書").table(head::table(form, basis)?);
    let sheet = sheet.table(head::target_life(form)?).table(areas::areas(form, basis)?);
    let sheet = sheet.heading("支援計画").table(support::table(support)?);
    let sheet = sheet.table(health(form)?).heading("基本チェックリストと必要な事業プログラム");
    let sheet = sheet.table(areas::checklist(form, basis)?).table(opinion(form)?);
    Ok(sheet.paragraph("上記計画について、同意いたします。").table(consent(form)?))
}

fn health(form: &PreventivePlan) -> Result<Table, TableFault> {
    Table::builder([50, 210])
        .row(long_field(
            "健康状態について\n（主治医意見書、健診結果、\n観察結果等を踏まえた留意点）",
            &form.health_caution.text(),
            (1, 3),
        ))
        .row(long_field(
            "【本来行うべき支援が\n実施できない場合】\n妥当な支援の実施に向けた方針",
            &form.support_policy.text(),
            (1, 3),
        ))
        .row(long_field(
            "総合的な方針\n（生活不活発病の\n改善・予防のポイント）",
            &form.overall_policy.text(),
            (1, 3),
        ))
        .build()
}

fn opinion(form: &PreventivePlan) -> Result<Table, TableFault> {
    Table::builder([50, 210])
        .row(long_field("地域包括支援センター\n意見", &form.support_centre_opinion.text(), (1, 3)))
        .build()
}

fn consent(form: &PreventivePlan) -> Result<Table, TableFault> {
    Table::builder([30, 60, 30, 60])
        .row(fields([("同意日", date(&form.consent_date), 1), ("同意者氏名", form.consent_name.text(), 1)]))
        .build()
}
