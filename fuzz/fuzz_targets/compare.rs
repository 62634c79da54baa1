//! The slips of any two heaps of files: every line stands in the comparison once, a slip against itself is as planned, and what is
//! masked stays so.

#![no_main]

use careplan_fuzz::two_heaps;
use careplan_standard::compare::{MonthComparer, MonthComparison, Side};
use careplan_standard::form::{Forms, SlipLine};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (one, other) = two_heaps(data);
    let (plan, actuals) = (lines(&one), lines(&other));
    let comparer = MonthComparer::new().names(&one.supplements);
    let compared = comparer.compare(&plan, &actuals);
    assert_eq!(numbers(&compared, Side::Plan), (1..=plan.len()).collect::<Vec<_>>());
    assert_eq!(numbers(&compared, Side::Actuals), (1..=actuals.len()).collect::<Vec<_>>());
    let totals = compared.totals;
    let visits = totals.as_planned + totals.changed + totals.not_done + totals.added + totals.not_reported;
    assert_eq!(visits, compared.rows().len());
    assert!(serde_json::to_string(&compared).is_ok());
    let masked = compared.masked();
    assert!(masked.masked() == masked && masked.totals == totals);

    let itself = comparer.compare(&plan, &plan).totals;
    assert_eq!(itself.as_planned + itself.not_comparable_in_plan, plan.len());
    let turned = |lines: &[SlipLine]| lines.iter().rev().cloned().collect::<Vec<_>>();
    assert!(comparer.compare(&turned(&plan), &turned(&actuals)).totals == totals);
});

/// Every line of form 6, planned or done.
fn lines(forms: &Forms) -> Vec<SlipLine> {
    forms.plan.iter().chain(&forms.actuals).cloned().collect()
}

/// The lines of a side that stand in a comparison, in their order.
fn numbers(compared: &MonthComparison, side: Side) -> Vec<usize> {
    let visits = compared.persons.iter().flat_map(|person| &person.services).flat_map(|it| &it.visits);
    let occasions = visits.filter_map(|visit| match side {
        Side::Plan => visit.planned.as_ref(),
        Side::Actuals => visit.actual.as_ref(),
    });
    let not_comparable = compared.not_comparable.iter().filter(|line| line.side == side);
    let mut numbers: Vec<usize> =
        occasions.map(|it| it.line).chain(not_comparable.map(|line| line.line)).collect();
    numbers.sort_unstable();
    numbers
}
