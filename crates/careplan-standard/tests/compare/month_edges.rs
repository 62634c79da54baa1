//! What lies at the edges of comparing a month: who has reported, which lines belong together, what cannot be read.

use careplan_standard::FileName;
use careplan_standard::compare::{Change, MonthComparer, MonthComparison, Presence, Side, compare_month};
use careplan_standard::form::{Item, SlipLine, Supplement};

use crate::sample::{HELPERS, line, office};

/// Planned and actual time of every visit, in order, with the verdict.
fn told(compared: &MonthComparison) -> Vec<String> {
    let rows = compared.rows();
    rows.iter()
        .map(|row| format!("{}|{}|{:?}", row.planned.as_str(), row.actual.as_str(), row.verdict))
        .collect()
}

fn at(start: &str) -> SlipLine {
    let hour: u32 = start[..2].parse().unwrap();
    line("20261112", start, &format!("{:02}{}", hour + 1, &start[2..]))
}

#[test]
fn lines_at_the_same_time_belong_together_before_others_are_paired() {
    let compared = compare_month(&[at("0900"), at("1400")], &[at("1400"), at("1600")]);
    assert_eq!(told(&compared), ["09:00～10:00|16:00～17:00|Changed", "14:00～15:00|14:00～15:00|AsPlanned"]);
    let twice = SlipLine { times: Item::from(2), ..at("1400") };
    let compared = compare_month(&[at("0900"), at("1400")], &[twice, at("1600")]);
    assert_eq!(compared.persons[0].services[0].visits[1].changes, [Change::Count]);
}

#[test]
fn of_several_at_other_times_those_are_paired_that_moved_least_and_the_order_is_kept() {
    let compared = compare_month(&[at("1000"), at("1400")], &[at("1430")]);
    assert_eq!(told(&compared), ["10:00～11:00||NotDone", "14:00～15:00|14:30～15:30|Changed"]);
    let compared = compare_month(&[at("1400")], &[at("0900"), at("1330"), at("1700")]);
    assert_eq!(
        told(&compared),
        ["|09:00～10:00|Added", "14:00～15:00|13:30～14:30|Changed", "|17:00～18:00|Added"]
    );
    let compared = compare_month(&[at("0900"), at("1200")], &[at("1000"), at("1130"), at("1900")]);
    assert_eq!(
        told(&compared),
        ["09:00～10:00|10:00～11:00|Changed", "12:00～13:00|11:30～12:30|Changed", "|19:00～20:00|Added"]
    );
}

#[test]
fn among_lines_at_the_same_time_those_that_say_the_same_belong_together() {
    let twice = SlipLine { times: Item::from(2), ..at("0900") };
    let compared = compare_month(&[at("0900"), twice.clone()], &[twice]);
    assert_eq!(told(&compared), ["09:00～10:00||NotDone", "09:00～10:00|09:00～10:00|AsPlanned"]);
}

#[test]
fn a_visit_on_another_day_is_one_not_done_and_one_added() {
    let compared = compare_month(&[line("20261112", "0900", "1000")], &[line("20261113", "0900", "1000")]);
    assert_eq!(told(&compared), ["09:00～10:00||NotDone", "|09:00～10:00|Added"]);
}

#[test]
fn another_count_and_other_units_are_changes_but_units_left_open_are_none() {
    let more = SlipLine { times: Item::from(2), units: Item::from(488), ..at("0900") };
    let compared = compare_month(&[at("0900")], &[more]);
    let visit = &compared.persons[0].services[0].visits[0];
    assert_eq!(visit.changes, [Change::Count, Change::Units]);
    assert_eq!(visit.words.as_str(), "回数変更（1 → 2）、単位数変更（244 → 488）");
    for open in [Item::from(0), Item::Empty] {
        let compared = compare_month(&[at("0900")], &[SlipLine { units: open, ..at("0900") }]);
        assert_eq!(compared.totals.as_planned, 1);
    }
}

