//! By what the rows of each kind of form are recognised in a newer version, step by step.

use careplan_standard::compare::diff_forms;
use careplan_standard::form::{
    BasicInformation, BenefitLine, DayRow, Form1, Form3Row, Forms, IllnessRow, Item, PreventivePlan,
    Supplement, SupportRow,
};

/// Old and new rows that belong together, each as `old-new`, and `old-` or `-new` for a row that is gone or new.
fn pairs(old: &Forms, new: &Forms) -> String {
    let diff = diff_forms(old, new);
    let number = |row: Option<usize>| row.map(|row| row.to_string()).unwrap_or_default();
    let changes = diff.kinds.iter().flat_map(|kind| &kind.changes);
    let pairs: Vec<String> =
        changes.map(|it| format!("{}-{}", number(it.old_row), number(it.new_row))).collect();
    pairs.join(" ")
}

#[test]
fn plans_are_recognised_by_their_date_and_else_taken_one_after_the_other() {
    let form = |date: &str, policy: &str| Form1 {
        plan_date: Item::read(date),
        overall_policy: Item::read(policy),
        ..Form1::default()
    };
    let forms = |form1: &[Form1]| Forms { form1: form1.to_vec(), ..Forms::default() };
    let old = forms(&[form("20261001", "甲"), form("20261015", "乙")]);
    assert_eq!(pairs(&old, &forms(&[form("20261015", "丙"), form("20261001", "丁")])), "2-1 1-2");
    assert_eq!(pairs(&old, &forms(&[form("20261101", "丙")])), "1-1 2-");

    let plan = |date: &str, policy: &str| PreventivePlan {
        plan_date: Item::read(date),
        overall_policy: Item::read(policy),
        ..PreventivePlan::default()
    };
    let forms = |plans: &[PreventivePlan]| Forms { preventive_plans: plans.to_vec(), ..Forms::default() };
    let old = forms(&[plan("20261001", "甲"), plan("20261015", "乙")]);
    assert_eq!(pairs(&old, &forms(&[plan("20261015", "丙")])), "1- 2-1");
}

#[test]
fn supplements_are_recognised_by_month_and_plan_date_then_by_month_and_basic_information_by_its_day() {
    let supplement = |month: &str, date: &str, level: &str| Supplement {
        target_month: Item::read(month),
        plan_date: Item::read(date),
        care_level: Item::read(level),
        ..Supplement::default()
    };
    let forms = |rows: &[Supplement]| Forms { supplements: rows.to_vec(), ..Forms::default() };
    let old = forms(&[supplement("000000", "20261001", "21"), supplement("000000", "20261015", "21")]);
    assert_eq!(pairs(&old, &forms(&[supplement("000000", "20261015", "22")])), "1- 2-1");
    let old = forms(&[supplement("202610", "00000000", "21"), supplement("202611", "00000000", "21")]);
    assert_eq!(pairs(&old, &forms(&[supplement("202611", "20261101", "21")])), "1- 2-1");
    assert_eq!(pairs(&old, &forms(&[supplement("202612", "00000000", "21")])), "1-1 2-");

    let basic = |day: &str, note: &str| BasicInformation {
        consultation_date: Item::read(day),
        hobbies: Item::read(note),
        ..BasicInformation::default()
    };
    let forms = |rows: &[BasicInformation]| Forms { basic_information: rows.to_vec(), ..Forms::default() };
    let old = forms(&[basic("20261001", "庭"), basic("20261015", "庭")]);
    assert_eq!(pairs(&old, &forms(&[basic("20261015", "川柳")])), "1- 2-1");
    assert_eq!(pairs(&old, &forms(&[basic("20261101", "庭")])), "1-1 2-");
}

#[test]
fn slots_of_the_week_are_recognised_by_content_then_by_time() {
    let slot = |content: &str, weekday: &str, start: &str, end: &str| Form3Row {
        service_content: Item::read(content),
        weekday: Item::read(weekday),
        service_start_time: Item::read(start),
        service_end_time: Item::read(end),
        ..Form3Row::default()
    };
    let forms = |rows: &[Form3Row]| Forms { form3: rows.to_vec(), ..Forms::default() };
    let old = forms(&[slot("訪問介護", "1", "0900", "1000"), slot("訪問介護", "1", "1500", "1600")]);
    // The same content and start, however the file is ordered.
    let new = forms(&[slot("訪問介護", "1", "1500", "1630"), slot("訪問介護", "1", "0900", "0930")]);
    assert_eq!(pairs(&old, &new), "2-1 1-2");
    // Another content in the same slot; not in one that only begins with it.
    assert_eq!(pairs(&old, &forms(&[slot("訪問看護", "1", "1500", "1600")])), "1- 2-1");
    assert_eq!(pairs(&old, &forms(&[slot("訪問看護", "1", "1500", "1800")])), "1- -1 2-");
    // The same content and time on another day.
    assert_eq!(pairs(&old, &forms(&[slot("訪問介護", "4", "1500", "1600")])), "1- 2-1");

    let activity = |what: &str, start: &str, end: &str| Form3Row {
        daily_activity: Item::read(what),
        activity_start_time: Item::read(start),
        activity_end_time: Item::read(end),
        ..Form3Row::default()
    };
    let old = forms(&[activity("起床", "0630", "0630"), activity("朝食", "0730", "0800")]);
    assert_eq!(pairs(&old, &forms(&[activity("朝食", "0630", "0630")])), "1- 2-1");
    assert_eq!(pairs(&old, &forms(&[activity("散歩", "0730", "0800")])), "1- 2-1");

    let outside = |what: &str, updated: &str| Form3Row {
        non_weekly_service: Item::read(what),
        form_created_date: Item::read(updated),
        ..Form3Row::default()
    };
    let old = forms(&[outside("福祉用具貸与", "20261001"), outside("居宅療養管理指導", "20261002")]);
    let new = forms(&[outside("居宅療養管理指導", "20261003"), outside("福祉用具貸与", "20261004")]);
    assert_eq!(pairs(&old, &new), "2-1 1-2");
}

