//! Reading a statement record by record.

use jiff::civil::Date;

use super::layout::{Field, data, end, header, trailer};
use super::{Account, BankEntry, BankFault, Direction, RECORD_BYTES, RECORDS_MAX, Statement, identify};
use crate::billing::Yen;

/// Faults that are listed; a file of another kind would have some in each record.
const FAULTS_MAX: usize = 100;

/// 令和1年 is 2019.
const ERA_BEFORE: i16 = 2018;

type Found<T> = Result<T, BankFault>;

pub(super) fn file(bytes: &[u8], today: Date) -> Result<Vec<Statement>, Vec<BankFault>> {
    let records = records(bytes).map_err(|fault| vec![fault])?;
    let mut reader = Reader { today, ..Reader::default() };
    for (place, bytes) in records.iter().enumerate() {
        let record = Record { nth: place + 1, bytes };
        if let Err(fault) = reader.take(record) {
            let lost = matches!(fault, BankFault::Order { .. });
            reader.faults.push(fault);
            // Out of step: everything after it would be reported as well.
            if lost || reader.faults.len() >= FAULTS_MAX {
                return Err(reader.faults);
            }
        }
    }
    if !reader.ended {
        reader.faults.push(BankFault::End);
    }
    if reader.faults.is_empty() { Ok(reader.statements) } else { Err(reader.faults) }
}

/// The records of a file: bare, or each with the line end that follows the first.
fn records(bytes: &[u8]) -> Found<Vec<&[u8]>> {
    // Some programs close a file with the end mark of CP/M.
    let bytes = bytes.strip_suffix(b"\x1A").unwrap_or(bytes);
    let line_end: &[u8] = match bytes.get(RECORD_BYTES..) {
        Some([b'\r', b'\n', ..]) => b"\r\n",
        Some([b'\n', ..]) => b"\n",
        _ => b"",
    };
    let (mut rest, mut records) = (bytes, Vec::new());
    while !rest.is_empty() {
        let record = records.len() + 1;
        let (head, tail) =
            rest.split_at_checked(RECORD_BYTES).ok_or(BankFault::Length { record, found: rest.len() })?;
        if record > RECORDS_MAX {
            return Err(BankFault::TooLong);
        }
        if let Some(at) = head.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            return Err(BankFault::Length { record, found: at });
        }
        records.push(head);
        rest = match tail.strip_prefix(line_end) {
            Some(rest) => rest,
            // The last record may go without.
            None if tail.is_empty() => tail,
            None => {
                let more = tail.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(tail.len());
                return Err(BankFault::Length { record, found: RECORD_BYTES + more });
            }
        };
    }
    Ok(records)
}

/// One record and its place in the file.
#[derive(Clone, Copy)]
struct Record<'a> {
    nth: usize,
    bytes: &'a [u8],
}

