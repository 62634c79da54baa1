//! Forms 1 to 3: whose they are, how rows are joined, and how the week is laid out.

use careplan_standard::form::{Form1, Form2Row, Form3Row, Forms, Supplement};

use crate::{item, lines_with, shown, shown_in_full};

fn supplement(plan_date: &str, month: &str, name: &str) -> Supplement {
    Supplement {
        insurer_no: item("990001"),
        insured_no: item("0009900013"),
        plan_date: item(plan_date),
        target_month: item(month),
        user_name: item(name),
        ..Supplement::default()
    }
}

fn form1(plan_date: &str) -> Form1 {
    Form1 {
        insurer_no: item("990001"),
        insured_no: item("0009900013"),
        plan_date: item(plan_date),
        ..Form1::default()
    }
}

#[test]
fn the_name_is_that_of_the_plans_own_supplement_else_of_any_of_the_person() {
    let mut forms = Forms {
        form1: vec![form1("20261015")],
        supplements: vec![
            supplement("00000000", "202611", "架空　花子"),
            supplement("20261015", "000000", "架空　はな"),
        ],
        ..Forms::default()
    };
    assert_eq!(lines_with(&forms, " 殿|"), ["利用者名|架空　はな 殿|生年月日||住所||"]);
    forms.supplements.truncate(1);
    assert_eq!(lines_with(&forms, " 殿|"), ["利用者名|架空　花子 殿|生年月日||住所||"]);
    forms.form1[0].insured_no = item("0009900021");
    assert_eq!(lines_with(&forms, " 殿|"), [""; 0]);
}

#[test]
fn the_sheets_of_a_plan_stand_together_in_the_order_of_the_forms() {
    let key = |date| (item("990001"), item("0009900013"), item(date));
    let form2 = |date| {
        let (insurer_no, insured_no, plan_date) = key(date);
        Form2Row { insurer_no, insured_no, plan_date, ..Form2Row::default() }
    };
    let form3 = |date| {
        let (insurer_no, insured_no, plan_date) = key(date);
        Form3Row { insurer_no, insured_no, plan_date, ..Form3Row::default() }
    };
    let forms = Forms {
        form1: vec![form1("20261015"), form1("20261115")],
        form2: vec![form2("20261115"), form2("20261015"), form2("20261115")],
        form3: vec![form3("20261115"), form3("20261015"), form3("20261215")],
        supplements: vec![supplement("20261015", "000000", "架空　花子")],
        ..Forms::default()
    };
    let page = shown(&forms);
    let titles: Vec<&str> = page.lines().filter(|line| !line.contains('|')).skip(1).collect();
    let titles: Vec<&str> = titles.into_iter().filter(|line| !line.starts_with('※')).collect();
    let [one, two, three] =
        ["第１表居宅サービス計画書（１）", "第２表居宅サービス計画書（２）", "第３表週間サービス計画表"];
    let supplement = ["利用者補足情報", "種類別支給限度"];
    assert_eq!(titles, [&[one, two, three][..], &supplement, &[one, two, three], &[three]].concat());
}

fn row(numbers: [&str; 3], [need, long, short, service]: [&str; 4]) -> Form2Row {
    Form2Row {
        need_no: item(numbers[0]),
        goal_no: item(numbers[1]),
        service_no: item(numbers[2]),
        need: item(need),
        long_term_goal: item(long),
        short_term_goal: item(short),
        service_content: item(service),
        ..Form2Row::default()
    }
}

/// The rows of form 2 below their heads, without what they leave empty at the end.
fn form2(rows: Vec<Form2Row>) -> Vec<String> {
    let page = shown(&Forms { form2: rows, ..Forms::default() });
    let rows = page.lines().skip_while(|line| !line.starts_with("長期目標")).skip(1);
    rows.take_while(|line| line.contains('|')).map(|line| line.trim_end_matches('|').to_owned()).collect()
}

#[test]
fn rows_of_a_need_and_a_goal_are_joined_whether_texts_repeat_or_not() {
    let rows = vec![
        row(["1", "1", "1"], ["歩きたい", "外へ出る", "庭へ出る", "体操"]),
        row(["1", "1", "2"], ["", "", "", "手すり"]),
        row(["1", "1", "3"], ["歩きたい", "外へ出る", "門まで歩く", "付き添い"]),
        row(["1", "2", "1"], ["", "転ばない", "", "見守り"]),
        row(["2", "1", "1"], ["歩きたい", "", "", "送迎"]),
    ];
    let expected = [
        "歩きたい|外へ出る||庭へ出る||体操",
        "手すり",
        "門まで歩く||付き添い",
        "転ばない||||見守り",
        "歩きたい|||||送迎",
    ];
    assert_eq!(form2(rows), expected);
}

