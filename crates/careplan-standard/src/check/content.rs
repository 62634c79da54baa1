//! The content of one CSV file, record by record.

use std::hash::RandomState;

use super::field;
use super::lenience::Leniencies;
use super::odd_row::{is_header, looks_like_a_header, other_separator};
use super::rows::{Content, RowRules};
use crate::collector::Collector;
use crate::edition::{Edition, Field, Layout, Shape};
use crate::finding::Draft;
use crate::limits::Limits;
use crate::mark::Mark;
use crate::month::digits;
use crate::ms932::{self, Fault};
use crate::name::FileName;
use crate::place::{Locator, Place};
use crate::rules;
use crate::scan::{FieldSet, LineEnd, QuoteFault, QuoteTrouble, RawField, RawRecord, Scanner};

/// A file whose content is looked at, and what it is measured by.
#[derive(Clone, Copy)]
pub(super) struct Source<'e, 'f> {
    pub(super) edition: &'e Edition,
    pub(super) layout: &'e Layout,
    pub(super) name: &'f FileName,
    pub(super) bytes: &'f [u8],
    pub(super) limits: &'f Limits,
}

/// The state of a check that walks through a file.
pub(super) struct Walk<'e, 'f, 'o, 'n> {
    pub(super) source: Source<'e, 'f>,
    pub(super) locator: Locator<'f>,
    pub(super) out: &'o mut Collector<'n>,
    pub(super) leniencies: Leniencies<'e>,
    version: Option<Vec<u8>>,
    /// The last value that was told not to be the first.
    other_version: Option<Vec<u8>>,
    clean: Clean,
}

/// Of which items of the last record nothing was said: where the next record repeats their bytes, nothing is to be said again.
#[derive(Clone, Copy, Default)]
struct Clean {
    characters: FieldSet,
    items: FieldSet,
}

/// Checks everything between the first byte behind a byte order mark and the end of the file, in one pass.
///
/// `state` is the secret of the hashes; files whose content is compared share it.
pub(super) fn check<'e>(
    source: &Source<'e, '_>,
    (from, state): (usize, &RandomState),
    out: &mut Collector<'_>,
) -> Content<'e> {
    let mut walk = Walk {
        source: *source,
        locator: Locator::new(source.bytes, from),
        out,
        leniencies: Leniencies::default(),
        version: None,
        other_version: None,
        clean: Clean::default(),
    };
    let mut rows = RowRules::new(source, state);
    let mut scanner = Scanner::new(source.bytes, from);
    let mut record = RawRecord::new();
    let mut records: u64 = 0;
    let mut data: u64 = 0;
    let mut blank = Blank::default();
    let mut is_read_to_the_end = true;
    while scanner.next(&mut record) {
        if record.is_blank() {
            blank.note(&record);
            continue;
        }
        if record.is_end_sign() {
            let place = Place { byte: record.start, record: None, line: record.line, column: 1 };
            walk.leniencies.note(&rules::CSV_END_SIGN, None, || place);
            continue;
        }
        records += 1;
        walk.locator.enter(records, record.start, record.line);
        blank.data_follows();
        if data >= source.limits.records_max {
            let place = walk.locator.place(record.start);
            walk.out.push(Draft::new(&rules::FILE_TOO_MANY_RECORDS).at(place).word("limit", data));
            is_read_to_the_end = false;
            break;
        }
        walk.check_line_end(&record);
        if walk.is_no_data(&record, records) {
            continue;
        }
        data += 1;
        if !walk.check_record(&record, (records, &mut rows)) {
            is_read_to_the_end = false;
            break;
        }
    }
    blank.report(walk.out);
    if data == 0 {
        walk.out.push(Draft::new(&rules::FILE_NO_DATA));
    }
    let content = rows.finish(&mut walk, is_read_to_the_end.then_some(data));
    walk.leniencies.report(walk.out);
    content
}

impl<'e, 'f> Walk<'e, 'f, '_, '_> {
    /// Whether a record is a header, which is read over as the first one and told as any other.
    fn is_no_data(&mut self, record: &RawRecord<'f>, record_no: u64) -> bool {
        let Source { edition, layout, .. } = self.source;
        let is_first = record_no == 1;
        let is_header = if is_first { is_header } else { looks_like_a_header };
        if !is_header(edition, layout, record) {
            return false;
        }
        let place = self.locator.place(record.start);
        if is_first {
            self.leniencies.note(&rules::CSV_HEADER, None, || place);
        } else {
            self.out.push(Draft::new(&rules::CSV_HEADER_WITHIN).at(place));
        }
        true
    }

