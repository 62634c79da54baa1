//! Old forms against new ones of the same kind.
//!
//! Promises: two lists of the same forms have no difference, in whatever order they stand; every row that is new or gone is told,
//! and every item that changed with its old and its new text. Items are compared by their names ([`Columns`](crate::form::Columns)),
//! so that nothing a form holds can be forgotten.

use std::collections::BTreeMap;

use super::align::{Columns, Row};
use super::diff_result::{FormsDiff, KindDiff};
use super::form_kind::FormKind;
use super::shown::Names;
use super::teller::Teller;
use crate::form::{self, FamilyChart, Forms, ItemKind, OutlineItem};

/// What is different in newer forms.
///
/// Rows are compared within a person (insurer and insured number). A row is recognised by what it says; then by what names it in its
/// form: the plan date (form 1), need, goal and service numbers (form 2), weekday, content and time (form 3), office, service, day and time
/// (form 6), office and service code (form 7). What is not recognised is one row gone and one added. An item that all rows of a form
/// repeat, as the date it was made, is told once.
///
/// Codes are told by their meaning in edition 4.1.
///
/// ```
/// use careplan_standard::compare::{FormChange, diff_forms};
/// use careplan_standard::form::{Form3Row, Forms, Item};
///
/// let slot = |weekday: &str, start: &str| Form3Row {
///     insurer_no: Item::read("990001"),
///     insured_no: Item::read("0009900013"),
///     service_content: Item::read("訪問介護"),
///     weekday: Item::read(weekday),
///     service_start_time: Item::read(start),
///     ..Form3Row::default()
/// };
/// let old = Forms { form3: vec![slot("1", "1000"), slot("4", "1000")], ..Forms::default() };
/// let new = Forms { form3: vec![slot("1", "1000"), slot("4", "1330")], ..Forms::default() };
///
/// let diff = diff_forms(&old, &new);
/// let change = &diff.kinds[0].changes[0];
/// assert_eq!(change.change, FormChange::Changed);
/// assert_eq!(change.words.as_str(), "変更：曜日 木曜日・介護サービス内容 訪問介護・開始時間 13:30（開始時間）");
/// assert_eq!((change.items[0].old.as_str(), change.items[0].new.as_str()), ("10:00", "13:30"));
/// assert!(diff_forms(&old, &old).is_empty());
/// ```
#[must_use]
pub fn diff_forms(old: &Forms, new: &Forms) -> FormsDiff {
    let names = Names::of_forms(new).or(Names::of_forms(old));
    let mut kinds = Kinds { names, kinds: Vec::new() };
    kinds.diff(FormKind::Supplements, &old.supplements, &new.supplements);
    kinds.diff(FormKind::Form1, &old.form1, &new.form1);
    kinds.diff(FormKind::Form2, &old.form2, &new.form2);
    kinds.diff(FormKind::Form3, &old.form3, &new.form3);
    kinds.diff(FormKind::Plan, &old.plan, &new.plan);
    kinds.diff(FormKind::Benefits, &old.benefits, &new.benefits);
    kinds.diff(FormKind::Actuals, &old.actuals, &new.actuals);
    kinds.diff(FormKind::BasicInformation, &old.basic_information, &new.basic_information);
    kinds.diff(FormKind::Days, &old.days, &new.days);
    kinds.diff(FormKind::Illnesses, &old.illnesses, &new.illnesses);
    kinds.diff_charts(old, new);
    kinds.diff(FormKind::PreventivePlans, &old.preventive_plans, &new.preventive_plans);
    kinds.diff(FormKind::Support, &old.support, &new.support);
    kinds.diff(FormKind::WithdrawnCarePlans, &old.withdrawn_care_plans, &new.withdrawn_care_plans);
    kinds.diff(FormKind::WithdrawnSlips, &old.withdrawn_slips, &new.withdrawn_slips);
    kinds.diff(FormKind::WithdrawnActuals, &old.withdrawn_actuals, &new.withdrawn_actuals);
    kinds.diff(
        FormKind::WithdrawnBasicInformation,
        &old.withdrawn_basic_information,
        &new.withdrawn_basic_information,
    );
    kinds.diff(
        FormKind::WithdrawnPreventivePlans,
        &old.withdrawn_preventive_plans,
        &new.withdrawn_preventive_plans,
    );
    FormsDiff::new(kinds.kinds)
}

/// The differences so far.
struct Kinds {
    names: Names,
    kinds: Vec<KindDiff>,
}

impl Kinds {
    fn diff<F: form::Columns>(&mut self, kind: FormKind, old: &[F], new: &[F]) {
        if old.is_empty() && new.is_empty() {
            return;
        }
        self.diff_rows(kind, F::outline().items(), (rows(old), rows(new)));
    }

