//! 利用者基本情報: who the person is, how they live, and what they have been through.

mod life;
mod person;

use careplan_standard::form::{BasicInformation, DayRow, FamilyChart, IllnessRow};

use super::Basis;
use super::fields::fields;
use crate::words::days::date;
use careplan_sheet::{Picture, Sheet, Table, TableFault};

/// Basic information with its annexes.
pub(super) struct Information<'a> {
    pub(super) form: &'a BasicInformation,
    pub(super) days: &'a [&'a DayRow],
    pub(super) illnesses: &'a [&'a IllnessRow],
    pub(super) charts: &'a [FamilyChart],
}

/// The sheet of basic information.
pub(super) fn sheet(information: &Information<'_>, basis: &Basis<'_>) -> Result<Sheet, TableFault> {
    let form = information.form;
    let sheet = Sheet::new("利用者基本情報").portrait().table(person::author(form, basis)?);
    let sheet =
        sheet.heading("《基本情報》").table(person::table(form, basis)?).table(person::contacts(form)?);
    let sheet = family(sheet, information)?;
    let sheet = sheet.heading("《介護予防に関する事項》");
    let sheet = sheet.table(life::life(form)?).table(life::days(information.days)?);
    let sheet =
        sheet.heading("《現病歴・既往歴と経過》").table(life::illnesses(information.illnesses, basis)?);
    let sheet = sheet.heading("《現在利用しているサービス》").table(life::services(form)?);
    Ok(sheet.paragraph(CONSENT).table(consent(form)?))
}

/// What the person agrees to, as on the paper.
const CONSENT: &str = "地域包括支援センターが行う事業の実施に当たり、利用者の状況を把握する必要があるときは、要介護認定・要支援認定に係る調査内容、介護認定審査会による判定結果・意見、及び主治医意見書と同様に、利用者基本情報、アセスメントシートを、居宅介護支援事業者、居宅サービス事業者、総合事業におけるサービス事業等実施者、介護保険施設、主治医その他本事業の実施に必要な範囲で関係する者に提示することに同意します。";

fn consent(form: &BasicInformation) -> Result<Table, TableFault> {
    Table::builder([100, 169, 100, 169])
        .row(fields([("同意日", date(&form.consent_date), 1), ("同意者氏名", form.consent_name.text(), 1)]))
        .build()
}

/// The family: what was written about it, and the chart.
fn family(sheet: Sheet, information: &Information<'_>) -> Result<Sheet, TableFault> {
    let form = information.form;
    let name = form.family_chart_image_file.text();
    let situation = form.family_situation.text();
    let text = Table::builder([100, 438])
        .row(super::fields::long_field("家族関係等の状況", &situation, (1, 2)))
        .row(fields([("家族構成の画像", name.clone(), 1)]))
        .build()?;
    let sheet = sheet.heading("家族構成").table(text);
    if name.is_empty() {
        return Ok(sheet);
    }
    let chart = information.charts.iter().find(|chart| is_named(chart, &name));
    Ok(chart.map_or_else(
        || sheet.clone().paragraph("家族構成の画像が届いていません。送り元に確かめてください。"),
        |chart| picture(sheet.clone(), chart),
    ))
}

/// Whether basic information means this chart; Windows writes the ending in either case.
pub(super) fn is_named(chart: &FamilyChart, name: &str) -> bool {
    chart.file_name.eq_ignore_ascii_case(name.trim())
}

/// A chart that no basic information names, on a sheet of its own.
pub(super) fn unnamed_chart(chart: &FamilyChart) -> Sheet {
    let sheet = Sheet::new("家族構成（利用者基本情報に名前のない画像）").portrait();
    picture(sheet.paragraph(&chart.file_name), chart)
}

fn picture(sheet: Sheet, chart: &FamilyChart) -> Sheet {
    match Picture::jpeg(&chart.jpeg, "家族構成図。内容は画像の中にしかありません。") {
        Ok(picture) => sheet.picture(picture),
        Err(fault) => sheet.paragraph(&format!("家族構成の画像を表示できません。{fault}")),
    }
}
