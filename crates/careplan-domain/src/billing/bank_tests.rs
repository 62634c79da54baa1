use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// 令和8年11月25日.
pub(in crate::billing) const TODAY: Date = date(2026, 11, 25);

/// A payment as the tests write it: remitter code, payer in half-width kana, amount.
pub(in crate::billing) type Payment<'a> = (&'a str, &'a str, i64);

fn jis(text: &str) -> Vec<u8> {
    let byte = |letter: char| match u32::from(letter) {
        code @ 0xFF61..=0xFF9F => u8::try_from(code - 0xFF61 + 0xA1).unwrap(),
        code => u8::try_from(code).unwrap(),
    };
    text.chars().map(byte).collect()
}

fn padded(text: &str) -> Vec<u8> {
    let mut record = jis(text);
    assert!(record.len() <= RECORD_BYTES, "{text}");
    record.resize(RECORD_BYTES, b' ');
    record
}

fn kana(text: &str, len: usize) -> String {
    format!("{text:len$}")
}

fn header() -> Vec<u8> {
    let (bank, branch) = (kana("ﾚﾝｼﾕｳ", 15), kana("ﾎﾝﾃﾝ", 15));
    let name = kana("ｹｱﾌﾟﾗﾝﾘｴｷｼﾞﾖ", 40);
    padded(&format!(
        "1030081125081124081125{}{bank}{}{branch}00010001234567{name}1000000001000000",
        "9999", "001"
    ))
}

fn data((remitter, payer, amount): Payment<'_>) -> Vec<u8> {
    let (payer, bank) = (kana(payer, 48), kana("ﾚﾝｼﾕｳ", 15));
    padded(&format!(
        "200000000081125081125111{amount:012}{:012}{:6}{:6}{:1}{:7}{:3}{remitter:10}{payer}{bank}{}{}{}",
        0,
        "",
        "",
        "",
        "",
        "",
        kana("ﾎﾝﾃﾝ", 15),
        kana("ﾌﾘｺﾐ", 20),
        kana("", 20)
    ))
}

fn trailer(count: usize, sum: i64) -> Vec<u8> {
    padded(&format!("8{count:06}{sum:013}{:06}{:013}1{:014}{count:07}", 0, 0, sum + 1_000_000))
}

fn end(records: usize) -> Vec<u8> {
    padded(&format!("9{records:010}00001"))
}

