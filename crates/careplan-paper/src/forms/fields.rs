//! Labels with what was filled in beside them, the stuff that heads of forms are made of.

use std::collections::BTreeSet;

use careplan_sheet::{Cell, Row, Table, TableFault, TextSize};

/// A row of labels, each with a text that takes so many columns; a label takes one.
pub(super) fn fields<const COUNT: usize>(fields: [(&str, String, u16); COUNT]) -> Row {
    Row::new(
        fields
            .into_iter()
            .flat_map(|(label, text, cols)| [Cell::label(label), Cell::data(&text).cols(cols).middle()]),
    )
}

/// The head of forms 2 and 3: whose plan it is, of which day, and the person's numbers.
pub(super) fn plan_head(
    addressed: String,
    [plan_date, created]: [String; 2],
    numbers: [String; 2],
) -> Result<Table, TableFault> {
    let [insurer_no, insured_no] = numbers;
    Table::builder([62, 198, 130, 150, 75, 170])
        .size(TextSize::Small)
        .row(fields([
            ("利用者名", addressed, 1),
            ("居宅サービス計画作成（変更）日", plan_date, 1),
            ("作成年月日", created, 1),
        ]))
        .row(fields([("保険者番号", insurer_no, 1), ("被保険者番号", insured_no, 3)]))
        .build()
}

/// A row with one label and a long text, with room for so many lines at least.
pub(super) fn long_field(label: &str, text: &str, (cols, lines): (u16, u8)) -> Row {
    Row::new([Cell::label(label), Cell::data(text).cols(cols)]).lines(lines)
}

/// The different texts in the order in which they come first, without the empty ones. Items that every row of a form repeats are one
/// text, unless the rows disagree.
pub(super) fn distinct(texts: impl IntoIterator<Item = String>) -> String {
    let mut seen = BTreeSet::new();
    let kept: Vec<String> =
        texts.into_iter().filter(|text| !text.is_empty() && seen.insert(text.clone())).collect();
    kept.join("、")
}

/// A text in brackets behind another; nothing where it is empty.
pub(super) fn with_remark(text: &str, remark: &str) -> String {
    match (text, remark) {
        (text, "") => text.to_owned(),
        ("", remark) => format!("（{remark}）"),
        (text, remark) => format!("{text}（{remark}）"),
    }
}

/// The texts that are not empty, each on a line of its own.
pub(super) fn lines<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}