#[test]
fn lines_of_form_7_are_recognised_by_office_and_code_and_equipment_where_there_is_some() {
    let line = |code: &str, equipment: &str, units: i64| BenefitLine {
        service_office_no: Item::read("9970000034"),
        service_code: Item::read(code),
        equipment_name: Item::read(equipment),
        units: Item::from(units),
        ..BenefitLine::default()
    };
    let forms = |rows: &[BenefitLine]| Forms { benefits: rows.to_vec(), ..Forms::default() };
    let old = forms(&[line("171007", "手すり", 300), line("171007", "歩行器", 300), line("17AAAA", "", 600)]);
    let new = forms(&[line("171007", "歩行器", 310), line("171007", "手すり", 310), line("17AAAA", "", 620)]);
    assert_eq!(pairs(&old, &new), "2-1 1-2 3-3");
    assert_eq!(pairs(&old, &forms(&[line("171007", "車いす", 300), line("17AAAA", "", 600)])), "1-1 2-");
}

#[test]
fn rows_of_the_annexes_are_recognised_by_what_they_name() {
    let day = |time: &str, user: &str, family: &str| DayRow {
        time_text: Item::read(time),
        user_activity: Item::read(user),
        family_activity: Item::read(family),
        ..DayRow::default()
    };
    let forms = |rows: &[DayRow]| Forms { days: rows.to_vec(), ..Forms::default() };
    let old = forms(&[day("6:30", "起床", ""), day("12:00", "昼食", "")]);
    assert_eq!(pairs(&old, &forms(&[day("12:00", "起床", "長女")])), "1- 2-1");
    assert_eq!(pairs(&old, &forms(&[day("12:30", "昼食", "")])), "1- 2-1");

    let illness = |onset: &str, disease: &str, clinic: &str, note: &str| IllnessRow {
        onset_text: Item::read(onset),
        disease: Item::read(disease),
        clinic_and_doctor: Item::read(clinic),
        treatment_note: Item::read(note),
        ..IllnessRow::default()
    };
    let forms = |rows: &[IllnessRow]| Forms { illnesses: rows.to_vec(), ..Forms::default() };
    let old = forms(&[illness("H30年", "骨折", "甲医院", ""), illness("R5年", "骨折", "乙医院", "")]);
    assert_eq!(pairs(&old, &forms(&[illness("R5年", "骨折", "乙医院", "内服")])), "1- 2-1");
    assert_eq!(pairs(&old, &forms(&[illness("R6年", "骨折", "丙医院", "")])), "1-1 2-");
    assert_eq!(pairs(&old, &forms(&[illness("R5年", "腰痛", "乙医院", "")])), "1- 2-1");
}

#[test]
fn rows_of_a_support_plan_are_recognised_as_those_of_form_2() {
    let row = |numbers: [i64; 3], kind: &str, office: &str, period: &str| SupportRow {
        issue_no: Item::from(numbers[0]),
        support_no: Item::from(numbers[1]),
        service_no: Item::from(numbers[2]),
        service_kind: Item::read(kind),
        service_office: Item::read(office),
        service_period: Item::read(period),
        support_point: Item::read("体操"),
        ..SupportRow::default()
    };
    let forms = |rows: &[SupportRow]| Forms { support: rows.to_vec(), ..Forms::default() };
    let old = forms(&[row([1, 1, 1], "通い", "甲", "６か月"), row([1, 2, 1], "通い", "甲", "３か月")]);
    // A row before all others: those that say the same keep their content, whatever their numbers.
    let new = forms(&[
        row([1, 1, 1], "訪問", "乙", "６か月"),
        row([1, 2, 1], "通い", "甲", "６か月"),
        row([1, 3, 1], "通い", "甲", "３か月"),
    ]);
    assert_eq!(pairs(&old, &new), "-1 1-2 2-3");
    assert_eq!(pairs(&old, &forms(&[row([1, 2, 1], "通い", "甲", "１年")])), "1- 2-1");
    assert_eq!(pairs(&old, &forms(&[row([1, 2, 1], "訪問", "乙", "１年")])), "1- 2-1");
    assert_eq!(pairs(&old, &forms(&[row([2, 1, 1], "通い", "甲", "１年")])), "1-1 2-");
}
