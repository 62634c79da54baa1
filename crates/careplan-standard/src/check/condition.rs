//! Conditions between the items of one row, as the edition's `conditions.csv` has them.

use super::content::Walk;
use super::groups::item;
use crate::edition::{
    Condition, Edition, Field, Layout, Need, RowKind, Rows, SERVICE_TYPES, When, is_service_code,
};
use crate::finding::Draft;
use crate::month::{YearMonth, is_date};
use crate::rules;
use crate::scan::{FieldSet, RawField};

/// Service types remembered with what the table says of them. A file has a handful; the table has 65.
const TYPES_KNOWN_MAX: usize = 80;

/// What a service type is to the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TypeScope {
    TakesPart,
    LeftOut,
    Unknown,
}

/// The service types met so far, so that the table is asked once for each.
#[derive(Default)]
pub(super) struct TypesMet {
    met: Vec<([u8; 2], TypeScope)>,
}

impl TypesMet {
    fn scope(&mut self, edition: &Edition, service_type: [u8; 2]) -> TypeScope {
        if let Some((_, scope)) = self.met.iter().find(|(known, _)| *known == service_type) {
            return *scope;
        }
        let table = edition.code_table(SERVICE_TYPES);
        let scope = match table.and_then(|table| table.find(&service_type)) {
            None => TypeScope::Unknown,
            Some(code) if code.is_left_out() => TypeScope::LeftOut,
            Some(_) => TypeScope::TakesPart,
        };
        if self.met.len() < TYPES_KNOWN_MAX {
            self.met.push((service_type, scope));
        }
        scope
    }
}

/// The conditions of a layout, each with the items it looks at.
pub(super) struct Conditions<'e> {
    conditions: Vec<(&'e Condition, FieldSet)>,
    types: TypesMet,
}

impl<'e> Conditions<'e> {
    pub(super) fn new(layout: &'e Layout) -> Self {
        // Where rows are of several kinds, what is asked of a row depends on its kind too.
        let looks_at = |condition: &Condition| {
            FieldSet::of(condition.looks_at().chain(layout.totals.as_ref().map(|it| it.row)))
        };
        // What tells rows apart is a matter of several rows.
        let of_one_row = layout.conditions.iter().filter(|condition| condition.need != Need::ToldApart);
        let conditions = of_one_row.map(|condition| (condition, looks_at(condition))).collect();
        Self { conditions, types: TypesMet::default() }
    }
}

