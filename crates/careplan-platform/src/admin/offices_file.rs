//! The CSV file with offices to import, as the ministry's open data can be turned into it:
//! `number,name,kana,prefecture,address,service_types`, UTF-8, with or without a byte order mark.
//!
//! Every bad line is found, with its number and the reason; nothing is guessed.

use std::collections::{BTreeSet, HashMap};

use careplan_domain::{OfficeNumber, ServiceType};

use crate::store::offices::Registration;

/// The header row that a file begins with.
const HEADER: [&str; 6] = ["number", "name", "kana", "prefecture", "address", "service_types"];

/// Bytes of a file: 250,000 offices take about 50 MiB.
pub(super) const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Characters of a name, of kana, of an address: twice the longest of the ministry's open data.
const TEXT_CHARS_MAX: usize = 300;

/// Service types of one office: the standard knows about seventy.
const SERVICE_TYPES_MAX: usize = 99;

/// Characters of a bad value that are shown.
const QUOTED_CHARS: usize = 20;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficesFile {
    /// The offices of good lines, in their order.
    pub offices: Vec<Registration>,
    /// The other lines.
    pub bad: Vec<BadLine>,
}

/// A line that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the file, beginning with 1 for the header row.
    pub line: u64,
    /// Why, in Japanese.
    pub reason: String,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Not UTF-8.
    #[error(
        "{line}行目がUTF-8ではありません。表計算ソフトでは「CSV UTF-8（コンマ区切り）」で保存し直してください。"
    )]
    NotUtf8 {
        /// The first line that is not.
        line: usize,
    },
    /// The header row is another one.
    #[error(
        "1行目の見出しが違います。1行目は `number,name,kana,prefecture,address,service_types` にしてください。"
    )]
    Header,
    /// Not CSV.
    #[error("CSVとして読めません（{line}行目）。引用符の閉じ忘れがないか確かめてください。")]
    Csv {
        /// About where.
        line: u64,
    },
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read at all; bad lines are in the answer.
pub fn read_offices(bytes: &[u8]) -> Result<OfficesFile, FileFault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        let good = bytes.get(..fault.valid_up_to()).unwrap_or_default();
        FileFault::NotUtf8 { line: good.iter().filter(|byte| **byte == b'\n').count() + 1 }
    })?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    if !next(&mut reader, &mut record)? || !record.iter().eq(HEADER) {
        return Err(FileFault::Header);
    }
    let mut file = OfficesFile { offices: Vec::new(), bad: Vec::new() };
    let mut lines: HashMap<OfficeNumber, u64> = HashMap::new();
    while next(&mut reader, &mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        match registration(&record) {
            Err(reason) => file.bad.push(BadLine { line, reason }),
            Ok(office) => match lines.get(&office.number) {
                Some(first) => {
                    let reason = format!("事業所番号 `{}` は{first}行目にもあります", office.number);
                    file.bad.push(BadLine { line, reason });
                }
                None => {
                    lines.insert(office.number, line);
                    file.offices.push(office);
                }
            },
        }
    }
    Ok(file)
}

fn next(reader: &mut csv::Reader<&[u8]>, record: &mut csv::StringRecord) -> Result<bool, FileFault> {
    let line = reader.position().line();
    reader.read_record(record).map_err(|_| FileFault::Csv { line })
}