impl<'a> Record<'a> {
    fn raw(self, field: Field) -> &'a [u8] {
        self.bytes.get(field.at..field.at + field.len).unwrap_or_default()
    }

    fn fault(self, field: Field) -> BankFault {
        BankFault::Field { record: self.nth, byte: field.at + 1, field: field.name }
    }

    /// The digits of a field.
    fn digits(self, field: Field) -> Found<&'a str> {
        let raw = self.raw(field);
        let digits = raw.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(raw).ok()).flatten();
        digits.ok_or_else(|| self.fault(field))
    }

    fn number(self, field: Field) -> Found<i64> {
        self.digits(field)?.parse().map_err(|_| self.fault(field))
    }

    /// The digits of a field that may be left out: banks fill it with spaces or zeros then.
    fn optional(self, field: Field) -> Found<Option<&'a str>> {
        if self.raw(field).iter().all(|byte| matches!(byte, b' ' | b'0')) {
            return Ok(None);
        }
        self.digits(field).map(Some)
    }

    /// The text of a field without the spaces behind it.
    fn text(self, field: Field) -> Found<String> {
        let chars = self.raw(field).iter().enumerate().map(|(place, byte)| {
            let fault = BankFault::Field { record: self.nth, byte: field.at + place + 1, field: field.name };
            letter(*byte).ok_or(fault)
        });
        let text: String = chars.collect::<Found<_>>()?;
        Ok(text.trim_end().to_owned())
    }

    fn day(self, field: Field) -> Found<Date> {
        let digits = self.digits(field)?;
        let part = |from, to| digits.get(from..to).and_then(|part| part.parse::<i8>().ok());
        let date = || Date::new(ERA_BEFORE + i16::from(part(0, 2)?), part(2, 4)?, part(4, 6)?).ok();
        date().filter(|date| date.year() > ERA_BEFORE).ok_or_else(|| self.fault(field))
    }

    /// A day that must lie between two.
    fn day_within(self, field: Field, from: Date, to: Date) -> Found<Date> {
        let day = self.day(field)?;
        let within = from <= day && day <= to;
        let fault = || BankFault::Day { record: self.nth, byte: field.at + 1, field: field.name };
        within.then_some(day).ok_or_else(fault)
    }

    /// A balance with its sign; none when the bank does not give it.
    fn balance(self, sign: Field, balance: Field) -> Found<Option<i64>> {
        match self.raw(sign) {
            b"1" => Ok(Some(self.number(balance)?)),
            b"2" => Ok(Some(-self.number(balance)?)),
            b"0" | b" " => Ok(None),
            _ => Err(self.fault(sign)),
        }
    }
}

/// A byte of JIS X 0201 as a letter; nothing else may stand in text.
fn letter(byte: u8) -> Option<char> {
    match byte {
        b'\\' => Some('¥'),
        b'~' => Some('‾'),
        0x20..=0x7E => Some(char::from(byte)),
        0xA1..=0xDF => char::from_u32(0xFF61 + u32::from(byte - 0xA1)),
        _ => None,
    }
}

/// One account that is being read.
struct Open {
    statement: Statement,
    balance: Option<i64>,
    records: i64,
}

/// Where the reading stands.
#[derive(Default)]
struct Reader {
    today: Date,
    open: Option<Open>,
    statements: Vec<Statement>,
    data_records: i64,
    ended: bool,
    faults: Vec<BankFault>,
}

impl Reader {
    fn take(&mut self, record: Record<'_>) -> Found<()> {
        let kind = record.bytes.first().copied().unwrap_or_default();
        match (kind, self.open.take()) {
            _ if self.ended => {}
            (b'1', None) => return self.header(record),
            (b'2', Some(open)) => return self.data(record, open),
            (b'8', Some(open)) => return self.trailer(record, open),
            (b'9', None) => return self.end(record),
            _ => {}
        }
        let found = letter(kind).unwrap_or(char::REPLACEMENT_CHARACTER);
        Err(BankFault::Order { record: record.nth, found })
    }

    fn header(&mut self, record: Record<'_>) -> Found<()> {
        let nth = record.nth;
        if record.raw(header::KIND) != b"03" {
            return Err(BankFault::Kind { record: nth });
        }
        if record.raw(header::CODE) != b"0" {
            return Err(BankFault::Code { record: nth });
        }
        let made_on = record.day_within(header::MADE_ON, Date::MIN, self.today)?;
        let from = record.day(header::FROM)?;
        let deposit = match record.raw(header::DEPOSIT) {
            [deposit @ (b'1' | b'2' | b'4')] => char::from(*deposit),
            other => {
                let found = other.first().copied().and_then(letter).unwrap_or(char::REPLACEMENT_CHARACTER);
                return Err(BankFault::Deposit { record: nth, found });
            }
        };
        let account = Account {
            bank: record.digits(header::BANK)?.into(),
            branch: record.digits(header::BRANCH)?.into(),
            deposit,
            number: record.digits(header::NUMBER)?.into(),
        };
        let to = record.day_within(header::TO, from, self.today)?;
        let statement = Statement { account, made_on, from, to, entries: Vec::new() };
        let balance = record.balance(header::SIGN, header::BALANCE)?;
        self.open = Some(Open { statement, balance, records: 0 });
        Ok(())
    }

