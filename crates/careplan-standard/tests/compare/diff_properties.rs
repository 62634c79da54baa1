//! What holds for any forms.

use std::time::Instant;

use careplan_standard::compare::{FormChange, diff_forms};
use careplan_standard::form::{Form2Row, Forms, Item, SlipLine};
use proptest::prelude::*;

use crate::sample::{example, line};

const EXAMPLES: [&str; 9] = [
    "01_K1_care_plan",
    "02_K2_use_slip",
    "03_S1_actuals",
    "04_K3_delete_care_plan",
    "05_K4_delete_plan_month",
    "06_S2_delete_actuals",
    "07_Y2_preventive_plan",
    "08_Y6_delete_preventive_plan",
    "09_Y5_delete_basic_information",
];

/// Rows of form 2 that often look alike.
fn rows() -> impl Strategy<Value = Vec<Form2Row>> {
    let pick = |texts: &[&'static str]| proptest::sample::select(texts.to_vec());
    let row = (
        pick(&["0009900013", "0009900021", "x"]),
        pick(&["1", "2", ""]),
        pick(&["1", "2", "3"]),
        pick(&["入浴", "掃除", ""]),
        pick(&["週１回", "週２回"]),
        pick(&["20261015", "20261101"]),
    );
    let row = row.prop_map(|(insured, need, service, content, frequency, date)| Form2Row {
        insured_no: Item::read(insured),
        need_no: Item::read(need),
        goal_no: Item::from(1),
        service_no: Item::read(service),
        service_content: Item::read(content),
        frequency: Item::read(frequency),
        plan_date: Item::read(date),
        ..Form2Row::default()
    });
    proptest::collection::vec(row, 0..20)
}

fn forms(rows: Vec<Form2Row>) -> Forms {
    Forms { form2: rows, ..Forms::default() }
}

#[test]
fn every_example_is_equal_to_itself_and_all_of_it_is_new_against_nothing() {
    let nothing = Forms::default();
    for folder in EXAMPLES {
        let forms = example(folder);
        assert!(diff_forms(&forms, &forms).is_empty(), "{folder}");
        let (added, removed) = (diff_forms(&nothing, &forms), diff_forms(&forms, &nothing));
        assert!(added.totals.added > 0 && added.totals.changed + added.totals.removed == 0, "{folder}");
        assert_eq!(removed.totals.removed, added.totals.added, "{folder}");
        let json = serde_json::to_value(&forms).unwrap();
        let count: usize = json.as_object().unwrap().values().map(|it| it.as_array().unwrap().len()).sum();
        assert_eq!(added.totals.added, count, "{folder}");
    }
}

proptest! {
    #[test]
    fn forms_in_another_order_are_no_difference(
        (rows, shuffled) in rows().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle()))
    ) {
        prop_assert!(diff_forms(&forms(rows), &forms(shuffled)).is_empty());
    }

    #[test]
    fn every_row_is_new_gone_or_paired_with_one_other(old in rows(), new in rows()) {
        let (old_count, new_count) = (old.len(), new.len());
        let (old, new) = (forms(old), forms(new));
        let diff = diff_forms(&old, &new);
        prop_assert_eq!(old_count - diff.totals.removed, new_count - diff.totals.added);
        let changes = || diff.kinds.iter().flat_map(|kind| &kind.changes);
        let mut numbers: Vec<usize> = changes().filter_map(|it| it.new_row).collect();
        numbers.sort_unstable();
        let count = numbers.len();
        numbers.dedup();
        prop_assert_eq!(numbers.len(), count);
        prop_assert!(changes().all(|it| (it.change == FormChange::Changed) != it.items.is_empty()));
        let mut sorted = [&old, &new].map(|forms| {
            let mut texts: Vec<String> =
                forms.form2.iter().map(|row| serde_json::to_string(row).unwrap()).collect();
            texts.sort();
            texts
        });
        let (first, rest) = sorted.split_first_mut().unwrap();
        prop_assert_eq!(diff.is_empty(), *first == rest[0]);
    }
}

#[test]
fn a_large_month_is_compared_without_a_quadratic_step() {
    // Prints what it took; judges nothing by the clock.
    let spread: Vec<SlipLine> = (0..6_000)
        .map(|number| SlipLine {
            insured_no: Item::read(&format!("{:010}", number / 30)),
            ..line(&format!("202611{:02}", number % 30 + 1), "0900", "1000")
        })
        .collect();
    for (what, plan) in [("spread", spread), ("crowded", vec![line("20261112", "0900", "1000"); 6_000])] {
        let later = plan.iter().map(|it| SlipLine { start_time: Item::read("0830"), ..it.clone() }).collect();
        let old = Forms { plan, ..Forms::default() };
        let new = Forms { plan: later, ..Forms::default() };
        let start = Instant::now();
        let diff = diff_forms(&old, &new);
        println!("{what}: {:?}", start.elapsed());
        assert_eq!(diff.totals.changed, 6_000);
    }
}
