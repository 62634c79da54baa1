//! 支援計画: issues, goals under them, support for those, and the services that give it.

use careplan_standard::form::SupportRow;

use crate::forms::runs::{Level, cells, runs};
use careplan_sheet::{Cell, Row, Table, TableFault, TextSize};

/// 総合的課題, 目標と具体策の提案, 意向, 目標, 支援のポイント, セルフケア等, 介護保険サービス等, サービス種別, 事業所, 期間.
const SHARES: [u16; 10] = [27, 27, 27, 25, 27, 33, 33, 22, 24, 16];

/// The table of the support plan.
pub(super) fn table(rows: &[&SupportRow]) -> Result<Table, TableFault> {
    let rows = in_order(rows);
    Table::builder(SHARES)
        .size(TextSize::Small)
        .head(Row::new([
            Cell::head("総合的課題").rows(2),
            Cell::head("課題に対する\n目標と具体策\nの提案").rows(2),
            Cell::head("具体策に\nついての意向\n本人・家族").rows(2),
            Cell::head("目標").rows(2),
            Cell::head("支援計画").cols(6),
        ]))
        .head(Row::new(
            [
                "目標についての\n支援のポイント",
                "本人等のセルフケアや\n家族の支援、\nインフォーマルサービス\n（民間サービス）",
                "介護保険サービス又は\n地域支援事業\n（総合事業のサービス）",
                "サービス\n種別",
                "事業所\n（利用先）",
                "期間",
            ]
            .map(Cell::head),
        ))
        .rows(body(&rows))
        .build()
}

/// As form 2: by the numbers where every row has them, else as in the file.
fn in_order<'a>(rows: &[&'a SupportRow]) -> Vec<&'a SupportRow> {
    let number =
        |row: &SupportRow| Some((*row.issue_no.value()?, *row.support_no.value()?, *row.service_no.value()?));
    let mut sorted = rows.to_vec();
    if sorted.iter().all(|row| number(row).is_some()) {
        sorted.sort_by_key(|row| number(row));
    }
    sorted
}

fn body(rows: &[&SupportRow]) -> Vec<Row> {
    let issues: Vec<Level<4>> = rows
        .iter()
        .map(|row| Level {
            number: row.issue_no.text(),
            texts: [row.overall_issue.text(), row.proposal.text(), row.intention.text(), row.goal.text()],
        })
        .collect();
    let support: Vec<Level<3>> = rows
        .iter()
        .map(|row| Level {
            number: row.support_no.text(),
            texts: [row.support_point.text(), row.self_care_informal.text(), row.insured_service.text()],
        })
        .collect();
    let issue_runs = runs(&issues, &[rows.len()]);
    let support_runs = runs(&support, &issue_runs);
    let mut levels = [cells(&issues, &issue_runs), cells(&support, &support_runs)].map(Vec::into_iter);
    let above = rows.iter().map(|_| levels.each_mut().map(|level| level.next().unwrap_or_default()));
    above
        .zip(rows)
        .map(|(above, row)| {
            let services = [row.service_kind.text(), row.service_office.text(), row.service_period.text()];
            let services = services.map(|text| Cell::data(&text));
            Row::new(above.into_iter().flatten().chain(services))
        })
        .collect()
}
