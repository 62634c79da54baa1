//! The areas of life with what is to be worked on in them, and the programmes that are needed.

use careplan_standard::form::{Area, PreventivePlan};

use crate::forms::Basis;
use crate::forms::fields::lines;
use crate::words::quantities::amount;
use careplan_sheet::{Align, Cell, Row, Table, TableFault};

/// アセスメント領域と現在の状況, 本人・家族の意欲・意向, 領域における課題（背景・原因）.
pub(super) fn areas(form: &PreventivePlan, basis: &Basis<'_>) -> Result<Table, TableFault> {
    let areas: [(&str, &Area); 4] = [
        ("運動・移動について", &form.mobility),
        ("日常生活（家庭生活）\nについて", &form.daily_living),
        ("社会参加、対人関係・\nコミュニケーション\nについて", &form.social),
        ("健康管理について", &form.health),
    ];
    let rows = areas.into_iter().map(|(name, area)| {
        let flag = basis.words.choices("UMU", &area.issue_flag);
        Row::new([
            Cell::label(name),
            Cell::data(&area.status.text()),
            Cell::data(&area.intention.text()),
            Cell::data(&lines([flag.as_str(), &area.issue.text()])),
        ])
        .lines(2)
    });
    let heads = [
        Cell::head("アセスメント領域と現在の状況").cols(2),
        Cell::head("本人・家族の意欲・意向"),
        Cell::head("領域における課題（背景・原因）"),
    ];
    Table::builder([50, 72, 66, 72]).head(Row::new(heads)).rows(rows).build()
}

/// 基本チェックリストの（該当した項目数） and 必要な事業プログラム.
pub(super) fn checklist(form: &PreventivePlan, basis: &Basis<'_>) -> Result<Table, TableFault> {
    let (count, program) = (&form.checklist_count, &form.program);
    let columns = [
        ("運動不足", &count.exercise, &program.exercise),
        ("栄養改善", &count.nutrition, &program.nutrition),
        ("口腔内ケア", &count.oral, &program.oral),
        ("閉じこもり予防", &count.housebound, &program.housebound),
        ("物忘れ予防", &count.memory, &program.memory),
        ("うつ予防", &count.depression, &program.depression),
    ];
    let centred = |text: String| Cell::data(&text).align(Align::Center);
    let counts = columns.map(|(_, count, _)| centred(amount(count)));
    let needs = columns.map(|(_, _, need)| centred(basis.words.choices("YOHI", need)));
    Table::builder([50, 35, 35, 35, 35, 35, 35])
        .head(Row::new([Cell::head("")].into_iter().chain(columns.map(|(name, ..)| Cell::head(name)))))
        .row(Row::new([Cell::label("該当した項目数")].into_iter().chain(counts)))
        .row(Row::new([Cell::label("事業プログラムの要否")].into_iter().chain(needs)))
        .build()
}