    /// Checks one record; `false` when what follows cannot be read.
    fn check_record(
        &mut self,
        record: &RawRecord<'f>,
        (record_no, rows): (u64, &mut RowRules<'e, 'f, '_>),
    ) -> bool {
        if let Some(trouble) = record.quote_fault {
            self.report_quotes(trouble);
            if trouble.fault == QuoteFault::Unclosed {
                return false;
            }
        }
        let length = record.end - record.start;
        if length > self.source.limits.record_bytes_max {
            let place = self.locator.place(record.start);
            let draft = Draft::new(&rules::CSV_RECORD_TOO_LONG)
                .at(place)
                .word("found", length)
                .word("limit", self.source.limits.record_bytes_max);
            self.out.push(draft);
            return true;
        }
        let layout = self.source.layout;
        let fits = record.field_count == layout.fields().len();
        let before = std::mem::take(&mut self.clean);
        let mut clean = Clean {
            characters: record.repeats.and(before.characters),
            items: record.repeats.and(before.items),
        };
        for index in clean.characters.others(record.fields.len()) {
            let Some(raw) = record.fields.get(index) else { break };
            let field = layout.fields().get(index).filter(|_| fits);
            if self.says_nothing(|walk| walk.check_characters(raw, field)) {
                clean.characters.add(index);
            }
        }
        self.check_version(record, fits);
        if !fits {
            let place = self.locator.place(record.start);
            let row = self.source.bytes.get(record.start..record.end).unwrap_or_default();
            if record.field_count < layout.fields().len()
                && let Some(found) = other_separator(layout, row)
            {
                self.out.push(Draft::new(&rules::CSV_SEPARATOR).at(place).word("found", found));
                return false;
            }
            let draft = Draft::new(&rules::CSV_FIELD_COUNT)
                .at(place)
                .word("found", record.field_count)
                .word("kind", layout.name_ja())
                .word("expected", layout.fields().len());
            self.out.push(draft);
            return true;
        }
        for index in clean.items.others(layout.fields().len()) {
            let (Some(field), Some(raw)) = (layout.fields().get(index), record.fields.get(index)) else {
                break;
            };
            if self.says_nothing(|walk| field::check(walk, field, raw)) {
                clean.items.add(index);
            }
        }
        self.clean = clean;
        rows.check(self, record, Mark::new(record.start, record_no, record.line));
        true
    }

    /// Whether a check has neither a finding nor a leniency to tell.
    fn says_nothing(&mut self, check: impl FnOnce(&mut Self)) -> bool {
        let told = |walk: &Self| walk.out.pushed() + walk.leniencies.noted();
        let before = told(self);
        check(self);
        told(self) == before
    }

    fn report_quotes(&mut self, trouble: QuoteTrouble) {
        let rule = match trouble.fault {
            QuoteFault::Unclosed => &rules::CSV_UNCLOSED,
            QuoteFault::TextAfterQuote => &rules::CSV_TEXT_AFTER_QUOTE,
            QuoteFault::QuoteInBare => &rules::CSV_QUOTE_IN_BARE,
        };
        let mut draft = Draft::new(rule);
        if let Some(opened_at) = trouble.opened_at {
            let opened = self.locator.place(opened_at);
            draft = draft.word("opened", format!("{}行目の{}文字目", opened.line, opened.column));
        }
        let place = self.locator.place(trouble.at);
        self.out.push(draft.at(place));
    }

    fn check_line_end(&mut self, record: &RawRecord<'f>) {
        let rule = match record.line_end {
            LineEnd::CrLf => return,
            // What a quote swallowed is no last line.
            LineEnd::Nothing if record.quote_fault.is_some() => return,
            LineEnd::Lf | LineEnd::Cr => &rules::CSV_LINE_END,
            LineEnd::Nothing => &rules::CSV_NO_FINAL_LINE_END,
        };
        let locator = &mut self.locator;
        self.leniencies.note(rule, None, || locator.place(record.start));
    }

    fn check_characters(&mut self, raw: &RawField<'f>, field: Option<&'e Field>) {
        for found in ms932::faults(raw.raw) {
            let rule = match found.fault {
                Fault::Malformed => &rules::ENC_MALFORMED,
                Fault::Gaiji => &rules::ENC_GAIJI,
                Fault::Nul => &rules::ENC_NUL,
                Fault::Control => &rules::ENC_CONTROL,
            };
            let mut bytes: Vec<String> = found.at.iter().map(|offset| hex(raw.raw, *offset)).collect();
            if bytes.len() < found.count {
                bytes.push("…".to_owned());
            }
            let first = found.at.first().copied().unwrap_or_default();
            let place = self.locator.place(raw.start + first);
            let mut draft = Draft::new(rule).at(place).word("count", found.count);
            draft = draft.secret("bytes", bytes.join("、"));
            if let Some(field) = field {
                draft = draft.field(field);
            }
            self.out.push(draft);
        }
    }

    /// One version value per file, and the one of the edition. Another one is reported where it begins, not on every record. What
    /// is no row of data (a trailer, a web page) has no version either.
    fn check_version(&mut self, record: &RawRecord<'f>, fits: bool) {
        let edition = self.source.edition;
        let (Some(field), Some(raw)) = (self.source.layout.fields().first(), record.fields.first()) else {
            return;
        };
        let value = raw.value();
        let value = value.trim_ascii();
        let is_version = fits || (value.len() == 6 && digits(value).is_some());
        if value.is_empty() || !is_version || *field.shape() != Shape::Version {
            return;
        }
        if [&self.version, &self.other_version].iter().any(|known| known.as_deref() == Some(value)) {
            return;
        }
        let Some(table) = field.code_table().and_then(|name| edition.code_table(name)) else {
            return;
        };
        let mut confidence = field.confidence_of(None);
        let draft = match &self.version {
            Some(first) => {
                self.other_version = Some(value.to_vec());
                Draft::new(&rules::VERSION_MIXED).secret("expected", ms932::shown(first))
            }
            None => {
                self.version = Some(value.to_vec());
                let code = table.find(value);
                confidence = code.map_or(confidence, |code| confidence.min(code.confidence()));
                let rule = match code.map(|code| code.scope()) {
                    Some("current") => return,
                    Some("tolerated") => &rules::VERSION_TOLERATED,
                    _ => &rules::VERSION_UNKNOWN,
                };
                let current: Vec<&str> = table
                    .codes()
                    .iter()
                    .filter(|code| code.scope() == "current")
                    .filter_map(|code| code.code())
                    .collect();
                Draft::new(rule).word("edition", edition.name()).word("expected", current.join("・"))
            }
        };
        let place = self.locator.place(raw.start);
        self.out.push(draft.at(place).field(field).value(value).resting_on(confidence));
    }

    pub(super) fn place(&mut self, byte: usize) -> Place {
        self.locator.place(byte)
    }

    /// Reports something about a record, which may be an earlier one.
    pub(super) fn report_at(&mut self, mark: Mark, draft: Draft<'e>) {
        self.out.push(draft.at(mark.place(self.source.bytes)));
    }

    /// Reports something about an item of an earlier record, with its value.
    pub(super) fn report_item_at(&mut self, mark: Mark, item: Option<usize>, draft: Draft<'e>) {
        let fields = mark.fields(self.source.bytes);
        let found =
            item.and_then(|index| Some((fields.get(index)?, self.source.layout.fields().get(index)?)));
        match found {
            Some((raw, field)) => {
                let place = mark.place_of(self.source.bytes, raw.start);
                self.out.push(draft.field(field).value(raw.raw).at(place));
            }
            None => self.report_at(mark, draft),
        }
    }
}

/// The bytes of the character at this offset, as a person names them to who made the software.
fn hex(value: &[u8], offset: usize) -> String {
    let at = value.get(offset..).unwrap_or_default();
    let bytes: Vec<String> =
        at.iter().take(ms932::char_len(at)).map(|byte| format!("0x{byte:02X}")).collect();
    bytes.join(" ")
}

/// Blank lines: harmless at the end, odd in between.
#[derive(Default)]
struct Blank {
    pending: Option<(u64, Place)>,
    within: Option<(u64, Place)>,
}

impl Blank {
    fn note(&mut self, record: &RawRecord<'_>) {
        let place = Place { byte: record.start, record: None, line: record.line, column: 1 };
        let (count, first) = self.pending.unwrap_or((0, place));
        self.pending = Some((count + 1, first));
    }

    fn data_follows(&mut self) {
        if let Some((more, place)) = self.pending.take() {
            let (count, first) = self.within.unwrap_or((0, place));
            self.within = Some((count + more, first));
        }
    }

    fn report(self, out: &mut Collector<'_>) {
        let kinds = [(&rules::CSV_BLANK_WITHIN, self.within), (&rules::CSV_BLANK_AT_END, self.pending)];
        for (rule, blank) in kinds {
            if let Some((count, place)) = blank {
                out.push(Draft::new(rule).at(place).word("count", count));
            }
        }
    }
}
