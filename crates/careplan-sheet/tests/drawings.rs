//! What a PDF holds, seen from outside: the sample, and what cannot be printed.

use careplan_sheet::{Cell, Document, PaperFault, Picture, Row, Sheet, Table, to_html, to_pdf};
use jiff::civil::date;

#[path = "../examples/sample/document.rs"]
mod document;

/// How often bytes occur in others.
fn count(haystack: &[u8], needle: &[u8]) -> usize {
    haystack.windows(needle.len()).filter(|window| *window == needle).count()
}

fn printed(sheet: Sheet) -> Result<Vec<u8>, PaperFault> {
    to_pdf(&Document::new("計画書", date(2026, 11, 30)).sheet(sheet))
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let sample = document::sample().unwrap();
    assert_eq!(to_pdf(&sample).unwrap(), to_pdf(&sample).unwrap());
    assert_eq!(to_html(&sample), to_html(&sample));
}

#[test]
fn the_pdf_is_pdf_a_2a_in_japanese_of_the_day_it_was_told() {
    let pdf = to_pdf(&document::sample().unwrap()).unwrap();
    for text in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "/Lang(ja)",
        "/MarkInfo",
        "/CreationDate(D:20261130",
        "/Type/Pages/Count 5",
    ] {
        assert!(count(&pdf, text.as_bytes()) > 0, "{text}");
    }
}

#[test]
fn pages_take_along_only_the_letters_they_use() {
    let pdf = printed(Sheet::new("見本").paragraph("𠮷田様")).unwrap();
    assert!(count(&pdf, b"+BIZUDGothic-Regular") > 0);
    assert!(count(&pdf, b"+NotoSansCJKjp-Regular") > 0);
    assert!(pdf.len() < 40_000, "{} bytes", pdf.len());
}

#[test]
fn a_picture_is_embedded_as_it_came() {
    let family = include_bytes!("../examples/sample/family.jpg");
    let picture = Picture::jpeg(family, "家族構成図").unwrap();
    assert_eq!(count(&printed(Sheet::new("見本").picture(picture)).unwrap(), family), 1);
}

#[test]
fn tables_are_tagged_as_tables_and_a_cell_over_two_pages_is_one() {
    let long = "長い文章です。".repeat(1200);
    let table = Table::builder([1, 4])
        .caption("表")
        .head(Row::new([Cell::head("項目"), Cell::head("内容")]))
        .row(Row::new([Cell::label("方針"), Cell::data(&long)]))
        .row(Row::new([Cell::label("備考"), Cell::empty()]))
        .build()
        .unwrap();
    let pdf = printed(Sheet::new("見本").table(table)).unwrap();
    let tags = ["Table", "Caption", "THead", "TBody", "TR", "TH", "TD"];
    let counted = tags.map(|tag| (tag, count(&pdf, format!("/Type/StructElem/S/{tag}/").as_bytes())));
    assert_eq!(
        counted,
        [("Table", 1), ("Caption", 1), ("THead", 1), ("TBody", 1), ("TR", 3), ("TH", 4), ("TD", 2)]
    );
    assert!(count(&pdf, b"/Type/Page/") > 2);
}

#[test]
fn a_letter_without_a_glyph_is_named_with_its_form() {
    let fault = printed(Sheet::new("計画書").form_no("第２表").paragraph("髙橋𓀀")).unwrap_err();
    insta::assert_snapshot!(fault, @"「第２表」の文字「𓀀」（U+13000）は印刷用の書体にありません。介護ソフトで別の文字に直すか、画面の表示からブラウザーで印刷してください。");
    let sheet = Sheet::new("計画書")
        .table(Table::builder([1]).row(Row::new([Cell::data("外字\u{E000}")])).build().unwrap());
    assert_eq!(
        printed(sheet),
        Err(PaperFault::MissingGlyph { character: '\u{E000}', form: "「計画書」".to_owned() })
    );
}

#[test]
fn a_title_that_fills_the_page_is_refused() {
    // 44 letters a line; eleven lines leave half of the page.
    assert!(printed(Sheet::new(&"題".repeat(44 * 11))).is_ok());
    let title = "題".repeat(44 * 11 + 1);
    assert_eq!(printed(Sheet::new(&title)), Err(PaperFault::NoRoom { form: format!("「{title}」") }));
}

#[test]
fn a_picture_that_breaks_off_is_told_or_shown_but_never_stops_the_program() {
    let family = include_bytes!("../examples/sample/family.jpg");
    let mut told = 0;
    for end in 0..700 {
        let Ok(picture) = Picture::jpeg(&family[..end], "家族構成図") else { continue };
        match printed(Sheet::new("見本").picture(picture)) {
            Ok(_) => {}
            Err(PaperFault::BrokenPicture { form }) => {
                assert_eq!(form, "「見本」");
                told += 1;
            }
            Err(fault) => panic!("{fault}"),
        }
    }
    assert!(told > 100, "{told}");
}
