//! Basic information and preventive plans: annexes, pictures, joined rows.

use careplan_standard::form::{
    BasicInformation, DayRow, FamilyChart, Forms, IllnessRow, PreventivePlan, SupportRow,
};

use crate::{item, lines_with, printed, shown};

fn information(date: &str, chart: &str) -> BasicInformation {
    BasicInformation {
        consultation_date: item(date),
        family_chart_image_file: item(chart),
        ..BasicInformation::default()
    }
}

fn chart(file_name: &str, jpeg: &[u8]) -> FamilyChart {
    FamilyChart { file_name: file_name.to_owned(), jpeg: jpeg.to_vec() }
}

#[test]
fn a_chart_is_shown_where_it_is_named_and_a_sentence_stands_for_one_that_is_not_there() {
    let jpeg = include_bytes!("../../../careplan-sheet/examples/sample/family.jpg");
    let mut forms = Forms {
        basic_information: vec![information("20261005", "UPKIHON_IMAGE_1.jpg")],
        family_charts: vec![chart("UPKIHON_IMAGE_1.JPG", jpeg)],
        ..Forms::default()
    };
    let page = careplan_paper::to_html(&printed(&forms));
    assert_eq!(page.matches("<img ").count(), 1);
    assert!(!page.contains("画像が届いていません"));
    forms.family_charts[0].jpeg = b"GIF89a".to_vec();
    let told = "家族構成の画像を表示できません。画像がJPEG形式ではないか、壊れています。元の画像を確かめて、JPEG形式で保存し直してください。";
    assert_eq!(lines_with(&forms, "画像を表示"), [told]);
    forms.family_charts.clear();
    assert_eq!(
        lines_with(&forms, "届いていません"),
        ["家族構成の画像が届いていません。送り元に確かめてください。"]
    );
    forms.basic_information[0].family_chart_image_file = item("");
    assert_eq!(lines_with(&forms, "届いていません"), [""; 0]);
}

#[test]
fn a_chart_that_nobody_names_has_a_sheet_of_its_own() {
    let jpeg = include_bytes!("../../../careplan-sheet/examples/sample/family.jpg");
    let forms = Forms {
        basic_information: vec![information("20261005", "")],
        family_charts: vec![chart("UPKIHON_IMAGE_2.jpg", jpeg)],
        ..Forms::default()
    };
    assert_eq!(lines_with(&forms, "名前のない画像"), ["家族構成（利用者基本情報に名前のない画像）"]);
    assert_eq!(lines_with(&forms, "UPKIHON_IMAGE_2.jpg").len(), 1);
}

#[test]
fn annexes_go_with_their_information_and_stand_alone_without_it() {
    let day = |date: &str, text: &str| DayRow {
        consultation_date: item(date),
        user_activity: item(text),
        ..DayRow::default()
    };
    let illness = IllnessRow {
        consultation_date: item("20261007"),
        disease: item("高血圧症"),
        attending_doctor_flag: item("1"),
        ..IllnessRow::default()
    };
    let forms = Forms {
        basic_information: vec![information("20261005", ""), information("20261005", "")],
        days: vec![day("20261006", "昼食"), day("20261005", "起床"), day("20261005", "就寝")],
        illnesses: vec![illness],
        ..Forms::default()
    };
    let page = shown(&forms);
    let told: Vec<&str> = page
        .lines()
        .filter(|line| {
            ["相談日|", "|起床", "|就寝", "|昼食", "|高血圧症"].iter().any(|text| line.contains(text))
        })
        .collect();
    let expected = [
        "相談日|令和8年10月5日（2026年）|相談方法|□来所　□電話　□その他|",
        "|起床||",
        "|就寝||",
        "相談日|令和8年10月5日（2026年）|相談方法|□来所　□電話　□その他|",
        "相談日|令和8年10月6日（2026年）|相談方法|□来所　□電話　□その他|",
        "|昼食||",
        "相談日|令和8年10月7日（2026年）|相談方法|□来所　□電話　□その他|",
        "|高血圧症|☆主治医・意見作成者|||",
    ];
    assert_eq!(told, expected);
}

#[test]
fn support_rows_are_joined_and_find_their_plan() {
    let row = |date: &str, numbers: [&str; 3], texts: [&str; 4]| SupportRow {
        plan_date: item(date),
        issue_no: item(numbers[0]),
        support_no: item(numbers[1]),
        service_no: item(numbers[2]),
        overall_issue: item(texts[0]),
        goal: item(texts[1]),
        support_point: item(texts[2]),
        service_kind: item(texts[3]),
        ..SupportRow::default()
    };
    let plan = PreventivePlan {
        plan_date: item("20261015"),
        user_name: item("見本　さくら"),
        ..PreventivePlan::default()
    };
    let forms = Forms {
        preventive_plans: vec![plan.clone(), plan],
        support: vec![
            row("20261015", ["1", "2", "1"], ["", "", "声かけ", "通いの場"]),
            row("20261016", ["1", "1", "1"], ["別の計画", "", "", ""]),
            row("20261015", ["1", "1", "1"], ["膝の痛み", "外出する", "休む", "訪問型"]),
            row("20261015", ["1", "1", "2"], ["", "", "", "配食"]),
            row("20261015", ["2", "1", "1"], ["", "", "", "見守り"]),
        ],
        ..Forms::default()
    };
    let page = shown(&forms);
    let rows: Vec<&str> =
        page.lines().skip_while(|line| !line.starts_with("目標についての")).skip(1).collect();
    let expected =
        ["膝の痛み|||外出する|休む|||訪問型|||", "配食|||", "声かけ|||通いの場|||", "|||||||見守り|||"];
    assert_eq!(rows[..4], expected);
    // A plan that came twice has its support plan once.
    assert_eq!(page.matches("膝の痛み|").count(), 1);
    assert_eq!(page.matches("介護予防サービス・支援計画書\n").count(), 4);
    assert_eq!(lines_with(&forms, "見本　さくら 様").len(), 2);
}
