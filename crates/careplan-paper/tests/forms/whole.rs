//! Whatever was filled in, there is a document.

use careplan_paper::{Document, ServiceNames, document};
use careplan_standard::Edition;
use careplan_standard::form::{Columns, Forms};
use proptest::prelude::*;

/// Values of every kind, right and wrong ones, few enough to meet each other in keys and runs.
const VALUES: [&str; 24] = [
    "",
    "",
    "",
    "1",
    "2",
    "3",
    "7",
    "8",
    "990001",
    "0009900013",
    "20261015",
    "20261101",
    "20261131",
    "202611",
    "202613",
    "0000",
    "0359",
    "0400",
    "2400",
    "9999",
    "111111",
    "11AAAA",
    "-5",
    "文",
];

fn rows<F: Columns + std::fmt::Debug>() -> impl Strategy<Value = Vec<F>> {
    let items = F::outline().names().len();
    let value = (0..VALUES.len()).prop_map(|at| VALUES[at]);
    let row = prop::collection::vec(value, items)
        .prop_map(|texts| F::take(&mut texts.into_iter().map(str::to_owned)));
    prop::collection::vec(row, 0..12)
}

fn made(forms: &Forms) -> bool {
    let date = jiff::civil::date(2026, 11, 30);
    document(Edition::v4_1(), forms, &ServiceNames::default(), date).is_ok()
}

#[test]
fn no_forms_are_an_empty_document() {
    let date = jiff::civil::date(2026, 11, 30);
    let empty = document(Edition::v4_1(), &Forms::default(), &ServiceNames::default(), date).unwrap();
    assert_eq!(empty, Document::new("", date));
}

proptest! {
    #[test]
    fn care_plans_always_make_sheets((form1, form2, form3, supplements) in (rows(), rows(), rows(), rows())) {
        let forms = Forms { form1, form2, form3, supplements, ..Forms::default() };
        prop_assert!(made(&forms));
    }

    #[test]
    fn slips_always_make_sheets((plan, actuals, benefits) in (rows(), rows(), rows())) {
        let forms = Forms { plan, actuals, benefits, ..Forms::default() };
        prop_assert!(made(&forms));
    }

    #[test]
    fn preventive_forms_always_make_sheets(
        (basic_information, days, illnesses, preventive_plans, support) in (rows(), rows(), rows(), rows(), rows()),
    ) {
        let forms =
            Forms { basic_information, days, illnesses, preventive_plans, support, ..Forms::default() };
        prop_assert!(made(&forms));
    }
}
