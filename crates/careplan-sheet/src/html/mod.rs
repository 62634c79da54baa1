//! The drawing for screens: one HTML document that needs nothing but itself.
//!
//! Promises: real tables with captions and headers that a screen reader follows; it reflows when enlarged: labels stand above their values, and
//! only a table with two dimensions scrolls, in a region that the keyboard reaches. No scripts, nothing from outside, no style attributes; every character of the model is escaped.
//! Never fails: a letter that our fonts lack is left to the fonts of the reader.

mod table;

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::sheet::{Block, Document, Paper, Picture, Pixels, Sheet, choice};

/// The style of every document. Always the same, so that a policy can name its hash.
const STYLE: &str = include_str!("style.css");

/// The document as one HTML page.
#[must_use]
pub fn to_html(document: &Document) -> String {
    let title = Escaped::line(&document.title);
    let mut page = Page(String::with_capacity(64 * 1024));
    page.write(format_args!(
        "<!DOCTYPE html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"dcterms.created\" content=\"{}\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        document.date
    ));
    for (index, sheet) in document.sheets.iter().enumerate() {
        page.sheet(index + 1, sheet);
    }
    page.0.push_str("</main>\n</body>\n</html>\n");
    page.0
}

/// HTML being written.
struct Page(String);

impl Page {
    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string has no errors to tell.
        let _ = self.0.write_fmt(text);
    }

    fn sheet(&mut self, number: usize, sheet: &Sheet) {
        let class = match sheet.paper {
            Paper::A4Landscape => "sheet",
            Paper::A4Portrait => "sheet upright",
        };
        self.write(format_args!("<section class=\"{class}\" aria-labelledby=\"sheet-{number}\">\n"));
        if let Some(head) = &sheet.letterhead {
            let (to, from) = (Escaped::text(&head.to), Escaped::text(&head.from));
            self.write(format_args!("<p>{to}</p>\n<p class=\"end\">{from}</p>\n"));
        }
        self.0.push_str("<header>");
        if let Some(form_no) = &sheet.form_no {
            self.write(format_args!("<p class=\"form-no\">{}</p>", Escaped::text(form_no)));
        }
        self.write(format_args!("<h2 id=\"sheet-{number}\">{}</h2></header>\n", Escaped::text(&sheet.title)));
        let (mut heading, mut tables) = (&sheet.title, 0);
        for block in &sheet.blocks {
            match block {
                Block::Heading(text) => {
                    (heading, tables) = (text, 0);
                    self.write(format_args!("<h3>{}</h3>\n", Escaped::text(text)));
                }
                Block::Paragraph(text) => self.write(format_args!("<p>{}</p>\n", Escaped::text(text))),
                Block::Picture(picture) => self.picture(picture),
                Block::Table(content) => {
                    tables += 1;
                    // The first table below a heading is what the heading says.
                    let number = if tables == 1 { String::new() } else { format!("の表{tables}") };
                    self.table(content, &format!("{heading}{number}"));
                }
            }
        }
        if let Some(note) = &sheet.note {
            self.write(format_args!("<p class=\"note\">{}</p>\n", Escaped::text(note)));
        }
        self.0.push_str("</section>\n");
    }

    fn picture(&mut self, picture: &Picture) {
        let (width, height, alt) = (picture.width, picture.height, Escaped::line(&picture.alt));
        match &picture.pixels {
            Pixels::Jpeg(jpeg) => {
                self.write(format_args!(
                    "<figure><img width=\"{width}\" height=\"{height}\" alt=\"{alt}\" src=\"data:image/jpeg;base64,"
                ));
                STANDARD.encode_string(jpeg.as_slice(), &mut self.0);
                self.0.push_str("\"></figure>\n");
            }
            Pixels::Squares(squares, side) => {
                self.write(format_args!(
                    "<figure><svg role=\"img\" aria-label=\"{alt}\" width=\"{width}\" height=\"{height}\"><path fill=\"#fff\" d=\"M0 0h{width}v{height}H0z\"/><path d=\""
                ));
                for (x, y) in squares {
                    self.write(format_args!("M{x} {y}h{side}v{side}h-{side}z"));
                }
                self.0.push_str("\"/></svg></figure>\n");
            }
        }
    }
}

/// Text that cannot become markup, neither between tags nor in a quoted attribute.
struct Escaped<'a> {
    text: &'a str,
    line_break: &'static str,
    keeps_choices: bool,
}

