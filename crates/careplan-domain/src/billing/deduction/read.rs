//! Reading requests and answers strictly: every fault by line and field, nothing taken on trust.

use jiff::civil::Date;

use super::{Answer, AnswerLine, Reason, Request, RequestLine};
use crate::ServiceMonth;
use crate::billing::charge::ChargeId;
use crate::billing::{TaxRate, Yen};
use crate::calendar::compact;

/// Lines of one file: more than all offices of the largest prefecture with three charges each.
pub(super) const LINES_MAX: usize = 100_000;

/// Faults that are listed; a file of another kind would have one in each line.
const FAULTS_MAX: usize = 100;

/// Why a file is not read. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// The first line is not the head of such a file.
    #[error(
        "1行目：{expected}ファイルの見出し（1,{expected},1,都道府県,年月,作成日）ではありません。ファイルを確かめてください。"
    )]
    Head {
        /// `REQUEST` or `RESULT`.
        expected: &'static str,
    },
    /// Neither a line nor the totals.
    #[error("{line}行目：区分と項目数が正しくありません。国保連合会に作り直しを依頼してください。")]
    Shape {
        /// Where.
        line: usize,
    },
    /// A field that cannot be read.
    #[error(
        "{line}行目：{field}を読み取れません。表計算ソフトで保存し直すと先頭の0が消えることがあります。元のファイルを使ってください。"
    )]
    Field {
        /// Where.
        line: usize,
        /// Which.
        field: &'static str,
    },
    /// The office is not the charge's, or not of the prefecture.
    #[error("{line}行目：事業所番号・請求番号・都道府県が一致しません。")]
    Office {
        /// Where.
        line: usize,
    },
    /// The charge stands in an earlier line as well.
    #[error("{line}行目：請求番号 {charge} は{first}行目にもあります。")]
    Twice {
        /// Where.
        line: usize,
        /// Which charge.
        charge: ChargeId,
        /// The earlier line.
        first: usize,
    },
    /// The totals are not those of the lines.
    #[error(
        "{line}行目：{field}が明細の合計（{found}）と一致しません。ファイルが途中で切れていないか確かめてください。"
    )]
    Totals {
        /// Where.
        line: usize,
        /// Which total.
        field: &'static str,
        /// What the lines come to.
        found: i64,
    },
    /// There is no totals line at the end, or something after it.
    #[error(
        "{line}行目：合計の行（8）は最後に1行だけ必要です。ファイルが途中で切れていないか確かめてください。"
    )]
    End {
        /// Where.
        line: usize,
    },
    /// More lines than such a file can have.
    #[error("ファイルの行が多すぎます（{LINES_MAX}行まで）。")]
    TooLong,
}

