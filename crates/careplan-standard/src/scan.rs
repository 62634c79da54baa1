//! The CSV scanner: bytes to records and fields, with the place of everything.
//!
//! Works on raw bytes: no second byte of an MS932 character is a comma, a quote or a line break, so nothing is decoded
//! here and no backslash means anything. Promises: never panics, never copies a field, and reports what is wrong with the
//! quoting instead of guessing silently.
//!
//! Rows of the standard repeat most of the row before: the same person, office and month. So each field is first compared with the
//! field above; where the bytes up to the comma are the same, so is all that can be said about them, and callers learn it
//! ([`RawRecord::repeats`]).

use std::borrow::Cow;

/// Fields kept of one record. The longest layout has 71; what is beyond is counted and not kept.
const FIELDS_KEPT_MAX: usize = 256;

/// One field, as its bytes lie in the file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawField<'a> {
    /// Content, without the enclosing quotes, with doubled quotes still doubled.
    pub(crate) raw: &'a [u8],
    /// Offset of `raw` in the file.
    pub(crate) start: usize,
    /// Whether it stood in quotes.
    pub(crate) quoted: bool,
    doubled: bool,
    /// Line breaks inside the quotes.
    lines: u64,
    /// Whether a comma follows and nothing is wrong with the quotes, so that the same bytes can be taken for the same field.
    is_plain: bool,
}

impl<'a> RawField<'a> {
    const EMPTY: Self = Self { raw: &[], start: 0, quoted: false, doubled: false, lines: 0, is_plain: false };

    /// The content with doubled quotes made single.
    pub(crate) fn value(&self) -> Cow<'a, [u8]> {
        if !self.doubled {
            return Cow::Borrowed(self.raw);
        }
        let mut value = Vec::with_capacity(self.raw.len());
        let mut quote_before = false;
        for byte in self.raw {
            if *byte == b'"' && quote_before {
                quote_before = false;
                continue;
            }
            quote_before = *byte == b'"';
            value.push(*byte);
        }
        Cow::Owned(value)
    }
}

/// What is wrong with the quotes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuoteFault {
    /// An opening quote that is never closed.
    Unclosed,
    /// Something between a closing quote and the next comma.
    TextAfterQuote,
    /// A quote inside a field that does not begin with one.
    QuoteInBare,
}

/// A fault of the quotes and its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QuoteTrouble {
    pub(crate) fault: QuoteFault,
    /// Offset where it shows.
    pub(crate) at: usize,
    /// Offset of the quote that opened the field, where there is one. When a closing quote was forgotten, the
    /// fault shows far behind it.
    pub(crate) opened_at: Option<usize>,
}

/// How a record ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    CrLf,
    Lf,
    Cr,
    /// The file ends without a line break.
    Nothing,
}

/// One record. Reused from record to record.
#[derive(Debug)]
pub(crate) struct RawRecord<'a> {
    pub(crate) fields: Vec<RawField<'a>>,
    /// How many fields there are, also where not all are kept.
    pub(crate) field_count: usize,
    /// Offset of the first byte.
    pub(crate) start: usize,
    /// Offset behind the last byte, line break not counted.
    pub(crate) end: usize,
    /// The line it begins on, from 1.
    pub(crate) line: u64,
    pub(crate) line_end: LineEnd,
    /// First fault of the quotes.
    pub(crate) quote_fault: Option<QuoteTrouble>,
    /// The fields whose bytes are those of the same field of the record before, quotes included.
    pub(crate) repeats: FieldSet,
}

/// A set of fields by their index. Fields beyond the longest layout are never in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FieldSet(u128);

impl FieldSet {
    pub(crate) fn add(&mut self, index: usize) {
        if index < 128 {
            self.0 |= 1 << index;
        }
    }

    /// The set of these fields.
    pub(crate) fn of(indexes: impl IntoIterator<Item = usize>) -> Self {
        let mut set = Self::default();
        indexes.into_iter().for_each(|index| set.add(index));
        set
    }

    /// Whether all fields of the other set are in this one.
    pub(crate) fn holds(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// The fields that are in both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The indexes below `count` that are not in the set, in order.
    pub(crate) fn others(self, count: usize) -> impl Iterator<Item = usize> {
        let mut left = !self.0;
        let within = std::iter::from_fn(move || {
            let index = usize::try_from(left.trailing_zeros()).ok()?;
            left &= left.wrapping_sub(1);
            (index < count.min(128)).then_some(index)
        });
        within.chain(128..count)
    }
}

impl RawRecord<'_> {
    pub(crate) fn new() -> Self {
        Self {
            fields: Vec::new(),
            field_count: 0,
            start: 0,
            end: 0,
            line: 1,
            line_end: LineEnd::Nothing,
            quote_fault: None,
            repeats: FieldSet::default(),
        }
    }

