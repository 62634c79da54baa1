//! Care plans of an invented office, as long as those of daily life: a page and a half of text in each.

use careplan_standard::form::{Form1, Form2Row, Form3Row, Forms, Item, ItemValue, Supplement};

/// Needs of a plan with their long-term goals.
const NEEDS: [(&str, &str); 4] = [
    ("転ばずに家の中を歩き、庭に出て花の世話をしたい。", "庭まで一人で歩いて出ることができる。"),
    ("ひとりで安全に入浴したい。", "見守りがあれば自宅の浴槽に入ることができる。"),
    ("食事をおいしく食べ、体重を保ちたい。", "３食を規則正しく食べ、体重が45kgを下回らない。"),
    ("近所の友人と会い、話をしたい。", "週に１回、友人と会って話すことができる。"),
];

/// Services under each need: what, kind, office, how often.
const SERVICES: [(&str, &str, &str, &str); 3] = [
    (
        "下肢の筋力を保つ運動、歩行の練習。体調に変わりがあれば主治医へ連絡する。",
        "通所リハビリテーション",
        "みほんリハビリセンター",
        "週２回",
    ),
    ("手すり、歩行器の貸与と点検", "福祉用具貸与", "みほん福祉用具センター", "毎日"),
    (
        "見守り、背中と足先の洗身。浴室の温度に気をつける。",
        "訪問介護",
        "みほんヘルパーステーション",
        "週１回",
    ),
];

/// Slots of the week: day, from, to, what.
const WEEK: [(&str, &str, &str, &str); 7] = [
    ("1", "0930", "1600", "通所リハビリテーション"),
    ("2", "1000", "1045", "訪問介護"),
    ("3", "1400", "1500", "訪問看護"),
    ("4", "0930", "1600", "通所リハビリテーション"),
    ("5", "1000", "1045", "訪問介護"),
    ("6", "1800", "1830", "訪問介護"),
    ("7", "1800", "1830", "訪問介護"),
];

const DAY: [(&str, &str); 5] =
    [("0630", "起床"), ("0700", "朝食"), ("1200", "昼食"), ("1800", "夕食"), ("2100", "就寝")];

const WISHES: &str = "本人：「住み慣れたこの家で、できるだけ自分のことは自分でしながら暮らしたい。春には庭の花の世話をまたしたい。」\n\
    長男：「日中は仕事で家を空けるので、転ばないか心配。夜は一緒にいられる。無理のない範囲で手伝っていきたい。」";

const POLICY: &str = "歩行が不安定になってきていますが、手すりや歩行器を使えば家の中を移動できます。転倒を防ぎながら、入浴や買い物などの生活を\
    続けられるよう、通所リハビリテーションと訪問介護で支えます。緊急の連絡先は長男の携帯電話です。";

/// The plans of so many users, each with four needs and twelve services.
pub(crate) fn care_plans(users: usize) -> Forms {
    let mut forms = Forms::default();
    for user in 0..users {
        let number = format!("{:010}", 9_900_000 + user);
        forms.form1.push(form1(&number));
        forms.form2.extend((0..NEEDS.len() * SERVICES.len()).map(|row| form2(&number, row)));
        forms.form3.extend(WEEK.map(|(weekday, start, end, service)| Form3Row {
            weekday: item(weekday),
            service_start_time: item(start),
            service_end_time: item(end),
            service_content: item(service),
            ..form3(&number)
        }));
        forms.form3.extend(DAY.map(|(time, activity)| Form3Row {
            activity_start_time: item(time),
            activity_end_time: item(time),
            daily_activity: item(activity),
            ..form3(&number)
        }));
        forms.supplements.push(supplement(&number));
    }
    forms
}

fn item<T: ItemValue>(text: &str) -> Item<T> {
    Item::read(text)
}

fn form1(number: &str) -> Form1 {
    Form1 {
        insurer_no: item("990001"),
        insured_no: item(number),
        plan_date: item("20261015"),
        created_date: item("20261015"),
        first_plan_date: item("20250401"),
        user_postal_code: item("000-0001"),
        user_address_1: item("架空県見本市例示町１－２－３"),
        plan_author_name: item("例文　一郎"),
        care_management_office_name: item("みほん居宅介護支援事業所"),
        care_management_office_no: item("9970000018"),
        plan_kind: item("21"),
        certification_status: item("2"),
        certification_date: item("20260825"),
        certification_period_start: item("20260901"),
        certification_period_end: item("20280831"),
        care_level: item("22"),
        needs_analysis: item(&WISHES.repeat(2)),
        review_board_opinion: item("特になし"),
        overall_policy: item(&POLICY.repeat(2)),
        ..Form1::default()
    }
}

fn form2(number: &str, row: usize) -> Form2Row {
    let (need, long) = NEEDS[row / SERVICES.len()];
    let (content, kind, office, frequency) = SERVICES[row % SERVICES.len()];
    let period = "2026/11/01～2027/04/30";
    Form2Row {
        insurer_no: item("990001"),
        insured_no: item(number),
        plan_date: item("20261015"),
        form_created_date: item("20261015"),
        need_no: item(&(row / SERVICES.len() + 1).to_string()),
        goal_no: item("1"),
        service_no: item(&(row % SERVICES.len() + 1).to_string()),
        need: item(need),
        long_term_goal: item(long),
        long_term_period: item("2026/11/01～2027/10/31"),
        short_term_goal: item("手すりや歩行器を使い、居室から玄関まで一人で歩く。"),
        short_term_period: item(period),
        service_content: item(content),
        insurance_flag: item("Y"),
        service_kind_text: item(kind),
        service_office_no: item("9970000026"),
        service_office_name: item(office),
        frequency: item(frequency),
        service_period: item(period),
        ..Form2Row::default()
    }
}

fn form3(number: &str) -> Form3Row {
    Form3Row {
        insurer_no: item("990001"),
        insured_no: item(number),
        plan_date: item("20261015"),
        form_created_date: item("20261015"),
        ..Form3Row::default()
    }
}

fn supplement(number: &str) -> Supplement {
    Supplement {
        insurer_no: item("990001"),
        insured_no: item(number),
        plan_date: item("20261015"),
        user_name: item("架空　花子"),
        user_name_kana: item("カクウ　ハナコ"),
        user_sex: item("2"),
        user_birth_date: item("19380412"),
        user_address_1: item("架空県見本市例示町１－２－３"),
        target_month: item("000000"),
        ..Supplement::default()
    }
}
