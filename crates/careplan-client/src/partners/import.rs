//! The office's own list of partners, as a spreadsheet writes it.
//!
//! Promises: Shift_JIS or UTF-8, with or without heads, numbers in whatever width and with the zero that spreadsheets cut off; all of it
//! is taken or nothing, and every line that is wrong is named.

use std::borrow::Cow;
use std::collections::BTreeMap;

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_web::text::half_width;
use encoding_rs::{SHIFT_JIS, UTF_8};
use serde_json::json;

use super::{NOTE_CHARS_MAX, PARTNERS_MAX, PartnerFault, Partners};
use crate::state::{append_operation, commit, partner_rows as rows};

/// Bytes of a list: a thousand lines are about a tenth of it.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;

/// Wrong lines that are named.
const FAULTS_SHOWN_MAX: usize = 20;

/// Characters of a name in the list.
const NAME_CHARS_MAX: usize = 200;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// Its number in the file, from 1.
    pub line: u64,
    /// What is wrong, in a sentence.
    pub said: String,
}

/// Why a list is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    /// There is nothing in it.
    #[error("ファイルに事業所がありません。1列目に事業所番号を入れたCSVファイルを選んでください。")]
    Empty,
    /// It is too large.
    #[error("ファイルが大きすぎます。{PARTNERS_MAX}事業所、1MBまでのCSVファイルにしてください。")]
    TooLarge,
    /// It is no text.
    #[error(
        "ファイルの文字を読み取れません。Excelで「CSV（コンマ区切り）」または「CSV UTF-8」として保存し直してください。"
    )]
    Unreadable,
    /// The heads name no number.
    #[error("見出しに「事業所番号」の列がありません。1行目の見出しを確かめてください。")]
    NoNumber,
    /// Some lines are wrong.
    #[error("読み取れない行があります。直してから、もう一度取り込んでください。まだ何も取り込んでいません。")]
    Lines {
        /// The first of them.
        faults: Vec<LineFault>,
        /// How many there are in all.
        count: usize,
    },
    /// The book.
    #[error(transparent)]
    Partner(#[from] PartnerFault),
}

/// What came of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Offices in the list.
    pub offices: usize,
    /// Those of them that were not in the book.
    pub added: usize,
}

/// One office of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    name: String,
    note: String,
}

impl Partners {
    /// Takes in the office's own list.
    ///
    /// # Errors
    /// [`ImportFault`]; nothing was taken then.
    pub async fn import(&self, bytes: &[u8], by: (&str, Timestamp)) -> Result<Imported, ImportFault> {
        let entries = read(bytes)?;
        let known = self.office.state().partners().await.map_err(PartnerFault::from)?;
        let is_new = |office: &OfficeNumber| known.iter().all(|partner| partner.office != *office);
        let imported =
            Imported { offices: entries.len(), added: entries.keys().filter(|it| is_new(it)).count() };
        self.store(&entries, imported, by).await?;
        Ok(imported)
    }

    async fn store(
        &self,
        entries: &BTreeMap<OfficeNumber, Entry>,
        imported: Imported,
        by: (&str, Timestamp),
    ) -> Result<(), PartnerFault> {
        let mut tx = self.office.state().begin().await?;
        for (office, entry) in entries {
            rows::put_listed(&mut tx, office, &entry.name, &entry.note).await?;
        }
        if rows::count_listed(&mut tx).await? > PARTNERS_MAX {
            return Err(PartnerFault::Full);
        }
        let detail = json!({ "offices": imported.offices, "added": imported.added });
        append_operation(&mut tx, by, ("partner.imported", ""), &detail).await?;
        Ok(commit(tx).await?)
    }
}

/// Where things stand in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    number: usize,
    name: Option<usize>,
    note: Option<usize>,
}

/// Without heads: number, name, note.
const PLAIN: Columns = Columns { number: 0, name: Some(1), note: Some(2) };

fn read(bytes: &[u8]) -> Result<BTreeMap<OfficeNumber, Entry>, ImportFault> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ImportFault::TooLarge);
    }
    let text = text(bytes)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut columns, mut entries) = (None, BTreeMap::new());
    let (mut faults, mut count) = (Vec::new(), 0);
    for record in reader.records() {
        let record = record.map_err(|_| ImportFault::Unreadable)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let columns = match columns {
            Some(columns) => columns,
            None => match heads(&record)? {
                Some(found) => {
                    columns = Some(found);
                    continue;
                }
                None => *columns.insert(PLAIN),
            },
        };
        match entry(&record, columns) {
            Ok((office, entry)) => {
                entries.insert(office, entry);
            }
            Err(said) => {
                count += 1;
                if faults.len() < FAULTS_SHOWN_MAX {
                    faults.push(LineFault { line: line_of(&text, record.position()), said });
                }
            }
        }
    }
    match () {
        () if count > 0 => Err(ImportFault::Lines { faults, count }),
        () if entries.is_empty() => Err(ImportFault::Empty),
        () if entries.len() > PARTNERS_MAX => Err(ImportFault::TooLarge),
        () => Ok(entries),
    }
}

/// The line at which a record begins. The reader counts one line less where lines end as on Windows.
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let begin = position.map_or(0, csv::Position::byte);
    let begin = usize::try_from(begin).unwrap_or(usize::MAX);
    let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let breaks = text.bytes().skip(begin).take_while(is_break).count();
    let before = text.bytes().take(begin.saturating_add(breaks)).filter(|byte| *byte == b'\n').count();
    before as u64 + 1
}