/// A file cut into its parts: head, lines and totals, each line with its number.
struct Parts<'a> {
    prefecture: &'a str,
    month: ServiceMonth,
    made_on: Date,
    lines: Vec<(usize, Vec<&'a str>)>,
    totals: (usize, Vec<&'a str>),
}

pub(super) fn request(text: &str) -> Result<Request, Vec<FileFault>> {
    let parts = parts(text, "REQUEST")?;
    let (lines, mut faults) = lines(&parts, |line, fields| {
        let [_, office, charge, first, last, amount, tax] = fields[..] else {
            return Err(FileFault::Shape { line });
        };
        let fault = |field| FileFault::Field { line, field };
        let charge = charge_of(line, office, charge, parts.prefecture)?;
        if compact(first) != Some(charge.starts_on) {
            return Err(fault("初日"));
        }
        Ok(RequestLine {
            charge,
            last_day: compact(last).ok_or(fault("末日"))?,
            amount: amount_of(amount).ok_or(fault("金額"))?,
            tax: tax.parse().ok().and_then(|it| TaxRate::new(it).ok()).ok_or(fault("税率"))?,
        })
    });
    twice(lines.iter().map(|(line, it)| (*line, it.charge)), &mut faults);
    let sums = [("件数", count(lines.len())), ("合計金額", sum(lines.iter().map(|(_, it)| it.amount)))];
    totals(&parts, &sums, &mut faults);
    let Parts { prefecture, month, made_on, .. } = parts;
    let lines = lines.into_iter().map(|(_, line)| line).collect();
    done(Request { prefecture: prefecture.into(), month, made_on, lines }, faults)
}

pub(super) fn answer(text: &str) -> Result<Answer, Vec<FileFault>> {
    let parts = parts(text, "RESULT")?;
    let (lines, mut faults) = lines(&parts, |line, fields| {
        let [_, office, charge, amount, result, reason, on] = fields[..] else {
            return Err(FileFault::Shape { line });
        };
        let fault = |field| FileFault::Field { line, field };
        let failed = match (result, reason) {
            ("1", "") => None,
            ("2", code) => {
                Some(Reason::ALL.into_iter().find(|it| it.code() == code).ok_or(fault("差引不能理由"))?)
            }
            _ => return Err(fault("差引結果")),
        };
        Ok(AnswerLine {
            charge: charge_of(line, office, charge, parts.prefecture)?,
            amount: amount_of(amount).ok_or(fault("金額"))?,
            failed,
            on: compact(on).ok_or(fault("処理日"))?,
        })
    });
    twice(lines.iter().map(|(line, it)| (*line, it.charge)), &mut faults);
    let deducted: Vec<_> = lines.iter().filter(|(_, it)| it.failed.is_none()).collect();
    let sums = [
        ("件数", count(lines.len())),
        ("差引済件数", count(deducted.len())),
        ("差引済合計金額", sum(deducted.iter().map(|(_, it)| it.amount))),
    ];
    totals(&parts, &sums, &mut faults);
    let Parts { prefecture, month, made_on, .. } = parts;
    let lines = lines.into_iter().map(|(_, line)| line).collect();
    done(Answer { prefecture: prefecture.into(), month, made_on, lines }, faults)
}

fn parts<'a>(text: &'a str, expected: &'static str) -> Result<Parts<'a>, Vec<FileFault>> {
    let mut rows: Vec<(usize, Vec<&str>)> = Vec::new();
    for (place, line) in text.lines().enumerate() {
        if place == LINES_MAX {
            return Err(vec![FileFault::TooLong]);
        }
        rows.push((place + 1, line.split(',').collect()));
    }
    let mut rows = rows.into_iter();
    let head = rows.next().map(|(_, fields)| fields).unwrap_or_default();
    let (prefecture, month, made_on) = match head[..] {
        ["1", name, "1", prefecture, month, made_on] if name == expected => {
            (prefecture, month.parse::<ServiceMonth>().ok(), compact(made_on))
        }
        _ => return Err(vec![FileFault::Head { expected }]),
    };
    let fault = |field| vec![FileFault::Field { line: 1, field }];
    let digits = prefecture.len() == 2 && prefecture.bytes().all(|byte| byte.is_ascii_digit());
    let prefecture = digits.then_some(prefecture).ok_or_else(|| fault("都道府県"))?;
    let month = month.ok_or_else(|| fault("年月"))?;
    let made_on = made_on.ok_or_else(|| fault("作成日"))?;
    let last = rows.next_back().filter(|(_, fields)| fields.first() == Some(&"8"));
    let Some(totals) = last else { return Err(vec![FileFault::End { line: text.lines().count() }]) };
    Ok(Parts { prefecture, month, made_on, lines: rows.collect(), totals })
}

fn lines<T>(
    parts: &Parts<'_>,
    read: impl Fn(usize, &[&str]) -> Result<T, FileFault>,
) -> (Vec<(usize, T)>, Vec<FileFault>) {
    let (mut good, mut faults) = (Vec::new(), Vec::new());
    for (line, fields) in &parts.lines {
        let line = *line;
        match fields.first() {
            Some(&"2") => match read(line, fields) {
                Ok(it) => good.push((line, it)),
                Err(fault) => faults.push(fault),
            },
            Some(&"8") => faults.push(FileFault::End { line }),
            _ => faults.push(FileFault::Shape { line }),
        }
    }
    (good, faults)
}

fn charge_of(line: usize, office: &str, charge: &str, prefecture: &str) -> Result<ChargeId, FileFault> {
    let charge: ChargeId = charge.parse().map_err(|_| FileFault::Field { line, field: "請求番号" })?;
    let same = charge.office.as_str() == office && charge.office.prefecture() == prefecture;
    if same { Ok(charge) } else { Err(FileFault::Office { line }) }
}

fn amount_of(text: &str) -> Option<Yen> {
    text.parse().ok().filter(|amount: &Yen| amount.is_positive())
}

fn twice(charges: impl Iterator<Item = (usize, ChargeId)>, faults: &mut Vec<FileFault>) {
    let mut seen = std::collections::BTreeMap::new();
    for (line, charge) in charges {
        match seen.get(&charge) {
            Some(first) => faults.push(FileFault::Twice { line, charge, first: *first }),
            None => {
                seen.insert(charge, line);
            }
        }
    }
}

fn totals(parts: &Parts<'_>, sums: &[(&'static str, i64)], faults: &mut Vec<FileFault>) {
    let (line, fields) = (parts.totals.0, &parts.totals.1);
    if fields.len() != sums.len() + 1 {
        faults.push(FileFault::Shape { line });
        return;
    }
    for ((field, found), text) in sums.iter().zip(fields.iter().skip(1)) {
        if **text != found.to_string() {
            faults.push(FileFault::Totals { line, field, found: *found });
        }
    }
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The sum as a plain number: no total of a file reaches the range of 64 bits ([`LINES_MAX`] × 10^12).
fn sum(amounts: impl Iterator<Item = Yen>) -> i64 {
    amounts.map(Yen::get).fold(0, i64::saturating_add)
}

fn done<T>(file: T, mut faults: Vec<FileFault>) -> Result<T, Vec<FileFault>> {
    faults.truncate(FAULTS_MAX);
    if faults.is_empty() { Ok(file) } else { Err(faults) }
}
