//! What holds for any month.

use std::time::Instant;

use careplan_standard::compare::{MonthComparison, Verdict, compare_month};
use careplan_standard::form::{Item, SlipLine};
use proptest::prelude::*;

use crate::sample::line;

/// Lines that often meet: few persons, services, days and times, and now and then something that cannot be read.
fn lines() -> impl Strategy<Value = Vec<SlipLine>> {
    let pick = |texts: &[&'static str]| proptest::sample::select(texts.to_vec());
    let when = (
        pick(&["20261102", "20261103", "20261131", ""]),
        pick(&["0900", "0930", "1400", "9999", "9x"]),
        pick(&["1000", "1500"]),
    );
    let what = (
        pick(&["0009900013", "0009900021"]),
        pick(&["111111", "131111"]),
        pick(&["9970000026", "9970000034"]),
    );
    let much = (pick(&["1", "2", "", "x"]), pick(&["244", "0", ""]), pick(&["", "甲", "乙"]));
    let line =
        (when, what, much).prop_map(|((day, start, end), (insured, code, office), (times, units, name))| {
            SlipLine {
                insured_no: Item::read(insured),
                service_code: Item::read(code),
                service_office_no: Item::read(office),
                service_office_name: Item::read(name),
                times: Item::read(times),
                units: Item::read(units),
                ..line(day, start, end)
            }
        });
    proptest::collection::vec(line, 0..40)
}

/// Where every line of a comparison stands: numbers of the plan, numbers of the actuals.
fn numbers(compared: &MonthComparison) -> (Vec<usize>, Vec<usize>) {
    let visits = || compared.persons.iter().flat_map(|it| &it.services).flat_map(|it| &it.visits);
    let unread = |side: &str| {
        let side = side.to_owned();
        compared
            .not_comparable
            .iter()
            .filter(move |it| serde_json::to_value(it.side).unwrap() == *side)
            .map(|it| it.line)
    };
    let planned = visits().filter_map(|it| it.planned.as_ref()).map(|it| it.line).chain(unread("plan"));
    let actual = visits().filter_map(|it| it.actual.as_ref()).map(|it| it.line).chain(unread("actuals"));
    let (mut planned, mut actual): (Vec<_>, Vec<_>) = (planned.collect(), actual.collect());
    planned.sort_unstable();
    actual.sort_unstable();
    (planned, actual)
}

/// A comparison without the numbers of its lines, which do depend on their order.
fn without_numbers(compared: &MonthComparison) -> MonthComparison {
    let mut compared = compared.clone();
    for line in &mut compared.not_comparable {
        line.words = line.words.masked();
        line.line = 0;
    }
    let services = compared.persons.iter_mut().flat_map(|person| &mut person.services);
    for visit in services.flat_map(|service| &mut service.visits) {
        for occasion in [&mut visit.planned, &mut visit.actual].into_iter().flatten() {
            occasion.line = 0;
        }
    }
    compared
}

proptest! {
    #[test]
    fn every_line_stands_in_the_comparison_exactly_once(plan in lines(), actuals in lines()) {
        let (planned, actual) = numbers(&compare_month(&plan, &actuals));
        prop_assert_eq!(planned, (1..=plan.len()).collect::<Vec<_>>());
        prop_assert_eq!(actual, (1..=actuals.len()).collect::<Vec<_>>());
    }

    #[test]
    fn a_list_against_itself_is_all_as_planned(plan in lines()) {
        let compared = compare_month(&plan, &plan);
        let all = compared.totals.as_planned + compared.totals.not_comparable_in_plan;
        prop_assert_eq!(all, plan.len());
        prop_assert!(compared.rows().iter().all(|row| row.verdict == Verdict::AsPlanned));
    }

    #[test]
    fn the_order_of_the_lines_does_not_matter(
        (plan, shuffled_plan) in lines().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
        (actuals, shuffled_actuals) in lines().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        let compared = without_numbers(&compare_month(&plan, &actuals));
        prop_assert!(compared == without_numbers(&compare_month(&shuffled_plan, &shuffled_actuals)));
    }

    #[test]
    fn totals_are_the_sums_of_what_is_listed(plan in lines(), actuals in lines()) {
        let compared = compare_month(&plan, &actuals);
        let totals = compared.totals;
        let visits = totals.as_planned + totals.changed + totals.not_done + totals.added + totals.not_reported;
        prop_assert_eq!(visits, compared.rows().len());
        let pairs = totals.as_planned + totals.changed;
        let lines = pairs * 2 + totals.not_done + totals.added + totals.not_reported;
        let unread = totals.not_comparable_in_plan + totals.not_comparable_in_actuals;
        prop_assert_eq!(lines + unread, plan.len() + actuals.len());
    }
}

#[test]
fn a_large_month_is_compared_without_a_quadratic_step() {
    // 200 persons with 30 visits, and as many lines on a single day of a single person. Prints what it took; judges nothing by the clock.
    let spread: Vec<SlipLine> = (0..6_000)
        .map(|number| SlipLine {
            insured_no: Item::read(&format!("{:010}", number / 30)),
            ..line(&format!("202611{:02}", number % 30 + 1), "0900", "1000")
        })
        .collect();
    let crowded = vec![line("20261112", "0900", "1000"); 6_000];
    let moved = |lines: &[SlipLine]| {
        let moved = lines.iter().map(|it| SlipLine { start_time: Item::read("0830"), ..it.clone() });
        moved.collect::<Vec<_>>()
    };
    for (what, plan) in [("spread", spread), ("crowded", crowded)] {
        let actuals = moved(&plan);
        let start = Instant::now();
        let compared = compare_month(&plan, &actuals[..5_999]);
        println!("{what}: {} lines, {:?}", plan.len(), start.elapsed());
        assert_eq!((compared.totals.time_changed, compared.totals.not_done), (5_999, 1));
    }
}