#[test]
fn rows_stand_in_the_order_of_their_numbers_unless_one_has_none() {
    let rows = |first| {
        vec![
            row(["10", "1", "1"], ["十", "", "", ""]),
            row([first, "1", "2"], ["二", "", "", "後"]),
            row([first, "1", "1"], ["二", "", "", "先"]),
        ]
    };
    assert_eq!(form2(rows("2")), ["二|||||先", "後", "十"]);
    assert_eq!(form2(rows("二")), ["十", "二|||||後", "先"]);
}

fn slot(weekday: &str, start: &str, end: &str, service: &str) -> Form3Row {
    Form3Row {
        weekday: item(weekday),
        service_start_time: item(start),
        service_end_time: item(end),
        service_content: item(service),
        ..Form3Row::default()
    }
}

/// The rows of form 3 from its grid on, without those that are empty; `↓5 ` is a cell over five rows.
fn week(rows: Vec<Form3Row>) -> Vec<String> {
    let page = shown_in_full(&Forms { form3: rows, ..Forms::default() });
    let grid = page.lines().skip_while(|line| !line.starts_with("→2 #時間|")).skip(1);
    // The part of the day stands before the hour on its first row.
    let parts = ["#深夜|", "#早朝|", "↓2 #午前|", "↓3 #午後|", "↓2 #夜間|", "↓3 #深夜|"];
    let hours =
        grid.map(|line| parts.iter().fold(line, |line, part| line.strip_prefix(part).unwrap_or(line)));
    let hours = hours.filter(|line| line.split('|').skip(1).any(|cell| !cell.is_empty()));
    hours.map(|line| line.replace('#', "")).collect()
}

#[test]
fn slots_stand_at_their_day_and_time_and_reach_over_their_hours() {
    let rows = vec![
        slot("1", "1000", "1030", "訪問介護"),
        slot("7", "0900", "1630", "通所介護"),
        slot("3", "2200", "0600", "夜間の見守り"),
    ];
    let expected = [
        "8:00|||||||↓5 9:00～16:30^通所介護||",
        "10:00|10:00～10:30^訪問介護|||||||",
        "22:00|||↓3 22:00～6:00^夜間の見守り||||||",
    ];
    assert_eq!(week(rows), expected);
}

#[test]
fn slots_that_share_a_row_share_a_cell_in_the_order_of_their_times() {
    let rows = vec![
        slot("2", "1100", "1300", "昼食"),
        slot("2", "1030", "1100", "訪問看護"),
        slot("2", "1245", "1330", "体操"),
        slot("2", "1400", "1430", "買物"),
    ];
    let expected = [
        "10:00||↓2 10:30～11:00^訪問看護^11:00～13:00^昼食^12:45～13:30^体操|||||||",
        "14:00||14:00～14:30^買物|||||||",
    ];
    assert_eq!(week(rows), expected);
}

#[test]
fn a_slot_that_is_over_leaves_its_last_row_to_the_next() {
    let rows = vec![
        slot("2", "0930", "1630", "通所介護"),
        slot("2", "1630", "1700", "配食"),
        slot("2", "1730", "1900", "訪問介護"),
        slot("2", "1930", "2000", "訪問看護"),
    ];
    let expected = [
        "8:00||↓4 9:30～16:30^通所介護|||||||",
        "16:00||16:30～17:00^配食^17:30～19:00^訪問介護|||||||",
        "18:00||19:30～20:00^訪問看護|||||||",
    ];
    assert_eq!(week(rows), expected);
}

#[test]
fn the_grid_ends_at_four_in_the_morning_and_begins_there() {
    let rows = vec![slot("1", "0359", "0400", "夜の終わり"), slot("1", "0400", "0400", "朝の始め")];
    assert_eq!(week(rows), ["4:00|4:00^朝の始め||||||||", "2:00|3:59～4:00^夜の終わり||||||||"]);
}

#[test]
fn what_has_no_place_in_the_week_is_listed_below() {
    let activity = Form3Row { daily_activity: item("昼寝"), ..Form3Row::default() };
    let rows = vec![
        slot("8", "1000", "1030", "訪問介護"),
        slot("1", "1060", "1130", "訪問看護"),
        slot("1", "1000", "25時", "体操"),
        activity,
    ];
    let expected = [
        "10:00|10:00～25時^体操||||||||",
        "曜日か時刻が^読み取れない予定|8 10:00～10:30 訪問介護^月曜日 1060～11:30 訪問看護^昼寝|",
    ];
    assert_eq!(week(rows), expected);
}