#[test]
fn services_are_told_apart_by_office_code_satellite_equipment_and_discriminator() {
    let others = [
        SlipLine { service_code: Item::read("111112"), ..at("0900") },
        SlipLine { satellite_no: Item::read("1"), ..at("0900") },
        SlipLine { tais_code: Item::read("99999-000001"), ..at("0900") },
        SlipLine { equipment_notice_code: Item::read("99999-000001"), ..at("0900") },
        SlipLine { line_discriminator: Item::from(2), ..at("0900") },
        SlipLine { insured_no: Item::read("0009900021"), ..at("0900") },
        SlipLine { insurer_no: Item::read("990002"), ..at("0900") },
    ];
    for other in others {
        let compared = compare_month(&[at("0900")], &[other]);
        assert_eq!((compared.totals.not_done, compared.totals.added), (1, 1));
    }
    // Spaces in place of a satellite number are no satellite.
    let compared = compare_month(&[at("0900")], &[SlipLine { satellite_no: Item::read(" "), ..at("0900") }]);
    assert_eq!(compared.totals.as_planned, 1);
}

#[test]
fn lines_of_offices_service_types_and_months_without_a_report_are_not_reported_yet() {
    let elsewhere = SlipLine { service_office_no: Item::read("9970000034"), ..at("0900") };
    let nursing = SlipLine { service_code: Item::read("131111"), ..at("0900") };
    let december = line("20261203", "0900", "1000");
    let compared = compare_month(&[at("0900"), elsewhere, nursing, december], &[at("1000")]);
    assert_eq!((compared.totals.changed, compared.totals.not_done, compared.totals.not_reported), (1, 0, 3));
    assert_eq!(compared.months.len(), 2);
}

#[test]
fn an_office_without_any_actuals_has_reported_when_that_is_said() {
    let plan = [at("0900"), SlipLine { service_code: Item::read("131111"), ..at("0900") }];
    let nothing = compare_month(&plan, &[]);
    assert_eq!((nothing.totals.not_done, nothing.totals.not_reported), (0, 2));
    assert_eq!(nothing.persons[0].presence, Presence::NotReported);

    let of_office = MonthComparer::new().reported_by(&office(HELPERS)).compare(&plan, &[]);
    assert_eq!((of_office.totals.not_done, of_office.totals.not_reported), (2, 0));
    assert_eq!(of_office.persons[0].presence, Presence::PlanOnly);

    let name = FileName::parse("UPJSK_202611_9970000026_11_9970000018_43_20261202164500.CSV").unwrap();
    let of_file = MonthComparer::new().reported_in(&name).compare(&plan, &[]);
    assert_eq!((of_file.totals.not_done, of_file.totals.not_reported), (1, 1));
}

#[test]
fn persons_in_one_of_the_two_only_are_listed() {
    let other = SlipLine { insured_no: Item::read("0009900021"), ..at("0900") };
    let third = SlipLine { insured_no: Item::read("0009900039"), ..at("0900") };
    let compared = compare_month(&[at("0900"), other.clone()], &[other, third]);
    let presences: Vec<Presence> = compared.persons.iter().map(|it| it.presence).collect();
    assert_eq!(presences, [Presence::PlanOnly, Presence::Both, Presence::ActualsOnly]);
    assert_eq!((compared.totals.persons_in_plan_only, compared.totals.persons_in_actuals_only), (1, 1));
    let text = compared.to_text();
    assert!(text.contains("0009900013　予定だけがあり、実績がありません"));
    assert!(text.contains("0009900039　実績だけがあり、予定がありません"));
}