    fn data(&mut self, record: Record<'_>, mut open: Open) -> Found<()> {
        let entry = entry(record, &open.statement);
        open.records += 1;
        self.data_records += 1;
        let result = entry.map(|entry| open.statement.entries.push(entry));
        self.open = Some(open);
        result
    }

    fn trailer(&mut self, record: Record<'_>, mut open: Open) -> Found<()> {
        let before = self.faults.len();
        let whole = i64::try_from(open.statement.entries.len()).is_ok_and(|it| it == open.records);
        let of = |way: Direction| open.statement.entries.iter().filter(move |it| it.direction == way);
        let count = |way| i64::try_from(of(way).count()).unwrap_or(i64::MAX);
        // cannot overflow: records of twelve digits, and no million of them.
        let sum = |way| of(way).map(|it| it.amount.get()).fold(0, i64::saturating_add);
        let (came, went) = (sum(Direction::In), sum(Direction::Out));
        let totals = [
            (trailer::IN_COUNT, count(Direction::In)),
            (trailer::IN_SUM, came),
            (trailer::OUT_COUNT, count(Direction::Out)),
            (trailer::OUT_SUM, went),
        ];
        // Sums of records some of which could not be read say nothing.
        for (field, found) in totals.into_iter().filter(|_| whole) {
            self.same(record, field, found)?;
        }
        self.same(record, trailer::RECORDS, open.records)?;
        let after = record.balance(trailer::SIGN, trailer::BALANCE)?;
        if let (Some(balance), Some(after), true) = (open.balance, after, whole)
            && balance + came - went != after
        {
            let found = balance + came - went;
            self.faults.push(BankFault::Totals { record: record.nth, field: trailer::BALANCE.name, found });
        }
        if self.faults.len() == before {
            identify(&open.statement.account, &mut open.statement.entries);
        }
        self.statements.push(open.statement);
        Ok(())
    }

    fn end(&mut self, record: Record<'_>) -> Found<()> {
        self.ended = true;
        let accounts = i64::try_from(self.statements.len()).unwrap_or(i64::MAX);
        self.same(record, end::ACCOUNTS, accounts)?;
        // Whether this counts all records, those before the end or data records only is not the same in
        // all descriptions; a file that was cut fits none of them.
        let all = i64::try_from(record.nth).unwrap_or(i64::MAX);
        let given = record.number(end::RECORDS)?;
        if ![all, all - 1, self.data_records].contains(&given) {
            self.faults.push(BankFault::Totals { record: record.nth, field: end::RECORDS.name, found: all });
        }
        Ok(())
    }

    fn same(&mut self, record: Record<'_>, field: Field, found: i64) -> Found<()> {
        if record.number(field)? != found {
            self.faults.push(BankFault::Totals { record: record.nth, field: field.name, found });
        }
        Ok(())
    }
}

fn entry(record: Record<'_>, statement: &Statement) -> Found<BankEntry> {
    let direction = match record.raw(data::DIRECTION) {
        b"1" => Direction::In,
        b"2" => Direction::Out,
        _ => return Err(record.fault(data::DIRECTION)),
    };
    let kind = record.optional(data::KIND)?;
    let amount: Yen = record.digits(data::AMOUNT)?.parse().map_err(|_| record.fault(data::AMOUNT))?;
    let inquiry = record.optional(data::INQUIRY)?.unwrap_or("00000000");
    Ok(BankEntry {
        identity: String::new(),
        inquiry: inquiry.into(),
        booked_on: record.day_within(data::BOOKED_ON, statement.from, statement.to)?,
        valued_on: record.day(data::VALUED_ON)?,
        direction,
        kind: kind.map(|it| it.parse().map_err(|_| record.fault(data::KIND))).transpose()?,
        amount,
        remitter: record.optional(data::REMITTER)?.map(Into::into),
        payer: record.text(data::PAYER)?,
        from_bank: record.text(data::FROM_BANK)?,
        from_branch: record.text(data::FROM_BRANCH)?,
        summary: record.text(data::SUMMARY)?,
        edi: record.text(data::EDI)?,
    })
}