fn records(payments: &[Payment<'_>]) -> Vec<Vec<u8>> {
    let sum = payments.iter().map(|payment| payment.2).sum();
    let mut records = vec![header()];
    records.extend(payments.iter().map(|payment| data(*payment)));
    records.push(trailer(payments.len(), sum));
    records.push(end(payments.len() + 3));
    records
}

/// A file of one account with these payments.
pub(in crate::billing) fn file(payments: &[Payment<'_>]) -> Vec<u8> {
    records(payments).concat()
}

/// The payments as they are read.
pub(in crate::billing) fn entries(payments: &[Payment<'_>]) -> Vec<BankEntry> {
    read(&file(payments), TODAY).unwrap().remove(0).entries
}

const TWO: &[Payment<'_>] = &[("0011234567", "ｶ)ﾚﾝｼﾕｳｹｱ", 21_000), ("", "ﾌｸ)ﾐﾎﾝｶｲ", 63_000)];

fn faults(bytes: &[u8]) -> Vec<BankFault> {
    read(bytes, TODAY).expect_err("the file should be refused")
}

/// The faults of the file with some bytes of a record changed.
fn changed(record: usize, at: usize, bytes: &[u8]) -> Vec<BankFault> {
    let mut file = file(TWO);
    let start = (record - 1) * RECORD_BYTES + at - 1;
    file[start..start + bytes.len()].copy_from_slice(bytes);
    faults(&file)
}

#[test]
fn a_statement_is_read_with_everything_that_matters() {
    let statements = read(&file(TWO), TODAY).unwrap();
    let [statement] = &statements[..] else { panic!("one account") };
    assert_eq!(statement.account.to_string(), "9999-001-1-0001234567");
    assert_eq!((statement.from, statement.to), (date(2026, 11, 24), date(2026, 11, 25)));
    let [first, second] = &statement.entries[..] else { panic!("two entries") };
    assert_eq!(first.remitter.as_deref(), Some("0011234567"));
    assert_eq!((first.payer.as_str(), first.amount.get()), ("ｶ)ﾚﾝｼﾕｳｹｱ", 21_000));
    assert_eq!((first.kind, first.direction), (Some(11), Direction::In));
    assert_eq!((first.booked_on, first.summary.as_str()), (TODAY, "ﾌﾘｺﾐ"));
    assert_eq!((second.remitter.as_deref(), second.from_bank.as_str()), (None, "ﾚﾝｼﾕｳ"));
}

#[test]
fn records_stand_bare_or_each_on_a_line() {
    let bare = read(&file(TWO), TODAY).unwrap();
    for line_end in [&b"\r\n"[..], b"\n"] {
        let lines = records(TWO).join(line_end);
        assert_eq!(read(&lines, TODAY).unwrap(), bare);
        assert_eq!(read(&[&lines, line_end].concat(), TODAY).unwrap(), bare);
        assert_eq!(read(&[&lines, line_end, b"\x1A"].concat(), TODAY).unwrap(), bare);
    }
    let mixed = [records(TWO)[..2].join(&b"\r\n"[..]), records(TWO)[2..].concat()].concat();
    assert_eq!(faults(&mixed), [BankFault::Length { record: 2, found: 800 }]);
}

#[test]
fn a_record_of_another_length_is_told() {
    let mut short = records(TWO);
    short[1].pop();
    let lines = short.join(&b"\r\n"[..]);
    assert_eq!(faults(&lines), [BankFault::Length { record: 2, found: 199 }]);
    let mut long = records(TWO);
    long[1].push(b' ');
    assert_eq!(faults(&long.join(&b"\n"[..])), [BankFault::Length { record: 2, found: 201 }]);
    assert_eq!(faults(&file(TWO)[..999]), [BankFault::Length { record: 5, found: 199 }]);
}

#[test]
fn each_bad_field_is_told_by_record_and_byte() {
    let field = |record, byte, field| vec![BankFault::Field { record, byte, field }];
    let day = |record, byte, field| vec![BankFault::Day { record, byte, field }];
    let totals = |record, field, found| vec![BankFault::Totals { record, field, found }];
    let cases = [
        (changed(2, 10, b"081131"), field(2, 10, "勘定日")),
        (changed(2, 10, b"081123"), day(2, 10, "勘定日")),
        (changed(2, 10, b"261125"), day(2, 10, "勘定日")),
        (changed(2, 16, b"001125"), field(2, 16, "預入・払出日")),
        (changed(2, 22, b"3"), field(2, 22, "入払区分")),
        (changed(2, 23, b"1 "), field(2, 23, "取引区分")),
        (changed(2, 25, b"           1"), field(2, 25, "取引金額")),
        (changed(2, 72, b"00112345 7"), field(2, 72, "振込依頼人コード")),
        (changed(3, 84, b"\x82"), field(3, 84, "振込依頼人名")),
        (changed(3, 84, b"\0"), field(3, 84, "振込依頼人名")),
        (changed(2, 25, b"000000021001"), totals(4, "入金額合計", 84_001)),
        (changed(4, 2, b"000003"), totals(4, "入金件数", 2)),
        (changed(4, 21, b"000001"), totals(4, "出金件数", 0)),
        (changed(4, 27, b"0000000000001"), totals(4, "出金額合計", 0)),
        (changed(4, 41, b"00000001084001"), totals(4, "取引後残高", 1_084_000)),
        (changed(4, 55, b"0000003"), totals(4, "データ・レコード件数", 2)),
        (changed(5, 2, b"0000000006"), totals(5, "レコード総件数", 5)),
        (changed(5, 12, b"00002"), totals(5, "口座数", 1)),
    ];
    for (found, expected) in cases {
        let first = expected.first().unwrap();
        assert!(found.contains(first), "{first:?} not in {found:?}");
    }
}

#[test]
fn a_head_of_another_kind_is_refused() {
    let first = |found: Vec<BankFault>| found.into_iter().next().unwrap();
    assert_eq!(first(changed(1, 2, b"01")), BankFault::Kind { record: 1 });
    assert_eq!(first(changed(1, 4, b"1")), BankFault::Code { record: 1 });
    assert_eq!(first(changed(1, 63, b"6")), BankFault::Deposit { record: 1, found: '6' });
    let day = |byte, field| BankFault::Day { record: 1, byte, field };
    assert_eq!(first(changed(1, 5, b"081126")), day(5, "作成日"));
    assert_eq!(first(changed(1, 17, b"081123")), day(17, "勘定日（至）"));
    assert_eq!(first(changed(1, 114, b"3")), BankFault::Field { record: 1, byte: 114, field: "貸越区分" });
}

#[test]
fn records_come_in_their_order_and_to_the_end() {
    assert!(changed(2, 1, b"8").contains(&BankFault::Order { record: 3, found: '2' }));
    assert_eq!(changed(1, 1, b"2"), [BankFault::Order { record: 1, found: '2' }]);
    assert_eq!(changed(4, 1, b"9"), [BankFault::Order { record: 4, found: '9' }]);
    assert_eq!(faults(&file(TWO)[..800]), [BankFault::End]);
    assert_eq!(faults(b""), [BankFault::End]);
    let twice = [file(TWO), file(TWO)].concat();
    assert_eq!(faults(&twice), [BankFault::Order { record: 6, found: '1' }]);
}

#[test]
fn the_three_ways_of_counting_all_records_are_accepted() {
    for count in [2, 4, 5] {
        let mut records = records(TWO);
        *records.last_mut().unwrap() = end(count);
        assert!(read(&records.concat(), TODAY).is_ok(), "{count}");
    }
}

#[test]
fn alike_payments_are_two_and_a_day_delivered_again_is_the_same() {
    let alike = ("", "ｶ)ﾚﾝｼﾕｳｹｱ", 21_000);
    let other = ("", "ﾌｸ)ﾐﾎﾝｶｲ", 21_000);
    let identities = |payments: &[Payment<'_>]| {
        let mut found: Vec<_> = entries(payments).into_iter().map(|entry| entry.identity).collect();
        found.sort();
        found
    };
    let day = identities(&[alike, other, alike]);
    assert_ne!(day[0], day[1]);
    assert_eq!(identities(&[other, alike, alike]), day);
    assert!(day.starts_with(&identities(&[alike])));
}

#[test]
fn a_file_has_a_bounded_number_of_records() {
    let payments = vec![("", "ｱ", 1); RECORDS_MAX - 3];
    let mut file = file(&payments);
    assert!(read(&file, TODAY).is_ok());
    file.extend(end(1));
    assert_eq!(faults(&file), [BankFault::TooLong]);
}

proptest! {
    #[test]
    fn no_bytes_whatever_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..900)) {
        prop_assert!(read(&bytes, TODAY).is_err());
    }

    #[test]
    fn no_change_of_a_byte_breaks_the_reader(at in 0..1_000_usize, byte: u8) {
        let mut bytes = file(TWO);
        bytes[at] = byte;
        if let Ok(statements) = read(&bytes, TODAY) {
            let sum: i64 = statements.iter().flat_map(|it| &it.entries).map(|it| it.amount.get()).sum();
            prop_assert_eq!(sum, 84_000);
        }
    }
}
