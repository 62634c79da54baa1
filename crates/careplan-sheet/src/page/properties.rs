//! What holds for every sheet: nothing is lost, nothing is doubled, nothing leaves its place.

use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::{Page, Place, lay_out};
use crate::font::ASCENT;
use crate::sheet::{Cell, Document, Part, Row, Sheet, Table, TextSize};

const WORDS: &[&str] = &[
    "歩行",
    "、",
    "。",
    "「",
    "」",
    "ー",
    "ABC",
    "12,345",
    "居宅サービス計画",
    "\n",
    "　",
    " ",
    "𠮷",
    "㈱",
    "っ",
];

fn text() -> impl Strategy<Value = String> {
    let short = prop::collection::vec(prop::sample::select(WORDS), 0..6);
    let long = prop::collection::vec(prop::sample::select(WORDS), 0..1500);
    prop_oneof![12 => short, 1 => long].prop_map(|words| words.concat())
}

/// Rows whose spans fill so many columns, cut at random out of the whole.
fn rows(columns: usize, max: usize) -> impl Strategy<Value = Vec<Row>> {
    let cell = (text(), 1..4_u16, 1..4_u16, any::<bool>());
    (prop::collection::vec(cell, 1..60), 0..=max, 0..40_u8)
        .prop_map(move |(cells, height, lines)| fill(columns, height, lines, cells))
}

fn fill(columns: usize, height: usize, lines: u8, cells: Vec<(String, u16, u16, bool)>) -> Vec<Row> {
    let mut taken = vec![vec![false; columns]; height];
    let mut cells = cells.into_iter().cycle();
    (0..height)
        .map(|row| {
            let mut made = Vec::new();
            for column in 0..columns {
                if taken[row][column] {
                    continue;
                }
                let (text, cols, rows, middle) = cells.next().unwrap();
                let free = taken[row][column..].iter().take_while(|taken| !**taken).count();
                let (cols, rows) = (usize::from(cols).min(free), usize::from(rows).min(height - row));
                taken[row..row + rows].iter_mut().for_each(|row| row[column..column + cols].fill(true));
                let cell = Cell::data(&text).cols(cols as u16).rows(rows as u16);
                made.push(if middle { cell.middle() } else { cell });
            }
            if row % 5 == 4 { Row::new(made).lines(lines) } else { Row::new(made) }
        })
        .collect()
}

fn table() -> impl Strategy<Value = Table> {
    (1..8_usize).prop_flat_map(|columns| {
        let shares = prop::collection::vec(1..5_u16, columns);
        let size = prop::sample::select(vec![TextSize::Normal, TextSize::Small, TextSize::Tiny]);
        (shares, size, rows(columns, 3), rows(columns, 25), prop::option::of(text())).prop_map(
            |(shares, size, head, body, caption)| {
                let mut table = Table::builder(shares).size(size).rows(body);
                for row in head {
                    table = table.head(row);
                }
                if let Some(caption) = caption {
                    table = table.caption(&caption);
                }
                table.build().unwrap()
            },
        )
    })
}

fn document() -> impl Strategy<Value = Document> {
    (table(), table(), text(), 0..3).prop_map(|(first, second, paragraph, kind)| {
        let sheet = Sheet::new("居宅サービス計画書（１）")
            .form_no("第１表")
            .note("作成年月日と説明の日を確かめてください。")
            .table(first)
            .heading("総合的な援助の方針")
            .paragraph(&paragraph)
            .table(second);
        let sheet = match kind {
            0 => sheet,
            1 => sheet.portrait(),
            _ => sheet.letter("〒999-0001\n見本県見本市1-2-3\n見本 花子 様", "運用センター"),
        };
        Document::new("計画書", date(2026, 11, 30)).sheet(sheet)
    })
}

