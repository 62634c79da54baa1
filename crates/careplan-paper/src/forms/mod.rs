//! The ministry's paper forms, from the typed forms of the standard: 居宅サービス計画書 (介護サービス計画書の様式, 老企第29号 第１表～第３表),
//! サービス利用票・別表 (第６表・第７表), 利用者基本情報, 介護予防サービス・支援計画書, and sheets of ours for what has no paper form.
//!
//! Promises: what a form says is on its sheet, also when it could not be read, when its parent is missing or when nothing says whose it
//! is. Left out are only:
//!
//! - 課題ＮＯ, 援助目標ＮＯ, 援助内容ＮＯ, 支援計画ＮＯ, 利用サービスＮＯ: the order of the rows, which the sheet has;
//! - 更新業者コード, 入力者コード: who operated the software, which no paper form has;
//! - CSVバージョン, 識別子 and 第７表's fixed 事業所コード: not items of the typed forms.

mod basic_information;
mod case;
mod fields;
mod form1;
mod form2;
mod form3;
mod form6;
mod form7;
mod people;
mod preventive_plan;
mod runs;
mod supplement;
mod withdrawals;

use careplan_standard::Edition;
use careplan_standard::form::{BasicInformation, Forms, PreventivePlan};
use jiff::civil::Date;

use crate::words::{ServiceNames, Words};
use basic_information::{Information, is_named, unnamed_chart};
use careplan_sheet::{Document, Sheet, TableFault};
use case::{Grouped, cases};
use form6::Lines;
use people::People;

/// What every form needs to be said: words for codes, names for persons.
struct Basis<'a> {
    words: Words<'a>,
    people: People<'a>,
}

/// All sheets that the forms give: plans, slips, basic information, preventive plans, withdrawals. The sheets of one person's plan or month
/// stand together, in the order of the forms.
///
/// ```
/// use careplan_paper::{ServiceNames, document};
/// use careplan_standard::{Edition, SourceFile, read_forms};
///
/// let edition = Edition::v4_1();
/// let name = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV";
/// let files = [SourceFile::new(name, b"202407,990001,0009900021,20261015\r\n")];
/// let forms = read_forms(edition, &files).map_err(|findings| format!("{} findings", findings.len()))?;
/// let printed = document(edition, &forms, &ServiceNames::default(), jiff::civil::date(2026, 10, 21))?;
/// # let _ = printed;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// A table that does not fill its grid: a mistake of this crate, never of what was filled in.
pub fn document(
    edition: &Edition,
    forms: &Forms,
    names: &ServiceNames,
    date: Date,
) -> Result<Document, TableFault> {
    let basis = Basis { words: Words::new(edition, names), people: People::new(&forms.supplements) };
    let kinds = [
        ("居宅サービス計画書", plans(forms, &basis)?),
        ("サービス利用票", slips(forms, &basis)?),
        ("利用者基本情報", information(forms, &basis)?),
        ("介護予防サービス・支援計画書", preventive_plans(forms, &basis)?),
        ("削除情報", withdrawals::sheet(forms, &basis)?.into_iter().collect()),
    ];
    let kinds = kinds.into_iter().filter(|(_, sheets)| !sheets.is_empty());
    let (titles, sheets): (Vec<&str>, Vec<Vec<Sheet>>) = kinds.unzip();
    // No names: the title is shown where nobody expects personal data, in the browser's history and in the list of printed documents.
    let document = Document::new(&titles.join("・"), date);
    Ok(sheets.into_iter().flatten().fold(document, Document::sheet))
}

fn plans(forms: &Forms, basis: &Basis<'_>) -> Result<Vec<Sheet>, TableFault> {
    let form1 = Grouped::new(&forms.form1);
    let form2 = Grouped::new(&forms.form2);
    let form3 = Grouped::new(&forms.form3);
    let supplements = basis.people.with_plans();
    let mut sheets = Vec::new();
    for case in cases(&[form1.keys(), form2.keys(), form3.keys(), supplements.keys()]) {
        for form in form1.of(&case) {
            sheets.push(form1::sheet(form, basis)?);
        }
        if let rows @ [_, ..] = form2.of(&case) {
            sheets.push(form2::sheet(&case, rows, basis)?);
        }
        if let rows @ [_, ..] = form3.of(&case) {
            sheets.push(form3::sheet(&case, rows, basis)?);
        }
        for supplement in supplements.of(&case) {
            sheets.push(supplement::sheet(supplement, basis)?);
        }
    }
    Ok(sheets)
}

