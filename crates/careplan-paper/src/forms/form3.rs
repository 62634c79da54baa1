//! 第３表 週間サービス計画表: the week as a grid of days and hours.
//!
//! Promises: every slot and every activity of the day is on the sheet; what has no place in the grid stands in a list below it.

use careplan_standard::form::{Form3Row, Item, TimeOfDay};

use super::Basis;
use super::case::CaseKey;
use super::fields::{distinct, lines, plan_head};
use crate::words::days::date;
use crate::words::quantities::times;
use careplan_sheet::{Align, Cell, Row, Sheet, Table, TableFault, TextSize};

/// Hours in a row of the grid, as on the paper.
const ROW_HOURS: u16 = 2;

/// The grid's first hour; the day ends at the same hour of the night.
const FIRST_HOUR: u16 = 4;

/// Rows of the grid.
const ROWS: u16 = 24 / ROW_HOURS;

/// What the parts of the day are called, and how many rows they have.
const PARTS: [(&str, u16); 6] =
    [("深夜", 1), ("早朝", 1), ("午前", 2), ("午後", 3), ("夜間", 2), ("深夜", 3)];

/// Columns with entries: seven days of the week (1 is Monday), then the day's activities.
const ACTIVITIES: usize = 7;

/// Part of the day, hour, Monday to Sunday, activities.
const SHARES: [u16; 10] = [10, 13, 28, 28, 28, 28, 28, 28, 28, 38];

/// Something in the grid: from when to when, and from which row to which it reaches.
struct Entry {
    start: u16,
    end: u16,
    first: u16,
    last: u16,
    text: String,
}

impl Entry {
    /// Whether an entry below begins in the row in which this one ends, when it is over: then that row is the other's.
    fn makes_way_for(&self, below: &Self) -> bool {
        self.first < self.last && self.last == below.first && self.end <= below.start
    }
}

/// The sheet of a form 3.
pub(super) fn sheet(case: &CaseKey, rows: &[&Form3Row], basis: &Basis<'_>) -> Result<Sheet, TableFault> {
    let all = |text: fn(&Form3Row) -> String| distinct(rows.iter().map(|row| text(row)));
    let head = plan_head(
        basis.people.addressed(case),
        [all(|row| date(&row.plan_date)), all(|row| date(&row.form_created_date))],
        [all(|row| row.insurer_no.text()), all(|row| row.insured_no.text())],
    )?;
    let (columns, left_over) = sorted(rows, basis);
    let sheet = Sheet::new("週間サービス計画表").form_no("第３表").table(head).table(grid(columns)?);
    let others: Vec<String> = rows.iter().map(|row| row.non_weekly_service.text()).collect();
    let others = lines(others.iter().map(String::as_str));
    let mut below = Table::builder([62, 723])
        .size(TextSize::Small)
        .row(Row::new([Cell::label("週単位以外の\nサービス"), Cell::data(&others)]).lines(3));
    if !left_over.is_empty() {
        let label = Cell::label("曜日か時刻が\n読み取れない予定");
        below = below.row(Row::new([label, Cell::data(&left_over.join("\n"))]));
    }
    Ok(sheet.table(below.build()?))
}

/// The entries of each column, and the texts of those that have no place.
fn sorted(rows: &[&Form3Row], basis: &Basis<'_>) -> ([Vec<Entry>; 8], Vec<String>) {
    let mut columns: [Vec<Entry>; 8] = Default::default();
    let mut left_over = Vec::new();
    for row in rows {
        let [service, activity] = [row.service_content.text(), row.daily_activity.text()];
        let weekday = basis.words.code("YOUBI", &row.weekday);
        let slot = Slot { start: &row.service_start_time, end: &row.service_end_time };
        let column = row.weekday.text().parse().ok().and_then(|day: usize| day.checked_sub(1));
        let place = column.filter(|column| *column < ACTIVITIES).and_then(|column| columns.get_mut(column));
        match (place, slot.entry()) {
            (Some(place), Some(entry)) => {
                place.push(Entry { text: lines([slot.times().as_str(), &service]), ..entry });
            }
            _ => left_over.push(words_of([&weekday, &slot.times(), &service])),
        }
        let slot = Slot { start: &row.activity_start_time, end: &row.activity_end_time };
        match (columns.get_mut(ACTIVITIES), slot.entry()) {
            (Some(place), Some(entry)) => {
                let text = words_of([&slot.times(), &activity, ""]);
                place.push(Entry { last: entry.first, text, ..entry });
            }
            _ => left_over.push(words_of([&slot.times(), &activity, ""])),
        }
    }
    left_over.retain(|text| !text.is_empty());
    (columns, left_over)
}