/// The letters of a text that leave ink.
fn ink(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// What each part of the model says, in ink.
fn said(document: &Document) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    let sheet = &document.sheets[0];
    if let Some(head) = &sheet.letterhead {
        said.insert(format!("{:?}", Place::To), ink(&head.to));
        said.insert(format!("{:?}", Place::From), ink(&head.from));
    }
    said.insert(format!("{:?}", Place::Title), ink(&sheet.title));
    said.insert(format!("{:?}", Place::FormNo), ink(sheet.form_no.as_deref().unwrap()));
    said.insert(format!("{:?}", Place::Note), ink(sheet.note.as_deref().unwrap()));
    for (index, block) in sheet.blocks.iter().enumerate() {
        match block {
            crate::sheet::Block::Heading(text) | crate::sheet::Block::Paragraph(text) => {
                said.insert(format!("{:?}", Place::Block(index)), ink(text));
            }
            crate::sheet::Block::Picture(_) => {}
            crate::sheet::Block::Table(table) => {
                said.insert(
                    format!("{:?}", Place::Caption(index)),
                    ink(table.caption.as_deref().unwrap_or_default()),
                );
                for part in [Part::Head, Part::Body] {
                    for (number, placed) in table.placed(part).iter().enumerate() {
                        let place = Place::Cell(index, part, number);
                        said.insert(format!("{place:?}"), ink(&placed.cell.text));
                    }
                }
            }
        }
    }
    said.retain(|_, text| !text.is_empty());
    said
}

/// What each part says on paper, page after page.
fn written(pages: &[Page]) -> BTreeMap<String, String> {
    let mut written: BTreeMap<String, String> = BTreeMap::new();
    for run in pages.iter().flat_map(|page| &page.runs) {
        if run.place != Place::Furniture {
            let text: String = run.letters.iter().map(|letter| letter.character).collect();
            written.entry(format!("{:?}", run.place)).or_default().push_str(&ink(&text));
        }
    }
    written.retain(|_, text| !text.is_empty());
    written
}

fn nothing_leaves_its_place(pages: &[Page]) {
    // Rounding, in points.
    const SLACK: f32 = 0.1;
    for page in pages {
        let (width, height) = page.paper.size();
        let areas = page.frames.iter().map(|frame| frame.area).chain(page.runs.iter().map(|run| run.area));
        for area in areas {
            assert!(area.x >= 28.0 && area.x + area.width <= width - 28.0, "{area:?}");
            assert!(area.y >= 28.0 && area.y + area.height <= height - 28.0, "{area:?}");
        }
        for run in &page.runs {
            let advance: f32 = run.letters.iter().map(|letter| letter.advance * run.size).sum();
            let (top, bottom) = (run.baseline - ASCENT * run.size, run.baseline + (1.0 - ASCENT) * run.size);
            assert!(run.x >= run.area.x - SLACK, "{run:?}");
            assert!(run.x + advance <= run.area.x + run.area.width + SLACK, "{run:?}");
            assert!(top >= run.area.y - SLACK && bottom <= run.area.y + run.area.height + SLACK, "{run:?}");
        }
    }
}

