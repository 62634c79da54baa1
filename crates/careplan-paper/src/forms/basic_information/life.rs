//! How the person lives, what illnesses they have, and which services they use.

use careplan_standard::form::{BasicInformation, DayRow, IllnessRow};

use crate::forms::Basis;
use crate::forms::fields::{lines, long_field};
use careplan_sheet::{Cell, Row, Table, TableFault};

/// 《介護予防に関する事項》 without the day's schedule.
pub(super) fn life(form: &BasicInformation) -> Result<Table, TableFault> {
    Table::builder([100, 438])
        .row(long_field("今までの生活", &form.life_history.text(), (1, 3)))
        .row(long_field("現在の生活状況\n１日の生活・\nすごし方", &form.daily_life_overview.text(), (1, 3)))
        .row(long_field("趣味・楽しみ・\n特技", &form.hobbies.text(), (1, 2)))
        .row(long_field("友人・地域との\n関係", &form.community_relations.text(), (1, 2)))
        .build()
}

/// The day's schedule (別表１).
pub(super) fn days(rows: &[&DayRow]) -> Result<Table, TableFault> {
    let row = |texts: [String; 3]| Row::new(texts.map(|text| Cell::data(&text)));
    let filled = rows
        .iter()
        .map(|day| row([day.time_text.text(), day.user_activity.text(), day.family_activity.text()]));
    let none = rows.is_empty().then(|| row(Default::default()));
    Table::builder([100, 219, 219])
        .head(Row::new(["時間", "本人", "介護者・家族"].map(Cell::head)))
        .rows(filled)
        .rows(none)
        .build()
}

/// 《現病歴・既往歴と経過》 (別表２). A star marks the doctor who writes the opinion, as on the paper.
pub(super) fn illnesses(rows: &[&IllnessRow], basis: &Basis<'_>) -> Result<Table, TableFault> {
    let row = |texts: [String; 5]| Row::new(texts.map(|text| Cell::data(&text)));
    let filled = rows.iter().map(|illness| {
        let star = match illness.attending_doctor_flag.text().as_str() {
            "1" => "☆主治医・意見作成者".to_owned(),
            "2" => String::new(),
            _ => basis.words.code("SHUJII", &illness.attending_doctor_flag),
        };
        let phone = illness.clinic_phone.text();
        let phone = if phone.is_empty() { phone } else { format!("Tel {phone}") };
        row([
            illness.onset_text.text(),
            illness.disease.text(),
            lines([illness.clinic_and_doctor.text().as_str(), &star, &phone]),
            basis.words.code("KEIKA", &illness.course),
            illness.treatment_note.text(),
        ])
    });
    let none = rows.is_empty().then(|| row(Default::default()));
    let heads =
        ["年月日", "病名", "医療機関・医師名\n（☆は主治医・意見作成者）", "経過", "治療中の場合は内容"];
    Table::builder([27, 35, 46, 22, 50]).head(Row::new(heads.map(Cell::head))).rows(filled).rows(none).build()
}

/// 《現在利用しているサービス》.
pub(super) fn services(form: &BasicInformation) -> Result<Table, TableFault> {
    let used = [form.public_services_in_use.text(), form.informal_services_in_use.text()];
    Table::builder([1, 1])
        .head(Row::new(["公的サービス", "非公的サービス"].map(Cell::head)))
        .row(Row::new(used.map(|text| Cell::data(&text))).lines(3))
        .build()
}