fn words_of(texts: [&str; 3]) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// From a time to a time.
struct Slot<'a> {
    start: &'a Item<TimeOfDay>,
    end: &'a Item<TimeOfDay>,
}

impl Slot<'_> {
    fn times(&self) -> String {
        times(self.start, self.end)
    }

    /// Its place in the grid, still without words; `None` without a start. A slot that runs into the next day of the grid ends with its last
    /// row; its times say how long it goes on.
    fn entry(&self) -> Option<Entry> {
        let since_first = |time: &TimeOfDay| (time.minutes() + (24 - FIRST_HOUR) * 60) % (24 * 60);
        let start = since_first(self.start.value()?);
        let end = match self.end.value() {
            Some(end) if self.start.value() == Some(end) => start + 1,
            Some(end) => match since_first(end) {
                end if end > start => end,
                _ => 24 * 60,
            },
            None => start + 1,
        };
        let row = |minutes: u16| (minutes / (ROW_HOURS * 60)).min(ROWS - 1);
        Some(Entry { start, end, first: row(start), last: row(end - 1), text: String::new() })
    }
}

fn grid(columns: [Vec<Entry>; 8]) -> Result<Table, TableFault> {
    let heads = ["", "", "月", "火", "水", "木", "金", "土", "日", "主な日常生活上の活動"].map(Cell::head);
    let [_, _, days @ ..] = heads;
    let head = Row::new(std::iter::once(Cell::head("時間").cols(2)).chain(days));
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (part, count) in PARTS {
        for at in 0..count {
            let label = (at == 0).then(|| Cell::label(part).rows(count).align(Align::Center));
            let hour = (FIRST_HOUR + u16::try_from(rows.len()).unwrap_or_default() * ROW_HOURS) % 24;
            rows.push(
                label.into_iter().chain([Cell::label(&format!("{hour}:00")).align(Align::End)]).collect(),
            );
        }
    }
    for entries in columns {
        let mut next = 0;
        for Entry { first, last, text, .. } in joined(entries) {
            for row in rows.iter_mut().take(usize::from(first)).skip(usize::from(next)) {
                row.push(Cell::empty());
            }
            if let Some(row) = rows.get_mut(usize::from(first)) {
                row.push(Cell::data(&text).rows(last + 1 - first));
            }
            next = last + 1;
        }
        for row in rows.iter_mut().skip(usize::from(next)) {
            row.push(Cell::empty());
        }
    }
    let rows = rows.into_iter().map(|cells| Row::new(cells).lines(2));
    Table::builder(SHARES).size(TextSize::Small).head(head).rows(rows).build()
}

/// Entries that share a row become one, so that each place of the grid is taken once.
fn joined(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_key(|entry| entry.start);
    let mut joined: Vec<Entry> = Vec::new();
    for entry in entries {
        match joined.last_mut() {
            Some(above) if above.makes_way_for(&entry) => {
                above.last -= 1;
                joined.push(entry);
            }
            Some(above) if entry.first <= above.last => {
                above.end = above.end.max(entry.end);
                above.last = above.last.max(entry.last);
                above.text.push('\n');
                above.text.push_str(&entry.text);
            }
            _ => joined.push(entry),
        }
    }
    joined
}