impl<'a> Escaped<'a> {
    /// Text whose line breaks are kept, and in which a choice stays on one line.
    fn text(text: &'a str) -> Self {
        Self { text, line_break: "<br>", keeps_choices: true }
    }

    /// Text on one line, as in attributes.
    fn line(text: &'a str) -> Self {
        Self { text, line_break: " ", keeps_choices: false }
    }
}

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut open = 0;
        for (at, character) in self.text.char_indices() {
            if open == 0 && self.keeps_choices {
                open = choice(self.text.get(at..).unwrap_or_default().chars());
                if open > 0 {
                    out.write_str("<span class=\"choice\">")?;
                }
            }
            match character {
                '\n' => out.write_str(self.line_break)?,
                '&' => out.write_str("&amp;")?,
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&#39;")?,
                // 外字: every computer has other pictures for them, most of them none. The mark is the printers' own for a letter
                // that is not there.
                _ if is_of_the_user(character) => out.write_char('〓')?,
                // HTML has no place for them; the mark shows that something stood here.
                _ if character.is_control() => out.write_char('\u{FFFD}')?,
                _ => out.write_char(character)?,
            }
            if open == 1 {
                out.write_str("</span>")?;
            }
            open = open.saturating_sub(1);
        }
        Ok(())
    }
}

