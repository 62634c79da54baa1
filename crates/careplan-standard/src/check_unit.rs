//! Checking a unit: all of its files, and what they have to agree on.

use crate::check::{SourceFile, check_file};
use crate::edition::{Edition, UnitMonth};
use crate::finding::{Draft, Finding};
use crate::name::{FileName, NameMonth};
use crate::prefix::Prefix;
use crate::rules;
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
    let members: Vec<Member<'_>> = unit
        .files
        .iter()
        .filter_map(|index| files.get(*index))
        .map(|file| Member { file, name: FileName::parse(file.name).ok() })
        .collect();
    let mut findings: Vec<Finding> =
        members.iter().flat_map(|member| check_file(edition, member.file)).collect();
    let rule = edition.units().iter().find(|rule| rule.kind() == unit.kind);
    let month = rule.map_or(UnitMonth::Absent, |rule| rule.month());
    for member in &members {
        let Some(name) = &member.name else {
            continue;
        };
        let drafts = [
            offices(unit, name),
            serial(unit, name),
            month_departure(unit, month, name),
            version(edition, &members, member),
        ];
        let drafts = drafts.into_iter().flatten();
        findings.extend(drafts.map(|draft| draft.word("unit", unit.kind).finish(Some(member.file.name))));
    }
    findings
}

struct Member<'a> {
    file: &'a SourceFile<'a>,
    name: Option<FileName>,
}

fn offices<'d>(unit: &Unit, name: &FileName) -> Option<Draft<'d>> {
    let agree = *name.sender() == unit.sender && *name.receiver() == unit.receiver;
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

/// The versions of a unit's files are compared with the first file's.
fn version<'d>(edition: &Edition, members: &[Member<'_>], member: &Member<'_>) -> Option<Draft<'d>> {
    let first = members.first().filter(|first| first.file.name != member.file.name)?;
    let (expected, found) = (first_value(edition, first)?, first_value(edition, member)?);
    (expected != found)
        .then(|| Draft::new(&rules::UNIT_VERSIONS).word("found", found).word("expected", expected))
}

/// The version value a file begins with, when it begins with six digits.
fn first_value(edition: &Edition, member: &Member<'_>) -> Option<String> {
    let name = member.name.as_ref().filter(|name| name.prefix() != Prefix::UpKihonImage)?;
    edition.layout(name.prefix())?;
    let bytes = member.file.bytes;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\"").unwrap_or(bytes);
    let value = bytes.get(..6)?;
    let text = std::str::from_utf8(value).ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.to_owned())
}
