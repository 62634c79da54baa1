//! 削除: what the sender asks to take out again.

use careplan_standard::form::Forms;

use super::Basis;
use crate::words::days::{date, month};
use careplan_sheet::{Cell, Row, Sheet, Table, TableFault};

/// Whose it is, in every table.
const PERSON: [(&str, u16); 2] = [("保険者番号", 70), ("被保険者番号", 90)];

/// What a withdrawal of each kind takes with it, and the heads of its columns behind the person's numbers.
struct Kind {
    caption: &'static str,
    heads: &'static [(&'static str, u16)],
    rows: Vec<Vec<String>>,
}

/// One sheet for all withdrawals; `None` where there are none.
pub(super) fn sheet(forms: &Forms, basis: &Basis<'_>) -> Result<Option<Sheet>, TableFault> {
    let kinds: Vec<Kind> = kinds(forms, basis).into_iter().filter(|kind| !kind.rows.is_empty()).collect();
    if kinds.is_empty() {
        return Ok(None);
    }
    let mut sheet = Sheet::new("削除情報")
        .portrait()
        .paragraph("送り元が、先に送った次の情報の削除を求めています。介護ソフトに取り込んだ情報を確かめて、削除してください。");
    for Kind { caption, heads, rows } in kinds {
        let heads = PERSON.iter().chain(heads);
        let table = Table::builder(heads.clone().map(|(_, share)| *share))
            .caption(caption)
            .head(Row::new(heads.map(|(head, _)| Cell::head(head))))
            .rows(rows.into_iter().map(|texts| Row::new(texts.iter().map(|text| Cell::data(text)))))
            .build()?;
        sheet = sheet.table(table);
    }
    Ok(Some(sheet))
}

fn kinds(forms: &Forms, basis: &Basis<'_>) -> [Kind; 5] {
    let care_plans = forms.withdrawn_care_plans.iter();
    let slips = forms.withdrawn_slips.iter();
    let actuals = forms.withdrawn_actuals.iter();
    let information = forms.withdrawn_basic_information.iter();
    let plans = forms.withdrawn_preventive_plans.iter();
    [
        Kind {
            caption: "居宅サービス計画書（第１表～第３表）",
            heads: &[("居宅サービス計画作成（変更）日", 378)],
            rows: care_plans
                .map(|row| vec![row.insurer_no.text(), row.insured_no.text(), date(&row.plan_date)])
                .collect(),
        },
        Kind {
            caption: "サービス利用票（予定）・別表",
            heads: &[("対象年月", 378)],
            rows: slips
                .map(|row| vec![row.insurer_no.text(), row.insured_no.text(), month(&row.target_month)])
                .collect(),
        },
        Kind {
            caption: "サービス利用票（実績）",
            heads: &[("対象年月", 138), ("サービス事業者", 90), ("サービス種類", 150)],
            rows: actuals
                .map(|row| {
                    vec![
                        row.insurer_no.text(),
                        row.insured_no.text(),
                        month(&row.target_month),
                        row.service_office_no.text(),
                        basis.words.service_type(&row.service_type.text()),
                    ]
                })
                .collect(),
        },
        Kind {
            caption: "利用者基本情報",
            heads: &[("相談日", 378)],
            rows: information
                .map(|row| vec![row.insurer_no.text(), row.insured_no.text(), date(&row.consultation_date)])
                .collect(),
        },
        Kind {
            caption: "介護予防サービス・支援計画書",
            heads: &[("計画作成（変更）日", 378)],
            rows: plans
                .map(|row| vec![row.insurer_no.text(), row.insured_no.text(), date(&row.plan_date)])
                .collect(),
        },
    ]
}
