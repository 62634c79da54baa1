//! The examples' plan and actuals: one visit cancelled (23 November), one at another time (12 November).

use careplan_standard::compare::{Change, MonthComparer, Presence, Verdict, compare_month};

use crate::sample::month;

#[test]
fn the_examples_differ_in_one_visit_cancelled_and_one_at_another_time() {
    let (plan, actuals) = month();
    let compared = MonthComparer::new().names(&plan.supplements).compare(&plan.plan, &actuals.actuals);
    insta::assert_snapshot!(compared.to_text(), @"
    2026年11月の予定と実績
    予定どおり 15件・変更 1件（時刻 1・回数 0・単位数 0）・実績なし 1件・予定なし 0件
    実績がまだ届いていない予定 1件

    架空　花子（保険者 990001・被保険者 0009900013）
      みほんヘルパーステーション（9970000026）サービスコード 111111　予定 9回・実績 8回
        11月12日（木）　時刻変更（10:00～10:30 → 10:30～11:00）
        11月23日（月）　予定（10:00～10:30）に対する実績がありません
      みほん福祉用具センター（9970000034）サービスコード 171007・TAISコード 99999-000001・見本手すり　ＭＨ－１　予定 1回・実績 まだ届いていません

    例題　太郎（保険者 990001・被保険者 0009900021）
      みほんヘルパーステーション（9970000026）サービスコード 111111　予定 4回・実績 4回
      みほんヘルパーステーション（9970000026）サービスコード 111211　予定 4回・実績 4回
    ");
}

#[test]
fn the_json_of_a_comparison_has_english_keys_and_japanese_sentences() {
    let (plan, actuals) = month();
    let mut compared = MonthComparer::new().names(&plan.supplements).compare(&plan.plan, &actuals.actuals);
    compared.persons.truncate(1);
    for service in &mut compared.persons[0].services {
        service.visits.retain(|visit| visit.verdict == Verdict::Changed);
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&compared).unwrap(), @r#"
    {
      "months": [
        "202611"
      ],
      "totals": {
        "as_planned": 15,
        "changed": 1,
        "time_changed": 1,
        "count_changed": 0,
        "units_changed": 0,
        "not_done": 1,
        "added": 0,
        "not_reported": 1,
        "persons_in_plan_only": 0,
        "persons_in_actuals_only": 0,
        "not_comparable_in_plan": 0,
        "not_comparable_in_actuals": 0
      },
      "persons": [
        {
          "person": {
            "insurer_no": "990001",
            "insured_no": "0009900013",
            "name": "架空　花子"
          },
          "presence": "both",
          "services": [
            {
              "office_no": "9970000026",
              "office_name": "みほんヘルパーステーション",
              "service_code": "111111",
              "satellite_no": null,
              "tais_code": null,
              "equipment_notice_code": null,
              "equipment_name": null,
              "line_discriminator": null,
              "planned_count": 9,
              "actual_count": 8,
              "visits": [
                {
                  "day": "2026-11-12",
                  "verdict": "changed",
                  "changes": [
                    "time"
                  ],
                  "planned": {
                    "line": 4,
                    "start": "10:00",
                    "end": "10:30",
                    "count": "1",
                    "units": "244"
                  },
                  "actual": {
                    "line": 4,
                    "start": "10:30",
                    "end": "11:00",
                    "count": "1",
                    "units": "244"
                  },
                  "words": "時刻変更（10:00～10:30 → 10:30～11:00）"
                }
              ]
            },
            {
              "office_no": "9970000034",
              "office_name": "みほん福祉用具センター",
              "service_code": "171007",
              "satellite_no": null,
              "tais_code": "99999-000001",
              "equipment_notice_code": null,
              "equipment_name": "見本手すり　ＭＨ－１",
              "line_discriminator": null,
              "planned_count": 1,
              "actual_count": 0,
              "visits": []
            }
          ]
        }
      ],
      "not_comparable": []
    }
    "#);
}

#[test]
fn rows_for_a_table_say_person_service_day_times_and_verdict() {
    let (plan, actuals) = month();
    let compared = MonthComparer::new().names(&plan.supplements).compare(&plan.plan, &actuals.actuals);
    let rows = compared.rows();
    assert_eq!(rows.len(), plan.plan.len());
    let told: Vec<String> = rows
        .iter()
        .filter(|row| row.verdict != Verdict::AsPlanned)
        .map(|row| {
            let texts = [&row.person, &row.service, &row.day, &row.planned, &row.actual, &row.words];
            texts.map(|text| text.as_str()).join("|")
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    架空　花子（保険者 990001・被保険者 0009900013）|みほんヘルパーステーション（9970000026）サービスコード 111111|11月12日（木）|10:00～10:30|10:30～11:00|時刻変更（10:00～10:30 → 10:30～11:00）
    架空　花子（保険者 990001・被保険者 0009900013）|みほんヘルパーステーション（9970000026）サービスコード 111111|11月23日（月）|10:00～10:30||予定（10:00～10:30）に対する実績がありません
    架空　花子（保険者 990001・被保険者 0009900013）|みほん福祉用具センター（9970000034）サービスコード 171007・TAISコード 99999-000001・見本手すり　ＭＨ－１|11月1日（日）|時刻なし||予定（時刻なし）に対する実績は、まだ届いていません
    ");
}

#[test]
fn without_supplements_persons_are_shown_by_their_numbers() {
    let (plan, actuals) = month();
    let compared = compare_month(&plan.plan, &actuals.actuals);
    assert_eq!(compared.persons[0].person.words().as_str(), "保険者 990001・被保険者 0009900013");
}

#[test]
fn a_masked_comparison_holds_nothing_of_the_forms_but_months_offices_and_counts() {
    let (plan, actuals) = month();
    let mut odd = actuals.actuals[0].clone();
    odd.start_time = careplan_standard::form::Item::read("架空刻");
    let done = [&actuals.actuals[..], &[odd]].concat();
    let compared = MonthComparer::new().names(&plan.supplements).compare(&plan.plan, &done);
    let masked = compared.masked();
    let shown = [
        masked.to_text(),
        serde_json::to_string(&masked).unwrap(),
        serde_json::to_string(&masked.rows()).unwrap(),
        format!("{compared:?} {:?}", compared.rows()),
    ];
    for text in &shown {
        for value in [
            "架空",
            "例題",
            "0009900",
            "990001",
            "みほん",
            "見本",
            "111111",
            "10:00",
            "11-12",
            "11月12日",
            "244",
        ] {
            assert!(!text.contains(value), "{value} in {text}");
        }
    }
    assert!(compared.to_text().contains("架空刻"));
    assert_eq!(masked.totals, compared.totals);
    insta::assert_snapshot!(shown[0], @"
    2026年11月の予定と実績
    予定どおり 15件・変更 1件（時刻 1・回数 0・単位数 0）・実績なし 1件・予定なし 0件
    実績がまだ届いていない予定 1件
    比べられない行 予定 0件・実績 1件

    ＊＊＊（保険者 ＊＊＊・被保険者 ＊＊＊）
      ＊＊＊（9970000026）サービスコード ＊＊＊　予定 9回・実績 8回
        ＊＊＊　時刻変更（＊＊＊ → ＊＊＊）
        ＊＊＊　予定（＊＊＊）に対する実績がありません
      ＊＊＊（9970000034）サービスコード ＊＊＊・TAISコード ＊＊＊・＊＊＊　予定 1回・実績 まだ届いていません

    ＊＊＊（保険者 ＊＊＊・被保険者 ＊＊＊）
      ＊＊＊（9970000026）サービスコード ＊＊＊　予定 4回・実績 4回
      ＊＊＊（9970000026）サービスコード ＊＊＊　予定 4回・実績 4回

    比べられない行
      ＊＊＊（保険者 ＊＊＊・被保険者 ＊＊＊）：実績の17行目は、「サービス開始時刻」が「＊＊＊」のため比べられません。送り元で直してもらってください。
    ");
}

#[test]
fn the_cancelled_and_the_moved_visit_are_told_as_such() {
    let (plan, actuals) = month();
    let compared = compare_month(&plan.plan, &actuals.actuals);
    let home_help = &compared.persons[0].services[0];
    assert_eq!((home_help.planned_count, home_help.actual_count), (9, 8));
    let told: Vec<_> = home_help
        .visits
        .iter()
        .filter(|visit| visit.verdict != Verdict::AsPlanned)
        .map(|visit| (visit.day.as_str(), visit.verdict, visit.changes.as_slice()))
        .collect();
    assert_eq!(
        told,
        [("2026-11-12", Verdict::Changed, &[Change::Time][..]), ("2026-11-23", Verdict::NotDone, &[][..]),]
    );
    let rental = &compared.persons[0].services[1];
    assert_eq!(rental.visits[0].verdict, Verdict::NotReported);
    assert_eq!(compared.persons[0].presence, Presence::Both);
}
