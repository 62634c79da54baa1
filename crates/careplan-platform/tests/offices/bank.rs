//! Statements of an invented bank, as it would deliver them.

use jiff::civil::Date;

/// A payment: 振込依頼人コード, payer in half-width kana, yen.
pub type Payment<'a> = (&'a str, &'a str, i64);

/// The statement of one day.
pub fn statement(day: Date, payments: &[Payment<'_>]) -> Vec<u8> {
    let sum: i64 = payments.iter().map(|payment| payment.2).sum();
    let count = payments.len();
    // 令和: 2019 was its first year.
    let day = format!("{:02}{:02}{:02}", day.year() - 2018, day.month(), day.day());
    let mut lines = vec![format!(
        "1030{day}{day}{day}9999{:15}001{:15}00010001234567{:40}1000000001000000",
        "ﾚﾝｼﾕｳ", "ﾎﾝﾃﾝ", "ｹｱﾌﾟﾗﾝﾘｴｷｼﾞﾖ"
    )];
    for (remitter, payer, amount) in payments {
        lines.push(format!(
            "200000000{day}{day}111{amount:012}{:012}{:23}{remitter:10}{payer:48}{:15}{:15}{:20}{:20}",
            0, "", "ﾚﾝｼﾕｳ", "ﾎﾝﾃﾝ", "ﾌﾘｺﾐ", ""
        ));
    }
    lines.push(format!("8{count:06}{sum:013}{:06}{:013}1{:014}{count:07}", 0, 0, sum + 1_000_000));
    lines.push(format!("9{:010}00001", count + 3));
    lines.iter().flat_map(|line| record(line)).collect()
}

/// 200 bytes of JIS X 0201.
fn record(line: &str) -> Vec<u8> {
    let byte = |letter: char| match u32::from(letter) {
        code @ 0xFF61..=0xFF9F => u8::try_from(code - 0xFF61 + 0xA1).unwrap(),
        code => u8::try_from(code).unwrap(),
    };
    let mut record: Vec<u8> = line.chars().map(byte).collect();
    assert!(record.len() <= 200, "{line}");
    record.resize(200, b' ');
    record
}