fn registration(record: &csv::StringRecord) -> Result<Registration, String> {
    let fields: Vec<&str> = record.iter().collect();
    let [number, name, kana, prefecture, address, service_types] = fields.as_slice() else {
        return Err(format!("列が6つ必要なところに{}つあります", fields.len()));
    };
    let number: OfficeNumber = number.parse().map_err(|_| {
        let number = quoted(number);
        format!("事業所番号 {number} が正しくありません（半角数字10桁、はじめの2桁は都道府県）")
    })?;
    if name.trim().is_empty() {
        return Err("事業所名がありません".to_owned());
    }
    for (what, text) in [("事業所名", name), ("フリガナ", kana), ("所在地", address)] {
        if text.chars().count() > TEXT_CHARS_MAX {
            return Err(format!(
                "{what}が{TEXT_CHARS_MAX}文字を超えています（引用符の閉じ忘れかもしれません）"
            ));
        }
        if text.chars().any(char::is_control) {
            return Err(format!("{what}に改行などの制御文字があります"));
        }
    }
    if *prefecture != number.prefecture() {
        let (given, expected) = (quoted(prefecture), number.prefecture());
        return Err(format!("都道府県 {given} が、事業所番号のはじめの2桁 `{expected}` と違います"));
    }
    Ok(Registration {
        number,
        name: name.trim().to_owned(),
        kana: kana.trim().to_owned(),
        prefecture: (*prefecture).to_owned(),
        address: address.trim().to_owned(),
        service_types: service_types_of(service_types)?,
    })
}

fn service_types_of(text: &str) -> Result<BTreeSet<ServiceType>, String> {
    let parse = |code: &str| -> Result<ServiceType, String> {
        code.parse().map_err(|_| {
            let code = quoted(code);
            format!("サービス種類 {code} が正しくありません（半角の数字か大文字2桁を、空白で区切ります）")
        })
    };
    let types: BTreeSet<ServiceType> =
        text.split(' ').filter(|code| !code.is_empty()).map(parse).collect::<Result<_, _>>()?;
    match types.len() {
        0 => Err("サービス種類がありません".to_owned()),
        1..=SERVICE_TYPES_MAX => Ok(types),
        _ => Err(format!("サービス種類が{SERVICE_TYPES_MAX}を超えています")),
    }
}