    /// Whether the file ends here with the sign that old programs write as its end (0x1A, once or more often).
    pub(crate) fn is_end_sign(&self) -> bool {
        self.field_count == 1
            && self.line_end == LineEnd::Nothing
            && !self.is_blank()
            && self.fields.iter().all(|field| !field.quoted && field.raw.iter().all(|byte| *byte == 0x1A))
    }

    /// Whether nothing stands on the line.
    pub(crate) fn is_blank(&self) -> bool {
        self.start == self.end
    }
}

/// Goes through the bytes record by record.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
    run: Run,
}

/// A stretch of bytes that is known to be the same as one before it.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    /// How far back the other stretch lies; 0 for none.
    back: usize,
    /// Offset behind the last byte that is the same.
    end: usize,
}

/// Bytes compared at once. Longer stretches are compared piece by piece, as far as they are asked for.
const RUN_BYTES_MAX: usize = 256;

impl<'a> Scanner<'a> {
    /// Begins at offset `at`, behind a byte order mark.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, line: 1, run: Run::default() }
    }

    /// Reads the next record into `record`; `false` at the end of the file.
    pub(crate) fn next(&mut self, record: &mut RawRecord<'a>) -> bool {
        if self.at >= self.bytes.len() {
            return false;
        }
        record.field_count = 0;
        record.start = self.at;
        record.line = self.line;
        record.quote_fault = None;
        record.repeats = FieldSet::default();
        loop {
            let above = record.fields.get_mut(record.field_count);
            if let Some(above) = above
                && self.repeat(above)
            {
                record.repeats.add(record.field_count);
                record.field_count += 1;
                continue;
            }
            let field = self.field(record);
            match record.fields.get_mut(record.field_count) {
                Some(above) => *above = field,
                None if record.field_count < FIELDS_KEPT_MAX => record.fields.push(field),
                None => {}
            }
            record.field_count += 1;
            if field.is_plain {
                self.at += 1;
                continue;
            }
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            record.fields.truncate(record.field_count);
            record.end = self.at;
            record.line_end = self.line_end();
            return true;
        }
    }

    /// Takes the next field for a repetition of the one above it, when its bytes and the comma behind are the same.
    fn repeat(&mut self, above: &mut RawField<'a>) -> bool {
        if !above.is_plain {
            return false;
        }
        let quote = usize::from(above.quoted);
        let (from, length) = (above.start - quote, above.raw.len() + 2 * quote + 1);
        let back = self.at - from;
        while self.run.back != back || self.run.end < self.at + length {
            let known = if self.run.back == back { self.run.end.max(self.at) } else { self.at };
            let same = self.same_bytes(known, back);
            self.run = Run { back, end: known + same };
            if same < RUN_BYTES_MAX {
                break;
            }
        }
        let repeats = self.run.end >= self.at + length;
        if repeats {
            let start = self.at + quote;
            above.raw = self.slice(start, start + above.raw.len());
            above.start = start;
            self.at += length;
            self.line += above.lines;
        }
        repeats
    }

    /// How many bytes from `at` on are the same as those that lie `back` bytes before, up to [`RUN_BYTES_MAX`].
    fn same_bytes(&self, at: usize, back: usize) -> usize {
        let here = self.bytes.get(at..).unwrap_or_default();
        let here = here.get(..RUN_BYTES_MAX).unwrap_or(here);
        let there = self.bytes.get(at - back..).unwrap_or_default();
        let pieces = here.as_chunks::<16>().0.iter().zip(there.as_chunks::<16>().0);
        let same = pieces.take_while(|(here, there)| here == there).count() * 16;
        let rest = here.iter().zip(there).skip(same);
        same + rest.take_while(|(here, there)| here == there).count()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn slice(&self, start: usize, end: usize) -> &'a [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    fn line_end(&mut self) -> LineEnd {
        let (end, bytes) = match (self.peek(), self.bytes.get(self.at + 1)) {
            (Some(b'\r'), Some(b'\n')) => (LineEnd::CrLf, 2),
            (Some(b'\r'), _) => (LineEnd::Cr, 1),
            (Some(_), _) => (LineEnd::Lf, 1),
            (None, _) => return LineEnd::Nothing,
        };
        self.at += bytes;
        self.line += 1;
        end
    }

    /// Reads one field and stops at the comma, the line break or the end of the file.
    fn field(&mut self, record: &mut RawRecord<'a>) -> RawField<'a> {
        if self.peek() == Some(b'"') {
            return self.quoted_field(record);
        }
        let start = self.at;
        self.skip_bare(record, None);
        self.finished(RawField { raw: self.slice(start, self.at), start, ..RawField::EMPTY }, record)
    }

    /// The field with what its end says about it.
    fn finished(&self, mut field: RawField<'a>, record: &RawRecord<'a>) -> RawField<'a> {
        field.is_plain = record.quote_fault.is_none() && self.peek() == Some(b',');
        field
    }

    /// Goes to the next comma or line break. `opened_at` is the opening quote when a quoted field ends here.
    fn skip_bare(&mut self, record: &mut RawRecord<'a>, opened_at: Option<usize>) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut quote_at = None;
        let mut length = rest.len();
        for (offset, byte) in rest.iter().enumerate() {
            match byte {
                b',' | b'\r' | b'\n' => {
                    length = offset;
                    break;
                }
                b'"' if quote_at.is_none() => quote_at = Some(offset),
                _ => {}
            }
        }
        let (fault, found) = match opened_at {
            Some(_) => (QuoteFault::TextAfterQuote, (length > 0).then_some(0)),
            None => (QuoteFault::QuoteInBare, quote_at),
        };
        if let Some(offset) = found {
            let trouble = QuoteTrouble { fault, at: self.at + offset, opened_at };
            record.quote_fault.get_or_insert(trouble);
        }
        self.at += length;
    }

    fn quoted_field(&mut self, record: &mut RawRecord<'a>) -> RawField<'a> {
        let opening = self.at;
        let (start, first_line) = (opening + 1, self.line);
        self.at = start;
        let mut doubled = false;
        let closing = loop {
            let Some(byte) = self.peek() else {
                let (fault, opened_at) = (QuoteFault::Unclosed, Some(opening));
                record.quote_fault.get_or_insert(QuoteTrouble { fault, at: opening, opened_at });
                break self.at;
            };
            let next = self.bytes.get(self.at + 1).copied();
            self.at += 1;
            match (byte, next) {
                (b'"', Some(b'"')) => {
                    self.at += 1;
                    doubled = true;
                }
                (b'"', _) => {
                    let closing = self.at - 1;
                    self.skip_bare(record, Some(opening));
                    break closing;
                }
                (b'\n', _) => self.line += 1,
                (b'\r', next) if next != Some(b'\n') => self.line += 1,
                _ => {}
            }
        };
        let lines = self.line - first_line;
        let raw = self.slice(start, closing);
        self.finished(RawField { raw, start, quoted: true, doubled, lines, ..RawField::EMPTY }, record)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    type Scanned = (Vec<Vec<u8>>, u64, LineEnd, Option<(QuoteFault, usize)>);

    fn scan(bytes: &[u8]) -> Vec<Scanned> {
        let mut scanner = Scanner::new(bytes, 0);
        let mut record = RawRecord::new();
        let mut all = Vec::new();
        while scanner.next(&mut record) {
            let values = record.fields.iter().map(|field| field.value().into_owned()).collect();
            let fault = record.quote_fault.map(|trouble| (trouble.fault, trouble.at));
            all.push((values, record.line, record.line_end, fault));
        }
        all
    }

    #[test]
    fn quoted_fields_keep_commas_breaks_and_doubled_quotes() {
        let records = scan(b"1,\"a,b\r\nc\"\"d\",\r\n2,,x\n");
        let first: Vec<Vec<u8>> = vec![b"1".to_vec(), b"a,b\r\nc\"d".to_vec(), b"".to_vec()];
        assert_eq!(records[0], (first, 1, LineEnd::CrLf, None));
        assert_eq!(records[1].1, 3, "the second record begins on line 3");
        assert_eq!(records[1].2, LineEnd::Lf);
    }

    #[test]
    fn four_quotes_are_one_quote() {
        assert_eq!(scan(b"\"\"\"\",\"\"\"\"\"\"")[0].0, vec![b"\"".to_vec(), b"\"\"".to_vec()]);
    }

    #[test]
    fn faults_of_quotes_are_placed() {
        assert_eq!(scan(b"1,\"ab\r\n")[0].3, Some((QuoteFault::Unclosed, 2)));
        assert_eq!(scan(b"1,\"ab\"c,\r\n")[0].3, Some((QuoteFault::TextAfterQuote, 6)));
        assert_eq!(scan(b"1,a\"b,\r\n")[0].3, Some((QuoteFault::QuoteInBare, 3)));
    }

    #[test]
    fn a_lone_carriage_return_ends_a_record() {
        let records = scan(b"1\r2\r\n3");
        let ends: Vec<LineEnd> = records.iter().map(|record| record.2).collect();
        assert_eq!(ends, [LineEnd::Cr, LineEnd::CrLf, LineEnd::Nothing]);
    }

    #[test]
    fn fields_beyond_the_limit_are_counted_and_not_kept() {
        for (commas, kept) in [(FIELDS_KEPT_MAX - 1, FIELDS_KEPT_MAX), (FIELDS_KEPT_MAX, FIELDS_KEPT_MAX)] {
            let bytes = vec![b','; commas];
            let mut record = RawRecord::new();
            assert!(Scanner::new(&bytes, 0).next(&mut record));
            assert_eq!((record.field_count, record.fields.len()), (commas + 1, kept));
        }
    }

    #[test]
    fn a_field_repeats_the_one_above_only_with_the_same_bytes_and_quotes() {
        let repeats = |bytes: &[u8]| -> Vec<bool> {
            let mut scanner = Scanner::new(bytes, 0);
            let mut record = RawRecord::new();
            while scanner.next(&mut record) {}
            (0..record.field_count)
                .map(|index| !record.repeats.others(record.field_count).any(|it| it == index))
                .collect()
        };
        assert_eq!(repeats(b"1,a,\"b\",,x\n1,a,\"b\",,x\n"), [true, true, true, true, false]);
        assert_eq!(repeats(b"1,a,\"b\",\n1,aa,b,\n"), [true, false, false, false]);
        assert_eq!(repeats(b"1,a\"b,c\n1,a\"b,c\n"), [true, false, false], "a fault is told again");
        assert_eq!(repeats(b"1,\"a\nb\",2\n1,\"a\nb\",2\n"), [true, true, false]);
    }

    #[test]
    fn line_breaks_of_a_repeated_field_are_counted() {
        let records = scan(b"1,\"a\nb\",2\n1,\"a\nb\",2\n1,x,2\n");
        let lines: Vec<u64> = records.iter().map(|record| record.1).collect();
        assert_eq!(lines, [1, 3, 5]);
    }

    /// Rows that repeat each other in part.
    fn similar_rows() -> impl Strategy<Value = Vec<u8>> {
        let field = proptest::sample::select(vec![
            &b""[..],
            b"1",
            b"12",
            b"\"\"",
            b"\"a\"",
            b"\"a\nb\"",
            b"\"a\"\"b\"",
            b"\"a",
            b"x\"",
            b"\"a\"x",
            b"\r",
        ]);
        let row = proptest::collection::vec(field, 1..5).prop_map(|fields| fields.join(&b","[..]));
        proptest::collection::vec(row, 1..8).prop_map(|rows| rows.join(&b"\n"[..]))
    }

    proptest! {
        #[test]
        fn what_repeats_is_read_as_if_it_stood_alone(bytes in similar_rows()) {
            let mut scanner = Scanner::new(&bytes, 0);
            let mut record = RawRecord::new();
            while scanner.next(&mut record) {
                let mut alone = Scanner { bytes: &bytes, at: record.start, line: record.line, run: Run::default() };
                let mut fresh = RawRecord::new();
                prop_assert!(alone.next(&mut fresh));
                let content = |record: &RawRecord<'_>| -> Vec<(usize, Vec<u8>, bool)> {
                    record.fields.iter().map(|field| (field.start, field.value().into_owned(), field.quoted)).collect()
                };
                prop_assert_eq!(content(&record), content(&fresh));
                prop_assert_eq!((record.field_count, record.end, record.line_end), (fresh.field_count, fresh.end, fresh.line_end));
                prop_assert_eq!(record.quote_fault, fresh.quote_fault);
                prop_assert_eq!((scanner.at, scanner.line), (alone.at, alone.line));
            }
        }

        #[test]
        fn any_bytes_are_scanned_to_the_end(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut scanner = Scanner::new(&bytes, 0);
            let mut record = RawRecord::new();
            let mut covered = 0;
            while scanner.next(&mut record) {
                prop_assert_eq!(record.start, covered);
                prop_assert!(scanner.at > covered);
                covered = scanner.at;
            }
            prop_assert_eq!(covered, bytes.len());
        }

        #[test]
        fn what_the_csv_crate_writes_is_read_alike(
            rows in proptest::collection::vec(proptest::collection::vec("[a-c\",\n\\\\表]{0,6}", 2..5), 1..6)
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true)
                .terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let read: Vec<Vec<Vec<u8>>> = scan(&bytes).into_iter().map(|record| record.0).collect();
            let wanted: Vec<Vec<Vec<u8>>> = rows.iter()
                .map(|row| row.iter().map(|field| field.as_bytes().to_vec()).collect()).collect();
            prop_assert_eq!(read, wanted);
        }
    }
}