fn boxes_do_not_overlap(pages: &[Page]) {
    const SLACK: f32 = 0.1;
    for page in pages {
        for (index, one) in page.frames.iter().enumerate() {
            for other in &page.frames[index + 1..] {
                let (a, b) = (one.area, other.area);
                let beside = a.x + a.width <= b.x + SLACK || b.x + b.width <= a.x + SLACK;
                let below = a.y + a.height <= b.y + SLACK || b.y + b.height <= a.y + SLACK;
                assert!(beside || below, "{a:?} {b:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_character_stands_on_paper_once_and_in_its_place(document in document()) {
        let pages = lay_out(&document).unwrap();
        prop_assert_eq!(written(&pages), said(&document));
        nothing_leaves_its_place(&pages);
        boxes_do_not_overlap(&pages);
    }
}

fn pages_of(document: &Document) -> Vec<Page<'_>> {
    let pages = lay_out(document).unwrap();
    nothing_leaves_its_place(&pages);
    pages
}

fn of_table(table: Table) -> Document {
    Document::new("計画書", date(2026, 11, 30)).sheet(Sheet::new("計画書").table(table))
}

/// Needs with three rows of so many lines.
fn needs(needs: usize, lines: usize) -> Document {
    let mut table = Table::builder([1, 1]);
    for _ in 0..needs {
        table = table.row(Row::new([Cell::data("ニーズ").rows(3), Cell::data(&"行\n".repeat(lines))]));
        table = table.rows([1, 2].map(|_| Row::new([Cell::data(&"行\n".repeat(lines))])));
    }
    of_table(table.build().unwrap())
}

/// How many rows each page has, of needs with three rows of so many lines.
fn rows_of_pages(count: usize, lines: usize) -> Vec<usize> {
    let rows = |page: &Page| page.frames.iter().filter(|frame| frame.area.x > 400.0).count();
    pages_of(&needs(count, lines)).iter().map(rows).collect()
}

/// What each page repeats of earlier ones, and its number.
fn repeated(document: &Document) -> Vec<String> {
    let of_page = |page: &Page| {
        let furniture = page.runs.iter().filter(|run| run.place == Place::Furniture);
        let texts = furniture.map(|run| run.letters.iter().map(|letter| letter.character).collect());
        texts.collect::<Vec<String>>().join(" | ")
    };
    pages_of(document).iter().map(of_page).collect()
}

#[test]
fn a_caption_that_fills_its_page_pushes_no_head_off_it() {
    for lines in 20..60 {
        let table = Table::builder([1])
            .caption(&"表\n".repeat(lines))
            .head(Row::new([Cell::head("項目\n内容")]))
            .row(Row::new([Cell::data("一")]))
            .build()
            .unwrap();
        let document = Document::new("計画書", date(2026, 11, 30)).sheet(Sheet::new("計画書").table(table));
        nothing_leaves_its_place(&lay_out(&document).unwrap());
    }
}

#[test]
fn rows_that_share_a_cell_go_to_the_next_page_together_unless_a_fifth_of_the_page_would_stay_empty() {
    // A page has room for ten rows of three lines, and for eight of four.
    assert_eq!(rows_of_pages(4, 3), [9, 3]);
    assert_eq!(rows_of_pages(4, 4), [8, 4]);
}

#[test]
fn rows_that_share_a_cell_stay_together_also_below_another_table() {
    let above = Table::builder([1]).row(Row::new([Cell::empty()]).lines(16)).build().unwrap();
    let mut table = Table::builder([1, 1]);
    for _ in 0..4 {
        table = table.row(Row::new([Cell::data("ニーズ").rows(2), Cell::data("行")]).lines(3));
        table = table.row(Row::new([Cell::data("行")]).lines(3));
    }
    let sheet = Sheet::new("計画書").table(above).table(table.build().unwrap());
    let document = Document::new("計画書", date(2026, 11, 30)).sheet(sheet);
    // Below the first table is room for five rows; the fifth would be torn from the sixth.
    let rows = |page: &Page| page.frames.iter().filter(|frame| frame.area.x > 400.0).count();
    assert_eq!(pages_of(&document).iter().map(rows).collect::<Vec<_>>(), [4, 4]);
}

#[test]
fn a_need_whose_rows_go_on_is_repeated_and_one_that_is_at_its_end_is_not() {
    assert_eq!(repeated(&needs(4, 4)), ["1 / 2", "計画書（続き） | ニーズ（続き） | 2 / 2"]);
    assert_eq!(repeated(&needs(4, 3)), ["1 / 2", "計画書（続き） | 2 / 2"]);
}

#[test]
fn the_mark_of_a_repeated_need_is_not_broken() {
    let text = |letters| "字".repeat(letters);
    let repeated_of = |letters| {
        let mut table = Table::builder([1, 4]);
        table = table.row(Row::new([Cell::data(&text(letters)).rows(12), Cell::data("一\n二\n三\n四")]));
        table = table.rows((1..12).map(|_| Row::new([Cell::data("一\n二\n三\n四")])));
        repeated(&of_table(table.build().unwrap()))[1].clone()
    };
    // A line has room for 14 letters, the mark has four.
    assert_eq!(repeated_of(10), format!("計画書（続き） | {}（続き） | 2 / 2", text(10)));
    assert_eq!(repeated_of(11), format!("計画書（続き） | {} | （続き） | 2 / 2", text(11)));
}

#[test]
fn of_a_long_need_the_beginning_is_repeated() {
    let mut table = Table::builder([1, 9]);
    table = table.row(Row::new([Cell::data(&"長い文".repeat(20)).rows(12), Cell::data("一\n二\n三\n四")]));
    table = table.rows((1..12).map(|_| Row::new([Cell::data("一\n二\n三\n四")])));
    let beginning = [
        "長い文長い文長",
        "い文長い文長い",
        "文長い文長い文",
        "長い文長い文長",
        "い文長い文長い",
        "文長い文長い文",
    ]
    .join(" | ");
    assert_eq!(
        repeated(&of_table(table.build().unwrap())),
        ["1 / 2".to_owned(), format!("計画書（続き） | {beginning} | …（続き） | 2 / 2")]
    );
}

/// The heights of the boxes at the right, page by page, of a row of twenty lines above one of so many, with room for so many at least.
fn boxes_at_the_right(lines: usize, wanted: u8) -> Vec<Vec<f32>> {
    let table = Table::builder([1, 1])
        .row(Row::new([Cell::label("前"), Cell::empty()]).lines(20))
        .row(Row::new([Cell::label("後"), Cell::data(&"行\n".repeat(lines))]).lines(wanted))
        .build()
        .unwrap();
    let document = of_table(table);
    let heights = |page: &Page| {
        let frames = page.frames.iter().filter(|frame| frame.area.x > 400.0);
        frames.map(|frame| frame.area.height.round()).collect()
    };
    pages_of(&document).iter().map(heights).collect()
}

#[test]
fn a_row_is_cut_where_it_would_leave_a_fifth_of_the_page_empty() {
    // 13.5 points a line and 8 around them; 220 are left below the first row, which are 15 lines.
    assert_eq!(boxes_at_the_right(15, 1), [vec![278.0, 211.0]]);
    // Two lines at least go on.
    assert_eq!(boxes_at_the_right(16, 1), [vec![278.0, 197.0], vec![35.0]]);
    assert_eq!(boxes_at_the_right(17, 1), [vec![278.0, 211.0], vec![35.0]]);
    assert_eq!(boxes_at_the_right(18, 1), [vec![278.0, 219.0], vec![49.0]]);
}

#[test]
fn room_to_write_in_by_hand_is_not_continued_on_the_next_page() {
    assert_eq!(boxes_at_the_right(1, 30), [vec![278.0, 219.0]]);
    assert_eq!(boxes_at_the_right(18, 30), [vec![278.0, 219.0], vec![49.0]]);
}

#[test]
fn a_heading_goes_to_the_next_page_with_the_table_below_it() {
    let table =
        |lines| Table::builder([1]).row(Row::new([Cell::data(&"行\n".repeat(lines))])).build().unwrap();
    let page_of_heading = |above, below| {
        let sheet = Sheet::new("計画書").table(table(above)).heading("支援計画").table(table(below));
        let document = Document::new("計画書", date(2026, 11, 30)).sheet(sheet);
        let pages = lay_out(&document).unwrap();
        pages.iter().position(|page| page.runs.iter().any(|run| run.place == Place::Block(1)))
    };
    assert_eq!(page_of_heading(26, 7), Some(0));
    // The heading has room, and the table below it has not.
    assert_eq!(page_of_heading(28, 7), Some(1));
    // A table of one line has.
    assert_eq!(page_of_heading(31, 1), Some(0));
}

#[test]
fn a_row_higher_than_a_page_flows_on_and_the_head_comes_again() {
    let long = "長い文章を書きます。".repeat(600);
    let table = Table::builder([1, 4, 1])
        .head(Row::new([Cell::head("項目"), Cell::head("内容"), Cell::head("頻度")]))
        .row(Row::new([Cell::label("方針"), Cell::data(&long), Cell::data("毎日")]))
        .build()
        .unwrap();
    insta::assert_debug_snapshot!(repeated(&of_table(table)), @r#"
    [
        "1 / 4",
        "計画書（続き） | 項目 | 内容 | 頻度 | 方針（続き） | 2 / 4",
        "計画書（続き） | 項目 | 内容 | 頻度 | 方針（続き） | 3 / 4",
        "計画書（続き） | 項目 | 内容 | 頻度 | 方針（続き） | 4 / 4",
    ]
    "#);
}
