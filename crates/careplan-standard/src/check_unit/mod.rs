//! Checking a unit: all of its files, and what they have to agree on.
//!
//! Promises: every file is walked through once; what its records must agree on with other files is remembered on the way.

mod image;
mod relation;

use std::hash::RandomState;

use crate::check::{Content, SourceFile, walk_through};
use crate::collector::Collector;
use crate::edition::{Confidence, Edition, UnitMonth, UnitRule};
use crate::finding::{Draft, Finding};
use crate::limits::Limits;
use crate::name::{FileName, NameMonth};
use crate::prefix::Prefix;
use crate::rules;
use crate::scheme::addresses;
use crate::sort::Unit;

/// Checks every file of a unit, and that their names and versions agree.
///
/// `files` is the slice the unit was sorted from; an index that points nowhere is passed over.
///
/// ```
/// use careplan_standard::{Edition, SourceFile, check_unit, sort_into_units};
///
/// let name = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV";
/// let files = [SourceFile::new(name, b"202407,990001,0009900021,20261015\r\n")];
/// let sorted = sort_into_units(Edition::v4_1(), &files);
/// assert!(check_unit(Edition::v4_1(), &files, &sorted.units[0]).is_empty());
/// ```
#[must_use]
pub fn check_unit(edition: &Edition, files: &[SourceFile<'_>], unit: &Unit) -> Vec<Finding> {
    let (limits, state) = (Limits::default(), RandomState::new());
    let mut members = Vec::new();
    let mut outs = Vec::new();
    for file in unit.files.iter().filter_map(|index| files.get(*index)) {
        let mut out = Collector::new(file.name, limits);
        let content = walk_through(edition, file, (&limits, &state), &mut out);
        members.push(Member { file, name: FileName::parse(file.name).ok(), content });
        outs.push(out);
    }
    let rule = edition.units().iter().find(|rule| rule.kind() == unit.kind);
    let confidence = rule.map_or(Confidence::Confirmed, UnitRule::confidence);
    relation::check((edition, confidence), (&members, &state), &mut outs);
    image::check(edition, &members, &mut outs);
    let mut findings: Vec<Finding> = outs.into_iter().flat_map(Collector::finish).collect();
    let month = rule.map_or(UnitMonth::Absent, UnitRule::month);
    for member in &members {
        let Some(name) = &member.name else {
            continue;
        };
        let drafts = [
            offices(edition, unit, name),
            serial(unit, name),
            month_departure(unit, month, name).map(|draft| draft.resting_on(confidence)),
            version(edition, &members, member),
        ];
        let drafts = drafts.into_iter().flatten().chain(annexes(edition, &members, name.prefix()));
        findings.extend(drafts.map(|draft| draft.word("unit", unit.kind).finish(Some(member.file.name))));
    }
    findings
}

struct Member<'a, 'e> {
    file: &'a SourceFile<'a>,
    name: Option<FileName>,
    /// What its records are; `None` when it could not be read, and for an image.
    content: Option<Content<'e>>,
}

impl Member<'_, '_> {
    fn prefix(&self) -> Option<Prefix> {
        self.name.as_ref().map(FileName::prefix)
    }

    fn is_image(&self) -> bool {
        self.prefix().is_some_and(Prefix::is_image)
    }

    fn canonical_name(&self) -> Option<String> {
        self.name.as_ref().map(FileName::to_string)
    }
}

fn offices<'d>(edition: &Edition, unit: &Unit, name: &FileName) -> Option<Draft<'d>> {
    let agree = addresses(edition, name) == (unit.sender.clone(), unit.receiver.clone());
    (!agree).then(|| {
        Draft::new(&rules::UNIT_OFFICES)
            .word("found", format!("{}_{}", name.sender(), name.receiver()))
            .word("expected", format!("{}_{}", unit.sender, unit.receiver))
    })
}

fn serial<'d>(unit: &Unit, name: &FileName) -> Option<Draft<'d>> {
    (name.serial() != unit.serial)
        .then(|| Draft::new(&rules::UNIT_SERIAL).word("found", name.serial()).word("expected", &unit.serial))
}

fn month_departure<'d>(unit: &Unit, wanted: UnitMonth, name: &FileName) -> Option<Draft<'d>> {
    match (wanted, name.month()?) {
        (UnitMonth::Zero, NameMonth::Month(found)) => {
            Some(Draft::new(&rules::UNIT_MONTH_ZERO).word("found", found))
        }
        (UnitMonth::One, found) if Some(found) != unit.month.map(NameMonth::Month) => {
            let expected = unit.month.map_or_else(|| "なし".to_owned(), |month| month.to_string());
            Some(Draft::new(&rules::UNIT_MONTHS).word("found", found).word("expected", expected))
        }
        _ => None,
    }
}

/// The annexes of a file that do not travel with it. Images are no annex: a record names its own.
fn annexes<'d>(
    edition: &'d Edition,
    members: &[Member<'_, '_>],
    of: Prefix,
) -> impl Iterator<Item = Draft<'d>> {
    let is_there = |prefix| members.iter().any(|member| member.prefix() == Some(prefix));
    let annexes = edition.layouts().filter(move |layout| layout.annex_of == Some(of));
    let absent = annexes.filter(move |layout| !is_there(layout.prefix()));
    absent.filter_map(move |annex| {
        let draft = Draft::new(&rules::SET_NO_ANNEX).word("kind", edition.layout(of)?.name_ja());
        Some(draft.word("annex", format!("{}「{}」", annex.prefix(), annex.name_ja())))
    })
}

/// The versions of a unit's files are compared with the first file's.
fn version<'d>(edition: &Edition, members: &[Member<'_, '_>], member: &Member<'_, '_>) -> Option<Draft<'d>> {
    let first = members.first().filter(|first| first.file.name != member.file.name)?;
    let (expected, found) = (first_value(edition, first)?, first_value(edition, member)?);
    (expected != found)
        .then(|| Draft::new(&rules::UNIT_VERSIONS).word("found", found).word("expected", expected))
}

/// The version value a file begins with, when it begins with six digits.
fn first_value(edition: &Edition, member: &Member<'_, '_>) -> Option<String> {
    let name = member.name.as_ref().filter(|name| name.prefix() != Prefix::UpKihonImage)?;
    edition.layout(name.prefix())?;
    let bytes = member.file.bytes;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\"").unwrap_or(bytes);
    let value = bytes.get(..6)?;
    let text = std::str::from_utf8(value).ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.to_owned())
}