fn slips(forms: &Forms, basis: &Basis<'_>) -> Result<Vec<Sheet>, TableFault> {
    let plan = Grouped::new(&forms.plan);
    let actuals = Grouped::new(&forms.actuals);
    let benefits = Grouped::new(&forms.benefits);
    let supplements = basis.people.with_slips();
    let mut sheets = Vec::new();
    for case in cases(&[plan.keys(), actuals.keys(), benefits.keys(), supplements.keys()]) {
        let lines = Lines { plan: plan.of(&case).to_vec(), actuals: actuals.of(&case).to_vec() };
        if lines.all().next().is_some() {
            sheets.push(form6::sheet(&case, &lines, basis)?);
        }
        if let rows @ [_, ..] = benefits.of(&case) {
            sheets.push(form7::sheet(&case, rows, basis)?);
        }
        for supplement in supplements.of(&case) {
            sheets.push(supplement::sheet(supplement, basis)?);
        }
    }
    Ok(sheets)
}

fn information(forms: &Forms, basis: &Basis<'_>) -> Result<Vec<Sheet>, TableFault> {
    let parents = Grouped::new(&forms.basic_information);
    let days = Grouped::new(&forms.days);
    let illnesses = Grouped::new(&forms.illnesses);
    let mut sheets = Vec::new();
    for case in cases(&[parents.keys(), days.keys(), illnesses.keys()]) {
        let (mut days, mut illnesses) = (days.of(&case), illnesses.of(&case));
        // Annexes whose parent is missing stand on a sheet that has nothing but whose they are.
        let numbers = days.first().map(|day| (&day.insurer_no, &day.insured_no, &day.consultation_date));
        let numbers = numbers.or_else(|| {
            illnesses.first().map(|row| (&row.insurer_no, &row.insured_no, &row.consultation_date))
        });
        let orphan = numbers.map(|(insurer_no, insured_no, date)| BasicInformation {
            insurer_no: insurer_no.clone(),
            insured_no: insured_no.clone(),
            consultation_date: date.clone(),
            ..BasicInformation::default()
        });
        let orphan = orphan.iter().filter(|_| parents.of(&case).is_empty());
        for form in parents.of(&case).iter().copied().chain(orphan) {
            let charts = &forms.family_charts;
            sheets.push(basic_information::sheet(&Information { form, days, illnesses, charts }, basis)?);
            // The annexes of information that came twice are shown once.
            (days, illnesses) = (&[], &[]);
        }
    }
    let unnamed = forms.family_charts.iter().filter(|chart| {
        !forms.basic_information.iter().any(|form| is_named(chart, &form.family_chart_image_file.text()))
    });
    Ok(sheets.into_iter().chain(unnamed.map(unnamed_chart)).collect())
}

fn preventive_plans(forms: &Forms, basis: &Basis<'_>) -> Result<Vec<Sheet>, TableFault> {
    let parents = Grouped::new(&forms.preventive_plans);
    let support = Grouped::new(&forms.support);
    let mut sheets = Vec::new();
    for case in cases(&[parents.keys(), support.keys()]) {
        let mut rows = support.of(&case);
        let orphan = rows.first().map(|row| PreventivePlan {
            insurer_no: row.insurer_no.clone(),
            insured_no: row.insured_no.clone(),
            plan_date: row.plan_date.clone(),
            ..PreventivePlan::default()
        });
        let orphan = orphan.iter().filter(|_| parents.of(&case).is_empty());
        for form in parents.of(&case).iter().copied().chain(orphan) {
            sheets.push(preventive_plan::sheet(form, rows, basis)?);
            rows = &[];
        }
    }
    Ok(sheets)
}
