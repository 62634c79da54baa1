//! Nothing that a form says is missing on its sheet.

use careplan_standard::form::{Columns, Forms, ItemKind, Outline};

use crate::shown;

fn kinds(outline: &Outline) -> Vec<ItemKind> {
    match outline {
        Outline::Item(kind) => vec![*kind],
        Outline::Group(members) => members.iter().flat_map(|member| kinds(&member.outline)).collect(),
        Outline::Times(count, outline) => kinds(outline).repeat(*count),
        _ => unreachable!("an outline has items, groups and repetitions"),
    }
}

/// A value that no other item has, as the standard writes it and as a reader sees it.
fn value(kind: ItemKind, number: usize) -> (String, String) {
    let plain = |text: String| (text.clone(), text);
    match kind {
        ItemKind::Text => plain(format!("文例{number:03}号")),
        ItemKind::Number => (format!("{}", 7_000_000 + number), format!("7,000,{number:03}")),
        ItemKind::Decimal => plain(format!("{number}.25")),
        ItemKind::Date => {
            let day = jiff::civil::date(2001, 1, 1) + jiff::Span::new().days(i64::try_from(number).unwrap());
            (
                day.strftime("%Y%m%d").to_string(),
                format!("平成13年{}月{}日（2001年）", day.month(), day.day()),
            )
        }
        ItemKind::Month => {
            let month = number % 12 + 1;
            (format!("2001{month:02}"), format!("平成13年{month}月（2001年）"))
        }
        ItemKind::Time => (format!("10{:02}", number % 60), format!("10:{:02}", number % 60)),
        ItemKind::Days => ("1010".to_owned() + &"0".repeat(27), "1日、3日".to_owned()),
        // A code that no table has, or a number of the wrong form.
        _ => plain(format!("Z{number:03}Z")),
    }
}

/// A value that cannot be read, whatever the item is.
fn unread(_: ItemKind, number: usize) -> (String, String) {
    let text = format!("例{number:03}？");
    (text.clone(), text)
}

/// Fills every item of a form and tells which are not on its sheets.
fn absent<F: Columns>(
    fill: fn(ItemKind, usize) -> (String, String),
    place: fn(&mut Forms, F),
) -> Vec<String> {
    let names = F::outline().names();
    let values: Vec<(String, String)> =
        kinds(&F::outline()).into_iter().zip(1..).map(|(kind, number)| fill(kind, number)).collect();
    let form = F::take(&mut values.iter().map(|(written, _)| written.clone()));
    let mut forms = Forms::default();
    place(&mut forms, form);
    let page = shown(&forms);
    names
        .into_iter()
        .zip(values)
        .filter(|(_, (_, seen))| !page.contains(seen))
        .map(|(name, _)| name)
        .collect()
}

/// Names of forms with the items their sheets leave out; the crate's `forms` says why.
macro_rules! every_item_is_shown {
    ($($test:ident: $field:ident $(but $($left_out:literal),+)?;)+) => {$(
        #[test]
        fn $test() {
            let left_out: &[&str] = &[$($($left_out),+)?];
            assert_eq!(absent(value, |forms, form| forms.$field.push(form)), left_out);
            assert_eq!(absent(unread, |forms, form| forms.$field.push(form)), left_out);
        }
    )+};
}

every_item_is_shown! {
    every_item_of_a_supplement_is_shown: supplements but "updater_office_no";
    every_item_of_form_1_is_shown: form1 but "updater_office_no";
    every_item_of_form_2_is_shown: form2 but "need_no", "goal_no", "service_no", "updater_office_no";
    every_item_of_form_3_is_shown: form3;
    every_item_of_a_planned_line_is_shown: plan but "updater_office_no";
    every_item_of_an_actual_line_is_shown: actuals but "updater_office_no";
    every_item_of_form_7_is_shown: benefits but "operator_code", "updater_office_no";
    every_item_of_basic_information_is_shown: basic_information;
    every_item_of_the_days_schedule_is_shown: days;
    every_item_of_an_illness_is_shown: illnesses;
    every_item_of_a_preventive_plan_is_shown: preventive_plans;
    every_item_of_a_support_plan_is_shown: support but "issue_no", "support_no", "service_no";
    every_item_of_a_withdrawn_care_plan_is_shown: withdrawn_care_plans;
    every_item_of_a_withdrawn_slip_is_shown: withdrawn_slips;
    every_item_of_withdrawn_actuals_is_shown: withdrawn_actuals;
    every_item_of_withdrawn_basic_information_is_shown: withdrawn_basic_information;
    every_item_of_a_withdrawn_preventive_plan_is_shown: withdrawn_preventive_plans;
}