#[test]
fn lines_that_cannot_be_read_are_listed_with_the_items_that_stand_in_the_way() {
    let without_number = SlipLine { insured_no: Item::Empty, ..at("0900") };
    let odd_day =
        SlipLine { service_date: Item::read("20261131"), line_discriminator: Item::read("x"), ..at("0900") };
    let compared = compare_month(&[without_number, at("0900")], &[odd_day]);
    let sides: Vec<(Side, usize)> = compared.not_comparable.iter().map(|it| (it.side, it.line)).collect();
    assert_eq!(sides, [(Side::Plan, 1), (Side::Actuals, 1)]);
    assert_eq!(
        compared.not_comparable[0].words.as_str(),
        "予定の1行目は、「被保険者番号」が空欄のため比べられません。送り元で直してもらってください。"
    );
    assert_eq!(
        compared.not_comparable[1].words.as_str(),
        "実績の1行目は、「サービス利用日」が「20261131」、「明細判別コード」が「x」のため比べられません。\
         送り元で直してもらってください。"
    );
    // The office has reported, though its line cannot be read, and the person does stand in both lists.
    assert_eq!(compared.totals.not_done, 1);
    assert_eq!(compared.persons[0].presence, Presence::Both);
    let unread = SlipLine { service_date: Item::Empty, ..at("0900") };
    assert_eq!(compare_month(&[unread], &[at("0900")]).persons[0].presence, Presence::Both);
}

#[test]
fn every_item_that_a_comparison_needs_stands_in_the_way_when_it_is_missing() {
    let needed: [fn(&mut SlipLine); 7] = [
        |line| line.insurer_no = Item::Empty,
        |line| line.insured_no = Item::Empty,
        |line| line.service_office_no = Item::Empty,
        |line| line.service_code = Item::Empty,
        |line| line.service_date = Item::Empty,
        |line| line.start_time = Item::Empty,
        |line| line.end_time = Item::Empty,
    ];
    for strike in needed {
        let mut struck = at("0900");
        strike(&mut struck);
        let compared = compare_month(&[struck], &[]);
        assert_eq!((compared.totals.not_comparable_in_plan, compared.persons.len()), (1, 0));
    }
}

#[test]
fn a_service_without_clock_times_is_as_planned_on_its_day() {
    let rental = |day: &str| SlipLine { service_code: Item::read("171007"), ..line(day, "9999", "9999") };
    let compared = compare_month(&[rental("20261101")], &[rental("20261101")]);
    assert_eq!(told(&compared), ["時刻なし|時刻なし|AsPlanned"]);
}

#[test]
fn a_service_without_clock_times_is_taken_for_a_moved_visit_last() {
    let clockless = line("20261112", "9999", "9999");
    let compared = compare_month(&[clockless, at("0600")], &[at("0100")]);
    assert_eq!(told(&compared), ["06:00～07:00|01:00～02:00|Changed", "時刻なし||NotDone"]);
}

#[test]
fn a_line_without_a_readable_count_counts_as_one() {
    let uncounted = |times: &str| SlipLine { times: Item::read(times), ..at("0900") };
    let compared = compare_month(&[uncounted(""), uncounted("x"), uncounted("3")], &[]);
    assert_eq!(compared.persons[0].services[0].planned_count, 5);
}

#[test]
fn offices_are_named_as_in_the_plan_and_persons_as_in_the_first_supplement() {
    let named = |name: &str| SlipLine { service_office_name: Item::read(name), ..at("0900") };
    let name = |plan: &str, actual: &str| {
        let compared = compare_month(&[named(plan)], &[named(actual)]);
        compared.persons[0].services[0].office_name.as_str().to_owned()
    };
    assert_eq!((name("乙", "甲").as_str(), name("", "甲").as_str()), ("乙", "甲"));

    let supplement = |name: &str| Supplement {
        insurer_no: Item::read("990001"),
        insured_no: Item::read("0009900013"),
        user_name: Item::read(name),
        ..Supplement::default()
    };
    let supplements = [supplement("架空　花子"), supplement("架空　花江")];
    let compared = MonthComparer::new().names(&supplements).compare(&[at("0900")], &[]);
    assert_eq!(compared.persons[0].person.name.as_str(), "架空　花子");
}

#[test]
fn nothing_against_nothing_is_nothing() {
    let compared = compare_month(&[], &[]);
    assert_eq!((compared.persons.len(), compared.months.len()), (0, 0));
    assert_eq!(compared.totals, careplan_standard::compare::Totals::default());
}
