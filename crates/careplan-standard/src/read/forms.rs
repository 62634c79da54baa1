//! From the files of a unit to forms.

use super::records::{Record, StandardFile};
use crate::check::SourceFile;
use crate::edition::{Edition, Layout};
use crate::finding::Finding;
use crate::form::{Columns, FamilyChart, Forms};
use crate::name::FileName;
use crate::prefix::Prefix;

/// Reads files of the standard into forms. Files of other names are passed over: they hold no forms.
///
/// An item whose value cannot be read keeps its text ([`Item::Unread`](crate::form::Item::Unread)): forms are for showing and comparing,
/// also when the checks have something against them.
///
/// ```
/// use careplan_standard::{Edition, SourceFile, read_forms};
///
/// let name = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV";
/// let files = [SourceFile::new(name, b"202407,990001,0009900021,20261131\r\n")];
/// let forms = read_forms(Edition::v4_1(), &files).map_err(|findings| format!("{} findings", findings.len()))?;
/// let withdrawn = &forms.withdrawn_care_plans[0];
/// assert!(withdrawn.insurer_no.value().is_some());
/// assert_eq!((withdrawn.plan_date.value(), withdrawn.plan_date.text().as_str()), (None, "20261131"));
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// The findings that block, when a file cannot be taken apart: unknown characters, broken quotes, a wrong number of items, or no record
/// at all.
pub fn read_forms(edition: &Edition, files: &[SourceFile<'_>]) -> Result<Forms, Vec<Finding>> {
    let mut forms = Forms::default();
    let mut faults = Vec::new();
    let mut is_complete = true;
    for source in files {
        let Ok(name) = FileName::parse(source.name) else {
            continue;
        };
        if name.prefix().is_image() {
            forms
                .family_charts
                .push(FamilyChart { file_name: source.name.to_owned(), jpeg: source.bytes.to_vec() });
            continue;
        }
        match StandardFile::open(edition, source) {
            Ok(file) => read_into(&mut forms, &file),
            Err(findings) => {
                is_complete = false;
                faults.extend(findings);
            }
        }
    }
    if is_complete { Ok(forms) } else { Err(faults) }
}

fn read_into(forms: &mut Forms, file: &StandardFile<'_, '_>) {
    match file.name().prefix() {
        Prefix::UpHosoku => forms.supplements.extend(rows(file)),
        Prefix::Up1Kyo => forms.form1.extend(rows(file)),
        Prefix::Up2Kyo => forms.form2.extend(rows(file)),
        Prefix::Up3Kyo => forms.form3.extend(rows(file)),
        Prefix::UpPlan => forms.plan.extend(rows(file)),
        Prefix::UpSikyu => forms.benefits.extend(rows(file)),
        Prefix::UpJsk => forms.actuals.extend(rows(file)),
        Prefix::UpKihon => forms.basic_information.extend(rows(file)),
        Prefix::UpKihonSub1 => forms.days.extend(rows(file)),
        Prefix::UpKihonSub2 => forms.illnesses.extend(rows(file)),
        Prefix::UpYobo => forms.preventive_plans.extend(rows(file)),
        Prefix::UpYoboSub => forms.support.extend(rows(file)),
        Prefix::Dlt1Kyo => forms.withdrawn_care_plans.extend(rows(file)),
        Prefix::DltPlan => forms.withdrawn_slips.extend(rows(file)),
        Prefix::DltJsk => forms.withdrawn_actuals.extend(rows(file)),
        Prefix::DltKihon => forms.withdrawn_basic_information.extend(rows(file)),
        Prefix::DltYobo => forms.withdrawn_preventive_plans.extend(rows(file)),
        // An image has no records.
        Prefix::UpKihonImage => {}
    }
}

fn rows<F: Columns>(file: &StandardFile<'_, '_>) -> Vec<F> {
    let items = item_numbers(file.layout(), &F::outline().names());
    file.records().map(|record| row(&record, &items)).collect()
}

fn row<F: Columns>(record: &Record<'_>, items: &[Option<u16>]) -> F {
    let text = |item: &Option<u16>| item.and_then(|number| record.text(number)).unwrap_or_default();
    F::take(&mut items.iter().map(text))
}

/// Where in a layout each named item stands; `None` for one that this edition does not have.
pub(crate) fn item_numbers(layout: &Layout, names: &[String]) -> Vec<Option<u16>> {
    let number =
        |name: &String| layout.fields().iter().find(|field| field.name_en() == name).map(|field| field.no());
    names.iter().map(number).collect()
}
