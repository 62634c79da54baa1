//! Old forms against new ones: the examples, changed by hand.

use careplan_standard::compare::{FormChange, FormKind, FormsDiff, diff_forms};
use careplan_standard::form::{FamilyChart, Form2Row, Form3Row, Forms, IllnessRow, Item, SlipWithdrawal};

use crate::sample::{example, line};

/// Every change in words, without the heading.
fn told(diff: &FormsDiff) -> Vec<&str> {
    diff.kinds.iter().flat_map(|kind| &kind.changes).map(|change| change.words.as_str()).collect()
}

#[test]
fn a_revised_care_plan_is_told_item_by_item() {
    let old = example("01_K1_care_plan");
    let mut new = old.clone();
    for row in &mut new.form2 {
        row.plan_date = Item::read("20261101");
    }
    new.form1[0].plan_date = Item::read("20261101");
    new.form1[0].care_level = Item::read("23");
    new.form1[0].needs_analysis = Item::read("本人：「家で\r\n暮らしたい」");
    new.form2[0].frequency = Item::read("週３回");
    new.form2[1].service_office_no = Item::Empty;
    new.form3[1].service_start_time = Item::read("1330");
    new.form3[1].service_end_time = Item::read("1400");
    new.form3.remove(4);
    new.supplements[0].limit[2].limit = Item::from(500);
    let diff = diff_forms(&old, &new);
    insta::assert_snapshot!(diff.to_text(), @"
    変更 7件・追加 0件・削除 1件

    利用者補足情報
      架空　花子（保険者 990001・被保険者 0009900013）
        変更　居宅サービス計画作成（変更）日 2026-10-15・対象年月 000000
          種類支給限度3 支給限度基準額：（空欄） → 「500」

    居宅サービス計画書（１）
      架空　花子（保険者 990001・被保険者 0009900013）
        変更　居宅サービス計画作成（変更）日 2026-11-01
          居宅サービス計画作成（変更）日：「2026-10-15」 → 「2026-11-01」
          要介護状態区分：「要介護２（22）」 → 「要介護３（23）」
          利用者及び家族の生活に対する意向を踏まえた課題分析の結果：「本人：「自宅で暮らし続けたい」↵家族：転倒が心配, 見守りを増やしたい」 → 「本人：「家で↵暮らしたい」」

    居宅サービス計画書（２）
      架空　花子（保険者 990001・被保険者 0009900013）
        変更　すべての行
          居宅サービス計画作成（変更）日：「2026-10-15」 → 「2026-11-01」
        変更　課題ＮＯ 1・援助目標ＮＯ 1・援助内容ＮＯ 1・サービス内容 入浴の見守りと洗身の介助
          頻度：「週２回」 → 「週３回」
        変更　課題ＮＯ 1・援助目標ＮＯ 1・援助内容ＮＯ 2・サービス内容 浴室の手すり
          サービス事業者コード：「9970000034」 → （空欄）
      例題　太郎（保険者 990001・被保険者 0009900021）
        変更　すべての行
          居宅サービス計画作成（変更）日：「2026-10-15」 → 「2026-11-01」

    週間サービス計画表（第３表）
      架空　花子（保険者 990001・被保険者 0009900013）
        変更　曜日 木曜日・介護サービス内容 訪問介護・開始時間 13:30・終了時間 14:00
          開始時間：「10:00」 → 「13:30」
          終了時間：「10:30」 → 「14:00」
        削除　週単位以外のサービス 福祉用具貸与
    ");
}

#[test]
fn the_json_of_a_difference_has_english_keys_and_japanese_sentences() {
    let old = example("01_K1_care_plan");
    let mut new = old.clone();
    new.form3[0].weekday = Item::read("2");
    let diff = diff_forms(&old, &new);
    insta::assert_snapshot!(serde_json::to_string_pretty(&diff).unwrap(), @r#"
    {
      "totals": {
        "added": 0,
        "removed": 0,
        "changed": 1
      },
      "kinds": [
        {
          "kind": "form3",
          "name_ja": "週間サービス計画表（第３表）",
          "changes": [
            {
              "change": "changed",
              "person": {
                "insurer_no": "990001",
                "insured_no": "0009900013",
                "name": "架空　花子"
              },
              "label": "曜日 火曜日・介護サービス内容 訪問介護・開始時間 10:00・終了時間 10:30",
              "old_row": 1,
              "new_row": 1,
              "items": [
                {
                  "name": "weekday",
                  "name_ja": "曜日",
                  "old": "月曜日（1）",
                  "new": "火曜日（2）"
                }
              ],
              "words": "変更：曜日 火曜日・介護サービス内容 訪問介護・開始時間 10:00・終了時間 10:30（曜日）"
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn rows_for_a_table_have_one_row_for_each_item_and_one_for_what_is_new_or_gone() {
    let old = example("01_K1_care_plan");
    let mut new = old.clone();
    new.form1[1].user_postal_code = Item::read("000-0009");
    new.form1[1].user_address_2 = Item::Empty;
    new.form3.remove(6);
    let rows = diff_forms(&old, &new).rows();
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            let (old, new) = (row.old.as_str(), row.new.as_str());
            format!("{}|{:?}|{}|{}|{old}|{new}", row.form, row.change, row.label.as_str(), row.item)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    居宅サービス計画書（１）|Changed|居宅サービス計画作成（変更）日 2026-10-15|利用者郵便番号|000-0002|000-0009
    居宅サービス計画書（１）|Changed|居宅サービス計画作成（変更）日 2026-10-15|利用者住所２|みほんハイツ１０１|
    週間サービス計画表（第３表）|Removed|曜日 金曜日・介護サービス内容 訪問介護・開始時間 09:00・終了時間 10:00|||
    ");
}

/// A row of form 2 with its numbers and content.
fn service(numbers: [i64; 3], content: &str, frequency: &str) -> Form2Row {
    let [need, goal, service] = numbers;
    Form2Row {
        insurer_no: Item::read("990001"),
        insured_no: Item::read("0009900013"),
        need_no: Item::from(need),
        goal_no: Item::from(goal),
        service_no: Item::from(service),
        service_content: Item::read(content),
        service_kind_text: Item::read("訪問介護"),
        frequency: Item::read(frequency),
        ..Form2Row::default()
    }
}

fn diff_form2(old: &[Form2Row], new: &[Form2Row]) -> FormsDiff {
    let forms = |rows: &[Form2Row]| Forms { form2: rows.to_vec(), ..Forms::default() };
    diff_forms(&forms(old), &forms(new))
}

#[test]
fn a_service_put_in_between_shifts_numbers_and_changes_nothing_else() {
    let old = [service([1, 1, 1], "入浴", "週２回"), service([1, 1, 2], "掃除", "週１回")];
    let new = [
        service([1, 1, 1], "買物", "週１回"),
        service([1, 1, 2], "入浴", "週３回"),
        service([1, 1, 3], "掃除", "週１回"),
    ];
    let diff = diff_form2(&old, &new);
    assert_eq!(
        told(&diff),
        [
            "追加：課題ＮＯ 1・援助目標ＮＯ 1・援助内容ＮＯ 1・サービス内容 買物",
            "変更：課題ＮＯ 1・援助目標ＮＯ 1・援助内容ＮＯ 2・サービス内容 入浴（援助内容ＮＯ、頻度）",
            "変更：課題ＮＯ 1・援助目標ＮＯ 1・援助内容ＮＯ 3・サービス内容 掃除（援助内容ＮＯ）",
        ]
    );
}

#[test]
fn a_service_with_its_numbers_and_another_content_is_changed() {
    let diff = diff_form2(&[service([1, 2, 1], "入浴", "週２回")], &[service([1, 2, 1], "清拭", "週２回")]);
    assert_eq!(
        told(&diff),
        ["変更：課題ＮＯ 1・援助目標ＮＯ 2・援助内容ＮＯ 1・サービス内容 清拭（サービス内容）"]
    );
}

#[test]
fn the_same_content_under_several_numbers_keeps_its_numbers() {
    let old = [service([1, 1, 1], "入浴", "週２回"), service([2, 1, 1], "入浴", "週２回")];
    let new = [service([2, 1, 1], "入浴", "毎日"), service([1, 1, 1], "入浴", "隔週")];
    let diff = diff_form2(&old, &new);
    let rows: Vec<_> =
        diff.kinds[0].changes.iter().map(|it| (it.old_row, it.new_row, it.items.len())).collect();
    assert_eq!(rows, [(Some(2), Some(1), 1), (Some(1), Some(2), 1)]);
}

/// Which old row became which new one, for those that changed, were added or removed.
fn paired(old: &[Form2Row], new: &[Form2Row]) -> Vec<(Option<usize>, Option<usize>)> {
    let diff = diff_form2(old, new);
    diff.kinds[0].changes.iter().map(|it| (it.old_row, it.new_row)).collect()
}

#[test]
fn of_services_with_the_same_content_the_one_that_says_the_same_is_found_first_then_that_of_the_same_office()
{
    let old = [service([1, 1, 1], "入浴", "週２回"), service([1, 1, 2], "入浴", "週１回")];
    let new = [
        service([1, 1, 1], "買物", "週１回"),
        service([1, 1, 2], "入浴", "週２回"),
        service([1, 1, 3], "入浴", "週１回"),
    ];
    assert_eq!(paired(&old, &new), [(None, Some(1)), (Some(1), Some(2)), (Some(2), Some(3))]);

    let of = |number: i64, office: &str, frequency: &str| Form2Row {
        service_office_no: Item::read(office),
        ..service([1, 1, number], "入浴", frequency)
    };
    let old = [of(5, "9970000026", "週１回"), of(6, "9970000034", "週１回")];
    let new = [of(2, "9970000034", "週２回"), of(3, "9970000026", "週２回")];
    assert_eq!(paired(&old, &new), [(Some(2), Some(1)), (Some(1), Some(2))]);

    let old = [of(5, "", "週１回"), of(6, "", "週２回")];
    let new = [of(2, "", "週３回"), of(3, "", "週４回")];
    assert_eq!(paired(&old, &new), [(Some(1), Some(1)), (Some(2), Some(2))]);
}

#[test]
fn services_without_anything_in_common_are_gone_and_added() {
    let diff = diff_form2(&[service([1, 1, 1], "入浴", "")], &[service([2, 1, 1], "買物", "")]);
    assert_eq!((diff.totals.removed, diff.totals.added, diff.totals.changed), (1, 1, 0));
    assert!(diff.kinds[0].changes.iter().all(|change| change.items.is_empty()));
}

#[test]
fn an_item_that_all_rows_repeat_is_told_once_and_one_that_some_rows_have_row_by_row() {
    let mut old = [service([1, 1, 1], "入浴", ""), service([1, 1, 2], "掃除", "")];
    for row in &mut old {
        row.plan_date = Item::read("20261015");
    }
    let mut new = old.clone();
    for row in &mut new {
        row.plan_date = Item::read("20261101");
    }
    let diff = diff_form2(&old, &new);
    assert_eq!(told(&diff), ["変更：すべての行（居宅サービス計画作成（変更）日）"]);
    assert_eq!((diff.kinds[0].changes[0].old_row, diff.kinds[0].changes[0].new_row), (None, None));

    new[1].plan_date = Item::read("20261015");
    assert_eq!(diff_form2(&old, &new).totals.changed, 1);
    assert_eq!(diff_form2(&old, &new).kinds[0].changes[0].new_row, Some(1));
}

#[test]
fn lines_of_a_slip_are_recognised_by_service_day_and_time() {
    let forms = |lines: &[_]| Forms { plan: lines.to_vec(), ..Forms::default() };
    let (morning, noon) = (line("20261112", "0900", "1000"), line("20261112", "1200", "1300"));
    let (later, next_day) = (line("20261112", "1230", "1330"), line("20261113", "0900", "1000"));
    let diff = diff_forms(
        &forms(&[noon, morning.clone(), line("20261114", "0900", "1000")]),
        &forms(&[morning, later, next_day]),
    );
    let told: Vec<_> =
        diff.rows().iter().map(|row| format!("{:?} {}", row.change, row.new.as_str())).collect();
    assert_eq!(told, ["Changed 12:30", "Changed 13:30", "Removed ", "Added "]);
}

#[test]
fn lines_of_a_slip_at_other_times_are_paired_in_the_order_of_their_times() {
    let forms = |starts: [&str; 2]| Forms {
        plan: starts.map(|start| line("20261112", start, "1800")).into(),
        ..Forms::default()
    };
    let diff = diff_forms(&forms(["1200", "0900"]), &forms(["0930", "1230"]));
    let rows: Vec<_> = diff.rows().into_iter().map(|row| (row.old, row.new)).collect();
    let told: Vec<_> = rows.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
    assert_eq!(told, [("09:00", "09:30"), ("12:00", "12:30")]);
}

#[test]
fn rows_are_not_recognised_by_what_both_leave_empty() {
    let forms = |activity: &str, start: &str| {
        let row = Form3Row {
            daily_activity: Item::read(activity),
            activity_start_time: Item::read(start),
            ..Form3Row::default()
        };
        Forms { form3: vec![row], ..Forms::default() }
    };
    let diff = diff_forms(&forms("起床", "0630"), &forms("散歩", "1000"));
    assert_eq!(
        told(&diff),
        [
            "削除：主な日常生活上の活動 起床・開始時間 06:30",
            "追加：主な日常生活上の活動 散歩・開始時間 10:00"
        ]
    );
    assert_eq!(diff_forms(&forms("起床", "0630"), &forms("起床", "0700")).totals.changed, 1);
    assert_eq!(diff_forms(&forms("起床", "0630"), &forms("朝食", "0630")).totals.changed, 1);
}

#[test]
fn a_slot_of_the_week_keeps_its_weekday_before_its_time() {
    let old = example("01_K1_care_plan");
    let mut new = old.clone();
    // Monday moves to another time, Thursday to another day: neither becomes the other.
    new.form3[0].service_start_time = Item::read("0930");
    new.form3[1].weekday = Item::read("6");
    let diff = diff_forms(&old, &new);
    let items: Vec<_> = diff.rows().iter().map(|row| (row.old.clone(), row.new.clone())).collect();
    let texts: Vec<_> = items.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
    assert_eq!(texts, [("10:00", "09:30"), ("木曜日（4）", "土曜日（6）")]);
}

#[test]
fn withdrawals_are_new_or_gone_and_never_changed() {
    let withdrawal = |month: &str| SlipWithdrawal {
        insurer_no: Item::read("990001"),
        insured_no: Item::read("0009900013"),
        target_month: Item::read(month),
    };
    let forms = |month: &str| Forms { withdrawn_slips: vec![withdrawal(month)], ..Forms::default() };
    let diff = diff_forms(&forms("202611"), &forms("202612"));
    assert_eq!(told(&diff), ["削除：削除対象年月 2026-11", "追加：削除対象年月 2026-12"]);
}

#[test]
fn family_charts_are_compared_by_their_pictures_and_not_by_their_names() {
    let with = |name: &str, jpeg: &[u8]| {
        let mut forms = example("07_Y2_preventive_plan");
        forms.family_charts = vec![FamilyChart { file_name: name.to_owned(), jpeg: jpeg.to_vec() }];
        forms.basic_information[0].family_chart_image_file = Item::from("A.jpg".to_owned());
        forms
    };
    assert!(diff_forms(&with("A.jpg", b"one"), &with("a.JPG", b"one")).is_empty());
    let diff = diff_forms(&with("A.jpg", b"one"), &with("A.jpg", b"two"));
    let change = &diff.kinds[0].changes[0];
    assert_eq!((diff.kinds[0].kind, change.change), (FormKind::FamilyCharts, FormChange::Changed));
    assert_eq!(change.person.name.as_str(), "見本　さくら");
    let item = &change.items[0];
    assert_eq!((item.old.as_str(), item.new.as_str()), ("画像1（3バイト）", "画像2（3バイト）"));
}

#[test]
fn persons_are_shown_by_the_name_of_any_form_the_new_one_first() {
    let mut old = example("07_Y2_preventive_plan");
    let mut new = old.clone();
    new.illnesses.push(IllnessRow { disease: Item::read("白内障"), ..new.illnesses[0].clone() });
    new.preventive_plans.clear();
    new.basic_information[0].user_name = Item::read("見本　さくら子");
    let name = |diff: &FormsDiff| diff.kinds[0].changes[0].person.name.as_str().to_owned();
    assert_eq!(name(&diff_forms(&old, &new)), "見本　さくら子");
    new.basic_information.clear();
    assert_eq!(name(&diff_forms(&old, &new)), "見本　さくら");
    old.basic_information.clear();
    old.preventive_plans.clear();
    assert_eq!(name(&diff_forms(&old, &new)), "");
}

#[test]
fn masked_differences_hold_nothing_of_the_forms_but_names_of_items_and_counts() {
    let old = example("01_K1_care_plan");
    let mut new = old.clone();
    new.form1[0].needs_analysis = Item::read("架空の意向");
    new.form2[0].plan_date = Item::read("20261101");
    new.form3.remove(0);
    let diff = diff_forms(&old, &new);
    let masked = diff.masked();
    let shown = [
        masked.to_text(),
        serde_json::to_string(&masked).unwrap(),
        serde_json::to_string(&masked.rows()).unwrap(),
        format!("{diff:?} {:?}", diff.rows()),
    ];
    for text in &shown {
        for value in ["架空", "0009900", "990001", "見守り", "訪問介護", "月曜日", "10:00", "2026"]
        {
            assert!(!text.contains(value), "{value} in {text}");
        }
    }
    assert_eq!(masked.totals, diff.totals);
    insta::assert_snapshot!(shown[0], @"
    変更 2件・追加 0件・削除 1件

    居宅サービス計画書（１）
      ＊＊＊（保険者 ＊＊＊・被保険者 ＊＊＊）
        変更　＊＊＊
          利用者及び家族の生活に対する意向を踏まえた課題分析の結果：「＊＊＊」 → 「＊＊＊」

    居宅サービス計画書（２）
      ＊＊＊（保険者 ＊＊＊・被保険者 ＊＊＊）
        変更　＊＊＊
          居宅サービス計画作成（変更）日：「＊＊＊」 → 「＊＊＊」

    週間サービス計画表（第３表）
      ＊＊＊（保険者 ＊＊＊・被保険者 ＊＊＊）
        削除　＊＊＊
    ");
}

#[test]
fn equal_forms_are_told_to_be_equal() {
    let forms = example("02_K2_use_slip");
    let diff = diff_forms(&forms, &forms);
    assert_eq!((diff.is_empty(), diff.to_text().as_str()), (true, "変わったところはありません。\n"));
}
