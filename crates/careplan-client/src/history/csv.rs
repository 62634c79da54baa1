//! Tables as CSV for spreadsheets: UTF-8 with a byte order mark, lines ended by CR LF.
//!
//! Promises: no cell becomes a formula, whatever an office or a person is called.

/// By this a spreadsheet knows that the text is UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A table of a head and rows.
pub(super) fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = String::from(BYTE_ORDER_MARK);
    line(&mut text, head.iter().copied());
    for row in rows {
        line(&mut text, row.iter().map(String::as_str));
    }
    text
}

fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, one) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        cell(text, one);
    }
    text.push_str("\r\n");
}

/// Every cell in quotes. One that begins as a formula does, in either width, is made text.
fn cell(text: &mut String, cell: &str) {
    text.push('"');
    if cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']) {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_by_a_spreadsheet_and_holds_no_formula() {
        let rows = [vec!["見本　太郎".to_owned(), "12".to_owned()], vec!["a\"b,c".to_owned(), String::new()]];
        assert_eq!(
            table(&["氏名", "件数"], rows.into_iter()),
            "\u{feff}\"氏名\",\"件数\"\r\n\"見本　太郎\",\"12\"\r\n\"a\"\"b,c\",\"\"\r\n"
        );
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", "\r=1", "\n=1"] {
            let table = table(&["a"], [vec![formula.to_owned()]].into_iter());
            assert!(table.contains(&format!("\"'{formula}")), "{table:?}");
        }
    }
}