/// A value as it is shown to the operator: short, without characters that move the cursor.
fn quoted(value: &str) -> String {
    let shown: String = value
        .chars()
        .take(QUOTED_CHARS)
        .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
        .collect();
    let rest = if value.chars().nth(QUOTED_CHARS).is_some() { "…" } else { "" };
    format!("`{shown}{rest}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "number,name,kana,prefecture,address,service_types\n";
    const GOOD: &str = "9970000018,さくら居宅,サクラ,99,例示県1-2-3,43\n";

    fn read(lines: &str) -> OfficesFile {
        read_offices(format!("{HEAD}{lines}").as_bytes()).unwrap()
    }

    fn reason(line: &str) -> String {
        let file = read(line);
        assert_eq!((file.offices.len(), file.bad.len()), (0, 1), "{file:?}");
        assert_eq!(file.bad[0].line, 2);
        file.bad[0].reason.clone()
    }

    #[test]
    fn a_good_file_is_read_with_and_without_a_byte_order_mark_and_with_either_line_end() {
        let plain = format!("{HEAD}{GOOD}9970000026,\"ひまわり, 訪問\",ヒマワリ,99,例示県,\"11 15 11\"\n");
        let expected = read_offices(plain.as_bytes()).unwrap();
        assert_eq!(expected.bad, []);
        assert_eq!(expected.offices[1].name, "ひまわり, 訪問");
        assert_eq!(expected.offices[1].service_types.len(), 2);
        assert_eq!(read_offices(format!("\u{feff}{plain}").as_bytes()), Ok(expected.clone()));
        assert_eq!(read_offices(plain.replace('\n', "\r\n").as_bytes()), Ok(expected));
    }

    #[test]
    fn a_file_with_nothing_but_the_header_holds_nobody() {
        assert_eq!(read(""), OfficesFile { offices: vec![], bad: vec![] });
    }

    #[test]
    fn a_file_without_the_header_row_is_refused() {
        let swapped = "name,number,kana,prefecture,address,service_types\n";
        for file in ["", "\n", GOOD, swapped, "number,name\n", &HEAD.replace("kana", "Kana")] {
            assert_eq!(read_offices(file.as_bytes()), Err(FileFault::Header), "{file}");
        }
        assert!(
            FileFault::Header.to_string().contains("`number,name,kana,prefecture,address,service_types`")
        );
    }

    #[test]
    fn shift_jis_is_named_with_its_line() {
        let mut bytes = format!("{HEAD}{GOOD}9970000026,").into_bytes();
        bytes.extend(b"\x82\xd0\x82\xdc\x82\xed\x82\xe8,,99,,11\n");
        assert_eq!(read_offices(&bytes), Err(FileFault::NotUtf8 { line: 3 }));
        assert!(FileFault::NotUtf8 { line: 3 }.to_string().contains("CSV UTF-8"));
    }

    #[test]
    fn each_bad_line_says_its_reason() {
        for (line, part) in [
            ("9970000018,a,b,99,c\n", "列が6つ必要なところに5つあります"),
            ("9970000018,a,b,99,c,43,x\n", "列が6つ必要なところに7つあります"),
            ("997000001,a,b,99,c,43\n", "事業所番号 `997000001` が正しくありません"),
            ("９９７０００００１８,a,b,99,c,43\n", "事業所番号"),
            ("9970000018, ,b,99,c,43\n", "事業所名がありません"),
            ("9970000018,\"a\nb\",b,99,c,43\n", "事業所名に改行などの制御文字があります"),
            ("9970000018,a,b\u{1b}[31m,99,c,43\n", "フリガナに改行などの制御文字があります"),
            ("9970000018,a,b,13,c,43\n", "都道府県 `13` が、事業所番号のはじめの2桁 `99` と違います"),
            ("9970000018,a,b,99,c,\n", "サービス種類がありません"),
            ("9970000018,a,b,99,c,43 4\n", "サービス種類 `4` が正しくありません"),
            ("9970000018,a,b,99,c,43;11\n", "サービス種類 `43;11` が正しくありません"),
        ] {
            let reason = reason(line);
            assert!(reason.contains(part), "{line}: {reason}");
        }
    }

    #[test]
    fn a_bad_value_is_shown_short_and_harmless() {
        let reason = reason(&format!("\u{1b}]0;{},a,b,99,c,43\n", "9".repeat(1000)));
        assert!(reason.contains("`\u{fffd}]0;9999999999999999…`"), "{reason}");
    }

    #[test]
    fn texts_of_the_greatest_length_are_taken_and_longer_ones_named() {
        let longest = "あ".repeat(TEXT_CHARS_MAX);
        assert_eq!(read(&format!("9970000018,{longest},b,99,c,43\n")).offices[0].name, longest);
        assert!(reason(&format!("9970000018,{longest}あ,b,99,c,43\n")).contains("300文字を超えています"));
        let codes: Vec<String> = (0..SERVICE_TYPES_MAX).map(|code| format!("{code:02}")).collect();
        let codes = codes.join(" ");
        let most = read(&format!("9970000018,a,b,99,c,{codes}\n"));
        assert_eq!(most.offices[0].service_types.len(), SERVICE_TYPES_MAX);
        assert!(reason(&format!("9970000018,a,b,99,c,{codes} A1\n")).contains("99を超えています"));
    }

    #[test]
    fn an_unclosed_quote_is_named_where_it_begins() {
        let rest = GOOD.replace("18", "34").repeat(50);
        let file = read(&format!("{GOOD}9970000026,\"a,b,99,c,11\n{rest}"));
        assert_eq!((file.offices.len(), file.bad.len()), (1, 1));
        assert_eq!(file.bad[0].line, 3);
    }

    #[test]
    fn an_office_that_comes_twice_is_named_with_both_lines() {
        let file = read(&format!("{GOOD}{GOOD}{GOOD}"));
        assert_eq!(file.offices.len(), 1);
        let bad: Vec<_> = file.bad.iter().map(|bad| (bad.line, bad.reason.as_str())).collect();
        let reason = "事業所番号 `9970000018` は2行目にもあります";
        assert_eq!(bad, [(3, reason), (4, reason)]);
    }
}