/// Checks one row of this kind. Items in `settled` are those of a row before that met its conditions.
pub(super) fn check<'e, 'f>(
    walk: &mut Walk<'e, 'f, '_, '_>,
    fields: &[RawField<'f>],
    (kind, settled): (RowKind, FieldSet),
    conditions: &mut Conditions<'e>,
) {
    let types = &mut conditions.types;
    for (condition, looks_at) in &conditions.conditions {
        if settled.holds(*looks_at) {
            continue;
        }
        let value = item(fields, condition.item);
        if !condition.applies(value) || !condition.rows.hold(kind) {
            continue;
        }
        match condition.need {
            Need::Filled => needed(walk, fields, condition),
            Need::Empty => others(walk, fields, condition, |other| !other.is_empty()),
            Need::Zero => others(walk, fields, condition, |other| {
                !other.is_empty() && other.iter().any(|digit| *digit != b'0')
            }),
            Need::Equal => others(walk, fields, condition, |other| !other.is_empty() && other != value),
            Need::ServiceType => service_type(walk, fields, (condition, types)),
            Need::InMonth => in_month(walk, fields, condition),
            Need::DaysOfMonth => days_of_month(walk, fields, condition),
            Need::ToldApart => {}
        }
    }
}

fn report<'e, 'f>(
    walk: &mut Walk<'e, 'f, '_, '_>,
    fields: &[RawField<'f>],
    (condition, index, draft): (&Condition, usize, Draft<'e>),
) {
    let (Some(raw), Some(field)) = (fields.get(index), walk.source.layout.fields().get(index)) else {
        return;
    };
    let place = walk.place(raw.start);
    let draft = draft.field(field).severity(condition.severity).resting_on(condition.confidence);
    walk.out.push(draft.at(place));
}

fn needed<'e, 'f>(walk: &mut Walk<'e, 'f, '_, '_>, fields: &[RawField<'f>], condition: &'e Condition) {
    let Some(first) = condition.others.first() else {
        return;
    };
    if condition.others.iter().any(|other| !item(fields, *other).is_empty()) {
        return;
    }
    let layout = walk.source.layout;
    let needed: Vec<String> = condition.others.iter().filter_map(|other| label(layout, *other)).collect();
    let draft = Draft::new(&rules::COND_NEEDED)
        .word("when", when_ja(layout, condition))
        .word("needed", needed.join("か"));
    report(walk, fields, (condition, *first, draft));
}

/// Reports each other item whose value is `wrong`.
fn others<'e, 'f>(
    walk: &mut Walk<'e, 'f, '_, '_>,
    fields: &[RawField<'f>],
    condition: &'e Condition,
    wrong: impl Fn(&[u8]) -> bool,
) {
    let rule = match condition.need {
        Need::Zero => &rules::COND_ZERO,
        Need::Equal => &rules::COND_PAIR,
        _ => &rules::COND_EMPTY,
    };
    for index in &condition.others {
        let value = item(fields, *index);
        if wrong(value) {
            let when = when_ja(walk.source.layout, condition);
            let draft = Draft::new(rule).word("when", when).value(value);
            report(walk, fields, (condition, *index, draft));
        }
    }
}

fn service_type<'e, 'f>(
    walk: &mut Walk<'e, 'f, '_, '_>,
    fields: &[RawField<'f>],
    (condition, types): (&'e Condition, &mut TypesMet),
) {
    let value = item(fields, condition.item);
    // What is no service code is told with the item.
    let Some(service_type) = value.first_chunk::<2>().filter(|_| is_service_code(value)) else {
        return;
    };
    let rule = match types.scope(walk.source.edition, *service_type) {
        TypeScope::TakesPart => return,
        TypeScope::LeftOut => &rules::COND_TYPE_OUT,
        TypeScope::Unknown => &rules::COND_TYPE_UNKNOWN,
    };
    report(walk, fields, (condition, condition.item, Draft::new(rule).value(value)));
}

fn in_month<'e, 'f>(walk: &mut Walk<'e, 'f, '_, '_>, fields: &[RawField<'f>], condition: &'e Condition) {
    let day = item(fields, condition.item);
    let Some((index, month)) = month_of(fields, condition) else {
        return;
    };
    // What is no date or no month is told with the item.
    if day.starts_with(month) || !is_date(day) || YearMonth::from_bytes(month).is_none() {
        return;
    }
    let other = label(walk.source.layout, index).unwrap_or_default();
    let draft = Draft::new(&rules::DAY_OTHER_MONTH).word("other", other).value(day);
    let draft = draft.secret("expected", String::from_utf8_lossy(month).into_owned());
    report(walk, fields, (condition, condition.item, draft));
}

fn days_of_month<'e, 'f>(walk: &mut Walk<'e, 'f, '_, '_>, fields: &[RawField<'f>], condition: &'e Condition) {
    let flags = item(fields, condition.item);
    let Some((index, month)) = month_of(fields, condition) else {
        return;
    };
    let Some(length) = YearMonth::from_bytes(month).and_then(YearMonth::days) else {
        return;
    };
    if flags.len() != 31 {
        return;
    }
    let beyond = (1_u8..).zip(flags).filter(|(day, flag)| *day > length && **flag == b'1');
    let days: Vec<String> = beyond.map(|(day, _)| day.to_string()).collect();
    if days.is_empty() {
        return;
    }
    let other = label(walk.source.layout, index).unwrap_or_default();
    let draft = Draft::new(&rules::DAY_NOT_IN_MONTH).word("other", other).secret("days", days.join("・"));
    let draft = draft.secret("expected", String::from_utf8_lossy(month).into_owned());
    report(walk, fields, (condition, condition.item, draft));
}

fn month_of<'f>(fields: &[RawField<'f>], condition: &Condition) -> Option<(usize, &'f [u8])> {
    let index = *condition.others.first()?;
    Some((index, item(fields, index)))
}

fn label(layout: &Layout, index: usize) -> Option<String> {
    layout.fields().get(index).map(Field::label_ja)
}

/// When the condition holds, in words that a 「とき」 can follow.
fn when_ja(layout: &Layout, condition: &Condition) -> String {
    let item = label(layout, condition.item).unwrap_or_default();
    let values = condition.values.join("・");
    match condition.when {
        When::Filled if condition.rows == Rows::Sums => "合計・小計の行の".to_owned(),
        When::Filled => format!("{item}に値がある"),
        When::Is => format!("{item}が「{values}」の"),
        When::Begins => format!("{item}の先頭が{values}の"),
        When::BeginsOther => format!("{item}の先頭が{values}ではない"),
    }
}
