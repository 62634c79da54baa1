//! Forms with much in them.

use careplan_paper::to_pdf;
use careplan_standard::form::{Form1, Form2Row, Forms};

use crate::{item, printed};

fn pages(forms: &Forms) -> usize {
    let pdf = to_pdf(&printed(forms)).unwrap();
    pdf.windows(11).filter(|window| *window == b"/Type/Page/").count()
}

#[test]
fn long_texts_of_form_1_go_on_over_pages() {
    let text = "本人は住み慣れた家で暮らし続けることを望んでいる。".repeat(80);
    assert_eq!(text.chars().count(), 2_000);
    let form = Form1 {
        needs_analysis: item(&text),
        review_board_opinion: item(&text),
        overall_policy: item(&text),
        ..Form1::default()
    };
    assert_eq!(pages(&Forms { form1: vec![form], ..Forms::default() }), 3);
}

#[test]
fn sixty_rows_of_form_2_go_on_over_pages() {
    let row = |number: usize| Form2Row {
        need_no: item(&(number / 20 + 1).to_string()),
        goal_no: item(&(number % 20 / 4 + 1).to_string()),
        service_no: item(&(number % 4 + 1).to_string()),
        need: item(if number.is_multiple_of(20) {
            "転ばずに歩いて、近所との付き合いを続けたい"
        } else {
            ""
        }),
        long_term_goal: item(if number.is_multiple_of(4) { "月に一度は集まりに出る" } else { "" }),
        short_term_goal: item(if number.is_multiple_of(4) { "庭まで歩く" } else { "" }),
        service_content: item("歩行の見守りと、段差での声かけをして、転倒を防ぐ"),
        service_office_name: item("みほんヘルパーステーション"),
        ..Form2Row::default()
    };
    let form2: Vec<Form2Row> = (0..60).map(row).collect();
    assert_eq!(pages(&Forms { form2, ..Forms::default() }), 4);
}
