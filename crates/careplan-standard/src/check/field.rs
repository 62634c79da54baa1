//! One item of one record: required, form, length, code table.

use super::content::Walk;
use super::link;
use crate::edition::{Attribute, Confidence, Edition, Field, Required, Shape, is_code_char, is_service_code};
use crate::finding::Draft;
use crate::month::{YearMonth, digits, is_date, is_time};
use crate::name::is_office_number;
use crate::rules::{self, Rule};
use crate::scan::RawField;

pub(super) fn check<'e, 'f>(walk: &mut Walk<'e, 'f, '_, '_>, field: &'e Field, raw: &RawField<'f>) {
    let value = raw.value();
    note_quoting(walk, field, raw, value.is_empty());
    let trimmed = value.trim_ascii();
    if trimmed.is_empty() {
        check_empty(walk, field, raw);
        return;
    }
    if field.special.as_deref().is_some_and(|special| special.as_bytes() == trimmed) {
        return;
    }
    let is_text = *field.shape() == Shape::FreeText;
    if trimmed.len() != value.len() && !is_text {
        report(walk, raw, Draft::new(&rules::FIELD_SPACES).field(field).value(&value));
    }
    match judge(walk.source.edition, field, trimmed) {
        Verdict::Fits => {}
        Verdict::Wrong if is_tolerated_date(field, trimmed) => {
            let draft = Draft::new(&rules::FIELD_SHORT_DATE)
                .field(field)
                .value(trimmed)
                .word("found", trimmed.len())
                .word("expected", field.shape().expected_ja());
            report(walk, raw, draft);
            return;
        }
        Verdict::Wrong => {
            let draft = Draft::new(&rules::FIELD_TYPE)
                .field(field)
                .value(trimmed)
                .word("expected", field.shape().expected_ja())
                .resting_on(field.confidence_of(None));
            report(walk, raw, draft);
            return;
        }
        Verdict::NotInTable(expected) => {
            let draft = Draft::new(&rules::FIELD_CODE)
                .field(field)
                .value(trimmed)
                .word("expected", expected)
                .resting_on(field.confidence_of(None));
            report(walk, raw, draft);
            return;
        }
        Verdict::Odd(rule) => {
            let expected = field.shape().expected_ja();
            report(walk, raw, Draft::new(rule).field(field).value(trimmed).word("expected", expected));
        }
    }
    check_length(walk, field, raw, trimmed);
}

/// A date of the other length that an example of the ministry has. It does not say whether the century or the day is left out.
fn is_tolerated_date(field: &Field, value: &[u8]) -> bool {
    *field.shape() == Shape::Date
        && field.tolerated_len == Some(value.len())
        && (YearMonth::from_bytes(value).is_some() || is_date(&[b"20", value].concat()))
}

fn report<'e, 'f>(walk: &mut Walk<'e, 'f, '_, '_>, raw: &RawField<'f>, draft: Draft<'e>) {
    let place = walk.place(raw.start);
    walk.out.push(draft.at(place));
}

/// Quoting is free on input; what the standard does not ask for is noted once per file.
fn note_quoting<'e, 'f>(walk: &mut Walk<'e, 'f, '_, '_>, field: &'e Field, raw: &RawField<'f>, empty: bool) {
    let rule = match (*field.shape() == Shape::FreeText, raw.quoted) {
        (true, false) if empty => &rules::CSV_EMPTY_TEXT_BARE,
        (true, false) => &rules::CSV_TEXT_BARE,
        (false, true) => &rules::CSV_CODE_QUOTED,
        _ => return,
    };
    let locator = &mut walk.locator;
    walk.leniencies.note(rule, Some(field), || locator.place(raw.start));
}

fn check_empty<'e, 'f>(walk: &mut Walk<'e, 'f, '_, '_>, field: &'e Field, raw: &RawField<'f>) {
    let is_sure = field.confidence_of(Some(Attribute::Required)) != Confidence::Inferred;
    let rule = match field.required() {
        Required::Yes if is_sure => &rules::FIELD_MISSING,
        Required::Yes => &rules::FIELD_MISSING_UNSURE,
        Required::Needed => &rules::FIELD_NEEDED,
        Required::No => return,
    };
    report(walk, raw, Draft::new(rule).field(field));
}

fn check_length<'e, 'f>(walk: &mut Walk<'e, 'f, '_, '_>, field: &'e Field, raw: &RawField<'f>, value: &[u8]) {
    let Some(limit) = field.max_len().filter(|limit| value.len() > *limit) else {
        return;
    };
    if link::is_image_of_example(walk.source.layout, field, value) {
        return;
    }
    let draft = match field.tolerated_len {
        Some(tolerated) if value.len() <= tolerated => {
            Draft::new(&rules::FIELD_TOLERATED_LEN).word("tolerated", tolerated)
        }
        _ if field.confidence_of(Some(Attribute::MaxLen)) == Confidence::Inferred => {
            Draft::new(&rules::FIELD_TOO_LONG_UNSURE)
        }
        _ => Draft::new(&rules::FIELD_TOO_LONG),
    };
    let draft = draft.field(field).value(value).word("found", value.len()).word("limit", limit);
    report(walk, raw, draft);
}