/// Whether a character is one that users define (Unicode, private use).
fn is_of_the_user(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::sheet::{Align, Cell, Row, Table, TextSize};

    fn body(sheet: Sheet) -> String {
        let html = to_html(&Document::new("計画書 <見本>", date(2026, 11, 30)).sheet(sheet));
        html.split_once("<main>\n").unwrap().1.replace("</main>\n</body>\n</html>\n", "")
    }

    #[test]
    fn a_table_has_a_caption_and_headers() {
        let table = Table::builder([1, 2, 1])
            .caption("援助の目標")
            .size(TextSize::Small)
            .head(Row::new([Cell::head("項目"), Cell::head("目標").cols(2)]))
            .row(
                Row::new([Cell::label("歩行").rows(2), Cell::data("庭へ\n出る").strong(), Cell::empty()])
                    .lines(4),
            )
            .row(Row::new([Cell::data("散歩").shaded(), Cell::data("1,000").align(Align::End).middle()]))
            .build()
            .unwrap();
        let sheet = Sheet::new("計画書（２）").form_no("第２表").heading("目標").table(table).note("※ 注");
        insta::assert_snapshot!(body(sheet), @r##"
        <h1>計画書 &lt;見本&gt;</h1>
        <section class="sheet" aria-labelledby="sheet-1">
        <header><p class="form-no">第２表</p><h2 id="sheet-1">計画書（２）</h2></header>
        <h3>目標</h3>
        <table class="small">
        <caption>援助の目標</caption>
        <colgroup><col class="w25"><col class="w50"><col class="w25"></colgroup>
        <thead>
        <tr><th scope="col" class="center middle">項目</th><th scope="col" colspan="2" class="center middle">目標</th></tr>
        </thead>
        <tbody>
        <tr class="roomy"><th scope="row" rowspan="2" class="middle">歩行</th><td><strong>庭へ<br>出る</strong></td><td></td></tr>
        <tr><td class="shaded">散歩</td><td class="end middle">1,000</td></tr>
        </tbody>
        </table>
        <p class="note">※ 注</p>
        </section>
        "##);
    }

    #[test]
    fn only_tables_with_heads_and_many_columns_scroll_and_each_has_a_name_of_its_own() {
        let table = |columns: usize, has_head| {
            let cells = |make: fn(&str) -> Cell| Row::new(vec![make(""); columns]);
            let table = Table::builder(vec![1; columns]).size(TextSize::Tiny).row(cells(Cell::data));
            let table = if has_head { table.head(cells(Cell::head)) } else { table };
            table.build().unwrap()
        };
        let sheet = Sheet::new("計画書").table(table(8, false)).table(table(3, true));
        let html =
            body(sheet.heading("目標").table(table(4, true)).table(table(7, true)).table(table(8, true)));
        let opened = html.lines().filter(|line| line.starts_with("<div") || line.starts_with("<table"));
        insta::assert_snapshot!(opened.collect::<Vec<_>>().join("\n"), @r#"
        <table class="tiny fields" aria-label="計画書">
        <table class="tiny" aria-label="計画書の表2">
        <div class="scroll" role="region" aria-label="目標" tabindex="0">
        <table class="tiny" aria-label="目標">
        <div class="scroll" role="region" aria-label="目標の表2" tabindex="0">
        <table class="tiny" aria-label="目標の表2">
        <div class="scroll" role="region" aria-label="目標の表3" tabindex="0">
        <table class="tiny wide" aria-label="目標の表3">
        "#);
    }

    #[test]
    fn widths_of_few_columns_fill_the_table_and_those_of_equals_among_many_are_equal() {
        let widths = |shares: Vec<u16>| {
            let table = Table::builder(shares).size(TextSize::Tiny).build().unwrap();
            let html = body(Sheet::new("計画書").table(table));
            let widths =
                html.split("<col class=\"w").skip(1).map(|rest| rest.split('"').next().unwrap().parse());
            widths.collect::<Result<Vec<u32>, _>>().unwrap()
        };
        assert_eq!(widths(vec![99, 150, 109, 150, 70, 207]), [12, 19, 14, 19, 9, 27]);
        assert_eq!(widths(vec![14; 21]), [4; 21]);
    }

    #[test]
    fn a_corner_without_words_is_no_head() {
        let head = Row::new([Cell::head(""), Cell::head("氏名")]);
        let row = Row::new([Cell::label("緊急連絡先"), Cell::data("見本")]);
        let html =
            body(Sheet::new("計画書").table(Table::builder([1, 1]).head(head).row(row).build().unwrap()));
        assert!(html.contains("<tr><td class=\"center middle shaded\"></td><th scope=\"col\""), "{html}");
    }

    #[test]
    fn nothing_that_was_filled_in_becomes_markup() {
        let table =
            Table::builder([1]).row(Row::new([Cell::data("</td><script>'\"&\u{7}")])).build().unwrap();
        let sheet = Sheet::new("<h1>").paragraph("<img src=x onerror=alert(1)>").table(table).portrait();
        insta::assert_snapshot!(body(sheet), @r##"
        <h1>計画書 &lt;見本&gt;</h1>
        <section class="sheet upright" aria-labelledby="sheet-1">
        <header><h2 id="sheet-1">&lt;h1&gt;</h2></header>
        <p>&lt;img src=x onerror=alert(1)&gt;</p>
        <table class="fields" aria-label="&lt;h1&gt;">
        <colgroup><col class="w100"></colgroup>
        <tbody>
        <tr><td>&lt;/td&gt;&lt;script&gt;&#39;&quot;&amp;�</td></tr>
        </tbody>
        </table>
        </section>
        "##);
    }

    #[test]
    fn a_picture_travels_in_the_page_with_its_words() {
        let jpeg = [0xFF, 0xD8, 0xFF, 0xC0, 0, 8, 8, 0, 1, 0, 2, 3];
        let picture = Picture::jpeg(&jpeg, "家族\"構成\"図").unwrap();
        insta::assert_snapshot!(body(Sheet::new("基本情報").picture(picture)), @r##"
        <h1>計画書 &lt;見本&gt;</h1>
        <section class="sheet" aria-labelledby="sheet-1">
        <header><h2 id="sheet-1">基本情報</h2></header>
        <figure><img width="2" height="1" alt="家族&quot;構成&quot;図" src="data:image/jpeg;base64,/9j/wAAICAABAAID"></figure>
        </section>
        "##);
    }

    #[test]
    fn a_choice_stays_with_its_mark() {
        let html = body(Sheet::new("□ 有■無").paragraph("■<初回>　□継続（\n"));
        let span = |text| format!("<span class=\"choice\">{text}</span>");
        let title = format!("{} 有{}", span("□"), span("■無"));
        assert!(html.contains(&title), "{html}");
        let paragraph = format!("<p>{}　{}（<br></p>", span("■&lt;初回&gt;"), span("□継続"));
        assert!(html.contains(&paragraph), "{html}");
    }

    #[test]
    fn a_letter_without_a_font_of_ours_is_left_to_the_reader_and_a_users_own_is_marked_as_missing() {
        let html = body(Sheet::new("𓀀葛\u{E0100}\u{E000}\u{F8FF}\u{F900}"));
        assert!(html.contains("𓀀葛\u{E0100}〓〓\u{F900}"), "{html}");
    }

    #[test]
    fn nothing_comes_from_outside_and_nothing_runs() {
        let html = to_html(&Document::new("計画書", date(2026, 11, 30)));
        for forbidden in ["<script", "http://", "https://", "url(", "@import", " style="] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"ja\">"));
    }
}