/// As spreadsheets of Japanese PCs write it: UTF-8, with a mark or without, or Shift_JIS.
fn text(bytes: &[u8]) -> Result<Cow<'_, str>, ImportFault> {
    let unmarked = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if unmarked.contains(&0) {
        return Err(ImportFault::Unreadable);
    }
    let read = |encoding: &'static encoding_rs::Encoding| {
        encoding.decode_without_bom_handling_and_without_replacement(unmarked)
    };
    read(UTF_8).or_else(|| read(SHIFT_JIS)).ok_or(ImportFault::Unreadable)
}

/// The columns when a line is one of heads. A first line whose first cell has no digit must be one.
fn heads(record: &csv::StringRecord) -> Result<Option<Columns>, ImportFault> {
    let place = |names: &[&str]| record.iter().position(|cell| names.contains(&half_width(cell).as_str()));
    match place(&["事業所番号", "番号", "事業所No", "事業所No."]) {
        Some(number) => {
            let (name, note) = (place(&["事業所名", "事業所名称", "名称"]), place(&["メモ", "備考"]));
            Ok(Some(Columns { number, name, note }))
        }
        None if record
            .get(0)
            .is_some_and(|cell| half_width(cell).bytes().any(|byte| byte.is_ascii_digit())) =>
        {
            Ok(None)
        }
        None => Err(ImportFault::NoNumber),
    }
}

fn entry(record: &csv::StringRecord, columns: Columns) -> Result<(OfficeNumber, Entry), String> {
    let cell =
        |column: Option<usize>| column.and_then(|column| record.get(column)).unwrap_or_default().trim();
    let name = cell(columns.name).to_owned();
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(format!("事業所名が長すぎます。{NAME_CHARS_MAX}文字以内にしてください。"));
    }
    let note = cell(columns.note).to_owned();
    if note.chars().count() > NOTE_CHARS_MAX {
        return Err(format!("メモが長すぎます。{NOTE_CHARS_MAX}文字以内にしてください。"));
    }
    Ok((number(cell(Some(columns.number)))?, Entry { name, note }))
}

fn number(typed: &str) -> Result<OfficeNumber, String> {
    let digits: String = half_width(typed).chars().filter(|it| *it != '-' && !it.is_whitespace()).collect();
    if digits.is_empty() {
        return Err("事業所番号が空です。10桁の番号を入れてください。".to_owned());
    }
    // Spreadsheets take a number for an amount, and cut off the zero of 01 to 09.
    let whole = if digits.len() == 9 { format!("0{digits}") } else { digits };
    whole.parse().map_err(|_| {
        // What stands there may be anything; a short piece of it is enough to find it.
        let shown: String = typed.chars().take(20).collect();
        format!("事業所番号「{shown}」は、10桁の事業所番号ではありません。番号を確かめてください。")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bytes: &[u8]) -> Vec<String> {
        read(bytes).unwrap().keys().map(ToString::to_string).collect()
    }

    #[test]
    fn a_list_is_read_with_heads_and_without_and_in_both_encodings() {
        let with_heads = "名称,メモ,事業所番号\r\nさくら,月末はFAX,９９７００００-０２６\r\n";
        let (shift_jis, _, _) = SHIFT_JIS.encode(with_heads);
        for bytes in [with_heads.as_bytes(), &shift_jis, format!("\u{FEFF}{with_heads}").as_bytes()] {
            let entries = read(bytes).unwrap();
            let entry = Entry { name: "さくら".to_owned(), note: "月末はFAX".to_owned() };
            assert_eq!(entries.get(&"9970000026".parse().unwrap()), Some(&entry));
        }
        assert_eq!(numbers(b"9970000026\n\n ,\n9970000034,x\n9970000026\n"), ["9970000026", "9970000034"]);
    }

    #[test]
    fn the_zero_that_a_spreadsheet_cut_off_comes_back() {
        assert_eq!(numbers(b"170000018\n"), ["0170000018"]);
    }

    #[test]
    fn every_wrong_line_is_named_and_nothing_is_taken() {
        for end in ["\n", "\r\n"] {
            let lines = ["事業所番号,事業所名", "9970000026,\"よ\nし\"", "99700,だめ", "", ",空"];
            let fault = read(lines.join(end).as_bytes()).unwrap_err();
            let ImportFault::Lines { faults, count } = fault else { panic!("{fault}") };
            let lines: Vec<u64> = faults.iter().map(|fault| fault.line).collect();
            assert_eq!((lines, count), (vec![4, 6], 2));
            assert!(faults[0].said.contains("「99700」"));
        }
    }

    #[test]
    fn what_is_no_list_is_said() {
        assert!(matches!(read(b""), Err(ImportFault::Empty)));
        assert!(matches!(read("事業所番号\n".as_bytes()), Err(ImportFault::Empty)));
        assert!(matches!(read("事業所,住所\nさくら,見本市\n".as_bytes()), Err(ImportFault::NoNumber)));
        assert!(matches!(read(b"\x00\x01\xff\xff"), Err(ImportFault::Unreadable)));
    }

    #[test]
    fn a_list_is_as_long_as_the_book_and_not_one_longer() {
        let list = |count: usize| (0..count).map(|it| format!("99{it:08}\n")).collect::<String>();
        assert_eq!(read(list(PARTNERS_MAX).as_bytes()).unwrap().len(), PARTNERS_MAX);
        assert!(matches!(read(list(PARTNERS_MAX + 1).as_bytes()), Err(ImportFault::TooLarge)));
        let heavy = format!("9970000026,{}\n", "x".repeat(FILE_BYTES_MAX));
        assert!(matches!(read(heavy.as_bytes()), Err(ImportFault::TooLarge)));
    }
}
