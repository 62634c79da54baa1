//! `docs/schemas/compare.schema.json` and `docs/schemas/diff.schema.json`.

use careplan_standard::compare::{
    Change, FormChange, MonthComparer, MonthComparison, Presence, Side, Verdict, diff_forms,
};
use careplan_standard::form::{FamilyChart, Forms, Item, SlipLine};
use serde::Serialize;
use serde_json::{Value, json};

use crate::validator::{assert_closed, assert_fits};
use crate::{examples, forms_of, schema};

/// The examples' month with everything in it that a comparison can tell.
fn month() -> MonthComparison {
    let examples = examples();
    let plan = forms_of(&examples[1].1);
    let mut actuals = forms_of(&examples[2].1).actuals;
    actuals[0].times = Item::from(2);
    actuals[1].units = Item::from(245);
    actuals.push(SlipLine { insured_no: Item::read("0009900039"), ..actuals[0].clone() });
    actuals.push(SlipLine { service_date: Item::read("20261131"), ..actuals[0].clone() });
    actuals.push(SlipLine::default());
    MonthComparer::new().names(&plan.supplements).compare(&plan.plan, &actuals)
}

#[test]
fn comparisons_and_masked_ones_fit_their_schema() {
    let schema = schema("compare");
    assert_closed(&schema);
    let compared = month();
    let totals = serde_json::to_value(compared.totals).unwrap();
    let missing: Vec<_> =
        totals.as_object().unwrap().iter().filter(|(_, count)| **count == json!(0)).collect();
    assert_eq!(missing.len(), 2, "the sample should hold more than it does: {missing:?}");
    assert_fits(&schema, &serde_json::to_value(&compared).unwrap());
    assert_fits(&schema, &serde_json::to_value(compared.masked()).unwrap());
    assert_fits(&schema, &serde_json::to_value(MonthComparer::new().compare(&[], &[])).unwrap());
}

#[test]
fn differences_and_masked_ones_of_every_kind_of_form_fit_their_schema() {
    let schema = schema("diff");
    assert_closed(&schema);
    let nothing = Forms::default();
    for (folder, files) in examples() {
        let mut new = forms_of(&files);
        new.family_charts.push(FamilyChart { file_name: "A.jpg".to_owned(), jpeg: Vec::new() });
        let mut changed = new.clone();
        for row in &mut changed.form2 {
            row.plan_date = Item::Empty;
            row.frequency = Item::read("隔日");
        }
        for (old, new) in [(&nothing, &new), (&new, &nothing), (&new, &changed)] {
            let diff = diff_forms(old, new);
            assert!(!diff.is_empty() || old.form2.is_empty(), "{folder}");
            assert_fits(&schema, &serde_json::to_value(&diff).unwrap());
            assert_fits(&schema, &serde_json::to_value(diff.masked()).unwrap());
        }
    }
}

/// The words of an enumeration in a schema, beside those that the code writes.
fn assert_words<T: Serialize>(words: &Value, values: &[T]) {
    assert_eq!(*words, json!(values));
}

#[test]
fn the_schemas_list_the_words_that_the_code_writes() {
    let compare = schema("compare");
    let words = |pointer: &str| compare.pointer(pointer).unwrap().clone();
    assert_words(
        &words("/$defs/visit/properties/verdict/enum"),
        &[Verdict::AsPlanned, Verdict::Changed, Verdict::NotDone, Verdict::Added, Verdict::NotReported],
    );
    assert_words(
        &words("/$defs/visit/properties/changes/items/enum"),
        &[Change::Time, Change::Count, Change::Units],
    );
    assert_words(
        &words("/$defs/person_month/properties/presence/enum"),
        &[Presence::Both, Presence::PlanOnly, Presence::ActualsOnly, Presence::NotReported],
    );
    assert_words(&words("/$defs/not_comparable/properties/side/enum"), &[Side::Plan, Side::Actuals]);

    let diff = schema("diff");
    let words = |pointer: &str| diff.pointer(pointer).unwrap().clone();
    assert_words(
        &words("/$defs/change/properties/change/enum"),
        &[FormChange::Added, FormChange::Removed, FormChange::Changed],
    );
    let kinds: Value = schema("forms")["properties"]["forms"]["required"].clone();
    assert_eq!(words("/$defs/kind/properties/kind/enum"), kinds);
}
