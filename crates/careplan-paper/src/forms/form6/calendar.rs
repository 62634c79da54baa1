//! The calendar of a slip: a column for each day of the month, and two rows for each service.

use std::collections::BTreeMap;
use std::iter;

use careplan_standard::form::SlipLine;
use careplan_standard::{YearMonth, weekday_ja};
use jiff::civil::{Date, Weekday};

use super::lines::Lines;
use crate::forms::Basis;
use crate::forms::fields;
use crate::words::days::{date, days_of, marked_days};
use crate::words::quantities::{amount, amount_of, slip_times, thousands};
use careplan_sheet::{Align, Cell, Row, Table, TableFault, TextSize};

/// Widths beside the days: times, service, office, 予定・実績.
const SHARES_BEFORE: [u16; 4] = [33, 66, 68, 20];
const SHARE_OF_DAY: u16 = 14;
const SHARE_OF_SUM: u16 = 20;

/// The calendar of the services of a month.
pub(super) fn table(
    month: YearMonth,
    services: &[Lines<'_>],
    basis: &Basis<'_>,
) -> Result<Table, TableFault> {
    let days = days_of(month);
    let shares = SHARES_BEFORE.into_iter().chain(days.iter().map(|_| SHARE_OF_DAY)).chain([SHARE_OF_SUM]);
    let before =
        ["提供時間帯", "サービス内容", "サービス事業者\n事業所名"].map(|text| Cell::head(text).rows(2));
    let dates = days.iter().map(|day| Cell::head(&day.day().to_string()));
    let weekdays = days.iter().map(|day| Cell::head(weekday_ja(day.weekday())));
    let sum = Cell::head("合計\n回数").rows(2);
    let first = before.into_iter().chain([Cell::head("日付")]).chain(dates).chain([sum]);
    Table::builder(shares)
        .size(TextSize::Tiny)
        .head(Row::new(first))
        .head(Row::new(iter::once(Cell::head("曜日")).chain(weekdays)))
        .rows(services.iter().flat_map(|service| rows(month, service, basis)))
        .build()
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The two rows of a service.
fn rows(month: YearMonth, service: &Lines<'_>, basis: &Basis<'_>) -> [Row; 2] {
    let said = |text: &dyn Fn(&SlipLine) -> String| service.both(text);
    let names = [
        said(&|line| slip_times(&line.start_time, &line.end_time)),
        what(service, basis),
        said(&|line| office(line)),
    ];
    let names = names.map(|text| Cell::data(&text).rows(2).middle());
    [
        Row::new(names.into_iter().chain(days(month, "予定", &service.plan))).lines(2),
        Row::new(days(month, "実績", &service.actuals)).lines(2),
    ]
}

/// The row of one kind: its name, the count of each day, the sum.
fn days(month: YearMonth, kind: &str, lines: &[&SlipLine]) -> Vec<Cell> {
    let mut counts: BTreeMap<Date, i64> = BTreeMap::new();
    for (day, times) in lines.iter().filter_map(|line| placed(month, line)) {
        let count = counts.entry(day).or_default();
        *count = count.saturating_add(times);
    }
    let sum = counts.values().fold(0_i64, |sum, times| sum.saturating_add(*times));
    let sum = if counts.is_empty() { String::new() } else { thousands(sum) };
    let count = |day: &Date| counts.get(day).map(|times| thousands(*times)).unwrap_or_default();
    let cells = days_of(month).into_iter().map(|day| {
        let cell = Cell::data(&count(&day)).align(Align::Center).middle();
        if is_weekend(day) { cell.shaded() } else { cell }
    });
    iter::once(Cell::label(kind).align(Align::Center))
        .chain(cells)
        .chain([Cell::data(&sum).align(Align::Center).middle()])
        .collect()
}

/// The day and the count of a line; `None` where it has no place in the calendar.
fn placed(month: YearMonth, line: &SlipLine) -> Option<(Date, i64)> {
    let day = *line.service_date.value()?;
    let is_of_month = line.target_month.value() == Some(&month)
        && i32::from(day.year()) == i32::from(month.year())
        && i32::from(day.month()) == i32::from(month.month());
    is_of_month.then_some((day, *line.times.value()?))
}

/// What the service is: name and code, equipment, units, and what is peculiar to it.
fn what(service: &Lines<'_>, basis: &Basis<'_>) -> String {
    let said = |text: &dyn Fn(&SlipLine) -> String| service.both(text);
    let named = said(&|line| name(line, basis));
    let units = said(&|line| amount_of(&line.units, "単位"));
    let prorated = said(&|line| marked_days(&line.prorated_days));
    let prorated = if prorated.is_empty() { prorated } else { format!("日割 {prorated}") };
    fields::lines([named.as_str(), &units, &prorated])
}

/// The service of a line with its equipment.
fn name(line: &SlipLine, basis: &Basis<'_>) -> String {
    let code = line.service_code.text();
    let name = basis.words.service(&line.service_code);
    let name = if name.contains(&code) { name } else { format!("{name} {code}") };
    let discriminator = amount(&line.line_discriminator);
    let discriminator =
        if discriminator.is_empty() { discriminator } else { format!("明細{discriminator}") };
    let over = match line.over_30_days_flag.text().as_str() {
        "" | "0" => String::new(),
        "1" => "３０日超".to_owned(),
        other => format!("３０日超区分 {other}"),
    };
    fields::lines([
        name.as_str(),
        &line.equipment_name.text(),
        &line.tais_code.text(),
        &line.equipment_notice_code.text(),
        &discriminator,
        &over,
    ])
}

/// Name, number and branch of an office.
fn office(line: &SlipLine) -> String {
    let satellite = line.satellite_no.text();
    let satellite = if satellite.is_empty() { satellite } else { format!("枝番 {satellite}") };
    fields::lines([line.service_office_name.text().as_str(), &line.service_office_no.text(), &satellite])
}

/// The lines that have no place in the calendar; `None` where there are none.
pub(super) fn left_over(
    month: Option<YearMonth>,
    lines: &Lines<'_>,
    basis: &Basis<'_>,
) -> Result<Option<Table>, TableFault> {
    let kinds = [("予定", &lines.plan), ("実績", &lines.actuals)];
    let rows: Vec<Row> = kinds
        .into_iter()
        .flat_map(|(kind, lines)| lines.iter().map(move |line| (kind, *line)))
        .filter(|(_, line)| month.and_then(|month| placed(month, line)).is_none())
        .map(|(kind, line)| {
            let cells = [
                date(&line.service_date),
                slip_times(&line.start_time, &line.end_time),
                name(line, basis),
                office(line),
                amount(&line.units),
                amount(&line.times),
                marked_days(&line.prorated_days),
            ];
            Row::new(iter::once(Cell::label(kind)).chain(cells.map(|text| Cell::data(&text))))
        })
        .collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let heads =
        ["区分", "利用日", "提供時間帯", "サービス内容", "サービス事業者", "単位数", "回数", "日割対象日"];
    Table::builder([14, 44, 30, 50, 50, 18, 14, 30])
        .caption("利用日または回数が読み取れないか、対象年月の外にある明細")
        .size(TextSize::Small)
        .head(Row::new(heads.map(Cell::head)))
        .rows(rows)
        .build()
        .map(Some)
}