/// Whether a value is recognised by its form as one of this item. Words are recognised by none.
pub(super) fn is_told_by_form(edition: &Edition, field: &Field, value: &[u8]) -> bool {
    let takes_words =
        matches!(field.shape(), Shape::Version | Shape::FreeText | Shape::Alphanumeric | Shape::Unused);
    !takes_words && matches!(judge(edition, field, value), Verdict::Fits)
}

enum Verdict {
    Fits,
    /// Not of the item's form.
    Wrong,
    /// Readable, but worth a word.
    Odd(&'static Rule),
    /// Not in the code table; holds the values that are.
    NotInTable(String),
}

fn fits(condition: bool) -> Verdict {
    if condition { Verdict::Fits } else { Verdict::Wrong }
}

fn usual(condition: bool) -> Verdict {
    if condition { Verdict::Fits } else { Verdict::Odd(&rules::FIELD_FORM) }
}

fn judge(edition: &Edition, field: &Field, value: &[u8]) -> Verdict {
    match field.shape() {
        // The version is looked at per file, free text is free.
        Shape::Version | Shape::FreeText => Verdict::Fits,
        Shape::YearMonth => fits(YearMonth::from_bytes(value).is_some()),
        Shape::Date => fits(is_date(value)),
        Shape::Time(true) if value == b"9999" => Verdict::Fits,
        Shape::Time(_) if value == b"2400" => Verdict::Odd(&rules::FIELD_MIDNIGHT),
        Shape::Time(_) => fits(is_time(value)),
        Shape::Integer => match value.strip_prefix(b"-") {
            Some(rest) if are_digits(rest) => Verdict::Odd(&rules::FIELD_NEGATIVE),
            _ => fits(are_digits(value)),
        },
        Shape::Counting => fits(are_digits(value) && value.iter().any(|byte| *byte != b'0')),
        Shape::Decimal => fits(is_decimal(value)),
        Shape::DayFlags => fits(value.len() == 31 && value.iter().all(|byte| matches!(byte, b'0' | b'1'))),
        Shape::OfficeNumber if value.len() == 10 && are_digits(value) => Verdict::Fits,
        Shape::OfficeNumber if is_office_number(value) => Verdict::Odd(&rules::FIELD_FORM),
        Shape::OfficeNumber => Verdict::Wrong,
        Shape::Digits(count) => fits(value.len() == *count && are_digits(value)),
        Shape::InsuredNumber => {
            let digits = value.strip_prefix(b"H").unwrap_or(value);
            fits(value.len() == 10 && are_digits(digits))
        }
        Shape::PostalCode => usual(is_two_groups(value, 3, 4, u8::is_ascii_digit)),
        Shape::EquipmentCode => usual(is_two_groups(value, 5, 6, is_code_char)),
        Shape::ServiceCode => fits(is_service_code(value)),
        Shape::Code => judge_code(edition, field, value),
        Shape::Fixed(fixed) if fixed.as_bytes() == value => Verdict::Fits,
        Shape::Fixed(_) => Verdict::Odd(&rules::FIELD_FIXED),
        Shape::Unused => Verdict::Odd(&rules::FIELD_UNUSED),
        Shape::Alphanumeric => usual(value.iter().all(u8::is_ascii_graphic)),
    }
}

fn judge_code(edition: &Edition, field: &Field, value: &[u8]) -> Verdict {
    let Some(table) = field.code_table().and_then(|name| edition.code_table(name)) else {
        return Verdict::Fits;
    };
    match table.find(value) {
        Some(_) => Verdict::Fits,
        None => Verdict::NotInTable(table.summary()),
    }
}

fn are_digits(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(u8::is_ascii_digit)
}

fn is_decimal(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'.');
    let (whole, fraction) = (parts.next().unwrap_or_default(), parts.next());
    are_digits(whole)
        && fraction.is_none_or(|fraction| fraction.len() <= 2 && digits(fraction).is_some())
        && parts.next().is_none()
}

fn is_two_groups(value: &[u8], first: usize, second: usize, allowed: fn(&u8) -> bool) -> bool {
    let mut groups = value.split(|byte| *byte == b'-');
    let mut next_is =
        |length: usize| groups.next().is_some_and(|group| group.len() == length && group.iter().all(allowed));
    next_is(first) && next_is(second) && groups.next().is_none()
}