    /// Charts are compared by their pictures: their names are new with every transmission. Whose one is says the basic information.
    fn diff_charts(&mut self, old: &Forms, new: &Forms) {
        if old.family_charts.is_empty() && new.family_charts.is_empty() {
            return;
        }
        let mut pictures = BTreeMap::new();
        for chart in old.family_charts.iter().chain(&new.family_charts) {
            let next = pictures.len() + 1;
            pictures.entry(chart.jpeg.as_slice()).or_insert(next);
        }
        let rows = |forms: &Forms| {
            let rows = forms.family_charts.iter().zip(1..).map(|(chart, number)| {
                let (insurer_no, insured_no) = owner(forms, chart);
                let picture = pictures.get(chart.jpeg.as_slice()).copied().unwrap_or_default();
                let told = format!("画像{picture}（{}バイト）", chart.jpeg.len());
                Row { number, texts: vec![insurer_no, insured_no, told] }
            });
            rows.collect()
        };
        let item = |name: &str, name_ja: &str, kind| OutlineItem {
            name: name.to_owned(),
            name_ja: name_ja.to_owned(),
            kind,
        };
        let items = vec![
            item("insurer_no", "保険者番号", ItemKind::Code),
            item("insured_no", "被保険者番号", ItemKind::Code),
            item("picture", "画像", ItemKind::Text),
        ];
        self.diff_rows(FormKind::FamilyCharts, items, (rows(old), rows(new)));
    }

    fn diff_rows(&mut self, kind: FormKind, items: Vec<OutlineItem>, (old, new): (Vec<Row>, Vec<Row>)) {
        let columns = Columns { items };
        let whose = columns.of(&["insurer_no", "insured_no"]);
        let mut persons: BTreeMap<Vec<String>, (Vec<Row>, Vec<Row>)> = BTreeMap::new();
        let key = |row: &Row| whose.iter().map(|at| row.text(*at).to_owned()).collect();
        for row in old {
            persons.entry(key(&row)).or_default().0.push(row);
        }
        for row in new {
            persons.entry(key(&row)).or_default().1.push(row);
        }
        let teller = Teller::new(kind, columns);
        let mut changes = Vec::new();
        for (numbers, (old, new)) in persons {
            let mut numbers = numbers.into_iter();
            let insurer_no = numbers.next().unwrap_or_default();
            let person = self.names.person(insurer_no, numbers.next().unwrap_or_default());
            teller.tell(&person, old, new, &mut changes);
        }
        if !changes.is_empty() {
            self.kinds.push(KindDiff { kind, name_ja: kind.name_ja(), changes });
        }
    }
}

fn rows<F: form::Columns>(forms: &[F]) -> Vec<Row> {
    let row = |(form, number): (&F, usize)| {
        let mut texts = Vec::new();
        form.put(&mut texts);
        Row { number, texts }
    };
    forms.iter().zip(1..).map(row).collect()
}

/// Whose chart it is; nothing where no basic information names it.
fn owner(forms: &Forms, chart: &FamilyChart) -> (String, String) {
    let named = forms
        .basic_information
        .iter()
        .find(|it| it.family_chart_image_file.text().eq_ignore_ascii_case(&chart.file_name));
    named.map(|it| (it.insurer_no.text(), it.insured_no.text())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::form_kind::Step;

    fn check<F: form::Columns>(kinds: &[FormKind]) {
        let columns = Columns { items: F::outline().items() };
        for kind in kinds {
            let how = kind.how();
            let steps = how.steps.iter().flat_map(|step| match step {
                Step::SameBut(names) => vec![*names],
                Step::By(filled, others) => vec![*filled, *others],
                Step::Next => Vec::new(),
            });
            for names in steps.chain([how.shared, how.order, how.label]) {
                assert_eq!(columns.of(names).len(), names.len(), "{kind:?}: {names:?}");
            }
        }
    }

    #[test]
    fn every_item_by_which_rows_are_recognised_is_one_of_the_form() {
        check::<form::Supplement>(&[FormKind::Supplements]);
        check::<form::Form1>(&[FormKind::Form1]);
        check::<form::Form2Row>(&[FormKind::Form2]);
        check::<form::Form3Row>(&[FormKind::Form3]);
        check::<form::SlipLine>(&[FormKind::Plan, FormKind::Actuals]);
        check::<form::BenefitLine>(&[FormKind::Benefits]);
        check::<form::BasicInformation>(&[FormKind::BasicInformation]);
        check::<form::DayRow>(&[FormKind::Days]);
        check::<form::IllnessRow>(&[FormKind::Illnesses]);
        check::<form::PreventivePlan>(&[FormKind::PreventivePlans]);
        check::<form::SupportRow>(&[FormKind::Support]);
        check::<form::CarePlanWithdrawal>(&[FormKind::WithdrawnCarePlans]);
        check::<form::SlipWithdrawal>(&[FormKind::WithdrawnSlips]);
        check::<form::ActualsWithdrawal>(&[FormKind::WithdrawnActuals]);
        check::<form::BasicInformationWithdrawal>(&[FormKind::WithdrawnBasicInformation]);
        check::<form::PreventivePlanWithdrawal>(&[FormKind::WithdrawnPreventivePlans]);
    }
}
